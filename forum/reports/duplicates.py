"""Which open tips may tell of the same thing: the same words, near in place and time, by the blind index alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from forum.adapters.blind_index import Buckets
from forum.domain.lifecycle import SETTLED, Status
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Category
from forum.models import Tip, TipSearch
from forum.models.visibility import VISIBLE, rights_of

NEAR = timedelta(days=45)
MOST_COMPARED = 60
MOST_SHOWN = 5
LEAST_OVERLAP = 0.45
"""Share of the shorter text's terms; below it, tips of one category and place overlap by chance."""
PAIRS_FROM = Buckets().syllables


@dataclass(frozen=True, slots=True)
class LikelyRow:
    """A tip that may be a duplicate, and how much of the words both share (0 to 1)."""

    number: str
    category: Category
    received_at: datetime
    overlap: float


def likely_duplicates(session: Session, tip: Tip, actor: Actor) -> list[LikelyRow]:
    """Return the likeliest first; never a tip that the actor may not see. Two queries, of bounded size."""
    connection = session.connection()
    own = connection.execute(_OWN, {"tip_id": tip.id}).one()
    sought = {
        "tip_id": tip.id,
        "province": tip.province_code,
        "place": tip.commune_code or tip.category,
        "first": tip.received_at - NEAR,
        "last": tip.received_at + NEAR,
        "scope": own.scope,
        "key_id": own.key_id,
    }
    query = _near(
        has_province=tip.province_code is not None,
        has_commune=tip.commune_code is not None,
        is_restricted=tip.restriction is not None,
    )
    rows = [
        LikelyRow(number, category, received_at, _overlap(own.terms, terms))
        for number, category, received_at, terms in connection.execute(query, sought | rights_of(actor))
    ]
    likely = [row for row in rows if row.overlap >= LEAST_OVERLAP]
    return sorted(likely, key=lambda row: row.overlap, reverse=True)[:MOST_SHOWN]


_OWN = select(TipSearch.scope, TipSearch.key_id, TipSearch.terms).where(TipSearch.tip_id == bindparam("tip_id"))


@cache
def _near(*, has_province: bool, has_commune: bool, is_restricted: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement that finds the newest tips of a place and time; where no commune is known, of a category."""
    return (
        select(Tip.number, Tip.category, Tip.received_at, TipSearch.terms)
        .join(TipSearch, TipSearch.tip_id == Tip.id)
        .where(
            Tip.province_code == bindparam("province") if has_province else Tip.province_code.is_(None),
            Tip.received_at.between(bindparam("first"), bindparam("last")),
            Tip.status.not_in({*SETTLED, Status.DUPLICATE}),
            Tip.id != bindparam("tip_id"),
            Tip.restriction.is_not(None) if is_restricted else Tip.restriction.is_(None),
            (Tip.commune_code if has_commune else Tip.category) == bindparam("place"),
            TipSearch.scope == bindparam("scope"),
            TipSearch.key_id == bindparam("key_id"),
            VISIBLE,
        )
        .order_by(Tip.received_at.desc())
        .limit(MOST_COMPARED)
    )


def _overlap(one: Iterable[int], other: Iterable[int]) -> float:
    """Compare by pairs of words; single words are shared by every two tips."""
    a, b = ({term for term in terms if term >= PAIRS_FROM} for terms in (one, other))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0
