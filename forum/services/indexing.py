"""Keeping the blind index of a tip: begun at receipt, grown by the conversation, moved with the province."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from forum.adapters.bindings import event_where
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.text import terms, terms_in
from forum.models import Tip, TipEventRow, TipSearch, TipTerm
from forum.services.timeline import open_key
from forum.services.work import Work

_INSERT_SEARCH = insert(TipSearch)
_INSERT_TERM = insert(TipTerm)


def scope_of(tip: Tip) -> str:
    """Return whose index key a tip is found under."""
    return tip.province_code or CLUSTER_SCOPE


def begin_index(work: Work, tip: Tip, folded: str) -> None:
    """Write the index of a new tip from its folded text."""
    scope = scope_of(tip)
    numbers = work.secrets.index.terms_for(scope, terms_in(folded))
    row = {"tip_id": tip.id, "scope": scope, "key_id": work.secrets.index.index_key_id, "terms": numbers}
    work.session.connection().execute(_INSERT_SEARCH, row)
    _add_terms(work.session, tip.id, numbers)


def grow_index(work: Work, tip: Tip, text: str) -> None:
    """Add the words of a further text of the tip."""
    row = work.session.get_one(TipSearch, tip.id)
    numbers = work.secrets.index.terms_for(row.scope, terms(text), index_key_id=row.key_id)
    added = sorted(set(numbers) - set(row.terms))
    if added:
        row.terms = sorted({*row.terms, *added})
        _add_terms(work.session, tip.id, added)


def move_index(work: Work, tip: Tip) -> None:
    """Index a tip anew after it came under another province, whose key differs."""
    row = work.session.get_one(TipSearch, tip.id)
    scope = scope_of(tip)
    if row.scope == scope and row.key_id == work.secrets.index.index_key_id:
        return
    numbers = work.secrets.index.terms_for(scope, terms_in("\n".join(folded_texts(work, tip))))
    row.scope, row.key_id, row.terms = scope, work.secrets.index.index_key_id, numbers
    if _is_sqlite(work.session):
        work.session.execute(delete(TipTerm).where(TipTerm.tip_id == tip.id))
    _add_terms(work.session, tip.id, numbers)


def folded_texts(work: Work, tip: Tip) -> Iterable[str]:
    """Yield the folded texts of a tip that may be searched, oldest first."""
    key = open_key(work, tip)
    rows = work.session.execute(
        select(TipEventRow.seq, TipEventRow.folded_sealed)
        .where(TipEventRow.tip_id == tip.id, TipEventRow.folded_sealed.is_not(None))
        .order_by(TipEventRow.seq)
    )
    for seq, sealed in rows:
        if sealed is not None:
            yield work.secrets.vault.unseal_text(key, sealed, where=event_where(tip.number, seq, "folded"))


def _add_terms(session: Session, tip_id: int, numbers: Iterable[int]) -> None:
    rows = [{"term": number, "tip_id": tip_id} for number in numbers]
    if rows and _is_sqlite(session):
        session.connection().execute(_INSERT_TERM, rows)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
