"""Reading the facts of closed days for one period: sums and durations by group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from forum.domain.duration_buckets import Span
from forum.domain.periods import Period
from forum.models import DayDuration, DayFact, MonthDuration, MonthFact
from forum.reports.statistics_view import Pieces, View, cut

Sums = dict[str, Counter[str]]
Durations = dict[str, dict[Span, Counter[int]]]


def sums(session: Session, view: View, period: Period, *, closed: date, measures: Sequence[str]) -> Sums:
    """Return what was counted on the closed days of a period, by group."""
    pieces = cut(period, closed)
    found: Sums = defaultdict(Counter)
    parts = [*_month_sums(view, pieces, measures), *_day_sums(view, pieces, measures)]
    if parts:
        for key, *amounts in session.connection().execute(union_all(*parts)):
            found[str(key)].update(dict(zip(measures, amounts, strict=True)))
    return found


def durations(session: Session, view: View, period: Period, *, closed: date) -> Durations:
    """Return how long things took that ended on the closed days of a period, by group and span."""
    pieces = cut(period, closed)
    found: Durations = defaultdict(lambda: defaultdict(Counter))
    if pieces.months:
        key = view.month_key(MonthDuration)
        months = MonthDuration.month.between(pieces.months[0], pieces.months[-1])
        query = select(key, MonthDuration.span, MonthDuration.buckets).where(*view.month_rows(MonthDuration), months)
        for name, span, buckets in session.connection().execute(query):
            found[str(name)][span].update({int(bucket): amount for bucket, amount in buckets.items()})
    parts = [_day_durations(view, edge) for edge in pieces.edges]
    if parts:
        for name, span, bucket, amount in session.connection().execute(union_all(*parts)):
            found[str(name)][span][bucket] += amount
    return found


def _month_sums(view: View, pieces: Pieces, measures: Sequence[str]) -> list[Select[Any]]:
    if not pieces.months:
        return []
    key = view.month_key(MonthFact)
    columns = [func.sum(MonthFact.__table__.c[measure]) for measure in measures]
    months = MonthFact.month.between(pieces.months[0], pieces.months[-1])
    return [select(key, *columns).where(*view.month_rows(MonthFact), months).group_by(key)]


def _day_sums(view: View, pieces: Pieces, measures: Sequence[str]) -> list[Select[Any]]:
    columns = [func.sum(DayFact.__table__.c[measure]) for measure in measures]
    parts: list[Select[Any]] = []
    for edge in pieces.edges:
        key = view.day_key(DayFact, edge.first.replace(day=1))
        days = DayFact.day.between(edge.first, edge.last)
        parts.append(select(key, *columns).where(*view.day_rows(DayFact), days).group_by(key))
    return parts


def _day_durations(view: View, edge: Period) -> Select[Any]:
    key = view.day_key(DayDuration, edge.first.replace(day=1))
    query = select(key, DayDuration.span, DayDuration.bucket, func.sum(DayDuration.amount))
    query = query.where(*view.day_rows(DayDuration), DayDuration.day.between(edge.first, edge.last))
    return query.group_by(key, DayDuration.span, DayDuration.bucket)
