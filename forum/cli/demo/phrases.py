"""The written building blocks of the demo corpus, read from the CSV tables beside this module."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random

from forum.domain.vocabulary import Category, Kind, Priority


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a story or one answer to it; `topic` ties an answer to the sentence that it answers."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of story that people tell, with all the sentences that belong to it.

    Answers are held by the topic of the core sentence they answer: "" unless the cores ask different things. `tense` is
    "event", "office-event" (by day), "habit" or "none"; `setting` "any", "rural", "urban" or "border"; `path` "normal",
    "formal-way", "decline" or "transfer-out:<authority>"; `team` as in Routing.target; `weight` before the seasons.
    """

    id: str
    category: Category
    kind: Kind
    weight: float
    season: str
    tense: str
    priority: Priority
    team: str
    setting: str
    path: str
    mistaken: tuple[Category, ...]
    police: str
    cores: tuple[Line, ...]
    details: tuple[str, ...]
    answers: Mapping[str, tuple[str, ...]]

    @property
    def manner(self) -> str:
        """The key of phrases that differ for a victim of one event and a witness of something that goes on."""
        is_event_report = self.kind is Kind.CRIME_REPORT and self.tense.endswith("event")
        return "crime-report-event" if is_event_report else self.kind

    @property
    def can_repeat(self) -> bool:
        """Whether a second person may well report the same thing."""
        return self.path == "normal" and self.kind not in {Kind.QUESTION, Kind.PRAISE} and not self.police


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Scenarios in file order and pools of phrases by (use, key)."""

    scenarios: tuple[Scenario, ...]
    pools: Mapping[tuple[str, str], tuple[str, ...]]
    teencode: tuple[tuple[str, str], ...]
    border_communes: frozenset[str]

    def pick(self, rng: Random, use: str, key: str = "any") -> str:
        """Draw one phrase; raise KeyError for a pool that does not exist."""
        return rng.choice(self.pools[use, key])

    def some(self, rng: Random, use: str, key: str, *, at_most: int) -> list[str]:
        """Draw different phrases of one pool, fewer when it holds fewer."""
        pool = self.pools[use, key]
        return rng.sample(pool, min(at_most, len(pool)))


def _rows(name: str) -> Iterator[dict[str, str]]:
    table = resources.files("forum.cli.demo") / "data" / f"{name}.csv"
    yield from csv.DictReader(table.read_text(encoding="utf-8").splitlines(keepends=True))


def _scenario(row: Mapping[str, str], parts: Mapping[tuple[str, str], Sequence[Line]]) -> Scenario:
    answers: dict[str, list[str]] = defaultdict(list)
    for part in parts.get((row["id"], "answer"), ()):
        answers[part.topic].append(part.text)
    return Scenario(
        id=row["id"],
        category=Category(row["category"]),
        kind=Kind(row["kind"]),
        weight=float(row["weight"]),
        season=row["season"],
        tense=row["tense"],
        priority=Priority(row["priority"]),
        team=row["team"],
        setting=row["setting"],
        path=row["path"],
        mistaken=tuple(Category(code) for code in row["mistaken"].split(";") if code),
        police=row["police"],
        cores=tuple(parts[row["id"], "core"]),
        details=tuple(part.text for part in parts.get((row["id"], "detail"), ())),
        answers={topic: tuple(texts) for topic, texts in answers.items()},
    )


@cache
def phrasebook() -> Phrasebook:
    """Read all tables once."""
    parts: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for row in _rows("tip_phrases"):
        parts[row["scenario"], row["part"]].append(Line(row["topic"], row["text"]))
    pools: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in ("frames", "slots", "answers", "officer_phrases"):
        for row in _rows(name):
            pools[row["use"], row["key"]].append(row["text"])
    return Phrasebook(
        scenarios=tuple(_scenario(row, parts) for row in _rows("scenarios")),
        pools={key: tuple(texts) for key, texts in pools.items()},
        teencode=tuple((row["plain"], row["short"]) for row in _rows("teencode")),
        border_communes=frozenset(row["commune_code"] for row in _rows("border_communes")),
    )
