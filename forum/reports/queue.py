"""The lists of tips that officers work through; structure only, never a word of a tip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
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
from forum.models import Tip, TipGrant
from forum.models.base import UtcDateTime
from forum.models.tip import BigId
from forum.models.visibility import visible_to
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
    """The teams and whole provinces for which somebody does one thing."""

    teams: tuple[int, ...] = ()
    provinces: tuple[str, ...] = ()

    def streams(self, column: Any = None) -> list[ColumnElement[bool]]:
        """Return one condition for each team and province, of which no tip meets two: each walks one index."""
        of_team = Tip.team_id if column is None else column
        found: list[ColumnElement[bool]] = [of_team == team_id for team_id in self.teams]
        outside = [of_team.not_in(self.teams)] if self.teams else []
        found += [and_(Tip.province_code == code, *outside) for code in self.provinces]
        return found


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
    rows = as_rows(session.execute(statement, start))
    shown = rows[:PAGE_ROWS]
    if len(rows) <= PAGE_ROWS:
        return QueuePage(shown, None)
    last = shown[-1]
    at = last.received_at if tab is Tab.ARCHIVE else last.queue_at
    return QueuePage(shown, Cursor(at or last.received_at, last.id))


def tab_counts(session: Session, actor: Actor, tabs: Iterable[Tab]) -> dict[Tab, int]:
    """Return how many tips wait in each list, counted up to 100 at most; one query for all."""
    counted = tuple(tab for tab in tabs if tab is not Tab.ARCHIVE)
    row = session.execute(_counts_statement(actor, counted)).one()
    return dict(zip(counted, row, strict=True))


# Statements are kept for each actor: putting one together costs more than running it.
@lru_cache(maxsize=1024)
def _page_statement(actor: Actor, tab: Tab, filters: Filters, page: str) -> Select[*tuple[Any, ...]] | None:
    ordered = Tip.received_at if tab is Tab.ARCHIVE else Tip.queue_at
    is_falling = tab is Tab.ARCHIVE
    conditions = [*_wanted(tab), *filters.conditions(), visible_to(actor)]
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
    conditions = [*_wanted(tab), visible_to(actor)]
    parts = [select(literal(1).label("one")).where(s, *conditions).limit(COUNTED_UP_TO) for s in _streams(actor, tab)]
    if not parts:
        return literal(0)
    every = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(func.count()).select_from(select(every).limit(COUNTED_UP_TO).subquery()).scalar_subquery()


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
    if tab is Tab.PROVINCE:
        return _Reach(provinces=tuple(sorted(actor.reading_provinces))).streams()
    reach = _reach(actor, _PERMISSIONS.get(tab, Permission.READ_TIPS))
    if tab is Tab.ARCHIVE:
        reach = replace(reach, provinces=tuple(sorted(actor.reading_provinces)))
    streams = reach.streams(Tip.responder_team_id if tab is Tab.RESPONSES else None)
    return streams + _shared(reach) if tab in {Tab.TEAM, Tab.ARCHIVE} else streams


_PERMISSIONS = {Tab.RESPONSES: Permission.HANDLE, Tab.LEAD: Permission.APPROVE, Tab.TO_CLOSE: Permission.HANDLE}


def _reach(actor: Actor, permission: Permission) -> _Reach:
    """Return for which teams the permission is held, and for which provinces as a whole."""
    teams = actor.teams_with(permission)
    whole = {m.province_code for m in actor.memberships if m.team_kind is TeamKind.PROVINCE and m.team_id in teams}
    return _Reach(tuple(sorted(teams)), tuple(sorted(code for code in whole if code)))


def _shared(reach: _Reach) -> list[ColumnElement[bool]]:
    """Return the condition for restricted tips of others on whose list a team of the reach stands."""
    if not reach.teams:
        return []
    granted = Tip.id.in_(select(TipGrant.tip_id).where(TipGrant.team_id.in_(reach.teams)))
    outside = Tip.province_code.not_in(reach.provinces) if reach.provinces else literal(value=True)
    return [and_(granted, Tip.team_id.not_in(reach.teams), or_(outside, Tip.province_code.is_(None)))]
