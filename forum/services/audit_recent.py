"""A verification small enough for one request: the newest tips, accesses and changes of settings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from forum.adapters.secrets import Secrets
from forum.models import AccessRow, SettingEvent
from forum.services.audit import newest_tip_ids, tip_faults
from forum.services.chain_codes import access_mac_of, setting_mac_of
from forum.services.chains import Chain, Fault, Link, stored_columns, walk

NEWEST_TIPS = 200
NEWEST_ROWS = 2_000


def recent_faults(session: Session, secrets: Secrets) -> tuple[int, list[Fault]]:
    """Verify what is newest; return how many tips that were, and the faults."""
    tip_ids = newest_tip_ids(session, at_most=NEWEST_TIPS)
    faults = tip_faults(session, secrets, tip_ids) if tip_ids else []
    return len(tip_ids), [*faults, *_access_faults(session, secrets), *_setting_faults(session, secrets)]


def _access_faults(session: Session, secrets: Secrets) -> Iterator[Fault]:
    """Verify the newest accesses, each account's from the row before its first among them."""
    mac_of = access_mac_of(secrets)
    newest = session.execute(stored_columns(AccessRow).order_by(AccessRow.id.desc()).limit(NEWEST_ROWS)).all()
    ordered = sorted(newest, key=lambda row: (row.chain, row.seq))
    chains = {chain: list(rows) for chain, rows in groupby(ordered, key=lambda row: row.chain)}
    before = [(chain, rows[0].seq - 1) for chain, rows in chains.items()]
    bases = session.execute(
        select(AccessRow.chain, AccessRow.seq, AccessRow.mac).where(tuple_(AccessRow.chain, AccessRow.seq).in_(before))
    )
    links = {row.chain: Link(row.seq, row.mac) for row in bases}
    for chain, rows in chains.items():
        yield from walk(rows, mac_of, chain=Chain.ACCESS, key=str(chain), link=links.get(chain, Link()))


def _setting_faults(session: Session, secrets: Secrets) -> Iterator[Fault]:
    mac_of = setting_mac_of(secrets)
    newest = stored_columns(SettingEvent).order_by(SettingEvent.seq.desc()).limit(NEWEST_ROWS + 1)
    rows = session.execute(newest).all()[::-1]
    is_cut = len(rows) > NEWEST_ROWS
    link = Link(rows[0].seq, rows[0].mac) if is_cut else Link()
    yield from walk(rows[is_cut:], mac_of, chain=Chain.SETTING, key="", link=link)
