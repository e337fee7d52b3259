"""Bringing rows under the current key of their purpose, a few in each transaction, while the forum serves.

A row that somebody else holds is passed over and comes in the next round, so that nobody ever waits crosswise. Each
row is replaced only if it still is as it was read: what others write meanwhile is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, Select, Table, func, literal, select, update
from sqlalchemy.orm import InstrumentedAttribute

from forum.adapters.keyring import Purpose
from forum.adapters.vault import CLUSTER_SCOPE, RECORD_VERSION, SealBroken, record_head
from forum.models import AccessRow, Identity, NoticeAddress, Tip, TipSearch, Totp
from forum.services import notices
from forum.services.access_log import words_where
from forum.services.custody_keys import identity_place
from forum.services.factors import SCOPE, secret_where
from forum.services.indexing import move_index
from forum.services.work import Work


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction did: up to which row it came (None at the end), and how many could not be opened."""

    last: int | None
    moved: int = 0
    broken: int = 0


Step = Callable[[Work, int, int], Batch]
"""Takes the work, the id after which to begin and the most rows to take."""


def rewrap_tips(work: Work, after: int, at_most: int) -> Batch:
    """Wrap the keys of tips anew; their texts stay as they are."""
    current = work.secrets.keyring.current(Purpose.KEK).id
    query = (
        select(Tip.id, Tip.number, Tip.kek_id, Tip.wrapped_key)
        .where(Tip.id > after, Tip.kek_id != current)
        .order_by(Tip.id)
        .limit(at_most)
        .with_for_update(of=Tip, key_share=True, skip_locked=True)
    )

    def anew(row: Any) -> dict[str, Any]:
        key = work.secrets.vault.open_tip_key(row.wrapped_key, row.kek_id, ref=row.number)
        wrapped = work.secrets.vault.wrap_tip_key(key, ref=row.number)
        return {"kek_id": wrapped.kek_id, "wrapped_key": wrapped.wrapped}

    return _replace(work, query, Tip.wrapped_key, anew)


def rewrap_words(work: Work, after: int, at_most: int) -> Batch:
    """Wrap the keys of recorded search words anew; those of the first version are chained whole and stay."""
    query = _records(work, Purpose.KEK, AccessRow.id, AccessRow.words_sealed, after=after, at_most=at_most)
    query = query.add_columns(AccessRow.chain, AccessRow.seq).where(
        func.substr(AccessRow.words_sealed, 1, 1, type_=LargeBinary) == literal(RECORD_VERSION, LargeBinary)
    )
    return _rewrap(
        work,
        Purpose.KEK,
        query,
        AccessRow.words_sealed,
        place=lambda row: (words_where(row.chain, row.seq), CLUSTER_SCOPE),
    )


def rewrap_second_factors(work: Work, after: int, at_most: int) -> Batch:
    """Wrap the keys of the secrets that apps of officers share anew."""
    query = _records(work, Purpose.KEK, Totp.id, Totp.secret_sealed, after=after, at_most=at_most)
    query = query.add_columns(Totp.uid)
    return _rewrap(work, Purpose.KEK, query, Totp.secret_sealed, place=lambda row: (secret_where(row.uid), SCOPE))


def rewrap_notice_addresses(work: Work, after: int, at_most: int) -> Batch:
    """Wrap the keys of addresses for notices anew."""
    query = _records(work, Purpose.NOTICE, NoticeAddress.tip_id, NoticeAddress.sealed, after=after, at_most=at_most)
    query = query.add_columns(Tip.number).join(Tip, Tip.id == NoticeAddress.tip_id)
    return _rewrap(
        work, Purpose.NOTICE, query, NoticeAddress.sealed, place=lambda row: (notices.where(row.number), CLUSTER_SCOPE)
    )


def rewrap_identities(work: Work, after: int, at_most: int) -> Batch:
    """Wrap the outer keys of identities anew; the boxes of custodians stay closed."""
    query = _records(work, Purpose.IDENTITY, Identity.tip_id, Identity.sealed, after=after, at_most=at_most)
    query = query.add_columns(Tip.number, Identity.scope).join(Tip, Tip.id == Identity.tip_id)
    return _rewrap(
        work, Purpose.IDENTITY, query, Identity.sealed, place=lambda row: (identity_place(row.number), row.scope)
    )


def reindex_tips(work: Work, after: int, at_most: int) -> Batch:
    """Index tips anew under the current key; each is locked, as by whoever adds words to it."""
    tips = work.session.scalars(
        select(Tip)
        .join(TipSearch, TipSearch.tip_id == Tip.id)
        .where(Tip.id > after, TipSearch.key_id != work.secrets.index.index_key_id)
        .order_by(Tip.id)
        .limit(at_most)
        .with_for_update(of=Tip, key_share=True, skip_locked=True)
    ).all()
    broken = 0
    for tip in tips:
        try:
            move_index(work, tip)
        except SealBroken:
            broken += 1
    work.session.flush()
    return Batch(tips[-1].id if tips else None, len(tips) - broken, broken)


STEPS: Mapping[Purpose, Sequence[Step]] = {
    Purpose.KEK: (rewrap_tips, rewrap_words, rewrap_second_factors),
    Purpose.IDENTITY: (rewrap_identities,),
    Purpose.NOTICE: (rewrap_notice_addresses,),
    Purpose.INDEX: (reindex_tips,),
}
"""What a new key of a purpose makes necessary; those left out need nothing, or keep their old keys for good."""


def _records(
    work: Work, purpose: Purpose, row_id: Any, sealed: InstrumentedAttribute[Any], *, after: int, at_most: int
) -> Select[Any]:
    head = record_head(work.secrets.keyring.current(purpose).id)
    start = func.substr(sealed, 1, len(head), type_=LargeBinary)
    return (
        select(row_id.label("id"), sealed.label("sealed"))
        .where(row_id > after, start != literal(head, LargeBinary))
        .order_by(row_id)
        .limit(at_most)
        .with_for_update(of=sealed.class_, key_share=True, skip_locked=True)
    )


def _rewrap(
    work: Work,
    purpose: Purpose,
    query: Select[Any],
    sealed: InstrumentedAttribute[Any],
    *,
    place: Callable[[Any], tuple[str, str]],
) -> Batch:
    def anew(row: Any) -> dict[str, Any]:
        where, scope = place(row)
        return {sealed.key: work.secrets.vault.rewrap_record(purpose, row.sealed, where=where, scope=scope)}

    return _replace(work, query, sealed, anew)


def _replace(
    work: Work,
    query: Select[*tuple[Any, ...]],
    compared: InstrumentedAttribute[Any],
    anew: Callable[[Any], dict[str, Any]],
) -> Batch:
    """Replace what is sealed in some rows, each only if it is still what was read."""
    connection = work.session.connection()
    table: Table = compared.class_.__table__
    (row_id,) = table.primary_key.columns
    rows = connection.execute(query).all()
    moved = broken = 0
    for row in rows:
        try:
            values = anew(row)
        except SealBroken:
            broken += 1
            continue
        before = getattr(row, "sealed", None) or row.wrapped_key
        unchanged = (row_id == row.id, table.c[compared.key] == before)
        moved += connection.execute(update(table).where(*unchanged).values(values)).rowcount
    return Batch(rows[-1].id if rows else None, moved, broken)
