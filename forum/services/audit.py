"""Walking the authenticated chains: every changed, removed, inserted or reordered row of the records is found.

What no chain can tell is that its very last rows are gone, together with whatever else names them: of the accesses, the
settings, or of a tip whose row is put back as well. Only a checkpoint kept elsewhere shows that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, Text, func, select, tuple_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.adapters.chain import GENESIS
from forum.adapters.secrets import Secrets
from forum.adapters.vault import SealBroken
from forum.domain.errors import DomainError
from forum.domain.lifecycle import fold
from forum.models import AccessRow, SettingEvent, Tip, TipEventRow, TipGrant
from forum.models.base import canonical_json
from forum.services import access_log, setting_events
from forum.services.timeline import COLUMNS, as_event, event_mac

TIPS_AT_ONCE = 100
ROWS_AT_ONCE = 2_000
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What reading a stored value raises that no program of ours has written."""

StoredRow = Row[*tuple[Any, ...]]
MacOf = Callable[[bytes, Any], bytes]


class Chain(StrEnum):
    """Which record."""

    TIP = "tip-event"
    ACCESS = "access-log"
    SETTING = "setting-event"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row; `message` is a message id for gettext, filled by `params`.

    `key` is the number of the tip, the account of the accesses, empty for settings.
    """

    chain: Chain
    key: str
    message: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Link:
    """How far a chain has been walked."""

    seq: int = 0
    mac: bytes = GENESIS


def count_tips(session: Session) -> int:
    """Return how many tips a full verification walks."""
    return session.scalar(select(func.count()).select_from(Tip)) or 0


def next_tip_ids(session: Session, *, after: int = 0, at_most: int = TIPS_AT_ONCE) -> list[int]:
    """Return the ids of the tips that follow, oldest first; empty at the end."""
    return list(session.scalars(select(Tip.id).where(Tip.id > after).order_by(Tip.id).limit(at_most)))


def newest_tip_ids(session: Session, *, at_most: int) -> list[int]:
    """Return the ids of the newest tips, oldest of them first."""
    return sorted(session.scalars(select(Tip.id).order_by(Tip.id.desc()).limit(at_most)))


def tip_faults(session: Session, secrets: Secrets, tip_ids: Sequence[int]) -> list[Fault]:
    """Verify the events of some tips, and that each row is their fold.

    Memory holds the events of these tips alone. A value that cannot even be read is a fault of its tip.
    """
    try:
        return list(_tip_faults(session, secrets, tip_ids))
    except _UNREADABLE:
        if len(tip_ids) > 1:
            return [fault for tip_id in tip_ids for fault in tip_faults(session, secrets, [tip_id])]
        number = session.scalar(select(type_coerce(Tip.number, Text)).where(Tip.id == tip_ids[0]))
        return [Fault(Chain.TIP, str(number), "A stored value cannot be read.")]


def access_faults(session: Session, secrets: Secrets) -> Iterator[Fault]:
    """Verify the accesses of every account."""

    def mac_of(before: bytes, row: Any) -> bytes:
        return access_log.access_mac(secrets, before, row)

    rows = _paged(session, stored_columns(AccessRow), (AccessRow.chain, AccessRow.seq))
    for chain, of_account in groupby(rows, key=lambda row: row.chain):
        yield from walk(of_account, mac_of, chain=Chain.ACCESS, key=str(chain), link=Link())


def setting_faults(session: Session, secrets: Secrets) -> Iterator[Fault]:
    """Verify the changes of settings."""

    def mac_of(before: bytes, row: Any) -> bytes:
        return setting_events.setting_mac(secrets, before, row)

    rows = _paged(session, stored_columns(SettingEvent), (SettingEvent.seq,))
    yield from walk(rows, mac_of, chain=Chain.SETTING, key="", link=Link())


def _tip_faults(session: Session, secrets: Secrets, tip_ids: Sequence[int]) -> Iterator[Fault]:
    tips = session.execute(select(*Tip.__table__.columns).where(Tip.id.in_(tip_ids)).order_by(Tip.id)).all()
    query = (
        stored_columns(TipEventRow).where(TipEventRow.tip_id.in_(tip_ids)).order_by(TipEventRow.tip_id, TipEventRow.seq)
    )
    events = {tip_id: list(rows) for tip_id, rows in groupby(session.execute(query), key=lambda row: row.tip_id)}
    grants: dict[int, list[int]] = {}
    for tip_id, team_id in session.execute(
        select(TipGrant.tip_id, TipGrant.team_id).where(TipGrant.tip_id.in_(tip_ids)).order_by(TipGrant.team_id)
    ):
        grants.setdefault(tip_id, []).append(team_id)
    for tip in tips:
        yield from _faults_of_tip(secrets, tip, events.get(tip.id, []), tuple(grants.get(tip.id, ())))


def _faults_of_tip(
    secrets: Secrets, tip: StoredRow, events: Sequence[StoredRow], granted: tuple[int, ...]
) -> Iterator[Fault]:
    def mac_of(before: bytes, row: Any) -> bytes:
        return event_mac(secrets, tip.number, before, row)

    link = Link()
    yield from walk(events, mac_of, chain=Chain.TIP, key=tip.number, link=link)
    if link.mac != tip.head_mac:
        yield Fault(Chain.TIP, tip.number, "The tip names another last event than there is.")
    yield from _fold_faults(tip, events, granted)
    try:
        secrets.vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)
    except SealBroken:
        yield Fault(Chain.TIP, tip.number, "The key of the tip cannot be opened.")


def _fold_faults(tip: StoredRow, events: Sequence[Any], granted: tuple[int, ...]) -> Iterator[Fault]:
    try:
        state = fold([as_event(row) for row in events])
    except (DomainError, *_UNREADABLE):
        yield Fault(Chain.TIP, tip.number, "Its events lead to no possible state.")
        return
    held = {name: getattr(tip, name) for name in (*COLUMNS, "queue_at")}
    held |= {"tags": tuple(tip.tags), "granted_team_ids": granted}
    differing = sorted(name for name, value in held.items() if value != getattr(state, name))
    if differing:
        message = "The row differs from what its events say: %(columns)s."
        yield Fault(Chain.TIP, tip.number, message, {"columns": ", ".join(differing)})


def walk(
    rows: Iterator[StoredRow] | Sequence[StoredRow], mac_of: MacOf, *, chain: Chain, key: str, link: Link
) -> Iterator[Fault]:
    """Follow the links; after a fault the walk goes on from the code as stored, so that it is told only once."""
    for row in rows:
        seq: int = row.seq
        if seq != link.seq + 1:
            message = "Row %(seq)s follows row %(before)s: rows between are missing."
            yield Fault(chain, key, message, {"seq": seq, "before": link.seq})
        elif mac_of(link.mac, row) != row.mac or canonical_json(row.data) != row.spelled:
            yield Fault(chain, key, "Row %(seq)s has been changed, or put where it does not belong.", {"seq": seq})
        link.seq, link.mac = seq, row.mac


def stored_columns(model: type[AccessRow | SettingEvent | TipEventRow]) -> Select[*tuple[Any, ...]]:
    """Select every column, and the structured one also as spelled in the database."""
    return select(*model.__table__.columns, type_coerce(model.data, Text).label("spelled"))


def _paged(
    session: Session, query: Select[*tuple[Any, ...]], place: Sequence[InstrumentedAttribute[int]]
) -> Iterator[StoredRow]:
    """Yield all rows in the order of their place, a bounded number in memory."""
    after: tuple[int, ...] | None = None
    while True:
        page = query if after is None else query.where(tuple_(*place) > after)
        rows = session.execute(page.order_by(*place).limit(ROWS_AT_ONCE)).all()
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        after = tuple(getattr(rows[-1], column.key) for column in place)
