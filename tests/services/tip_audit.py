"""What must be true of a tip at every moment, checked from outside: row, events, codes, clocks and rights."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.adapters.blind_index import CODE_BYTES
from forum.adapters.chain import GENESIS
from forum.domain import clocks
from forum.domain.consent import RequestState
from forum.domain.deadlines import recompute
from forum.domain.events import EventKind, TipEvent
from forum.domain.lifecycle import FINAL, WORKING, Status, fold
from forum.domain.permissions import Actor, MembershipRef
from forum.domain.vocabulary import Kind, Role, TeamKind
from forum.extensions import house
from forum.models import Attachment, IdentityRequest, Tip, TipEventRow, TipGrant, TipSearch
from forum.models.visibility import visible_to
from forum.services.rulebook import Rulebook
from forum.services.timeline import as_event, event_mac, state_of

ONLOOKERS = frozenset({"cluster", "14", "14/desk", "14/TT", "15/desk"})
"""Teams whose sight of every tip is tried."""


def check_tip(session: Session, tip: Tip, rules: Rulebook, *, now: datetime) -> None:
    """Fail when anything that must hold for a tip does not."""
    rows = list(
        session.scalars(select(TipEventRow).where(TipEventRow.tip_id == tip.id).order_by(TipEventRow.seq)).all()
    )
    events = [as_event(row) for row in rows]
    state = state_of(session, tip)
    assert fold(events) == state, "the row is not the fold of its events"
    assert tip.queue_at == _expected_queue(tip)
    _check_chain(tip, rows)
    _check_accountable(tip, events, rules)
    _check_clocks(tip, events, rules, now=now)
    _check_sight(session, tip, state.granted_team_ids, rules)
    _check_index(session, tip)
    _check_requests(session, tip, events)


def _expected_queue(tip: Tip) -> datetime | None:
    if tip.status is Status.ANSWERED:
        return tip.answered_at
    if tip.status in FINAL or tip.status is Status.DUPLICATE:
        return None
    running = [tip.team_due_at, tip.responder_due_at, tip.citizen_due_at if tip.settled_at is None else None]
    return min(due for due in running if due is not None)


def _check_chain(tip: Tip, rows: list[TipEventRow]) -> None:
    assert [row.seq for row in rows] == list(range(1, tip.event_count + 1))
    before = GENESIS
    for row in rows:
        assert row.mac == event_mac(house().secrets, tip.number, before, row), f"link {row.seq} is broken"
        before = row.mac
    assert tip.head_mac == before


def _check_accountable(tip: Tip, events: list, rules: Rulebook) -> None:
    team = rules.teams.get(tip.team_id)
    running = [segment for segment in clocks.segments(events) if segment.ended_at is None]
    if tip.status not in WORKING:
        assert running == []
        return
    assert [segment.team_id for segment in running] == [tip.team_id], "not exactly one team with a running clock"
    assert team.kind is not TeamKind.PROVINCE
    assert tip.team_due_at is not None
    assert tip.queue_at is not None
    segment = running[0]
    assert (segment.started_at, segment.due_at, segment.policy_id) == (
        tip.team_since,
        tip.team_due_at,
        tip.team_policy_id,
    )
    assert segment.asked_at == tip.waiting_since
    assert (tip.waiting_since is not None) == (tip.status is Status.WAITING)


def _check_clocks(tip: Tip, events: list, rules: Rulebook, *, now: datetime) -> None:
    assert recompute(events, rules.policies, calendar=rules.calendar) == {}, "a deadline is not what its policy gives"
    citizen = clocks.citizen_record(events)
    assert (citizen.started_at, citizen.stopped_at) == (tip.received_at, tip.settled_at)
    assert (citizen.due_at, citizen.policy_id) == (tip.citizen_due_at, tip.citizen_policy_id)
    reading = clocks.citizen_clock(events, rules.calendar, now=now)
    assert 0 <= reading.working_seconds <= reading.wall_seconds
    assert reading.is_overdue == ((tip.settled_at or now) > tip.citizen_due_at)
    first = clocks.first_response(events, rules.calendar)
    assert (first.at if first else None) == tip.first_response_at
    assert len(clocks.reopening_clocks(events, rules.calendar, now=now)) == tip.reopened_count
    for segment in clocks.team_segments(events, rules.calendar, now=now):
        assert 0 <= segment.working_seconds <= segment.wall_seconds
    assert tip.status is not Status.DECLINED or tip.kind is not Kind.CRIME_REPORT


def _check_sight(session: Session, tip: Tip, granted: tuple[int, ...], rules: Rulebook) -> None:
    """The accountable team sees its tip; a restricted one is seen by the teams of its list and nobody else."""
    grants = set(session.scalars(select(TipGrant.team_id).where(TipGrant.tip_id == tip.id)))
    assert grants == set(granted)
    assert bool(grants) == (tip.restriction is not None)
    if tip.status is not Status.DUPLICATE:
        assert not grants or tip.team_id in grants
        assert _sees(session, tip, _reader(rules, tip.team_id))
    for team in (team for team in rules.teams.current if team.code in ONLOOKERS):
        is_named = team.id in grants if grants else team.id in {tip.team_id, tip.responder_team_id}
        oversees = not grants and team.kind in {TeamKind.PROVINCE, TeamKind.INTAKE_DESK}
        expected = is_named or (oversees and team.province_code == tip.province_code)
        assert _sees(session, tip, _reader(rules, team.id)) == expected, f"{team.code} sees too much or too little"


def _reader(rules: Rulebook, team_id: int) -> Actor:
    team = rules.teams.get(team_id)
    return Actor(0, "", (MembershipRef(Role.INTAKE, team.id, team.kind, team.province_code),))


def _sees(session: Session, tip: Tip, actor: Actor) -> bool:
    return session.scalar(select(func.count()).select_from(Tip).where(Tip.id == tip.id, visible_to(actor))) == 1


def _check_index(session: Session, tip: Tip) -> None:
    index = session.get_one(TipSearch, tip.id)
    assert index.scope == (tip.province_code or "cluster"), "the index lies under another province's key"
    assert index.codes
    assert len(index.codes) % CODE_BYTES == 0


def _check_requests(session: Session, tip: Tip, events: list[TipEvent]) -> None:
    """Each row about a name says what the events say: who asked and who agreed, never one person alone."""
    states = {EventKind.IDENTITY_CONSENTED: RequestState.CONSENTED, EventKind.IDENTITY_REFUSED: RequestState.REFUSED}
    told: dict[int, tuple[int | None, RequestState, int | None]] = {}
    for event in events:
        who, asked = event.actor.account_id, event.details.get("request", event.seq)
        if event.kind is EventKind.IDENTITY_REQUESTED:
            told[asked] = (who, RequestState.WAITING, None)
        elif event.kind in states:
            assert told[asked][1] is RequestState.WAITING
            assert told[asked][0] != who
            told[asked] = (told[asked][0], states[event.kind], who)
        elif event.kind is EventKind.IDENTITY_OPENED:
            before = told.get(asked, (who, RequestState.CONSENTED, None))
            assert before[:2] == (who, RequestState.CONSENTED)
            told[asked] = (who, RequestState.OPENED, before[2])
    rows = session.scalars(select(IdentityRequest).where(IdentityRequest.tip_id == tip.id))
    assert {row.asked_seq: (row.asked_by, row.state, row.decided_by) for row in rows} == told


def check_link(tip: Tip, master: Tip, *, granted: tuple[int, ...], master_granted: tuple[int, ...]) -> None:
    """Fail when a duplicate does not lie with its master."""
    assert master.status in WORKING, "the master of a waiting duplicate owes nobody anything"
    assert tip.team_id == master.team_id
    assert tip.restriction is master.restriction
    assert granted == master_granted


def snapshot(session: Session, tip_ids: list[int]) -> dict[str, list[tuple]]:
    """Return every stored value of some tips, to see that a refused move has changed none."""
    tables = {Tip: Tip.id, TipEventRow: TipEventRow.tip_id, TipGrant: TipGrant.tip_id, TipSearch: TipSearch.tip_id}
    tables |= {Attachment: Attachment.tip_id, IdentityRequest: IdentityRequest.tip_id}
    return {
        model.__tablename__: [
            tuple(map(str, row))
            for row in session.execute(
                select(model.__table__).where(key.in_(tip_ids)).order_by(*model.__table__.primary_key.columns)
            )
        ]
        for model, key in tables.items()
    }
