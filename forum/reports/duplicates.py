"""Which open tips may tell of the same thing: the same words, near in place and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from forum.adapters.secrets import Secrets
from forum.domain.lifecycle import SETTLED, Status
from forum.domain.permissions import Actor
from forum.domain.text import terms_in
from forum.domain.vocabulary import Category
from forum.models import Tip
from forum.models.visibility import VISIBLE, rights_of
from forum.reports.folded_texts import KeyedTip, folded_texts

NEAR = timedelta(days=45)
MOST_COMPARED = 60
MOST_SHOWN = 5
LEAST_OVERLAP = 0.45
"""Share of the shorter text's terms; below it, tips of one category and place overlap by chance."""


@dataclass(frozen=True, slots=True)
class LikelyRow:
    """A tip that may be a duplicate, and how much of the words both share (0 to 1)."""

    number: str
    category: Category
    received_at: datetime
    overlap: float


def likely_duplicates(session: Session, secrets: Secrets, tip: Tip, actor: Actor) -> list[LikelyRow]:
    """Return the likeliest first; never a tip that the actor may not see. Two queries, of bounded size."""
    sought = {
        "tip_id": tip.id,
        "province": tip.province_code,
        "place": tip.commune_code or tip.category,
        "first": tip.received_at - NEAR,
        "last": tip.received_at + NEAR,
    }
    query = _near(
        has_province=tip.province_code is not None,
        has_commune=tip.commune_code is not None,
        is_restricted=tip.restriction is not None,
    )
    near = session.connection().execute(query, sought | rights_of(actor)).all()
    if not near:
        return []
    own, *others = folded_texts(session, secrets, [KeyedTip(tip.id, tip.number, tip.wrapped_key, tip.kek_id), *near])
    pairs = _pairs(own)
    rows = [
        LikelyRow(row.number, row.category, row.received_at, _overlap(pairs, _pairs(text)))
        for row, text in zip(near, others, strict=True)
    ]
    likely = [row for row in rows if row.overlap >= LEAST_OVERLAP]
    return sorted(likely, key=lambda row: row.overlap, reverse=True)[:MOST_SHOWN]


@cache
def _near(*, has_province: bool, has_commune: bool, is_restricted: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement that finds the newest tips of a place and time; where no commune is known, of a category."""
    return (
        select(Tip.id, Tip.number, Tip.wrapped_key, Tip.kek_id, Tip.category, Tip.received_at)
        .where(
            Tip.province_code == bindparam("province") if has_province else Tip.province_code.is_(None),
            Tip.received_at.between(bindparam("first"), bindparam("last")),
            Tip.status.not_in({*SETTLED, Status.DUPLICATE}),
            Tip.id != bindparam("tip_id"),
            Tip.restriction.is_not(None) if is_restricted else Tip.restriction.is_(None),
            (Tip.commune_code if has_commune else Tip.category) == bindparam("place"),
            VISIBLE,
        )
        .order_by(Tip.received_at.desc())
        .limit(MOST_COMPARED)
    )


def _pairs(text: str) -> set[str]:
    """Return the pairs of words of a folded text; single words are shared by every two tips."""
    return {term for term in terms_in(text) if " " in term}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0
