"""Finding tips by their words: candidates from the blind index, the newest first, then compared once unsealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, and_, cast, intersect, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from forum.adapters.bindings import event_where
from forum.adapters.keyring import Purpose
from forum.adapters.secrets import Secrets
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.permissions import Actor
from forum.domain.text import Query, matches_query
from forum.domain.vocabulary import TeamKind
from forum.models import Province, Tip, TipEventRow, TipSearch, TipTerm
from forum.models.base import UtcDateTime
from forum.models.visibility import visible_to
from forum.reports.queue import PAGE_ROWS
from forum.reports.tip_rows import Cursor, Filters, QueueRow, as_rows, rows_of

MOST_UNSEALED = 200
"""So many of the newest candidates are unsealed by one search; "look further" takes the next."""
FAR_READING = frozenset({TeamKind.CLUSTER_DESK, TeamKind.INSPECTORATE})
"""Teams that hold tips from outside their own province."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What was found among the candidates looked at; `further` is where the next search begins, if there is more."""

    rows: tuple[QueueRow, ...]
    looked_at: int
    further: Cursor | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: int
    number: str
    wrapped_key: bytes
    kek_id: str
    cursor: Cursor


def search(
    session: Session, secrets: Secrets, actor: Actor, query: Query, *, filters: Filters, after: Cursor | None = None
) -> SearchPage:
    """Look through the next candidates and return up to one page of hits, newest first.

    The query must have index terms. Negated words are compared after unsealing only: the index cannot say "not".
    """
    wanted = _wanted(session, secrets, actor, query)
    candidates = _candidates(session, actor, wanted, filters=filters, after=after)
    texts = _folded(session, secrets, candidates[:MOST_UNSEALED])
    hits: list[int] = []
    looked_at = 0
    for candidate in candidates[:MOST_UNSEALED]:
        looked_at += 1
        if matches_query(texts[candidate.id], query):
            hits.append(candidate.id)
            if len(hits) == PAGE_ROWS:
                break
    further = candidates[looked_at - 1].cursor if looked_at < len(candidates) else None
    return SearchPage(_rows(session, hits), looked_at, further)


def _wanted(session: Session, secrets: Secrets, actor: Actor, query: Query) -> list[tuple[str, str, list[int]]]:
    """Return (scope, key id, terms) for each part of the index that the actor may find something in."""
    label = secrets.index.index_key_id.partition(".")[2]
    key_ids = [f"{key.id}.{label}" for key in secrets.keyring.all(Purpose.INDEX)]
    terms = query.index_terms
    return [
        (scope, key_id, secrets.index.terms_for(scope, terms, index_key_id=key_id))
        for scope in _scopes(session, actor)
        for key_id in key_ids
    ]


def _scopes(session: Session, actor: Actor) -> list[str]:
    reading = [m for m in actor.memberships if m.team_id in actor.reading_team_ids]
    if any(m.team_kind in FAR_READING for m in reading):
        return [CLUSTER_SCOPE, *session.scalars(select(Province.code).order_by(Province.code))]
    return sorted({m.province_code for m in reading if m.province_code})


def _candidates(
    session: Session,
    actor: Actor,
    wanted: Sequence[tuple[str, str, list[int]]],
    *,
    filters: Filters,
    after: Cursor | None,
) -> list[_Candidate]:
    if not wanted:
        return []
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    matching = _by_terms(wanted) if is_sqlite else _by_arrays(wanted)
    # Ordered only once the matches stand: the planner would rather walk all tips backwards and filter (seconds).
    found = matching.cte("m").prefix_with("MATERIALIZED")
    query = (
        select(Tip.id, Tip.number, Tip.wrapped_key, Tip.kek_id, Tip.received_at)
        .join(found, found.c.tip_id == Tip.id)
        .where(visible_to(actor), *filters.conditions())
        .order_by(Tip.received_at.desc(), Tip.id.desc())
        .limit(MOST_UNSEALED + 1)
    )
    if after is not None:
        start = tuple_(literal(after.at, UtcDateTime()), literal(after.id))
        query = query.where(tuple_(Tip.received_at, Tip.id) < start)
    return [
        _Candidate(tip_id, number, wrapped_key, kek_id, Cursor(received_at, tip_id))
        for tip_id, number, wrapped_key, kek_id, received_at in session.execute(query)
    ]


def _by_arrays(wanted: Sequence[tuple[str, str, list[int]]]) -> Select[Any]:
    parts = [
        and_(
            TipSearch.terms.bool_op("@>")(cast(terms, ARRAY(Integer))),
            TipSearch.scope == scope,
            TipSearch.key_id == key_id,
        )
        for scope, key_id, terms in wanted
    ]
    return select(TipSearch.tip_id.label("tip_id")).where(or_(*parts))


def _by_terms(wanted: Sequence[tuple[str, str, list[int]]]) -> Select[Any]:
    parts = []
    for scope, key_id, terms in wanted:
        holding = intersect(*(select(TipTerm.tip_id).where(TipTerm.term == term) for term in terms))
        parts.append(
            select(TipSearch.tip_id.label("tip_id")).where(
                TipSearch.scope == scope, TipSearch.key_id == key_id, TipSearch.tip_id.in_(holding)
            )
        )
    return select(union_all(*parts).subquery().c.tip_id)


def _folded(session: Session, secrets: Secrets, candidates: Iterable[_Candidate]) -> dict[int, str]:
    """Unseal the folded texts of the candidates: one query, one text for each tip."""
    by_id = {candidate.id: candidate for candidate in candidates}
    keys = {c.id: secrets.vault.open_tip_key(c.wrapped_key, c.kek_id, ref=c.number) for c in by_id.values()}
    texts: defaultdict[int, list[str]] = defaultdict(list)
    event = TipEventRow.__table__.c
    query = (
        select(event.tip_id, event.seq, event.folded_sealed)
        .where(event.tip_id.in_(list(by_id)), event.folded_sealed.is_not(None))
        .order_by(event.tip_id, event.seq)
    )
    for tip_id, seq, sealed in session.execute(query):
        where = event_where(by_id[tip_id].number, seq, "folded")
        texts[tip_id].append(secrets.vault.unseal_text(keys[tip_id], sealed, where=where))
    return {tip_id: "\n".join(texts[tip_id]) for tip_id in by_id}


def _rows(session: Session, ids: Sequence[int]) -> tuple[QueueRow, ...]:
    if not ids:
        return ()
    chosen = select(Tip.id.label("id"), Tip.received_at.label("at")).where(Tip.id.in_(ids)).subquery()
    return as_rows(session.execute(rows_of(chosen, is_falling=True)))
