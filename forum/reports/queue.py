"""The lists of tips that officers work through; structure only, never a word of a tip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from forum.domain.lifecycle import Status
from forum.domain.permissions import Actor, Permission
from forum.domain.vocabulary import TeamKind
from forum.models import Province, Team, Tip, TipGrant
from forum.models.among import ListOf, among
from forum.models.base import UtcDateTime
from forum.models.tip import BigId
from forum.models.visibility import VISIBLE, rights_of
from forum.reports.tip_rows import Cursor, Filters, QueueRow, as_rows, rows_of

PAGE_ROWS = 25
COUNTED_UP_TO = 100
# Spelled out, not bound, so that the planners know the partial indexes of these lists.
_ANSWERED: ColumnElement[Status] = literal_column("'answered'")
_REOPENED: ColumnElement[Status] = literal_column("'reopened'")


class Tab(StrEnum):
    """Which list."""

    TEAM = "team"
    MINE = "mine"
    RESPONSES = "responses"
    LEAD = "lead"
    TO_CLOSE = "to-close"
    PROVINCE = "province"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a list."""

    rows: tuple[QueueRow, ...]
    older: Cursor | None


@dataclass(frozen=True, slots=True)
class _Reach:
    """The teams and whole provinces for which somebody does one thing; no tip is counted for both."""

    teams: tuple[int, ...] = ()
    provinces: tuple[str, ...] = ()

    def streams(self, of_team: Any) -> list[ColumnElement[bool]]:
        """Return one condition for each team and province, of which no tip meets two: each walks one index."""
        found: list[ColumnElement[bool]] = [of_team == team_id for team_id in self.teams]
        return found + [and_(Tip.province_code == code, *self.outside(of_team)) for code in self.provinces]

    def outside(self, of_team: Any) -> list[ColumnElement[bool]]:
        """Return the condition that a tip is with none of the teams."""
        return [~self.is_one(of_team)] if self.teams else []

    def is_one(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that a column names one of the teams."""
        return among(column, bindparam(None, self.teams, type_=ListOf(Integer)))

    def is_in(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that a column names one of the provinces."""
        return among(column, bindparam(None, self.provinces, type_=ListOf(String)))


def tabs_of(actor: Actor) -> tuple[Tab, ...]:
    """Return the lists that mean something to the actor, the first being the usual one."""
    handles = actor.holds(Permission.HANDLE)
    shown = {
        Tab.TEAM: True,
        Tab.MINE: handles,
        Tab.RESPONSES: handles,
        Tab.LEAD: actor.holds(Permission.APPROVE),
        Tab.TO_CLOSE: handles,
        Tab.PROVINCE: bool(actor.reading_provinces),
        Tab.ARCHIVE: True,
    }
    return tuple(tab for tab, is_shown in shown.items() if is_shown)


def queue_page(session: Session, actor: Actor, tab: Tab, *, filters: Filters, after: Cursor | None = None) -> QueuePage:
    """Return one page: the most pressing first, the archive from the newest; one query."""
    statement = _page_statement(actor, tab, filters, "next" if after else "first")
    if statement is None:
        return QueuePage((), None)
    start = {"after_at": after.at, "after_id": after.id} if after else {}
    rows = as_rows(session.connection().execute(statement, start | rights_of(actor)))
    shown = rows[:PAGE_ROWS]
    if len(rows) <= PAGE_ROWS:
        return QueuePage(shown, None)
    last = shown[-1]
    at = last.received_at if tab is Tab.ARCHIVE else last.queue_at
    return QueuePage(shown, Cursor(at or last.received_at, last.id))


def tab_counts(session: Session, actor: Actor, tabs: Iterable[Tab]) -> dict[Tab, int]:
    """Return how many tips wait in each list, counted up to 100 at most; one query for all."""
    counted = tuple(tab for tab in tabs if tab is not Tab.ARCHIVE)
    row = session.connection().execute(_counts_statement(actor, counted), rights_of(actor)).one()
    return {tab: min(int(amount), COUNTED_UP_TO) for tab, amount in zip(counted, row, strict=True)}


# Statements are kept for each actor: putting one together costs more than running it.
@lru_cache(maxsize=1024)
def _page_statement(actor: Actor, tab: Tab, filters: Filters, page: str) -> Select[*tuple[Any, ...]] | None:
    ordered = Tip.received_at if tab is Tab.ARCHIVE else Tip.queue_at
    is_falling = tab is Tab.ARCHIVE
    conditions = [*_wanted(tab), *filters.conditions(), VISIBLE]
    if page == "next":
        position = tuple_(ordered, Tip.id)
        start = tuple_(bindparam("after_at", type_=UtcDateTime()), bindparam("after_id", type_=BigId))
        conditions.append(position < start if is_falling else position > start)
    order = (ordered.desc(), Tip.id.desc()) if is_falling else (ordered, Tip.id)
    parts = [
        select(Tip.id.label("id"), ordered.label("at")).where(stream, *conditions).order_by(*order).limit(PAGE_ROWS + 1)
        for stream in _streams(actor, tab)
    ]
    return rows_of(_merged(parts, is_falling=is_falling), is_falling=is_falling) if parts else None


@lru_cache(maxsize=512)
def _counts_statement(actor: Actor, tabs: tuple[Tab, ...]) -> Select[*tuple[Any, ...]]:
    return select(*(_bounded_count(actor, tab).label(tab.name) for tab in tabs))


def _merged(parts: Sequence[Select[*tuple[Any, ...]]], *, is_falling: bool) -> Any:
    """Merge lists that are ordered each, so that no list is read further than one page."""
    if len(parts) == 1:
        return parts[0].subquery()
    both = union_all(*(select(part.subquery()) for part in parts)).subquery()
    order = (both.c.at.desc(), both.c.id.desc()) if is_falling else (both.c.at, both.c.id)
    return select(both).order_by(*order).limit(PAGE_ROWS + 1).subquery()


def _bounded_count(actor: Actor, tab: Tab) -> Any:
    """Return how many tips a list holds; of each team and province no more than matter are counted."""
    conditions = [*_wanted(tab), VISIBLE]
    if tab is Tab.MINE:
        return _first_hundred(Tip.assignee_id == actor.account_id, *conditions)
    reach, of_team = _reach_of(actor, tab), _team_column(tab)
    amounts = [_first_hundred(shared, *conditions) for shared in _shared(reach, tab)]
    if reach.teams:
        of_one = _first_hundred(of_team == Team.id, *conditions, around=Team)
        amounts.append(_sum_over(Team, of_one, reach.is_one(Team.id)))
    if reach.provinces:
        of_one = _first_hundred(
            Tip.province_code == Province.code, *reach.outside(of_team), *conditions, around=Province
        )
        amounts.append(_sum_over(Province, of_one, reach.is_in(Province.code)))
    return sum(amounts, literal(0))


def _first_hundred(*conditions: ColumnElement[bool], around: Any = None) -> Any:
    """Return the amount of tips, counted up to 100; `around` is what of the statement around the conditions name."""
    found = select(literal(1).label("one")).where(*conditions).limit(COUNTED_UP_TO).correlate(around)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def _sum_over(table: Any, amount: Any, condition: ColumnElement[bool]) -> Any:
    """Return the sum of an amount for each row of a table."""
    return select(func.coalesce(func.sum(amount), 0)).select_from(table).where(condition).scalar_subquery()


def _wanted(tab: Tab) -> list[ColumnElement[bool]]:
    open_ones = Tip.queue_at.is_not(None)
    match tab:
        case Tab.TEAM | Tab.PROVINCE:
            return [open_ones, Tip.status != Status.ANSWERED]
        case Tab.MINE:
            return [open_ones, Tip.status != Status.ANSWERED]
        case Tab.RESPONSES:
            return [open_ones, Tip.responder_due_at.is_not(None)]
        case Tab.LEAD:
            return [open_ones, or_(Tip.is_answer_pending, Tip.status == _REOPENED)]
        case Tab.TO_CLOSE:
            return [open_ones, Tip.status == _ANSWERED]
        case Tab.ARCHIVE:
            return []


def _streams(actor: Actor, tab: Tab) -> list[ColumnElement[bool]]:
    if tab is Tab.MINE:
        return [Tip.assignee_id == actor.account_id]
    reach = _reach_of(actor, tab)
    return reach.streams(_team_column(tab)) + _shared(reach, tab)


def _team_column(tab: Tab) -> Any:
    return Tip.responder_team_id if tab is Tab.RESPONSES else Tip.team_id


def _reach_of(actor: Actor, tab: Tab) -> _Reach:
    everywhere = tuple(sorted(actor.reading_provinces))
    if tab is Tab.PROVINCE:
        return _Reach(provinces=everywhere)
    reach = _reach(actor, _PERMISSIONS.get(tab, Permission.READ_TIPS))
    return replace(reach, provinces=everywhere) if tab is Tab.ARCHIVE else reach


_PERMISSIONS = {Tab.RESPONSES: Permission.HANDLE, Tab.LEAD: Permission.APPROVE, Tab.TO_CLOSE: Permission.HANDLE}


def _reach(actor: Actor, permission: Permission) -> _Reach:
    """Return for which teams the permission is held, and for which provinces as a whole."""
    teams = actor.teams_with(permission)
    whole = {m.province_code for m in actor.memberships if m.team_kind is TeamKind.PROVINCE and m.team_id in teams}
    return _Reach(tuple(sorted(teams)), tuple(sorted(code for code in whole if code)))


def _shared(reach: _Reach, tab: Tab) -> list[ColumnElement[bool]]:
    """Return the condition for restricted tips of others on whose list a team of the reach stands."""
    if not reach.teams or tab not in {Tab.TEAM, Tab.ARCHIVE}:
        return []
    granted = Tip.id.in_(select(TipGrant.tip_id).where(reach.is_one(TipGrant.team_id)))
    elsewhere = [or_(~reach.is_in(Tip.province_code), Tip.province_code.is_(None))] if reach.provinces else []
    return [and_(granted, *reach.outside(Tip.team_id), *elsewhere)]
