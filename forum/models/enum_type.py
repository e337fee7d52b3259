"""How enums are stored: by value, as text, with a CHECK."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Enum


def by_value(enum: type[StrEnum]) -> Enum:
    """Return a column type that stores the enum's value; the database refuses any other."""
    return Enum(
        enum,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=30,
        name=enum.__name__.lower(),
    )
