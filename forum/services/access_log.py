"""The record of who read or tried what: chained per account, written in the transaction of the reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy import func, select

from forum.adapters.chain import GENESIS, link
from forum.adapters.keyring import Purpose
from forum.adapters.secrets import Secrets
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
    seq, before = _head(work, chain)
    row = AccessRow(chain=chain, seq=seq + 1, at=work.now, action=action, tip_id=tip_id, data=dict(data or {}))
    if words is not None:
        row.words_sealed = work.secrets.vault.seal_record(Purpose.KEK, words, where=words_where(chain, row.seq))
    row.mac = access_mac(work.secrets, before, row)
    work.session.add(row)
    work.session.flush()  # the next row of the same unit of work must find this one as its head


def words_where(chain: int, seq: int) -> str:
    """Return the associated data of sealed search words."""
    return f"access/{chain}/{seq}/words"


def access_mac(secrets: Secrets, before: bytes, row: AccessRow) -> bytes:
    """Return the code of a row, over every column as stored."""
    return link(
        secrets.chain_key(CHAIN),
        before,
        row.chain,
        row.seq,
        row.at.astimezone(UTC).isoformat(),
        row.action,
        row.tip_id,
        canonical_json(row.data),
        row.words_sealed,
    )


def _head(work: Work, chain: int) -> tuple[int, bytes]:
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(select(func.pg_advisory_xact_lock(_LOCK_CLASS, chain)))
    last = work.session.execute(
        select(AccessRow.seq, AccessRow.mac).where(AccessRow.chain == chain).order_by(AccessRow.seq.desc()).limit(1)
    ).first()
    return (last.seq, last.mac) if last else (0, GENESIS)
