"""Making a tip of its own out of one matter of a mixed tip.

The part has no receipt of its own: nobody could hand one to the sender without a place where it lies readable. It is
followed under the receipt of the tip that it was split from (`parts_of`), and questions to the sender are asked there.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forum.adapters.keyring import Purpose
from forum.domain.deadlines import deadlines_at_receipt
from forum.domain.errors import InvalidInput
from forum.domain.events import EventKind, TipEvent
from forum.domain.permissions import Actor, Permission
from forum.domain.submissions import clean_body
from forum.domain.text import search_text
from forum.domain.tip_text import TipText
from forum.models import NoticeAddress, Tip, TipEventRow
from forum.services import notices
from forum.services.indexing import begin_index
from forum.services.officers import officer
from forum.services.routing import text_of
from forum.services.submission import NUMBER_ALPHABET, NUMBER_LENGTH
from forum.services.timeline import begin, move, state_of
from forum.services.triage import Classification
from forum.services.work import Work

MOST_PARTS = 5
DIGEST_BYTES = 32


def split(work: Work, actor: Actor, tip: Tip, *, text: str, wanted: Classification) -> str:
    """Make a new tip of a part and return its number; it stays with the team, to be classified and routed.

    Place, restriction and the day of receipt are those of the whole: the sender's legal deadline is not begun anew.
    """
    by = officer(actor, tip, Permission.TRIAGE)
    if is_part(work.session, tip):
        raise InvalidInput("This tip is itself a part. Please split the tip that it comes from.", field="text")
    if len(_part_numbers(work.session, tip)) >= MOST_PARTS:
        raise InvalidInput("At most %(most)s parts can be split off.", field="text", most=MOST_PARTS)
    whole = text_of(work, tip)
    words = TipText(clean_body(text), whole.place, whole.moment, whole.happened_on, whole.police_unit)
    number = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_LENGTH))
    move(work, tip, EventKind.SPLIT, by, details={"part": number})
    key = work.secrets.vault.new_tip_key(ref=number)
    part = Tip(
        number=number,
        receipt_digest=secrets.token_bytes(DIGEST_BYTES),
        receipt_key_id=tip.receipt_key_id,
        kek_id=key.kek_id,
        wrapped_key=key.wrapped,
    )
    details = {"split_from": tip.number, "files": 0, "moment": words.moment}
    event = TipEvent(1, EventKind.RECEIVED, work.now, by, _changes(work, tip, wanted), details)
    folded = search_text(words.searchable)
    begin(work, part, event, key.key, text=words.to_json(), folded=folded)
    begin_index(work, part, folded)
    _copy_notice_address(work, tip, part)
    return number


def is_part(session: Session, tip: Tip) -> bool:
    """Whether the tip was split from another."""
    first = select(TipEventRow.data).where(TipEventRow.tip_id == tip.id, TipEventRow.seq == 1)
    return "split_from" in session.scalars(first).one()["details"]


def parts_of(session: Session, tip: Tip) -> Sequence[Tip]:
    """Return the tips that were split from this one, oldest first: what the holder of its receipt may follow too."""
    numbers = _part_numbers(session, tip)
    return session.scalars(select(Tip).where(Tip.number.in_(numbers)).order_by(Tip.id)).all() if numbers else []


def _part_numbers(session: Session, tip: Tip) -> list[str]:
    rows = select(TipEventRow.data).where(TipEventRow.tip_id == tip.id, TipEventRow.kind == EventKind.SPLIT)
    return [data["details"]["part"] for data in session.scalars(rows)]


def _changes(work: Work, tip: Tip, wanted: Classification) -> dict[str, Any]:
    rules, state = work.rulebook, state_of(work.session, tip)
    team_kind = rules.teams.get(tip.team_id).kind

    def clocks(at: datetime) -> dict[str, Any]:
        return deadlines_at_receipt(
            wanted.kind, team_kind, priority=wanted.priority, at=at, policies=rules.policies, calendar=rules.calendar
        )

    from_receipt = clocks(tip.received_at)
    return {
        "received_at": tip.received_at,
        "channel": tip.channel,
        "kind": wanted.kind,
        "category": wanted.category,
        "priority": wanted.priority,
        "province_code": tip.province_code,
        "commune_code": tip.commune_code,
        "team_id": tip.team_id,
        "is_about_police": tip.is_about_police,
        "restriction": tip.restriction,
        "granted_team_ids": state.granted_team_ids,
        **clocks(work.now),
        "citizen_due_at": from_receipt["citizen_due_at"],
        "citizen_policy_id": from_receipt["citizen_policy_id"],
    }


def _copy_notice_address(work: Work, tip: Tip, part: Tip) -> None:
    if not work.session.scalar(select(exists().where(NoticeAddress.tip_id == tip.id))):
        return
    held = work.session.get_one(NoticeAddress, tip.id)
    vault = work.secrets.vault
    address = vault.unseal_record(Purpose.NOTICE, held.sealed, where=notices.where(tip.number))
    sealed = vault.seal_record(Purpose.NOTICE, address, where=notices.where(part.number))
    work.session.add(NoticeAddress(tip_id=part.id, sealed=sealed))
