"""The facts of days added up to months, at each level and by each facet that a page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from forum.domain.measures import MEASURES
from forum.domain.periods import last_of_month
from forum.domain.scopes import Level
from forum.models import DayDuration, DayFact, MonthDuration, MonthFact
from forum.models.month_fact import NO_TEAM, Facet

_KEYS = ("level", "month", "facet", "province_code", "team_id", "value", "granted")


def add_up(session: Session, months: Iterable[date]) -> None:
    """Write the rollup of each month (its first day is given) anew from the facts of its days."""
    for month in sorted(months):
        for table in (MonthFact, MonthDuration):
            session.execute(delete(table).where(table.month == month))
        for level, facet in product(Level, Facet):
            _add_counts(session, month, level=level, facet=facet)
            _add_durations(session, month, level=level, facet=facet)


def _add_counts(session: Session, month: date, *, level: Level, facet: Facet) -> None:
    sums = [func.sum(getattr(DayFact, measure)) for measure in MEASURES]
    query = _heading(DayFact, month, level=level, facet=facet).add_columns(*sums)
    session.execute(insert(MonthFact).from_select([*_KEYS, *MEASURES], query))


def _add_durations(session: Session, month: date, *, level: Level, facet: Facet) -> None:
    query = _heading(DayDuration, month, level=level, facet=facet)
    query = query.add_columns(DayDuration.span, DayDuration.bucket, func.sum(DayDuration.amount))
    cells: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for *keys, span, bucket, amount in session.execute(query.group_by(DayDuration.span, DayDuration.bucket)):
        cells[*keys, span][str(bucket)] = amount
    rows = [{**dict(zip((*_KEYS, "span"), key, strict=True)), "buckets": cell} for key, cell in cells.items()]
    if rows:
        session.execute(insert(MonthDuration), rows)


def _heading(table: type[DayFact | DayDuration], month: date, *, level: Level, facet: Facet) -> Select[Any]:
    """Return the select of the heading's columns over the days of a month, grouped by those that are kept."""
    kept: dict[str, ColumnElement[Any]] = {}
    if level is not Level.CLUSTER:
        kept["province_code"] = table.province_code.expression
    if level is Level.TEAM:
        kept["team_id"] = table.team_id.expression
    if facet is not Facet.ALL:
        kept["value"] = (table.category if facet is Facet.CATEGORY else table.kind).expression
    columns = (
        literal(level, MonthFact.level.type).label("level"),
        literal(month, MonthFact.month.type).label("month"),
        literal(facet, MonthFact.facet.type).label("facet"),
        kept.get("province_code", literal("")),
        kept.get("team_id", literal(NO_TEAM)),
        kept.get("value", literal("")),
        table.granted,
    )
    days = table.day.between(month, last_of_month(month))
    return select(*columns).where(days).group_by(*kept.values(), table.granted)
