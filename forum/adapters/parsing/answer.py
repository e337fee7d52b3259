"""What a parsing process says about a file, before the bytes of the clean one follow."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

LONGEST_LINE = 256


class Verdict(StrEnum):
    """What became of a file."""

    CLEANED = "cleaned"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    LOCKED = "locked"
    UNKNOWN_CODING = "unknown-coding"
    """The file may be sound, but nothing here writes it anew."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict and, of a cleaned file, its kind (which may have changed) and bytes."""

    verdict: Verdict
    mime: str = ""
    content: bytes | memoryview = b""

    def line(self) -> bytes:
        """Return what is sent ahead of the bytes."""
        return json.dumps([self.verdict, self.mime]).encode("ascii") + b"\n"


def read_line(line: bytes) -> Answer | None:
    """Understand what was sent ahead; None when it is nothing that a parsing process of ours says."""
    try:
        verdict, mime = json.loads(line)
        return Answer(Verdict(verdict), str(mime))
    except (ValueError, TypeError):
        return None
