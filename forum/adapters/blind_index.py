"""Keyed terms that let stored words be searched without being readable; what folds words lives in the domain."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from forum.adapters.keyring import Keyring, KeyringFault, Purpose

# PostgreSQL's int4 has 31 bits above zero; without buckets each sort of term takes one half of them.
UNBUCKETED = 1 << 30


@dataclass(frozen=True, slots=True)
class Buckets:
    """How many buckets the single syllables and the pairs fall into: fewer hide better, more find faster.

    The defaults lie near the number of folded Vietnamese syllables, so that most share their bucket with another.
    Zero means no buckets, for measuring what they are worth.
    """

    syllables: int = 2_048
    pairs: int = 32_768

    @property
    def label(self) -> str:
        return f"{self.syllables}.{self.pairs}"

    @classmethod
    def from_label(cls, label: str) -> Self:
        """Raise ValueError when the label is none."""
        syllables, pairs = label.split(".")
        return cls(int(syllables), int(pairs))


NO_BUCKETS = Buckets(0, 0)


class BlindIndex:
    """Turns folded terms into numbers under a key that differs by scope.

    `index_key_id` is stored beside the terms: it names the key and the buckets, so that both can change while rows
    indexed in the old way are still found, and are found to need a new index.
    """

    def __init__(self, keyring: Keyring, buckets: Buckets | None = None) -> None:
        self._keyring = keyring
        self._buckets = buckets or Buckets()
        self.index_key_id = f"{keyring.current(Purpose.INDEX).id}.{self._buckets.label}"

    def terms_for(self, scope: str, terms: Iterable[str], *, index_key_id: str | None = None) -> list[int]:
        """Return the sorted distinct numbers (int4) of folded terms; a term with a space is a pair.

        The scope is a province's code or "cluster". Raise KeyringFault when the named index is not known here.
        """
        key, buckets = self._parts(index_key_id or self.index_key_id, scope)
        singles, pairs = buckets.syllables or UNBUCKETED, buckets.pairs or UNBUCKETED
        numbers = set()
        for term in terms:
            number = _number(key, term)
            numbers.add(singles + number % pairs if " " in term else number % singles)
        return sorted(numbers)

    def _parts(self, index_key_id: str, scope: str) -> tuple[bytes, Buckets]:
        key_id, _, label = index_key_id.partition(".")
        try:
            buckets = Buckets.from_label(label)
        except ValueError as error:
            raise KeyringFault("This search index is not known here.") from error
        return self._keyring.derive(self._keyring.by_id(key_id), f"index|{scope}".encode()), buckets


# The words of a region repeat themselves: most terms of a tip were met shortly before.
@lru_cache(maxsize=32_768)
def _number(key: bytes, term: str) -> int:
    return int.from_bytes(hmac.digest(key, term.encode(), "sha256")[:8], "big")
