"""Finding tips by their words: candidates from the blind index, the newest first, then compared once unsealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Select, and_, bindparam, intersect, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from forum.adapters.bindings import event_where
from forum.adapters.keyring import Purpose
from forum.adapters.secrets import Secrets
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.permissions import Actor
from forum.domain.text import Query, matches_query
from forum.domain.vocabulary import TeamKind
from forum.models import Province, Tip, TipEventRow, TipSearch, TipTerm
from forum.models.among import ListOf, among
from forum.models.base import UtcDateTime
from forum.models.tip import BigId
from forum.models.visibility import VISIBLE, rights_of
from forum.reports.queue import PAGE_ROWS
from forum.reports.tip_rows import Cursor, Filters, QueueRow, as_rows, rows_of

MOST_UNSEALED = 200
"""So many of the newest candidates are unsealed by one search; "look further" takes the next."""
FIRST_LOOK = PAGE_ROWS + 5
"""So many are taken first: most candidates are hits, so that a page seldom needs more."""
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


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the index under one key, and the terms that a tip must have there."""

    scope: str
    key_id: str
    terms: Sequence[int]


def search(
    session: Session, secrets: Secrets, actor: Actor, query: Query, *, filters: Filters, after: Cursor | None = None
) -> SearchPage:
    """Look through the next candidates and return up to one page of hits, newest first.

    The query must have index terms. Negated words are compared after unsealing only: the index cannot say "not".
    """
    wanted = _wanted(session, secrets, actor, query)
    hits: list[int] = []
    looked_at, is_more = 0, bool(wanted)
    while is_more and len(hits) < PAGE_ROWS and looked_at < MOST_UNSEALED:
        amount = MOST_UNSEALED - looked_at if looked_at else FIRST_LOOK
        found = _candidates(session, actor, wanted, amount=amount + 1, filters=filters, after=after)
        candidates = found[:amount]
        is_more = len(found) > amount
        for candidate, text in zip(candidates, _folded(session, secrets, candidates), strict=True):
            looked_at, after = looked_at + 1, candidate.cursor
            if matches_query(text, query):
                hits.append(candidate.id)
            if len(hits) == PAGE_ROWS:
                is_more = candidate is not found[-1]
                break
    return SearchPage(_rows(session, hits), looked_at, after if is_more else None)


def _wanted(session: Session, secrets: Secrets, actor: Actor, query: Query) -> list[_Part]:
    """Return each part of the index that the actor may find something in."""
    label = secrets.index.index_key_id.partition(".")[2]
    key_ids = [f"{key.id}.{label}" for key in secrets.keyring.all(Purpose.INDEX)]
    terms = query.index_terms
    return [
        _Part(scope, key_id, secrets.index.terms_for(scope, terms, index_key_id=key_id))
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
    wanted: Sequence[_Part],
    *,
    amount: int,
    filters: Filters,
    after: Cursor | None,
) -> list[_Candidate]:
    connection = session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    shape = tuple(len(part.terms) for part in wanted) if is_sqlite else (1,) * len(wanted)
    given: dict[str, Any] = {"amount": amount, **rights_of(actor)}
    for number, part in enumerate(wanted):
        given |= {f"scope_{number}": part.scope, f"key_{number}": part.key_id}
        given |= dict(zip(_term_names(number, shape[number]), part.terms if is_sqlite else [part.terms], strict=True))
    if after is not None:
        given |= {"after_at": after.at, "after_id": after.id}
    statement = _statement(shape, filters, is_sqlite=is_sqlite, is_further=after is not None)
    return [
        _Candidate(tip_id, number, wrapped_key, kek_id, Cursor(received_at, tip_id))
        for tip_id, number, wrapped_key, kek_id, received_at in connection.execute(statement, given)
    ]


