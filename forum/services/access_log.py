"""The record of who read or tried what: chained per account, written in the transaction of the reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, insert, select

from forum.adapters.chain import GENESIS, link, named
from forum.adapters.keyring import Purpose
from forum.adapters.secrets import Secrets
from forum.adapters.vault import lasting_part
from forum.models import AccessRow
from forum.models.access_log import NOBODY, AccessAction
from forum.models.base import canonical_json
from forum.services.work import Work

CHAIN = "access-log"
_LOCK_CLASS = 0x41434345  # "ACCE": keeps these advisory locks apart from others


def record(
    work: Work,
    action: AccessAction,
    *,
    account_id: int | None,
    tip_id: int | None = None,
    data: Mapping[str, Any] | None = None,
    words: str | None = None,
) -> None:
    """Append one row to the chain of the account (or NOBODY, PROGRAM); `words` (searched for) are sealed."""
    chain = account_id or NOBODY
    work.session.flush()  # what the row names must stand before it
    connection = work.session.connection()
    seq, before = _head(connection, chain)
    row = AccessRow(chain=chain, seq=seq + 1, at=work.now, action=action, tip_id=tip_id, data=dict(data or {}))
    row.chain_key_id = work.secrets.chain_key_id
    if words is not None:
        row.words_sealed = work.secrets.vault.seal_record(Purpose.KEK, words, where=words_where(chain, row.seq))
    row.mac = access_mac(work.secrets, before, row)
    # Not through the session: its bookkeeping costs more than the statement, and nobody reads the row back.
    connection.execute(_APPEND, {column: getattr(row, column) for column in _COLUMNS})


def words_where(chain: int, seq: int) -> str:
    """Return the associated data of sealed search words."""
    return f"access/{chain}/{seq}/words"


def access_mac(secrets: Secrets, before: bytes, row: AccessRow) -> bytes:
    """Return the code of a row, over every column as stored; of sealed words, over what no change of keys replaces."""
    return link(
        secrets.chain_key(CHAIN, row.chain_key_id),
        before,
        row.chain,
        row.seq,
        row.at.astimezone(UTC).isoformat(),
        row.action,
        row.tip_id,
        canonical_json(row.data),
        lasting_part(row.words_sealed),
        *named(row.chain_key_id),
    )


_table = AccessRow.__table__
_COLUMNS = tuple(column.key for column in _table.c if not column.primary_key)
_APPEND = insert(AccessRow)
_LOCK = select(func.pg_advisory_xact_lock(_LOCK_CLASS, bindparam("chain", type_=Integer)))
_LAST = (
    select(_table.c.seq, _table.c.mac)
    .where(_table.c.chain == bindparam("chain"))
    .order_by(_table.c.seq.desc())
    .limit(1)
)


def _head(connection: Connection, chain: int) -> tuple[int, bytes]:
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"chain": chain})
    last = connection.execute(_LAST, {"chain": chain}).first()
    return (last.seq, last.mac) if last else (0, GENESIS)
