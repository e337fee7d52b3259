"""The frequency attack on the blind index: `python -m tests.attack.frequency`.

The attacker holds the database and knows other tips of the same distribution. They name a word for each stored code;
what counts is the share of content words of all tips (each word once a tip) whose code was named rightly. They are told
which codes stand for single words, and nothing else that the database does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import click

from forum.adapters.blind_index import BlindIndex
from forum.adapters.keyring import Keyring
from tests.attack.corpora import UNTIL, Told, told
from tests.attack.guessing import guess
from tests.attack.knowledge import Knowledge, learn

BUCKETS = 2_048


@dataclass(frozen=True, slots=True)
class Indexing:
    """A way to index: under which key a tip falls, and what a word becomes in a tip."""

    name: str
    key_of: Callable[[int, Told], object]
    code_of: Callable[[int, Told, str], bytes | int]


def ways(index: BlindIndex) -> dict[str, Indexing]:
    """Return the forum's own index, and the weaker ones that it could be, built of its own parts."""

    def probe(scope: str, word: str) -> bytes:
        return index.probes(scope, [word])[0]

    def bucket(tip: Told, word: str) -> int:
        return int.from_bytes(probe(tip.scope, word)[:8], "big") % BUCKETS

    return {
        "bare": Indexing("one key for all", lambda _, tip: "", lambda _, tip, word: probe("", word)),
        "provinces": Indexing(
            "a key for each province", lambda _, tip: tip.scope, lambda _, tip, word: probe(tip.scope, word)
        ),
        "buckets": Indexing(
            f"the same, and {BUCKETS} buckets", lambda _, tip: tip.scope, lambda _, tip, word: bucket(tip, word)
        ),
        "forum": Indexing(
            "codes of each tip's own (the forum)",
            lambda tip_id, _: tip_id,
            lambda tip_id, tip, word: index.codes(tip.scope, tip_id, [word]),
        ),
    }


def recovered(known: Knowledge, tips: Sequence[Told], way: Indexing, *, most_keys: int | None = None) -> float:
    """Attack all tips, key by key, and return the share of content words that were named rightly.

    With `most_keys`, only the tips of so many keys drawn at random.
    """
    by_key: dict[object, list[tuple[int, Told]]] = {}
    for tip_id, tip in enumerate(tips, 1):
        by_key.setdefault(way.key_of(tip_id, tip), []).append((tip_id, tip))
    groups = list(by_key.values())
    if most_keys is not None and len(groups) > most_keys:
        groups = Random(1).sample(groups, most_keys)
    right = total = 0
    for group in groups:
        numbers: dict[bytes | int, int] = {}
        truth = [
            [(word, numbers.setdefault(way.code_of(tip_id, tip, word), len(numbers))) for word in tip.words]
            for tip_id, tip in group
        ]
        stored = [sorted({number for _, number in words}) for words in truth]
        named = guess(known, [tip for _, tip in group], stored, len(numbers))
        right += sum(named[number] == word for words in truth for word, number in words)
        total += sum(map(len, truth))
    return right / total


@click.command()
@click.option("--tips", default=20_000, show_default=True, help="Tips in the database that is attacked.")
@click.option("--known", default=50_000, show_default=True, help="Other tips that the attacker knows.")
@click.option("--only", default="bare,provinces,buckets,forum", show_default=True, help="Ways of indexing.")
def main(tips: int, known: int, only: str) -> None:
    """Print for each way of indexing which share of the content words is recovered."""
    attacked, knowledge = told(tips, seed=1), learn(told(known, seed=2))
    offered = ways(BlindIndex(Keyring.fresh(UNTIL)))
    for name in only.split(","):
        share = recovered(knowledge, attacked, offered[name], most_keys=2_000)
        click.echo(f"{offered[name].name}: {share:.1%}")


if __name__ == "__main__":
    main()
