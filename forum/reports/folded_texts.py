"""The folded texts of some tips, unsealed to be compared and never shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.orm import Session

from forum.adapters.bindings import event_where
from forum.adapters.secrets import Secrets
from forum.models import TipEventRow
from forum.models.among import ListOf, among


class Keyed(Protocol):
    """What of a tip opens its texts."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def wrapped_key(self) -> bytes: ...
    @property
    def kek_id(self) -> str: ...


class KeyedTip(NamedTuple):
    """That alone."""

    id: int
    number: str
    wrapped_key: bytes
    kek_id: str


_event = TipEventRow.__table__.c
_TEXTS = (
    select(_event.tip_id, _event.seq, _event.folded_sealed)
    .where(among(_event.tip_id, bindparam("ids", type_=ListOf(BigInteger))), _event.folded_sealed.is_not(None))
    .order_by(_event.tip_id, _event.seq)
)


def folded_texts(session: Session, secrets: Secrets, tips: Sequence[Keyed]) -> list[str]:
    """Unseal the folded texts of tips, in their order: one query, one text for each tip."""
    if not tips:
        return []
    sealed: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
    ids = [tip.id for tip in tips]
    for tip_id, seq, blob in session.connection().execute(_TEXTS, {"ids": ids}):
        sealed[tip_id].append((seq, blob))
    return [_text_of(secrets, tip, sealed[tip.id]) for tip in tips]


def _text_of(secrets: Secrets, tip: Keyed, sealed: Iterable[tuple[int, bytes]]) -> str:
    vault = secrets.vault
    key = vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)
    return "\n".join(vault.unseal_text(key, blob, where=event_where(tip.number, seq, "folded")) for seq, blob in sealed)
