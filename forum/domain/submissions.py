"""What a citizen hands in, its bounds, and to whom a tip about the police must go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from forum.domain.errors import InvalidInput
from forum.domain.text import clean_input, syllables
from forum.domain.vocabulary import Category, Channel

LONGEST_BODY = 10_000
LONGEST_PLACE = 300
LONGEST_UNIT = 200
LONGEST_NAME = 120
LONGEST_CONTACT = 200
LONGEST_NUMBER = 40
MOST_FILES = 10


class PoliceConcern(StrEnum):
    """The citizen's own word on whether the tip is about a police officer or unit."""

    NONE = "none"
    PRAISE = "praise"
    COMMUNE = "commune"
    PROVINCE = "province"
    LEADERSHIP = "leadership"


@dataclass(frozen=True, slots=True)
class ConfirmedName:
    """What an issuer of identities has confirmed of a citizen who wants to be known."""

    name: str
    number: str
    by: str
    """What people call the issuer."""


_LEADING_WORDS = (("giam", "doc"), ("thanh", "tra"), ("bo", "phan", "tiep", "nhan"), ("pv01",), ("lanh", "dao"))


@dataclass(frozen=True, slots=True)
class Submission:
    """A tip as handed in. Place codes are those that the citizen chose; free words are resolved on the server."""

    token: bytes
    body: str
    category: Category | None = None
    channel: Channel = Channel.WEB
    place: str = ""
    province_code: str | None = None
    commune_code: str | None = None
    moment: str = "unsure"
    happened_on: date | None = None
    police: PoliceConcern = PoliceConcern.NONE
    police_unit: str = ""
    name: str = ""
    contact: str = ""
    notice_address: str = ""
    confirmed: ConfirmedName | None = None


def stated_concern(submission: Submission) -> PoliceConcern:
    """Return whether the tip is about the police as far as the citizen's choices say; in doubt it is (ADR 5).

    Who names a unit, or chooses the category of police conduct, has answered the question that was left open.
    """
    if submission.police is not PoliceConcern.NONE:
        return submission.police
    if submission.police_unit.strip() or submission.category is Category.POLICE_CONDUCT:
        return PoliceConcern.COMMUNE
    return PoliceConcern.NONE


def concerns_leadership(concern: PoliceConcern, unit: str) -> bool:
    """Whether the provincial leadership, its intake desk or its inspectorate is meant, by choice or by the words."""
    if concern is PoliceConcern.LEADERSHIP:
        return True
    words = syllables(unit)
    return any(_has_run(words, run) for run in _LEADING_WORDS)


def clean_body(text: str) -> str:
    """Return what happened as it may be stored; raise InvalidInput when it is empty or too long."""
    body = clean_input(text, limit=LONGEST_BODY, field="body").strip()
    if not any(character.isalnum() for character in body):
        raise InvalidInput("Please write what happened; a few words are enough.", field="body")
    return body


def _has_run(words: list[str], run: tuple[str, ...]) -> bool:
    return any(tuple(words[start : start + len(run)]) == run for start in range(len(words)))
