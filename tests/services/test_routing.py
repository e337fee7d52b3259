"""Routing from the desk: by the rules or with a reason, and what the rules restrict stays so."""

from __future__ import annotations

import pytest

from forum.domain.errors import InvalidInput, NotPermitted
from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Category, Kind, Priority, Restriction, Role
from forum.models import Tip
from forum.services import routing, triage
from forum.services.timeline import events_of, state_of
from forum.services.tips import lock_tip
from forum.services.work import Work
from tests.factories import Cast, make_actor, send_tip, team_id, to_triaged

NEUTRAL = "Ở bản có việc này, mong các đồng chí xem giúp."
REASON = "Đúng phần việc"


def classified(
    work: Work, category: Category, *, kind: Kind = Kind.CRIME_REPORT, commune: str | None = "04048"
) -> tuple[Tip, Cast]:
    """Send a tip from Sơn La and classify it at the desk."""
    cast = Cast(work)
    tip = lock_tip(work, send_tip(work, body=NEUTRAL, category=category, commune_code=commune).tip_number, cast.desk)
    triage.classify(work, cast.desk, tip, triage.Classification(kind, category, Priority.NORMAL, commune_code=commune))
    return tip, cast


@pytest.mark.parametrize(
    ("category", "commune", "team", "responder"),
    [
        (Category.DRUGS, "04048", "14/PC04", "14/04048"),
        (Category.DRUGS, None, "14/PC04", None),
        (Category.TRAFFIC, "04048", "14/PC08", "14/04048"),
        (Category.PUBLIC_ORDER, "04048", "14/04048", None),
    ],
)
def test_route_follows_the_rules_with_the_nearest_as_responder(
    work: Work, category: Category, commune: str | None, team: str, responder: str | None
) -> None:
    tip, cast = classified(work, category, commune=commune)

    routing.route_tip(work, cast.desk, tip)

    assert (tip.status, tip.team_id) == (Status.ROUTED, team_id(work, team))
    assert tip.responder_team_id == (team_id(work, responder) if responder else None)
    assert (tip.responder_due_at is not None) == (responder is not None)
    details = events_of(work.session, tip.id)[-1].details
    assert details["as_suggested"] is True
    assert isinstance(details["rule"], int)


def test_route_elsewhere_needs_a_reason_and_says_that_it_was_not_suggested(work: Work) -> None:
    tip, cast = classified(work, Category.DRUGS)
    for reason in ("", "  "):
        with pytest.raises(InvalidInput):
            routing.route_tip(work, cast.desk, tip, team_id=team_id(work, "14/PC02"), reason=reason)

    routing.route_tip(work, cast.desk, tip, team_id=team_id(work, "14/PC02"), reason=REASON)

    assert (tip.team_id, tip.responder_team_id) == (team_id(work, "14/PC02"), None)
    assert events_of(work.session, tip.id)[-1].details["as_suggested"] is False


def test_route_to_the_suggested_team_needs_no_reason_and_takes_the_responder_that_is_chosen(work: Work) -> None:
    tip, cast = classified(work, Category.DRUGS)
    chosen = {"team_id": team_id(work, "14/PC04"), "responder_id": team_id(work, "14/PC02")}
    routing.route_tip(work, cast.desk, tip, **chosen)
    assert (tip.team_id, tip.responder_team_id) == tuple(chosen.values())


@pytest.mark.parametrize("goal", ["14", "cluster", "15/PC04"])
@pytest.mark.parametrize("role", ["team_id", "responder_id"])
def test_neither_team_nor_responder_lies_outside_the_teams_of_the_province(work: Work, role: str, goal: str) -> None:
    tip, cast = classified(work, Category.DRUGS)
    chosen = {"team_id": team_id(work, "14/PC04"), role: team_id(work, goal)}
    with pytest.raises(InvalidInput):
        routing.route_tip(work, cast.desk, tip, reason=REASON, **chosen)
    assert tip.status is Status.TRIAGED


@pytest.mark.parametrize(
    "grant", [("14/PC04", Role.HANDLER), ("15/desk", Role.INTAKE), ("14/desk", Role.SUPERVISOR), ("14/PC04", Role.LEAD)]
)
def test_route_is_for_the_desk_that_has_the_tip(work: Work, grant: tuple[str, Role]) -> None:
    tip = to_triaged(work, Cast(work))
    with pytest.raises(NotPermitted):
        routing.route_tip(work, make_actor(work, grant), tip)


@pytest.mark.parametrize(
    ("category", "suggested", "restriction"),
    [(Category.SECURITY, "14/PA02", Restriction.SECURITY), (Category.DRUGS, "14/PC04", None)],
)
@pytest.mark.parametrize("goal", [None, "14/PC02"])
def test_route_keeps_what_the_rules_restrict_to_the_team_that_gets_it(
    work: Work, category: Category, suggested: str, restriction: Restriction | None, goal: str | None
) -> None:
    tip, cast = classified(work, category)
    chosen = {} if goal is None else {"team_id": team_id(work, goal), "responder_id": team_id(work, "14/04048")}

    routing.route_tip(work, cast.desk, tip, reason=REASON, **chosen)

    assert tip.team_id == team_id(work, goal or suggested)
    assert tip.restriction is restriction
    assert state_of(work.session, tip).granted_team_ids == ((tip.team_id,) if restriction else ())
    assert (tip.responder_team_id is None) == (restriction is not None)


def test_route_that_would_change_nothing_is_refused(work: Work) -> None:
    tip, cast = classified(work, Category.OTHER, kind=Kind.QUESTION)
    count = tip.event_count
    with pytest.raises(InvalidInput):
        routing.route_tip(work, cast.desk, tip)
    assert (tip.status, tip.event_count) == (Status.TRIAGED, count)


def test_complaint_stays_at_the_desk_and_is_restricted_there(work: Work) -> None:
    tip, cast = classified(work, Category.OTHER, kind=Kind.COMPLAINT)
    routing.route_tip(work, cast.desk, tip)
    assert (tip.team_id, tip.restriction) == (team_id(work, "14/desk"), Restriction.FORMAL_WAY)
    assert state_of(work.session, tip).granted_team_ids == (tip.team_id,)
