"""The associated data that ties each sealed column to its row, for those who seal (services) and who read (reports)."""

from __future__ import annotations


def event_where(number: str, seq: int, column: str) -> str:
    """Return what binds a sealed text to its tip, event and column."""
    return f"tip/{number}/{seq}/{column}"


def attachment_where(uid: str, column: str) -> str:
    """Return what binds a sealed column to its attachment."""
    return f"attachment/{uid}/{column}"
