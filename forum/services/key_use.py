"""How many rows each key of the keyring is needed for; what the tables name, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import LargeBinary, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.adapters.keyring import Keyring, Purpose
from forum.adapters.vault import RECORD_HEAD_BYTES
from forum.models import AccessRow, Identity, NoticeAddress, SettingEvent, Tip, TipEventRow, TipSearch, Totp

NAMED: tuple[tuple[Purpose, InstrumentedAttribute[Any]], ...] = (
    (Purpose.KEK, Tip.kek_id),
    (Purpose.RECEIPT, Tip.receipt_key_id),
    (Purpose.INDEX, TipSearch.key_id),
    (Purpose.CHAIN, TipEventRow.chain_key_id),
    (Purpose.CHAIN, AccessRow.chain_key_id),
    (Purpose.CHAIN, SettingEvent.chain_key_id),
)
"""Columns that name a key; an index adds its plan after a dot, no name of a chain key stands for the oldest."""
RECORDS: tuple[tuple[Purpose, InstrumentedAttribute[Any]], ...] = (
    (Purpose.KEK, AccessRow.words_sealed),
    (Purpose.KEK, Totp.secret_sealed),
    (Purpose.NOTICE, NoticeAddress.sealed),
    (Purpose.IDENTITY, Identity.sealed),
)
"""Columns of sealed records, which name their key themselves."""


def count_use(session: Session, keyring: Keyring, only: Purpose | None = None) -> Counter[str]:
    """Return how many rows name each key, of one purpose or of all; ids that the keyring does not hold come too."""
    used: Counter[str] = Counter()
    for purpose, column in NAMED:
        if only in {None, purpose}:
            for key_id, rows in session.execute(select(column, func.count()).group_by(column)):
                oldest = keyring.all(Purpose.CHAIN)[0].id if purpose is Purpose.CHAIN else None
                name = oldest if key_id is None else key_id.partition(".")[0]
                if name:
                    used[name] += rows
    for purpose, column in RECORDS:
        if only in {None, purpose}:
            used.update(dict(_heads(session, column)))
    return used


def count_left(session: Session, keyring: Keyring, purpose: Purpose) -> int:
    """Return how many rows of a purpose are not under its current key."""
    used = count_use(session, keyring, purpose)
    return used.total() - used[keyring.current(purpose).id]


def _heads(session: Session, column: InstrumentedAttribute[Any]) -> Iterator[tuple[str, int]]:
    """Count the records of a column by the key that each begins with: the version, the length of an id, the id."""
    start = func.substr(column, 1, RECORD_HEAD_BYTES, type_=LargeBinary)
    for head in session.scalars(select(start).where(column.is_not(None)).distinct()).all():
        named = func.substr(column, RECORD_HEAD_BYTES + 1, head[1], type_=LargeBinary)
        alike = select(named, func.count()).where(start == literal(head, LargeBinary)).group_by(named)
        for key_id, rows in session.execute(alike):
            yield key_id.decode("ascii", "replace"), rows
