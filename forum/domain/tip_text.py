"""What a citizen wrote when submitting, as one sealed document."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Self

MOMENTS = ("now", "date", "unsure")


@dataclass(frozen=True, slots=True)
class TipText:
    """The words of a tip: what happened, where, when, and which police officer or unit it is about."""

    body: str
    place: str = ""
    moment: str = "unsure"
    happened_on: date | None = None
    police_unit: str = ""

    def to_json(self) -> str:
        """Spell the document."""
        document = asdict(self)
        document["happened_on"] = self.happened_on.isoformat() if self.happened_on else None
        return json.dumps(document, ensure_ascii=False)

    @classmethod
    def from_json(cls, spelled: str) -> Self:
        """Read the document back."""
        document = json.loads(spelled)
        if document["happened_on"]:
            document["happened_on"] = date.fromisoformat(document["happened_on"])
        return cls(**document)

    @property
    def searchable(self) -> str:
        """Return the words that officers may search for; parts are divided so that no pair crosses them."""
        return " . ".join(part for part in (self.body, self.place, self.police_unit) if part)
