"""`forum suggest`: what the lexicon and the rules make of labelled tips, beside what an experienced officer wants."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from forum.adapters.lexicon_table import lexicon, routing_rules
from forum.adapters.shipped import provinces
from forum.domain import suggestion as suggestions
from forum.domain.routing import RoutingFacts, place_flags, police_flags, route

SAMPLES = (Path("tests/samples/tips.json"), Path("tests/samples/own_tips.json"))
COLUMNS = ("category", "kind", "team", "first_responder", "priority")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One labelled tip: per column what was suggested and what was wanted, and the rule that routed it."""

    tip_id: str
    suggested: Mapping[str, str | None]
    wanted: Mapping[str, str | None]
    rule_number: int

    def is_right(self, column: str) -> bool:
        """Tell whether the suggestion equals the wish in a column."""
        return self.suggested[column] == self.wanted[column]


def compare_sample(sample: Mapping[str, Any]) -> Comparison:
    """Run one labelled tip through suggestion and routing, with the place as given and no category chosen."""
    unit = sample["police_unit"]
    suggestion = suggestions.suggest(
        sample["text"], chosen_category=None, about_police=unit is not None, lexicon=lexicon()
    )
    cluster = frozenset(province.code for province in provinces() if province.is_in_cluster)
    place = place_flags(sample["province_code"], cluster)
    police = police_flags(about_police=unit is not None, unit=unit or "")
    facts = RoutingFacts(
        kind=suggestion.kind,
        category=suggestion.category,
        priority=suggestion.priority,
        province_code=sample["province_code"],
        commune_code=sample["commune_code"],
        tags=suggestion.tags,
        flags=suggestion.flags | place | police,
        text=sample["text"],
    )
    decision = route(facts, routing_rules())
    suggested: dict[str, str | None] = {
        "category": suggestion.category.value,
        "kind": suggestion.kind.value,
        "team": decision.target,
        "first_responder": decision.first_responder,
        "priority": decision.priority.value,
    }
    return Comparison(sample["id"], suggested, sample["wanted"], decision.rule_number)


def accuracy(comparisons: Iterable[Comparison]) -> dict[str, tuple[int, int]]:
    """Return per column how many were right, of how many."""
    held = list(comparisons)
    return {column: (sum(item.is_right(column) for item in held), len(held)) for column in COLUMNS}


@click.command("suggest")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def suggest(files: tuple[Path, ...]) -> None:
    """Print suggested against wanted for the labelled tips in FILES (JSON), with the accuracy of each column.

    Without FILES, those of the source tree are taken from the working directory.
    """
    found = files or tuple(path for path in SAMPLES if path.exists())
    if not found:
        raise click.UsageError("Name a file of labelled tips, or run this in the source tree.")
    for path in found:
        samples = json.loads(path.read_text(encoding="utf-8"))
        comparisons = [compare_sample(sample) for sample in samples]
        click.echo(f"{path.name}: {len(comparisons)} tips; a wrong value is followed by the wanted one in brackets")
        for line in _table(comparisons):
            click.echo(line)
        click.echo("")


def _table(comparisons: list[Comparison]) -> list[str]:
    rows: list[tuple[str, ...]] = [("tip", *COLUMNS, "rule")]
    rows += [(item.tip_id, *(_cell(item, column) for column in COLUMNS), str(item.rule_number)) for item in comparisons]
    rows.append(
        ("right", *(f"{right}/{total} = {right / total:.0%}" for right, total in accuracy(comparisons).values()), "")
    )
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(item: Comparison, column: str) -> str:
    suggested = item.suggested[column] or "-"
    return suggested if item.is_right(column) else f"{suggested} [{item.wanted[column] or '-'}]"
