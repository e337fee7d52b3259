"""What workers do besides sending: unsealing the address of a notice at the last moment, and cleaning up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, or_, select

from forum.adapters.keyring import Purpose
from forum.models import Attachment, NoticeAddress, Throttle, Tip
from forum.services import notices, sessions
from forum.services.outbox import KEPT, clear_done
from forum.services.work import Work

LEFT_BEHIND = timedelta(hours=24)
"""Files this old that no row names belong to an upload that was killed; no request lasts so long."""
THROTTLE_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many things of each sort were removed."""

    orphans: int
    spools: int
    throttles: int
    jobs: int
    sessions: int


def notice_address(work: Work, tip_id: int) -> str | None:
    """Unseal where to say that there is news; None once the address has been destroyed."""
    found = work.session.execute(
        select(Tip.number, NoticeAddress.sealed).join(Tip, Tip.id == NoticeAddress.tip_id).where(Tip.id == tip_id)
    ).first()
    if found is None:
        return None
    where = notices.where(found.number)
    return work.secrets.vault.unseal_record(Purpose.NOTICE, found.sealed, where=where).decode("utf-8")


def clean_up(work: Work) -> Cleaned:
    """Remove orphaned files, abandoned uploads, throttles and sessions that have run out, and jobs done long ago."""
    before = work.now - LEFT_BEHIND
    known = set(work.session.scalars(select(Attachment.storage_key)))
    orphans = list(work.files.orphans(known, before=before))
    for storage_key in orphans:
        work.files.delete(storage_key)
    return Cleaned(
        orphans=len(orphans),
        spools=work.files.sweep_spool(before=before),
        throttles=_forget_throttles(work),
        jobs=clear_done(work, before=work.now - KEPT),
        sessions=sessions.forget_ended(work),
    )


def _forget_throttles(work: Work) -> int:
    is_over = or_(Throttle.blocked_until.is_(None), Throttle.blocked_until < work.now)
    gone = work.session.execute(
        delete(Throttle).where(Throttle.since < work.now - THROTTLE_KEPT, is_over).returning(Throttle.digest)
    )
    return len(gone.all())
