"""How the changes of an event are spelled in JSON and read back, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from forum.domain.vocabulary import Category, Channel, Kind, Priority, Restriction

_ENUMS: dict[str, type[StrEnum]] = {
    "kind": Kind,
    "category": Category,
    "priority": Priority,
    "channel": Channel,
    "restriction": Restriction,
}
_TUPLES = frozenset({"tags", "granted_team_ids"})


def encode_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes as JSON values; instants become UTC in ISO 8601."""
    return {name: _encode(value) for name, value in changes.items()}


def decode_changes(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes as the state holds them."""
    return {name: _decode(name, value) for name, value in stored.items()}


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return value


def _decode(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _ENUMS:
        return _ENUMS[name](value)
    if name in _TUPLES:
        return tuple(value)
    return datetime.fromisoformat(value) if name.endswith("_at") else value
