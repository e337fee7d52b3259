"""The ground of the state machine: who tries what on which tip, whether it must succeed, and what must hold after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.domain.errors import DomainError
from forum.domain.events import EventKind
from forum.domain.lifecycle import Status, is_legal
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Role
from forum.extensions import db, house, unit_of_work
from forum.models import Team, Tip, TipEventRow
from forum.services import conversation
from forum.services.splitting import split
from forum.services.submission import submit
from forum.services.timeline import state_of
from forum.services.tips import lock_tip
from forum.services.triage import Classification
from forum.services.work import Work
from tests.factories import make_actor, make_custodian, make_submission
from tests.services.tip_audit import check_link, check_tip, snapshot

MOST_TIPS = 4
OWN = {"lead": Role.LEAD, "handler": Role.HANDLER, "intake": Role.INTAKE, "supervisor": Role.SUPERVISOR}
"""Who may try from inside the accountable team."""
WHO = ("lead", "lead", "lead", "handler", "intake", "intake", "supervisor", "province", "responder", "stranger")
"""Beside them the provincial police as a whole, the first responder, and a lead of nowhere near."""
MAY: dict[str, frozenset[str]] = {
    act: frozenset(names.split())
    for act, names in {
        "classify": "lead handler intake province",
        "route": "lead intake province",
        "transfer": "lead handler province",
        "send-to-desk": "lead intake province",
        "transfer-out": "lead intake province",
        "decline": "lead intake province",
        "accept": "lead handler province",
        "accept-reopened": "lead province",
        "assign": "lead handler province",
        "note": "lead handler intake province responder",
        "inform": "lead handler intake province",
        "ask": "lead handler province",
        "answer": "lead handler province",
        "approve": "lead province",
        "close": "lead handler province",
        "link": "lead handler intake province",
        "restrict": "lead intake province",
        "respond": "responder province",
        "open-identity": "custodian",
        "consent": "lead province",
    }.items()
}
"""Who may do what, written out: a right that grows by accident fails here."""


@dataclass(frozen=True)
class Standing:
    """A tip before a step, and the stored values of all tips of the course."""

    tip: Tip
    stored: dict[str, list[tuple]]

    @property
    def status(self) -> Status:
        return self.tip.status


class TipCourses(RuleBasedStateMachine):
    """A few tips at once, on the application whose context is open. Subclasses bring the rules."""

    clock: Any
    people: dict[tuple[str, Role], Actor]
    codes: dict[int, str]
    recovery: str

    def __init__(self) -> None:
        super().__init__()
        self.receipts: dict[int, str] = {}
        self.scopes: dict[int, str | None] = {}
        self.parts: set[int] = set()

    def hand_in(self, **fields: Any) -> None:
        """Submit a tip from a named sender."""
        with unit_of_work() as work:
            receipt = submit(work, make_submission(name="Lò Văn A", contact="0912345678", **fields)).receipt
            tip = conversation.find_by_receipt(work, receipt)
            self.receipts[tip.id], self.scopes[tip.id] = receipt, tip.province_code

    def split_off(self, work: Work, actor: Actor, tip: Tip, wanted: Classification) -> None:
        """Split a part off; it is looked at from then on as every tip is, though nobody goes on with it."""
        number = split(work, actor, tip, text="Ngoài ra, xe tải chạy quá tốc độ qua cổng trường.", wanted=wanted)
        self.parts.add(work.session.scalars(select(Tip.id).where(Tip.number == number)).one())

    def standing(self, at: int) -> Standing:
        """Return one of the tips as stored now."""
        ids = list(self.receipts)
        with Session(db.engine) as session:
            return Standing(session.get_one(Tip, ids[at % len(ids)]), snapshot(session, ids))

    def officer_tries(
        self,
        act: str,
        before: Standing,
        by: str,
        events: set[EventKind],
        do: Callable[..., Any],
        *given: Any,
        when: bool | None = True,
        **named: Any,
    ) -> None:
        """Let somebody try an act.

        `when` says whether the act is possible besides rights and lifecycle: True, False, or None where only the
        service knows.
        """
        actor, relation = self._who(before.tip, by)
        if relation not in MAY[act]:
            when = False

        def attempt(work: Work) -> None:
            do(work, actor, lock_tip(work, before.tip.number, actor), *given, **named)

        self.tries(before, attempt, events=events, when=when)

    def citizen_tries(
        self, before: Standing, events: set[EventKind], do: Callable[..., Any], *, when: bool = True, **named: Any
    ) -> None:
        """Let the sender try an act with the receipt."""

        def attempt(work: Work) -> None:
            tip = conversation.find_by_receipt(work, self.receipts[before.tip.id], lock=True)
            do(work, tip, **named)

        self.tries(before, attempt, events=events, when=when)

    def tries(
        self, before: Standing, attempt: Callable[[Work], None], *, events: set[EventKind], when: bool | None
    ) -> None:
        """Run an attempt; fail when it succeeds against the rules, is refused against them, or half happens."""
        is_open = any(is_legal(event, before.status) for event in events)
        refusal = self._refusal(attempt)
        if refusal is not None:
            assert not (is_open and when), f"refused without need: {refusal!r}"
            assert self.standing(0).stored == before.stored, "a refused step has left something behind"
            return
        assert is_open, "the lifecycle forbids this step"
        assert when is not False, "this step is not for this person, or not with these values"
        with Session(db.engine) as session:
            added = session.scalars(
                select(TipEventRow.kind)
                .where(TipEventRow.tip_id == before.tip.id, TipEventRow.seq > before.tip.event_count)
                .order_by(TipEventRow.seq)
            ).all()
        assert added, "the step has left no event"
        assert added[0] in events

    def _refusal(self, attempt: Callable[[Work], None]) -> DomainError | None:
        try:
            with unit_of_work() as work:
                attempt(work)
        except DomainError as refusal:
            return refusal
        return None

    @invariant()
    def every_tip_is_whole(self) -> None:
        """Look at each tip from outside; see `tip_audit`."""
        if not self.receipts:
            return
        with Session(db.engine) as session:
            held = select(Tip).where(Tip.id.in_(self.parts | self.receipts.keys()))
            tips = {tip.id: tip for tip in session.scalars(held)}
            for tip in tips.values():
                check_tip(session, tip, house().rulebook, now=self.clock.now)
                if tip.status is Status.DUPLICATE:
                    master = tips[tip.master_id]
                    granted = [state_of(session, each).granted_team_ids for each in (tip, master)]
                    check_link(tip, master, granted=granted[0], master_granted=granted[1])

    def person(self, code: str, role: Role) -> Actor:
        """Return somebody of a team."""
        if (code, role) not in self.people:
            with unit_of_work() as work:
                if role is Role.CUSTODIAN:
                    self.people[code, role] = make_custodian(work, self.recovery, (code, role))
                else:
                    self.people[code, role] = make_actor(work, (code, role))
        return self.people[code, role]

    def team_id(self, code: str) -> int:
        """Return the id of a team."""
        return next(team_id for team_id, held in self.codes.items() if held == code)

    def _who(self, tip: Tip, by: str) -> tuple[Actor, str]:
        """Return the person, and what they are to the tip."""
        if by in OWN:
            return self.person(self.codes[tip.team_id], OWN[by]), by
        is_open = tip.restriction is None
        if by == "province" and tip.province_code in {"14", "15"}:
            return self.person(tip.province_code, Role.LEAD), "province" if is_open else "stranger"
        if by == "responder" and tip.responder_team_id is not None:
            code = self.codes[tip.responder_team_id]
            return self.person(code, Role.HANDLER), "responder" if is_open else "stranger"
        return self.person("04/PC07", Role.LEAD), "stranger"


def begin_courses(machine: type[TipCourses], clock: Any, recovery: str) -> type[TipCourses]:
    """Return the machine bound to the open application: its clock, its teams, its people."""
    with Session(db.engine) as session:
        codes = {team.id: team.code for team in session.scalars(select(Team))}
    return type("Bound", (machine,), {"clock": clock, "people": {}, "codes": codes, "recovery": recovery})
