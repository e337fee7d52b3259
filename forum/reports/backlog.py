"""How long the tips that are open now have been waiting, from their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from forum.domain.scopes import Level, Reader, Scope
from forum.domain.working_time import day_of, start_of
from forum.models import Tip, TipGrant
from forum.models.tip import OWED

LAST_DAYS = (3, 10, 20, 60)
"""The oldest age in days (Viet Nam) of each class but the last, which is older still."""


@dataclass(frozen=True, slots=True)
class AgeRow:
    """Open tips that were received, or reopened, from `first` to `last` days ago; None: or longer."""

    first: int
    last: int | None
    amount: int


def backlog(session: Session, scope: Scope, reader: Reader, *, now: datetime) -> tuple[AgeRow, ...]:
    """Return the open tips of a scope by age, youngest first, with a row for each class also when it is empty."""
    since = func.coalesce(Tip.reopened_at, Tip.received_at)
    today = day_of(now)
    starts = [start_of(today - timedelta(days=days)) for days in LAST_DAYS]
    younger = [func.count().filter(since >= start) for start in starts]
    counts = session.connection().execute(select(*younger, func.count()).where(OWED, *_within(scope, reader))).one()
    rows: list[AgeRow] = []
    for index, last in enumerate((*LAST_DAYS, None)):
        first = LAST_DAYS[index - 1] + 1 if index else 0
        rows.append(AgeRow(first, last, counts[index] - (counts[index - 1] if index else 0)))
    return tuple(rows)


def _within(scope: Scope, reader: Reader) -> list[ColumnElement[bool]]:
    granted = exists().where(TipGrant.tip_id == Tip.id, TipGrant.team_id.in_(sorted(reader.team_ids)))
    seen = or_(Tip.restriction.is_(None), granted)
    if scope.level is Level.TEAM:
        return [seen, Tip.team_id == scope.team.id]
    if scope.level is Level.PROVINCE:
        return [seen, Tip.province_code == scope.province_code]
    return [seen]
