"""Checks of what administrators type, alike for every subject."""

from __future__ import annotations

from datetime import date

from forum.domain.errors import InvalidInput
from forum.domain.text import clean_input
from forum.services.work import Work


def filled(text: str, *, limit: int, field: str) -> str:
    """Return the text cleaned; raise InvalidInput when nothing is left or it is too long."""
    cleaned = " ".join(clean_input(text, limit=limit, field=field).split())
    if not cleaned:
        raise InvalidInput("Please write something here.", field=field)
    return cleaned


def not_past(work: Work, day: date, *, field: str) -> date:
    """Return the day; raise InvalidInput for one before today: what has happened happened under the rules of then."""
    if day < work.rulebook.on:
        raise InvalidInput("The past stays as it was: please choose today or a later day.", field=field)
    return day
