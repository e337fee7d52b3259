"""The record of every change of settings: one chain, and what tells running processes to read the rules anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from forum.adapters.chain import GENESIS, link, named
from forum.adapters.secrets import Secrets
from forum.domain.permissions import Actor
from forum.models import Base, SettingEvent
from forum.models.base import canonical_json
from forum.services.work import Work

CHAIN = "setting-event"
_LOCK = 0x53455454  # "SETT": keeps this advisory lock apart from others
_SECRET = ("password", "secret", "token", "key_sealed")


class Subject(StrEnum):
    """What a change is about."""

    ACCOUNT = "account"
    MEMBERSHIP = "membership"
    GRANT = "grant"
    TEAM = "team"
    DEPARTMENT = "department"
    CATEGORY = "category"
    POLICY = "policy"
    APPROVAL = "approval"
    CONSENT = "consent"
    CALENDAR = "calendar"
    CLUSTER_LEAD = "cluster-lead"
    TAG = "tag"
    ROUTING = "routing"
    CUSTODY = "custody"
    KEYRING = "keyring"


def record(
    work: Work,
    actor: Actor | None,
    *,
    subject: Subject,
    key: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> int | None:
    """Append a change to the chain and return its number; None, and no event, when nothing differs.

    Only the fields that differ are kept. No actor stands for an operator at the command line. Raise ValueError for
    a field that could hold a secret: those never reach the record.
    """
    old, new = _differing(before or {}, after or {})
    if not old and not new:
        return None
    seq, head = _head(work)
    row = SettingEvent(
        seq=seq + 1,
        at=work.now,
        account_id=actor.account_id if actor else None,
        subject=subject.value,
        subject_key=key,
        data={"before": old, "after": new},
        chain_key_id=work.secrets.chain_key_id,
    )
    row.mac = setting_mac(work.secrets, head, row)
    work.session.add(row)
    work.session.flush()  # the next change of the same unit of work must find this one as its head
    return row.seq


def values_of(row: Base, *names: str) -> dict[str, Any]:
    """Return columns of a row as the record keeps them."""
    return {name: _plain(getattr(row, name)) for name in names}


def setting_mac(secrets: Secrets, before: bytes, row: SettingEvent) -> bytes:
    """Return the code of a change, over every column as stored."""
    return link(
        secrets.chain_key(CHAIN, row.chain_key_id),
        before,
        row.seq,
        row.at.astimezone(UTC).isoformat(),
        row.account_id,
        row.subject,
        row.subject_key,
        canonical_json(row.data),
        *named(row.chain_key_id),
    )


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in {**before, **after} if _plain(before.get(name)) != _plain(after.get(name))]
    for name in names:
        if any(word in name for word in _SECRET):
            message = f"{name} never belongs into the record of settings"
            raise ValueError(message)
    old = {name: _plain(before[name]) for name in names if name in before}
    return old, {name: _plain(after[name]) for name in names if name in after}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _head(work: Work) -> tuple[int, bytes]:
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = work.session.execute(
        select(SettingEvent.seq, SettingEvent.mac).order_by(SettingEvent.seq.desc()).limit(1)
    ).first()
    return (last.seq, last.mac) if last else (0, GENESIS)