# Statements are kept for each shape of a search: putting one together costs more than running it.
@lru_cache(maxsize=256)
def _statement(
    shape: tuple[int, ...], filters: Filters, *, is_sqlite: bool, is_further: bool
) -> Select[*tuple[Any, ...]]:
    """Return the query for candidates; `shape` is the number of bound terms in each part of the index."""
    matching = _by_terms(shape) if is_sqlite else _by_arrays(len(shape))
    # Ordered only once the matches stand: the planner would rather walk all tips backwards and filter (seconds).
    found = matching.cte("m").prefix_with("MATERIALIZED")
    query = (
        select(Tip.id, Tip.number, Tip.wrapped_key, Tip.kek_id, Tip.received_at)
        .join(found, found.c.tip_id == Tip.id)
        .where(VISIBLE, *filters.conditions())
        .order_by(Tip.received_at.desc(), Tip.id.desc())
        .limit(bindparam("amount", type_=Integer))
    )
    if not is_further:
        return query
    start = tuple_(bindparam("after_at", type_=UtcDateTime()), bindparam("after_id", type_=BigId))
    return query.where(tuple_(Tip.received_at, Tip.id) < start)


def _by_arrays(parts: int) -> Select[Any]:
    terms = ARRAY(Integer)
    matching = [
        and_(
            TipSearch.terms.bool_op("@>")(bindparam(name, type_=terms)),
            TipSearch.scope == bindparam(f"scope_{number}"),
            TipSearch.key_id == bindparam(f"key_{number}"),
        )
        for number in range(parts)
        for name in _term_names(number, 1)
    ]
    return select(TipSearch.tip_id.label("tip_id")).where(or_(*matching))


def _by_terms(shape: tuple[int, ...]) -> Select[Any]:
    parts = []
    for number, amount in enumerate(shape):
        names = _term_names(number, amount)
        holding = intersect(*(select(TipTerm.tip_id).where(TipTerm.term == bindparam(name)) for name in names))
        parts.append(
            select(TipSearch.tip_id.label("tip_id")).where(
                TipSearch.scope == bindparam(f"scope_{number}"),
                TipSearch.key_id == bindparam(f"key_{number}"),
                TipSearch.tip_id.in_(holding),
            )
        )
    return select(union_all(*parts).subquery().c.tip_id)


def _term_names(part: int, amount: int) -> list[str]:
    return [f"terms_{part}_{number}" for number in range(amount)]


_event = TipEventRow.__table__.c
_TEXTS = (
    select(_event.tip_id, _event.seq, _event.folded_sealed)
    .where(among(_event.tip_id, bindparam("ids", type_=ListOf(BigInteger))), _event.folded_sealed.is_not(None))
    .order_by(_event.tip_id, _event.seq)
)
_ROWS = rows_of(
    select(Tip.id.label("id"), Tip.received_at.label("at"))
    .where(among(Tip.id, bindparam("ids", type_=ListOf(BigInteger))))
    .subquery(),
    is_falling=True,
)


def _folded(session: Session, secrets: Secrets, candidates: Sequence[_Candidate]) -> list[str]:
    """Unseal the folded texts of the candidates, in their order: one query, one text for each tip."""
    if not candidates:
        return []
    sealed: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
    ids = [candidate.id for candidate in candidates]
    for tip_id, seq, blob in session.connection().execute(_TEXTS, {"ids": ids}):
        sealed[tip_id].append((seq, blob))
    return [_text_of(secrets, candidate, sealed[candidate.id]) for candidate in candidates]


def _text_of(secrets: Secrets, tip: _Candidate, sealed: Iterable[tuple[int, bytes]]) -> str:
    vault = secrets.vault
    key = vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)
    return "\n".join(vault.unseal_text(key, blob, where=event_where(tip.number, seq, "folded")) for seq, blob in sealed)


def _rows(session: Session, ids: Sequence[int]) -> tuple[QueueRow, ...]:
    return as_rows(session.connection().execute(_ROWS, {"ids": list(ids)})) if ids else ()
