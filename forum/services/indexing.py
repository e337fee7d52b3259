"""Keeping the blind index of a tip: begun at receipt, grown by the conversation, moved with the province."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import insert, select

from forum.adapters.bindings import event_where
from forum.adapters.blind_index import with_added
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.text import terms, terms_in
from forum.models import Tip, TipEventRow, TipSearch
from forum.services.timeline import open_key
from forum.services.work import Work

RENEWED_AT_ONCE = 500
_INSERT_SEARCH = insert(TipSearch)


def scope_of(tip: Tip) -> str:
    """Return whose index key a tip is found under."""
    return tip.province_code or CLUSTER_SCOPE


def begin_index(work: Work, tip: Tip, folded: str) -> None:
    """Write the index of a new tip from its folded text."""
    scope = scope_of(tip)
    codes = work.secrets.index.codes(scope, tip.id, terms_in(folded))
    row = {"tip_id": tip.id, "scope": scope, "key_id": work.secrets.index.index_key_id, "codes": codes}
    work.session.connection().execute(_INSERT_SEARCH, row)


def grow_index(work: Work, tip: Tip, text: str) -> None:
    """Add the words of a further text of the tip; an index of another plan or key is made anew instead."""
    row = work.session.get_one(TipSearch, tip.id)
    if row.key_id == work.secrets.index.index_key_id:
        row.codes = with_added(row.codes, work.secrets.index.codes(row.scope, tip.id, terms(text)))
    else:
        _make_anew(work, tip, row, more=terms(text))


def move_index(work: Work, tip: Tip) -> None:
    """Index a tip anew after it came under another province, whose key differs, or the key of indices has changed."""
    row = work.session.get_one(TipSearch, tip.id)
    if row.scope != scope_of(tip) or row.key_id != work.secrets.index.index_key_id:
        _make_anew(work, tip, row)


def renew_indices(work: Work, *, most: int = RENEWED_AT_ONCE) -> int:
    """Index up to `most` tips anew whose index is of another plan or key, and return how many there were."""
    stale = select(Tip).join(TipSearch, TipSearch.tip_id == Tip.id)
    stale = stale.where(TipSearch.key_id != work.secrets.index.index_key_id).order_by(Tip.id).limit(most)
    tips = work.session.scalars(stale.with_for_update(of=Tip)).all()
    for tip in tips:
        move_index(work, tip)
    work.session.flush()
    return len(tips)


def _make_anew(work: Work, tip: Tip, row: TipSearch, *, more: Iterable[str] = ()) -> None:
    found = {*terms_in("\n".join(folded_texts(work, tip))), *more}
    row.scope, row.key_id = scope_of(tip), work.secrets.index.index_key_id
    row.codes = work.secrets.index.codes(row.scope, tip.id, found)


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
