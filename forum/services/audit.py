"""Verifying the records: every changed, removed, inserted or reordered row is found.

What no chain can tell is that its very last rows are gone, together with whatever else names them: of the accesses, the
settings, or of a tip whose row is put back as well. The checkpoints kept outside tell that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Text, func, select, type_coerce
from sqlalchemy.orm import Session

from forum.adapters.secrets import Secrets
from forum.adapters.vault import SealBroken
from forum.domain.errors import DomainError
from forum.domain.lifecycle import fold
from forum.models import AccessRow, SettingEvent, Tip, TipEventRow, TipGrant
from forum.services.chain_codes import access_mac_of, in_time, setting_mac_of
from forum.services.chains import Chain, Fault, Link, StoredRow, stored_columns, walk
from forum.services.checkpoints import Points
from forum.services.record_rows import UNREADABLE
from forum.services.record_rows import rows_in_order as _paged
from forum.services.timeline import COLUMNS, as_event, event_mac, receipt_mark

TIPS_AT_ONCE = 100


def count_tips(session: Session) -> int:
    """Return how many tips a full verification walks."""
    return session.scalar(select(func.count()).select_from(Tip)) or 0


def next_tip_ids(session: Session, *, after: int = 0, at_most: int = TIPS_AT_ONCE) -> list[int]:
    """Return the ids of the tips that follow, oldest first; empty at the end."""
    return list(session.scalars(select(Tip.id).where(Tip.id > after).order_by(Tip.id).limit(at_most)))


def newest_tip_ids(session: Session, *, at_most: int) -> list[int]:
    """Return the ids of the newest tips, oldest of them first."""
    return sorted(session.scalars(select(Tip.id).order_by(Tip.id.desc()).limit(at_most)))


def tip_faults(
    session: Session, secrets: Secrets, tip_ids: Sequence[int], *, points: Points | None = None
) -> list[Fault]:
    """Verify the events of some tips, that each row is their fold, and that they are what checkpoints say.

    Memory holds the events of these tips alone. A value that cannot even be read is a fault of its tip.
    """
    points = points or Points()
    try:
        return list(_tip_faults(session, secrets, tip_ids, points))
    except UNREADABLE:
        if len(tip_ids) > 1:
            return [fault for tip_id in tip_ids for fault in tip_faults(session, secrets, [tip_id], points=points)]
        number = session.scalar(select(type_coerce(Tip.number, Text)).where(Tip.id == tip_ids[0]))
        return [Fault(Chain.TIP, str(number), "A stored value cannot be read.")]


def access_faults(session: Session, secrets: Secrets, *, points: Points | None = None) -> Iterator[Fault]:
    """Verify the accesses of every account."""
    points = points or Points()
    mac_of = access_mac_of(secrets)
    rows = _paged(session, stored_columns(AccessRow), (AccessRow.chain, AccessRow.seq))
    for number, of_account in groupby(rows, key=lambda row: row.chain):
        key = str(number)
        link = Link(wanted=points.wanted(Chain.ACCESS, key))
        yield from walk(of_account, mac_of, chain=Chain.ACCESS, key=key, link=link)
        yield from points.compare(Chain.ACCESS, key, link.kept)


def setting_faults(session: Session, secrets: Secrets, *, points: Points | None = None) -> Iterator[Fault]:
    """Verify the changes of settings."""
    points = points or Points()
    mac_of = setting_mac_of(secrets)
    rows = _paged(session, stored_columns(SettingEvent), (SettingEvent.seq,))
    link = Link(wanted=points.wanted(Chain.SETTING, ""))
    yield from walk(rows, mac_of, chain=Chain.SETTING, key="", link=link)
    yield from points.compare(Chain.SETTING, "", link.kept)


def orphan_faults(session: Session) -> Iterator[Fault]:
    """Tell the events and the lists of readers whose tip is not there: nobody meets them on a walk over the tips."""
    for model, message in _OF_A_TIP:
        query = select(model.tip_id).outerjoin(Tip, Tip.id == model.tip_id).where(Tip.id.is_(None))
        for tip_id in session.scalars(query.distinct().order_by(model.tip_id)):
            yield Fault(Chain.TIP, "", message, {"row": tip_id})


_OF_A_TIP: tuple[tuple[type[TipEventRow | TipGrant], str], ...] = (
    (TipEventRow, "There are events of a tip that is not there (row %(row)s)."),
    (TipGrant, "There is a list of readers of a tip that is not there (row %(row)s)."),
)


def _tip_faults(session: Session, secrets: Secrets, tip_ids: Sequence[int], points: Points) -> Iterator[Fault]:
    tips = session.execute(select(*Tip.__table__.columns).where(Tip.id.in_(tip_ids)).order_by(Tip.id)).all()
    query = (
        stored_columns(TipEventRow).where(TipEventRow.tip_id.in_(tip_ids)).order_by(TipEventRow.tip_id, TipEventRow.seq)
    )
    events = {tip_id: list(rows) for tip_id, rows in groupby(session.execute(query), key=lambda row: row.tip_id)}
    grants: dict[int, list[int]] = {}
    for tip_id, team_id in session.execute(
        select(TipGrant.tip_id, TipGrant.team_id).where(TipGrant.tip_id.in_(tip_ids)).order_by(TipGrant.team_id)
    ):
        grants.setdefault(tip_id, []).append(team_id)
    for tip in tips:
        own = events.get(tip.id, [])
        yield from points.compare(Chain.TIP, tip.number, {event.seq: event.mac for event in own})
        yield from _faults_of_tip(secrets, tip, own, tuple(grants.get(tip.id, ())))


def _faults_of_tip(
    secrets: Secrets, tip: StoredRow, events: Sequence[StoredRow], granted: tuple[int, ...]
) -> Iterator[Fault]:
    def mac_of(before: bytes, row: Any) -> bytes:
        return event_mac(secrets, tip.number, before, row)

    link = Link()
    yield from walk(events, in_time(secrets, mac_of), chain=Chain.TIP, key=tip.number, link=link)
    if link.mac != tip.head_mac:
        yield Fault(Chain.TIP, tip.number, "The tip names another last event than there is.")
    yield from _fold_faults(tip, events, granted)
    marked = events[0].data["details"].get("receipt") if events else None
    if marked is not None and marked != receipt_mark(tip):  # the first tips of all bear no mark
        yield Fault(Chain.TIP, tip.number, "The tip has another receipt than it was received with.")
    try:
        secrets.vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)
    except SealBroken:
        yield Fault(Chain.TIP, tip.number, "The key of the tip cannot be opened.")


def _fold_faults(tip: StoredRow, events: Sequence[Any], granted: tuple[int, ...]) -> Iterator[Fault]:
    try:
        state = fold([as_event(row) for row in events])
    except (DomainError, *UNREADABLE):
        yield Fault(Chain.TIP, tip.number, "Its events lead to no possible state.")
        return
    held = {name: getattr(tip, name) for name in (*COLUMNS, "queue_at")}
    held |= {"tags": tuple(tip.tags), "granted_team_ids": granted}
    differing = sorted(name for name, value in held.items() if value != getattr(state, name))
    if differing:
        message = "The row differs from what its events say: %(columns)s."
        yield Fault(Chain.TIP, tip.number, message, {"columns": ", ".join(differing)})
