"""Finding tips by their words: candidates from the blind index, the newest first, then compared once unsealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    LargeBinary,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from forum.adapters.blind_index import index_key_id
from forum.adapters.keyring import Purpose
from forum.adapters.secrets import Secrets
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.permissions import Actor
from forum.domain.text import Query, matches_query
from forum.domain.vocabulary import TeamKind
from forum.models import Province, Tip, TipSearch
from forum.models.among import ListOf, among
from forum.models.base import UtcDateTime
from forum.models.tip import BigId
from forum.models.tip_search import holds
from forum.models.visibility import VISIBLE, rights_of
from forum.reports.folded_texts import folded_texts
from forum.reports.queue import PAGE_ROWS
from forum.reports.tip_rows import Cursor, Filters, QueueRow, as_rows, rows_of

MOST_UNSEALED = 200
"""So many of the newest candidates are unsealed by one search; "look further" takes the next."""
FIRST_LOOK = PAGE_ROWS + 5
"""So many are taken first: most candidates are hits, so that a page seldom needs more."""
MOST_TRIED = 20_000
"""On the codes of so many of the newest tips one search tries its probes: no index can say where a word stands."""
FIRST_TRIED = 500
"""On so many it tries them first: common words fill their page from there."""
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
class _Stretch:
    """The candidates among the newest tips; `end` is the last of these tips where older ones may follow."""

    candidates: list[_Candidate]
    end: Cursor | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the index under one key, and the probes that must all be held there."""

    scope: str
    key_id: str
    probes: Sequence[bytes]


def search(
    session: Session, secrets: Secrets, actor: Actor, query: Query, *, filters: Filters, after: Cursor | None = None
) -> SearchPage:
    """Look through the next candidates and return up to one page of hits, newest first.

    The query must have index terms. Negated words are compared after unsealing only: the index cannot say "not".
    """
    wanted = _wanted(session, secrets, actor, query)
    hits: list[int] = []
    looked_at, tried, is_more = 0, 0, bool(wanted)
    while is_more and len(hits) < PAGE_ROWS and looked_at < MOST_UNSEALED and tried < MOST_TRIED:
        amount = MOST_UNSEALED - looked_at if looked_at else FIRST_LOOK
        reach = MOST_TRIED - tried if tried else FIRST_TRIED
        found = _candidates(session, actor, wanted, amount=amount + 1, reach=reach, filters=filters, after=after)
        candidates = found.candidates[:amount]
        is_more = len(found.candidates) > amount or found.end is not None
        for candidate, text in zip(candidates, folded_texts(session, secrets, candidates), strict=True):
            looked_at, after = looked_at + 1, candidate.cursor
            if matches_query(text, query):
                hits.append(candidate.id)
            if len(hits) == PAGE_ROWS:
                is_more = candidate is not found.candidates[-1] or found.end is not None
                break
        else:
            if len(found.candidates) <= amount:
                after, tried = found.end, tried + reach
    return SearchPage(_rows(session, hits), looked_at, after if is_more else None)


def _wanted(session: Session, secrets: Secrets, actor: Actor, query: Query) -> list[_Part]:
    """Return each part of the index that the actor may find something in."""
    key_ids = [index_key_id(key.id) for key in secrets.keyring.all(Purpose.INDEX)]
    terms = query.index_terms
    return [
        _Part(scope, key_id, secrets.index.probes(scope, terms, index_key_id=key_id))
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
    reach: int,
    filters: Filters,
    after: Cursor | None,
) -> _Stretch:
    """Return up to `amount` candidates among the `reach` newest visible tips after a cursor, newest first."""
    given: dict[str, Any] = {"amount": amount, "reach": reach, **rights_of(actor)}
    for number, part in enumerate(wanted):
        given |= {f"scope_{number}": part.scope, f"key_{number}": part.key_id}
        given |= {f"probe_{number}_{place}": probe for place, probe in enumerate(part.probes)}
    if after is not None:
        given |= {"after_at": after.at, "after_id": after.id}
    statement = _statement(len(wanted), len(wanted[0].probes), filters, is_further=after is not None)
    candidates, end = [], None
    for tip_id, number, wrapped_key, kek_id, received_at, tried in session.connection().execute(statement, given):
        cursor = Cursor(received_at, tip_id)
        if not tried:
            candidates.append(_Candidate(tip_id, number, wrapped_key, kek_id, cursor))
        elif tried == reach:
            end = cursor
    return _Stretch(candidates, end)


# Statements are kept for each shape of a search: putting one together costs more than running it.
@lru_cache(maxsize=256)
def _statement(parts: int, probes: int, filters: Filters, *, is_further: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the query for candidates, and for the last tip tried with the number of tips tried."""
    newest = select(Tip.id, Tip.number, Tip.wrapped_key, Tip.kek_id, Tip.received_at)
    newest = newest.where(VISIBLE, *filters.conditions()).order_by(Tip.received_at.desc(), Tip.id.desc())
    if is_further:
        start = tuple_(bindparam("after_at", type_=UtcDateTime()), bindparam("after_id", type_=BigId))
        newest = newest.where(tuple_(Tip.received_at, Tip.id) < start)
    # Kept, as both halves read it; and the planner must not try probes on tips that lie beyond its reach.
    tried = newest.limit(bindparam("reach", type_=Integer)).cte("tried").prefix_with("MATERIALIZED")
    in_order = (tried.c.received_at.desc(), tried.c.id.desc())
    found = (
        select(tried, literal(0, BigInteger).label("tried"))
        .join(TipSearch, TipSearch.tip_id == tried.c.id)
        .where(or_(*(_holding(number, probes) for number in range(parts))))
        .order_by(*in_order)
        .limit(bindparam("amount", type_=Integer))
        .subquery()
    )
    count = select(func.count()).select_from(tried).scalar_subquery()
    last = select(tried, count).order_by(tried.c.received_at, tried.c.id).limit(1).subquery()
    return union_all(select(found), select(last))


def _holding(part: int, probes: int) -> ColumnElement[bool]:
    held = (holds(TipSearch.codes, bindparam(f"probe_{part}_{n}", type_=LargeBinary), TipSearch.tip_id)
            for n in range(probes))  # fmt: skip
    return and_(TipSearch.scope == bindparam(f"scope_{part}"), TipSearch.key_id == bindparam(f"key_{part}"), *held)


_ROWS = rows_of(
    select(Tip.id.label("id"), Tip.received_at.label("at"))
    .where(among(Tip.id, bindparam("ids", type_=ListOf(BigInteger))))
    .subquery(),
    is_falling=True,
)


def _rows(session: Session, ids: Sequence[int]) -> tuple[QueueRow, ...]:
    return as_rows(session.connection().execute(_ROWS, {"ids": list(ids)})) if ids else ()
