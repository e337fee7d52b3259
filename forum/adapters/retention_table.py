"""The shipped retention policy, read into domain objects."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import StringIO

from forum.domain.retention import RetentionRule
from forum.domain.vocabulary import Kind


@cache
def retention_rules() -> Mapping[Kind, RetentionRule]:
    """Return for how long each kind is kept, and who says so."""
    text = files("forum").joinpath("data", "retention.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(StringIO(text, newline=""), strict=True)
    rules = (
        RetentionRule(Kind(row["kind"]), int(row["years"]), row["source"], {"0": False, "1": True}[row["verified"]])
        for row in rows
    )
    return {rule.kind: rule for rule in rules}
