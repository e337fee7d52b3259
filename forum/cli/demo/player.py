"""Plays the corpus: every receipt and every step at its instant, in the order in which they would have happened."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from forum.cli.demo import moves
from forum.cli.demo.course import DemoTip, Rating, Step, StepKind, Words
from forum.cli.demo.people import Cast
from forum.cli.demo.pictures import taken
from forum.cli.demo.stage import Stage, Turn
from forum.domain.errors import DomainError
from forum.domain.submissions import PoliceConcern, Submission, concerns_leadership
from forum.domain.vocabulary import Kind
from forum.models import Tip
from forum.services.submission import submit
from forum.services.work import Work

FOLLOWABLE = 200
"""How many of the newest receipts are kept in memory, to print a few of them."""
_BY_NUMBER = select(Tip).where(Tip.number == bindparam("number"))


@dataclass(frozen=True, slots=True)
class Act:
    """A receipt (no step) or one step of a tip, at its instant."""

    at: datetime
    tip: DemoTip
    place: int
    step: Step | None


def acts_of(tips: Iterable[DemoTip]) -> list[Act]:
    """Return everything that happens to all tips, oldest first."""
    acts = [act for tip in tips for act in _acts_of(tip)]
    return sorted(acts, key=lambda act: (act.at, act.tip.number, act.place))


def _acts_of(tip: DemoTip) -> Iterator[Act]:
    yield Act(tip.received_at, tip, 0, None)
    at = tip.received_at
    for place, step in enumerate(tip.course, 1):
        at += step.after
        if step.kind is not StepKind.REOPEN:
            yield Act(at, tip, place, _with_objection(step, tip.course[place : place + 1]))


def _with_objection(step: Step, following: Sequence[Step]) -> Step:
    """Put the words of a reopening into the rating that opens the tip again."""
    if not (following and following[0].kind is StepKind.REOPEN and isinstance(step.data, Rating)):
        return step
    objection = following[0].data
    words = objection.text if isinstance(objection, Words) else ""
    return replace(step, data=replace(step.data, words=f"{step.data.words} {words}".strip()))


@dataclass(slots=True)
class Player:
    """Plays acts in the work it is given; a tip whose course does not fit where it went is left where it stands."""

    stage: Stage
    receipts: dict[int, str] = field(default_factory=dict)
    left_standing: Counter[StepKind] = field(default_factory=Counter)
    _standing: set[int] = field(default_factory=set)

    @classmethod
    def for_work(cls, work: Work) -> Player:
        """Begin with the people of the demo."""
        return cls(Stage(Cast.of(work)))

    def play(self, work: Work, act: Act) -> None:
        """Let one act happen at its instant."""
        then = replace(work, now=act.at)
        if act.step is None:
            self._receive(then, act.tip)
        elif act.tip.number not in self._standing:
            self._step(then, act.tip, act.step)

    def _receive(self, work: Work, tip: DemoTip) -> None:
        with ExitStack() as stack:
            pictures = [stack.enter_context(taken(tip.number, work.files.spool_directory))] if tip.has_picture else []
            told = submit(work, submission_of(tip), pictures)
        row = work.session.scalars(_BY_NUMBER, {"number": told.tip_number}).one()
        self.stage.ids[tip.number] = row.id
        self.stage.numbers[tip.number] = told.tip_number
        self.receipts[tip.number] = told.receipt or ""
        self.receipts.pop(tip.number - FOLLOWABLE, None)

    def _step(self, work: Work, tip: DemoTip, step: Step) -> None:
        row = work.session.get_one(Tip, self.stage.ids[tip.number])  # not locked: nobody else is there
        try:
            moves.take(step.kind, Turn(work, self.stage, row, step.data))
        except DomainError:
            self.left_standing[step.kind] += 1
            self._standing.add(tip.number)


def submission_of(tip: DemoTip) -> Submission:
    """Return the form that a demo tip was sent with."""
    sender = tip.wants_name
    return Submission(
        token=secrets.token_bytes(16),
        body=tip.text,
        category=tip.category,
        channel=tip.channel,
        place=tip.place_text,
        province_code=tip.province_code,
        commune_code=tip.commune_code,
        moment=tip.when.value,
        happened_on=tip.when_on,
        police=_concern(tip),
        police_unit=tip.about_police or "",
        notice_address=tip.notice_address,
        name=sender.name if sender else "",
        contact=sender.phone if sender else "",
    )


def _concern(tip: DemoTip) -> PoliceConcern:
    if tip.about_police is None:
        return PoliceConcern.NONE
    if tip.kind is Kind.PRAISE:
        return PoliceConcern.PRAISE
    if concerns_leadership(PoliceConcern.NONE, tip.about_police):
        return PoliceConcern.LEADERSHIP
    return PoliceConcern.COMMUNE if tip.commune_code else PoliceConcern.PROVINCE
