"""Rights that open much are given by two administrators: never by one, for oneself, twice, or too late."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.powers import CONFIRMED_WITHIN, GrantOutcome, power_of
from forum.domain.vocabulary import Role, TeamKind
from forum.extensions import unit_of_work
from forum.models import Account, Membership, PendingGrant, SettingEvent
from forum.services import grants
from forum.services import settings_accounts as service
from forum.services.work import Work
from tests.conftest import fresh_work
from tests.factories import actor_of, make_account, make_actor, team_id

ADMINISTRATOR = ("cluster", Role.ADMINISTRATOR)
GREAT = [
    (Role.ADMINISTRATOR, "cluster"),
    (Role.AUDITOR, "cluster"),
    (Role.CUSTODIAN, "14/desk"),
    (Role.SUPERVISOR, "14"),
    (Role.HANDLER, "14"),
    (Role.LEAD, "14/TT"),
]


@pytest.fixture
def one(work: Work):
    return make_actor(work, ADMINISTRATOR)


@pytest.fixture
def other(work: Work):
    return make_actor(work, ADMINISTRATOR)


def held(work: Work, account: Account) -> list[Role]:
    return [m.role for m in actor_of(work, account).memberships]


def proposed(work: Work, one, account: Account, role: Role = Role.CUSTODIAN, code: str = "14/desk") -> int:
    assert not service.appoint(work, one, account.id, team_id=team_id(work, code), role=role)
    return work.session.scalars(select(PendingGrant.id).where(PendingGrant.outcome.is_(None))).one()


@pytest.mark.parametrize(("role", "code"), GREAT)
def test_great_right_holds_once_a_second_administrator_has_confirmed_it(work: Work, one, other, role, code) -> None:
    account = make_account(work)
    version = account.session_version
    grant_id = proposed(work, one, account, role, code)
    assert held(work, account) == []
    with pytest.raises(InvalidInput, match="another administrator confirms"):
        grants.confirm(work, one, grant_id)
    assert grants.confirm(work, other, grant_id) == account.id
    assert held(work, account) == [role]
    assert account.session_version == version + 1
    events = work.session.scalars(select(SettingEvent).order_by(SettingEvent.seq)).all()
    assert [(event.subject, event.account_id) for event in events] == [
        ("grant", one.account_id),
        ("grant", other.account_id),
        ("membership", other.account_id),
    ]


def test_small_right_holds_at_once(work: Work, one) -> None:
    account = make_account(work)
    assert service.appoint(work, one, account.id, team_id=team_id(work, "14/PC04"), role=Role.HANDLER)
    assert held(work, account) == [Role.HANDLER]


def test_nobody_confirms_or_refuses_what_concerns_them(work: Work, one, other) -> None:
    account = work.session.get_one(Account, other.account_id)
    grant_id = proposed(work, one, account, Role.SUPERVISOR, "14")
    for step in (grants.confirm, grants.refuse):
        with pytest.raises(InvalidInput, match="another administrator"):
            step(work, other, grant_id)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_without_the_right_confirms_or_refuses(work: Work, one, role) -> None:
    grant_id = proposed(work, one, make_account(work))
    stranger = make_actor(work, ("cluster", role))
    for step in (grants.confirm, grants.refuse):
        with pytest.raises(NotPermitted):
            step(work, stranger, grant_id)


def test_refused_and_withdrawn_rights_are_over(work: Work, one, other) -> None:
    account = make_account(work)
    for actor, outcome in ((other, GrantOutcome.REFUSED), (one, GrantOutcome.WITHDRAWN)):
        grant_id = proposed(work, one, account)
        grants.refuse(work, actor, grant_id)
        assert work.session.get_one(PendingGrant, grant_id).outcome is outcome
        with pytest.raises(NotFound):
            grants.confirm(work, other, grant_id)
    assert held(work, account) == []


def test_right_that_waited_too_long_is_given_anew(work: Work, one, other) -> None:
    account = make_account(work)
    grant_id = proposed(work, one, account)
    with pytest.raises(InvalidInput, match="waits for a second"):
        service.appoint(work, one, account.id, team_id=team_id(work, "14/desk"), role=Role.CUSTODIAN)
    later = replace(work, now=work.now + CONFIRMED_WITHIN)
    with pytest.raises(InvalidInput, match="run out"):
        grants.confirm(later, other, grant_id)
    grants.confirm(later, other, proposed(later, one, account))
    assert work.session.get_one(PendingGrant, grant_id).outcome is GrantOutcome.EXPIRED
    assert held(work, account) == [Role.CUSTODIAN]


def test_roles_that_must_not_meet_do_not_meet_by_waiting(work: Work, one, other) -> None:
    account = make_account(work)
    grant_id = proposed(work, one, account, Role.AUDITOR, "cluster")
    service.appoint(work, one, account.id, team_id=team_id(work, "14/PC04"), role=Role.HANDLER)
    with pytest.raises(InvalidInput, match="another account"):
        grants.confirm(work, other, grant_id)


def test_operator_confirms_where_there_is_one_administrator(work: Work, one) -> None:
    account = make_account(work)
    grants.confirm(work, None, proposed(work, one, account))
    assert held(work, account) == [Role.CUSTODIAN]
    assert [e.account_id for e in work.session.scalars(select(SettingEvent).order_by(SettingEvent.seq))][1:] == [
        None
    ] * 2


def test_no_administrator_gets_into_an_account_that_may_do_much(work: Work, one, other) -> None:
    for account_id in (other.account_id, make_actor(work, ("14", Role.CUSTODIAN)).account_id):
        with pytest.raises(InvalidInput, match="only the operator"):
            service.reset_password(work, one, account_id)
    assert service.reset_password(work, one, make_actor(work, ("14/PC04", Role.HANDLER)).account_id).password


def test_every_role_that_rules_watches_or_opens_is_great_wherever_it_is_held() -> None:
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.CUSTODIAN):
        assert all(power_of(role, kind) for kind in TeamKind)
    assert not any(power_of(role, TeamKind.COMMUNE_POLICE) for role in (Role.INTAKE, Role.HANDLER, Role.LEAD))


def test_two_who_decide_at_the_same_moment_do_so_once(app: Flask) -> None:
    with fresh_work() as work:
        one, *deciders = (make_actor(work, ADMINISTRATOR) for _ in range(3))
        account_id = make_account(work).id
        grant_id = proposed(work, one, work.session.get_one(Account, account_id))
    gate = threading.Barrier(2)

    def confirm(actor) -> Exception | None:
        with app.app_context():
            gate.wait(20)
            try:
                with unit_of_work() as work:
                    grants.confirm(work, actor, grant_id)
            except NotFound as fault:
                return fault
            return None

    with ThreadPoolExecutor(2) as pool:
        faults = list(pool.map(confirm, deciders))
    assert sorted(fault is None for fault in faults) == [False, True]
    with fresh_work() as work:
        assert len(work.session.scalars(select(Membership).where(Membership.account_id == account_id)).all()) == 1
