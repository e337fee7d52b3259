"""Which open tips may tell of the same thing: the same words, near in place and time, by the blind index alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.adapters.blind_index import Buckets
from forum.domain.lifecycle import SETTLED, Status
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Category
from forum.models import Tip, TipSearch
from forum.models.visibility import visible_to

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
    own = session.execute(
        select(TipSearch.scope, TipSearch.key_id, TipSearch.terms).where(TipSearch.tip_id == tip.id)
    ).one()
    place = Tip.commune_code == tip.commune_code if tip.commune_code else Tip.category == tip.category
    query = (
        select(Tip.number, Tip.category, Tip.received_at, TipSearch.terms)
        .join(TipSearch, TipSearch.tip_id == Tip.id)
        .where(
            Tip.province_code == tip.province_code,
            Tip.received_at.between(tip.received_at - NEAR, tip.received_at + NEAR),
            Tip.status.not_in({*SETTLED, Status.DUPLICATE}),
            Tip.id != tip.id,
            Tip.restriction.is_(None) if tip.restriction is None else Tip.restriction.is_not(None),
            place,
            TipSearch.scope == own.scope,
            TipSearch.key_id == own.key_id,
            visible_to(actor),
        )
        .order_by(Tip.received_at.desc())
        .limit(MOST_COMPARED)
    )
    rows = [
        LikelyRow(number, category, received_at, _overlap(own.terms, terms))
        for number, category, received_at, terms in session.execute(query)
    ]
    likely = [row for row in rows if row.overlap >= LEAST_OVERLAP]
    return sorted(likely, key=lambda row: row.overlap, reverse=True)[:MOST_SHOWN]


def _overlap(one: Iterable[int], other: Iterable[int]) -> float:
    """Compare by pairs of words; single words are shared by every two tips."""
    a, b = ({term for term in terms if term >= PAIRS_FROM} for terms in (one, other))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0
