"""What the auditor reads: events, accesses and changes of settings, newest first, never a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.domain.events import ActorKind, EventKind
from forum.domain.working_time import end_of, start_of
from forum.models import AccessAction, AccessRow, Account, Erasure, SettingEvent, Team, Tip, TipEventRow
from forum.models.access_log import PROGRAM

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBER = func.coalesce(Tip.number, Erasure.number).label("number")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: instant and id."""

    at: datetime
    id: int

    @classmethod
    def read(cls, spelled: str) -> Self | None:
        """Return what `str` gave; None for anything else."""
        micros, _, row_id = spelled.partition("-")
        if not (micros.isdecimal() and row_id.isdecimal() and len(micros) < 18 and len(row_id) < 18):  # noqa: PLR2004
            return None
        return cls(_EPOCH + int(micros) * _MICROSECOND, int(row_id))

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a log is narrowed to; None asks for nothing. Days are those of Viet Nam, both included."""

    first: date | None = None
    last: date | None = None
    kind: str | None = None
    account_id: int | None = None
    tip_id: int | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event of a tip."""

    id: int
    at: datetime
    number: str
    seq: int
    kind: EventKind
    actor_kind: ActorKind
    account: str | None
    team_code: str | None


@dataclass(frozen=True, slots=True)
class AccessLine:
    """An access; `account` is None where nobody was signed in, or the program itself acted (`is_program`)."""

    id: int
    at: datetime
    action: AccessAction
    account: str | None
    is_program: bool
    number: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A change of settings."""

    id: int
    at: datetime
    account: str | None
    subject: str
    key: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VerificationLine:
    """The result of a verification."""

    at: datetime
    tips: int
    faults: int
    is_full: bool
    account: str | None


Line = EventLine | AccessLine | SettingLine


def event_log(session: Session, wanted: Wanted, *, after: Cursor | None) -> Sequence[EventLine]:
    """Return a page of events, and one row more when there are further ones."""
    row = TipEventRow
    query = (
        select(row.id, row.at, Tip.number, row.seq, row.kind, row.actor_kind, Account.username, Team.code)
        .join(Tip, Tip.id == row.tip_id)
        .outerjoin(Account, Account.id == row.account_id)
        .outerjoin(Team, Team.id == row.team_id)
        .where(*_within(wanted, row.at, row.id, after))
    )
    if wanted.kind is not None:
        query = query.where(row.kind == EventKind(wanted.kind))
    if wanted.account_id is not None:
        query = query.where(row.account_id == wanted.account_id)
    if wanted.tip_id is not None:
        query = query.where(row.tip_id == wanted.tip_id)
    return [EventLine(*found) for found in session.execute(_newest(query, row.at, row.id))]


def access_log(session: Session, wanted: Wanted, *, after: Cursor | None) -> Sequence[AccessLine]:
    """Return a page of accesses, and one row more when there are further ones."""
    row = AccessRow
    query = (
        select(row.id, row.at, row.action, Account.username, row.chain, _NUMBER, row.data)
        .outerjoin(Account, Account.id == row.chain)
        .outerjoin(Tip, Tip.id == row.tip_id)
        .outerjoin(Erasure, Erasure.tip_id == row.tip_id)
        .where(*_within(wanted, row.at, row.id, after))
    )
    if wanted.kind is not None:
        query = query.where(row.action == AccessAction(wanted.kind))
    if wanted.account_id is not None:
        query = query.where(row.chain == wanted.account_id)
    if wanted.tip_id is not None:
        query = query.where(row.tip_id == wanted.tip_id)
    return [
        AccessLine(found.id, found.at, found.action, found.username, found.chain == PROGRAM, found.number, found.data)
        for found in session.execute(_newest(query, row.at, row.id))
    ]


def setting_log(session: Session, wanted: Wanted, *, after: Cursor | None) -> Sequence[SettingLine]:
    """Return a page of changes of settings, and one row more when there are further ones."""
    row = SettingEvent
    query = (
        select(row.id, row.at, Account.username, row.subject, row.subject_key, row.data)
        .outerjoin(Account, Account.id == row.account_id)
        .where(*_within(wanted, row.at, row.id, after))
    )
    if wanted.kind is not None:
        query = query.where(row.subject == wanted.kind)
    if wanted.account_id is not None:
        query = query.where(row.account_id == wanted.account_id)
    return [
        SettingLine(
            found.id,
            found.at,
            found.username,
            found.subject,
            found.subject_key,
            found.data["before"],
            found.data["after"],
        )
        for found in session.execute(_newest(query, row.at, row.id))
    ]


def verifications(session: Session, *, at_most: int = 10) -> Sequence[VerificationLine]:
    """Return the latest verifications, the newest first."""
    rows = session.execute(
        select(AccessRow.at, AccessRow.data)
        .where(AccessRow.chain == PROGRAM, AccessRow.action == AccessAction.LOG_READ)
        .order_by(AccessRow.seq.desc())
        .limit(at_most)
    ).all()
    ids = {row.data["by"] for row in rows if row.data["by"] is not None}
    query = select(Account.id, Account.username).where(Account.id.in_(ids))
    names = {found.id: found.username for found in session.execute(query)}
    return [
        VerificationLine(row.at, row.data["tips"], row.data["faults"], row.data["is_full"], names.get(row.data["by"]))
        for row in rows
    ]


def account_id_of(session: Session, username: str) -> int | None:
    """Return the account of a sign-in name."""
    return session.scalar(select(Account.id).where(Account.username == username))


def tip_id_of(session: Session, number: str) -> int | None:
    """Return the tip of a number, restricted or erased as it may be: the record of a tip is no text of it."""
    erased = select(Erasure.tip_id).where(Erasure.number == number)
    return session.scalar(select(Tip.id).where(Tip.number == number)) or session.scalar(erased)


def _within(
    wanted: Wanted, at: InstrumentedAttribute[datetime], row_id: InstrumentedAttribute[int], after: Cursor | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.first is not None:
        conditions.append(at >= start_of(wanted.first))
    if wanted.last is not None:
        conditions.append(at < end_of(wanted.last))
    if after is not None:
        conditions.append(tuple_(at, row_id) < (after.at, after.id))
    return conditions


def _newest(
    query: Select[*tuple[Any, ...]], at: InstrumentedAttribute[datetime], row_id: InstrumentedAttribute[int]
) -> Select[*tuple[Any, ...]]:
    return query.order_by(at.desc(), row_id.desc()).limit(PAGE + 1)
