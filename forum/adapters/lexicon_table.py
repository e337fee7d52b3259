"""Readers of the shipped lexicon and the shipped routing rules."""

from __future__ import annotations

from functools import cache

from forum.adapters.shipped import read_table
from forum.domain.lexicon import Aim, Lexicon, LexiconEntry
from forum.domain.routing import Rule


def lexicon_entries() -> tuple[LexiconEntry, ...]:
    """Return the entries in the order of the file."""
    return tuple(
        LexiconEntry(
            aim=Aim(row["aim"]),
            value=row["value"],
            weight=int(row["weight"]),
            phrase=row["phrase"],
            is_plain_enough=row["plain"] == "1",
        )
        for row in read_table("lexicon.csv")
    )


@cache
def lexicon() -> Lexicon:
    """Return the shipped lexicon, indexed once per process."""
    return Lexicon(lexicon_entries())


@cache
def routing_rules() -> tuple[Rule, ...]:
    """Return the shipped rules, version 1, in the order in which they are tried."""
    return tuple(Rule.from_row(row, version=1) for row in read_table("routing_rules.csv"))
