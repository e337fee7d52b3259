"""Telling an erased tip from one that somebody made vanish: the chain of erasures, and who names a tip that is gone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from forum.adapters.secrets import Secrets
from forum.models import AccessRow, Erasure, Tip
from forum.services.chains import Chain, Fault, Link
from forum.services.checkpoints import Points
from forum.services.erasing import erasure_mac

ROWS_AT_ONCE = 2_000


def erasure_faults(session: Session, secrets: Secrets, *, points: Points | None = None) -> Iterator[Fault]:
    """Verify the erasures, that no erased tip is there again, and that no tip is gone without having been erased.

    A tip that nobody has ever opened leaves no trace in the accesses: that it is gone only a checkpoint tells. For
    checkpoints an erased tip is met with the length and the last code of its history; what they say of earlier rows
    cannot be compared any more.
    """
    yield from _chain_faults(session, secrets, points or Points())
    back = select(Erasure.number).join(Tip, or_(Tip.number == Erasure.number, Tip.id == Erasure.tip_id))
    for number in session.scalars(back.order_by(Erasure.seq)):
        yield Fault(Chain.ERASURE, number, "This tip was erased, and is there again.")
    gone = (
        select(AccessRow.tip_id)
        .outerjoin(Tip, Tip.id == AccessRow.tip_id)
        .outerjoin(Erasure, Erasure.tip_id == AccessRow.tip_id)
        .where(AccessRow.tip_id.is_not(None), Tip.id.is_(None), Erasure.tip_id.is_(None))
        .distinct()
        .order_by(AccessRow.tip_id)
    )
    for tip_id in session.scalars(gone):
        yield Fault(Chain.ERASURE, f"#{tip_id}", "A tip that was opened is gone without having been erased.")


def _chain_faults(session: Session, secrets: Secrets, points: Points) -> Iterator[Fault]:
    link = Link(wanted=points.wanted(Chain.ERASURE, ""))
    while True:
        page = select(Erasure.__table__).where(Erasure.seq > link.seq).order_by(Erasure.seq).limit(ROWS_AT_ONCE)
        rows = session.execute(page).all()
        for row in rows:
            if row.seq != link.seq + 1:
                message = "Row %(seq)s follows row %(before)s: rows between are missing."
                yield Fault(Chain.ERASURE, row.number, message, {"seq": row.seq, "before": link.seq})
            elif erasure_mac(secrets, link.mac, row) != row.mac:
                message = "Row %(seq)s has been changed, or put where it does not belong."
                yield Fault(Chain.ERASURE, row.number, message, {"seq": row.seq})
            link.seq, link.mac = row.seq, row.mac
            if row.seq in link.wanted:
                link.kept[row.seq] = row.mac
            yield from points.end(Chain.TIP, row.number, length=row.event_count, mac=row.head_mac)
        if len(rows) < ROWS_AT_ONCE:
            yield from points.compare(Chain.ERASURE, "", link.kept)
            return
