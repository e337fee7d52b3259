"""Taking a tip: one transaction from the form to an accountable team with a running clock."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import bindparam, select

from forum.adapters.keyring import Key, Purpose
from forum.domain import receipts
from forum.domain.deadlines import deadlines_at_receipt
from forum.domain.errors import InvalidInput
from forum.domain.events import CITIZEN, EventKind, TipEvent
from forum.domain.submissions import (
    LONGEST_CONTACT,
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_UNIT,
    MOST_FILES,
    Submission,
    clean_body,
)
from forum.domain.text import clean_input, search_text
from forum.domain.tip_text import TipText
from forum.models import NoticeAddress, Tip
from forum.services import notices
from forum.services.attachments import Incoming, attach
from forum.services.identity import IdentityCard, keep_identity
from forum.services.indexing import begin_index
from forum.services.intake import Intake, first_team
from forum.services.timeline import begin, open_key
from forum.services.work import Work

SHOWN_AGAIN = timedelta(hours=24)
"""How long a repeated form shows its receipt again, unless the citizen has said that it is kept."""
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NUMBER_LENGTH = 10


_BY_DIGEST = select(
    Tip.number,
    Tip.receipt_digest,
    Tip.receipt_kept_at,
    Tip.received_at,
    Tip.team_id,
    Tip.citizen_due_at,
    Tip.province_code,
    Tip.commune_code,
).where(Tip.receipt_digest.in_(bindparam("digests", expanding=True)))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the citizen is told: the receipt (None once it is kept), who has the tip, where it is thought to be."""

    tip_number: str
    receipt: str | None
    team_id: int
    due_at: datetime | None
    province_code: str | None
    commune_code: str | None
    is_new: bool


def find_repeated(work: Work, token: bytes) -> Acknowledgement | None:
    """Return the acknowledgement of a form that has been handed in before, None for a fresh one."""
    candidates = [receipts.derive(token, key.secret) for key in work.secrets.receipt_keys]
    digests = {
        receipts.digest(receipt, key.secret): receipt
        for receipt, key in zip(candidates, work.secrets.receipt_keys, strict=True)
    }
    tip = work.session.connection().execute(_BY_DIGEST, {"digests": list(digests)}).first()
    if tip is None:
        return None
    is_shown = tip.receipt_kept_at is None and work.now - tip.received_at < SHOWN_AGAIN
    return _acknowledge(tip, digests[tip.receipt_digest] if is_shown else None, is_new=False)


def submit(work: Work, submission: Submission, files: Sequence[Incoming] = ()) -> Acknowledgement:
    """Take a tip, or return the acknowledgement of the same form handed in before.

    A form handed in before meets its own receipt digest, which is unique; so nothing needs to be looked up for a
    fresh one. Only where receipts were given out under an older key, too, is that looked up first.
    """
    if len(work.secrets.receipt_keys) > 1 and (repeated := find_repeated(work, submission.token)):
        return repeated
    text = _text_of(submission)
    if len(files) > MOST_FILES:
        raise InvalidInput("Please send at most %(most)s files.", field="files", most=MOST_FILES)
    intake = first_team(work, submission, text)
    key = work.secrets.keyring.current(Purpose.RECEIPT)
    tip, receipt = _new_tip(work, submission, key, text=text, intake=intake, file_count=len(files))
    if tip.id is None:
        return cast("Acknowledgement", find_repeated(work, submission.token))
    _keep_contact(work, tip, submission)
    if files:
        attach(work, tip, open_key(work, tip), event_seq=1, files=files, is_public=True)
    return _acknowledge(tip, receipt, is_new=True)


def _acknowledge(tip: Any, receipt: str | None, *, is_new: bool) -> Acknowledgement:
    """Return what is told of a tip, given as its row or as the columns found by its receipt."""
    return Acknowledgement(
        tip_number=tip.number,
        receipt=receipt,
        team_id=tip.team_id,
        due_at=tip.citizen_due_at,
        province_code=tip.province_code,
        commune_code=tip.commune_code,
        is_new=is_new,
    )


def _new_tip(
    work: Work, submission: Submission, receipt_key: Key, *, text: TipText, intake: Intake, file_count: int
) -> tuple[Tip, str]:
    number = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_LENGTH))
    tip_key = work.secrets.vault.new_tip_key(ref=number)
    receipt = receipts.derive(submission.token, receipt_key.secret)
    tip = Tip(
        number=number,
        receipt_digest=receipts.digest(receipt, receipt_key.secret),
        receipt_key_id=receipt_key.id,
        kek_id=tip_key.kek_id,
        wrapped_key=tip_key.wrapped,
    )
    changes = _first_changes(work, submission, intake)
    details = {"files": file_count, "moment": text.moment}
    event = TipEvent(1, EventKind.RECEIVED, work.now, CITIZEN, changes, details)
    folded = search_text(text.searchable)
    if begin(work, tip, event, tip_key.key, text=text.to_json(), folded=folded):
        begin_index(work, tip, folded)
    return tip, receipt


def _first_changes(work: Work, submission: Submission, intake: Intake) -> dict[str, Any]:
    rules = work.rulebook
    team = rules.teams.get(intake.team_id)
    clocks = deadlines_at_receipt(
        intake.kind,
        team.kind,
        priority=intake.priority,
        at=work.now,
        policies=rules.policies,
        calendar=rules.calendar,
    )
    return {
        "channel": submission.channel,
        "kind": intake.kind,
        "category": intake.category,
        "priority": intake.priority,
        "province_code": intake.province_code,
        "commune_code": intake.commune_code,
        "team_id": intake.team_id,
        "is_about_police": intake.is_about_police,
        "restriction": intake.restriction,
        "granted_team_ids": (intake.team_id,) if intake.restriction else (),
        **clocks,
    }


def _text_of(submission: Submission) -> TipText:
    return TipText(
        body=clean_body(submission.body),
        place=clean_input(submission.place, limit=LONGEST_PLACE, field="place").strip(),
        moment=submission.moment,
        happened_on=submission.happened_on,
        police_unit=clean_input(submission.police_unit, limit=LONGEST_UNIT, field="police_unit").strip(),
    )


def _keep_contact(work: Work, tip: Tip, submission: Submission) -> None:
    name = clean_input(submission.name, limit=LONGEST_NAME, field="name").strip()
    contact = clean_input(submission.contact, limit=LONGEST_CONTACT, field="contact").strip()
    if submission.confirmed:
        sure = submission.confirmed
        keep_identity(work, tip, IdentityCard(name, contact, sure.name, sure.number, sure.by))
    elif name or contact:
        keep_identity(work, tip, IdentityCard(name, contact))
    if submission.notice_address:
        where = notices.where(tip.number)
        sealed = work.secrets.vault.seal_record(Purpose.NOTICE, submission.notice_address, where=where)
        work.session.add(NoticeAddress(tip_id=tip.id, sealed=sealed))
