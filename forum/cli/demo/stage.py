"""What the steps of a demo share: the people, what has been played so far, and one step about to be taken."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from forum.cli.demo.people import Cast
from forum.domain.permissions import Actor
from forum.domain.teams import TeamRef
from forum.models import Tip
from forum.services.work import Work


@dataclass(slots=True)
class Stage:
    """What the steps of all tips share: the people, the numbers of tips played so far, answers not yet let out."""

    cast: Cast
    numbers: dict[int, str] = field(default_factory=dict)
    ids: dict[int, int] = field(default_factory=dict)
    answers: dict[int, str] = field(default_factory=dict)
    """The last answer written to a tip, by the id of its row."""
    alike: dict[int, list[int]] = field(default_factory=dict)
    """Second reports that could not be linked and wait for the answer to the first, by the id of its row."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One step about to be taken on a locked tip."""

    work: Work
    stage: Stage
    tip: Tip
    data: Any

    @property
    def team(self) -> TeamRef:
        """Return the team that has the tip."""
        return self.work.rulebook.teams.get(self.tip.team_id)

    @property
    def handler(self) -> Actor:
        """Return who works on the tip."""
        return self.stage.cast.handler_of(self.team)

    @property
    def lead(self) -> Actor:
        """Return who leads the team that has it."""
        return self.stage.cast.lead_of(self.team)


def phrase(use: str, key: str = "") -> str:
    """Return the one phrase for a use."""
    return phrases()[use, key]


@cache
def phrases() -> dict[tuple[str, str], str]:
    """Read what the people of the demo say when a course has no words for it, by use and key."""
    path = resources.files("forum.cli.demo") / "data" / "player_phrases.csv"
    with path.open(encoding="utf-8") as file:
        return {(row["use"], row["key"]): row["text"] for row in csv.DictReader(file)}
