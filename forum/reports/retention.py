"""Which tips have run out, which wait for a second person, which are held: numbers and days, never a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from forum.adapters.retention_table import retention_rules
from forum.domain.lifecycle import FINAL
from forum.domain.permissions import Actor
from forum.domain.retention import ErasureReason, ended_before, runs_out_on
from forum.domain.vocabulary import Kind
from forum.models import Account, ErasureRequest, Tip
from forum.models.visibility import kept_by

PAGE = 50
_ENDED = func.coalesce(Tip.closed_at, Tip.settled_at)
_REQUESTED = exists().where(ErasureRequest.tip_id == Tip.id)


@dataclass(frozen=True, slots=True)
class RunOutRow:
    """A tip whose time has run out."""

    number: str
    kind: Kind
    team_id: int
    ended_at: datetime
    ran_out_on: date


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A tip that somebody wants erased."""

    number: str
    kind: Kind
    team_id: int
    reason: ErasureReason
    requested_by: int
    requester: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A tip that is held."""

    number: str
    kind: Kind
    team_id: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page of retention shows; lists are bounded, and `has_more` says that there are further ones."""

    run_out: Sequence[RunOutRow]
    requests: Sequence[RequestRow]
    held: Sequence[HeldRow]
    has_more: bool


def standing(session: Session, actor: Actor, now: datetime) -> Standing:
    """Return what has run out (the oldest first), what waits and what is held, of the tips the actor decides over."""
    mine = kept_by(actor)
    rules = retention_rules()
    ended = session.execute(
        select(Tip.number, Tip.kind, Tip.team_id, _ENDED.label("ended_at"))
        .where(mine, Tip.status.in_(FINAL), Tip.is_held.is_(False), ~_REQUESTED, _has_run_out(now))
        .order_by(Tip.received_at, Tip.id)
        .limit(PAGE + 1)
    ).all()
    requests = session.execute(
        select(
            Tip.number,
            Tip.kind,
            Tip.team_id,
            ErasureRequest.reason,
            ErasureRequest.requested_by,
            Account.display_name,
            ErasureRequest.requested_at,
        )
        .join(ErasureRequest, ErasureRequest.tip_id == Tip.id)
        .join(Account, Account.id == ErasureRequest.requested_by)
        .where(mine)
        .order_by(ErasureRequest.requested_at, Tip.id)
        .limit(PAGE + 1)
    ).all()
    held = session.execute(
        select(Tip.number, Tip.kind, Tip.team_id).where(mine, Tip.is_held).order_by(Tip.id).limit(PAGE + 1)
    ).all()
    return Standing(
        run_out=[RunOutRow(*row, runs_out_on(row.ended_at, rules[row.kind])) for row in ended[:PAGE]],
        requests=[RequestRow(*row) for row in requests[:PAGE]],
        held=[HeldRow(*row) for row in held[:PAGE]],
        has_more=max(len(ended), len(requests), len(held)) > PAGE,
    )


def _has_run_out(now: datetime) -> ColumnElement[bool]:
    return or_(*(and_(Tip.kind == kind, ended_before(rule, now) > _ENDED) for kind, rule in retention_rules().items()))
