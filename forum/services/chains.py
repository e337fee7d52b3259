"""Walking one authenticated chain: what a record, a fault and a link are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, Text, select, type_coerce

from forum.adapters.chain import GENESIS
from forum.models import AccessRow, SettingEvent, TipEventRow
from forum.models.base import canonical_json
from forum.services.record_rows import UNREADABLE, Unreadable

StoredRow = Row[*tuple[Any, ...]]
MacOf = Callable[[bytes, Any], bytes]


class Chain(StrEnum):
    """Which record."""

    TIP = "tip-event"
    ACCESS = "access-log"
    SETTING = "setting-event"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row; `message` is a message id for gettext, filled by `params`.

    `key` is the number of the tip (of an erased one too), the account of the accesses, empty for settings.
    """

    chain: Chain
    key: str
    message: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Link:
    """How far a chain has been walked; the codes of the rows at the places in `wanted` are kept on the way."""

    seq: int = 0
    mac: bytes = GENESIS
    wanted: frozenset[int] = frozenset()
    kept: dict[int, bytes] = field(default_factory=dict)


def walk(
    rows: Iterable[StoredRow | Unreadable], mac_of: MacOf, *, chain: Chain, key: str, link: Link
) -> Iterator[Fault]:
    """Follow the links; after a fault the walk goes on from the code as stored, so that it is told only once."""
    for row in rows:
        seq: int = row.seq
        if seq != link.seq + 1:
            message = "Row %(seq)s follows row %(before)s: rows between are missing."
            yield Fault(chain, key, message, {"seq": seq, "before": link.seq})
        elif isinstance(row, Unreadable) or not _fits(row, mac_of, link):
            yield Fault(chain, key, "Row %(seq)s has been changed, or put where it does not belong.", {"seq": seq})
        link.seq, link.mac = seq, row.mac
        if seq in link.wanted:
            link.kept[seq] = row.mac


def _fits(row: StoredRow, mac_of: MacOf, link: Link) -> bool:
    try:
        return bool(mac_of(link.mac, row) == row.mac and canonical_json(row.data) == row.spelled)
    except UNREADABLE:
        return False


def stored_columns(model: type[AccessRow | SettingEvent | TipEventRow]) -> Select[*tuple[Any, ...]]:
    """Select every column, and the structured one also as spelled in the database."""
    return select(*model.__table__.columns, type_coerce(model.data, Text).label("spelled"))
