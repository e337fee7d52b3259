"""Telling a citizen who left an address that there is news; the notice itself says nothing more."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, exists, select

from forum.models import NoticeAddress, OutboxJob, Tip
from forum.services.work import Work

NOTICE = "notice"
_HAS_ADDRESS = select(exists().where(NoticeAddress.tip_id == bindparam("tip")))


def announce(work: Work, tip: Tip) -> None:
    """Put a notice into the outbox if the tip has an address for notices; it leaves after commit."""
    if work.session.scalar(_HAS_ADDRESS, {"tip": tip.id}):
        work.session.add(OutboxJob(kind=NOTICE, payload={"tip_id": tip.id}, available_at=work.now))


def forget_address(work: Work, tip: Tip) -> None:
    """Destroy the address for notices."""
    work.session.execute(delete(NoticeAddress).where(NoticeAddress.tip_id == tip.id))


def where(number: str) -> str:
    """Return the associated data that binds an address to its tip."""
    return f"tip/{number}/notice-address"
