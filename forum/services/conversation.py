"""The citizen's side after the receipt: look in, add, reply, rate, reopen."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from forum.adapters.bindings import event_where
from forum.domain import receipts
from forum.domain.deadlines import due_after_reply
from forum.domain.errors import IllegalMove, InvalidInput, NotFound
from forum.domain.events import CITIZEN, SYSTEM, EventKind
from forum.domain.lifecycle import FINAL, Status
from forum.domain.text import clean_input, search_text
from forum.domain.vocabulary import Priority
from forum.models import Tip, TipEventRow
from forum.services.attachments import Incoming, attach
from forum.services.desk_clocks import team_clock
from forum.services.indexing import grow_index
from forum.services.timeline import events_of, move, open_key
from forum.services.work import Work

LONGEST_MESSAGE = 10_000
LONGEST_COMMENT = 2_000
MOST_EVENTS = 500
MOST_REOPENINGS = 3
LOWEST_SCORE, HIGHEST_SCORE = 1, 5


def find_by_receipt(work: Work, receipt: str, *, lock: bool = False) -> Tip:
    """Return the tip of a receipt (20 digits); raise NotFound. Known and unknown receipts cost the same work."""
    digests = receipts.digests(receipt, [key.secret for key in work.secrets.receipt_keys])
    query = select(Tip).where(Tip.receipt_digest.in_(digests))
    tip = work.session.scalars(query.with_for_update() if lock else query).first()
    if tip is None:
        raise NotFound("No tip belongs to this receipt. Please compare the digits.")
    return tip


def keep_receipt(work: Work, receipt: str) -> None:
    """Note that the citizen has kept the receipt: a repeated form shows it no more."""
    tip = find_by_receipt(work, receipt, lock=True)
    tip.receipt_kept_at = tip.receipt_kept_at or work.now
    work.session.flush()


def write(work: Work, tip: Tip, *, text: str, files: Sequence[Incoming] = ()) -> None:
    """Reply to a question, or add something; a reply lets the team's clock run again."""
    said = clean_input(text, limit=LONGEST_MESSAGE, field="text").strip()
    if not said and not files:
        raise InvalidInput("Please write something here.", field="text")
    if tip.status in FINAL:
        raise IllegalMove("This tip is closed. If it is not solved, please say so; for a new matter, send a new tip.")
    if tip.event_count >= MOST_EVENTS:
        raise IllegalMove("Much has been written on this tip. Please send a new one.")
    if tip.status is Status.WAITING:
        rules = work.rulebook
        events = events_of(work.session, tip.id)
        changes = due_after_reply(events, work.now, policies=rules.policies, calendar=rules.calendar)
        kind = EventKind.REPLIED
    else:
        kind, changes = EventKind.ADDED, {}
    row = move(
        work, tip, kind, CITIZEN, changes=changes, text=said, folded=search_text(said), details={"files": len(files)}
    )
    grow_index(work, tip, said)
    attach(work, tip, open_key(work, tip), event_seq=row.seq, files=files, is_public=True)


def has_said(work: Work, tip: Tip, *, since: int, text: str, file_count: int) -> bool:
    """Tell whether these very words came after event number `since`: then the same form was sent twice."""
    said = clean_input(text, limit=LONGEST_MESSAGE, field="text").strip()
    key = open_key(work, tip)
    vault = work.secrets.vault
    return any(
        row.data["details"].get("files") == file_count
        and vault.unseal_text(key, row.text_sealed or b"", where=event_where(tip.number, row.seq, "text")) == said
        for row in _citizen_rows(work, tip, since, EventKind.ADDED, EventKind.REPLIED)
    )


def has_rated(work: Work, tip: Tip, *, since: int) -> bool:
    """Tell whether the citizen has rated after event number `since`."""
    return bool(_citizen_rows(work, tip, since, EventKind.RATED))


def _citizen_rows(work: Work, tip: Tip, since: int, *kinds: EventKind) -> Sequence[TipEventRow]:
    query = select(TipEventRow).where(
        TipEventRow.tip_id == tip.id, TipEventRow.seq > since, TipEventRow.kind.in_(kinds)
    )
    return work.session.scalars(query).all()


def rate(work: Work, tip: Tip, *, is_solved: bool, score: int, comment: str = "") -> None:
    """Rate the answer; "not solved" opens the tip again, for a lead, with a clock of its own."""
    if not LOWEST_SCORE <= score <= HIGHEST_SCORE:
        raise InvalidInput("Please choose from 1 to 5.", field="score")
    said = clean_input(comment, limit=LONGEST_COMMENT, field="comment").strip()
    rating = {"is_solved": is_solved, "score": score}
    move(work, tip, EventKind.RATED, CITIZEN, changes=rating, text=said or None, folded=search_text(said) or None)
    if said:
        grow_index(work, tip, said)
    if not is_solved and tip.reopened_count < MOST_REOPENINGS:
        _reopen(work, tip)


def _reopen(work: Work, tip: Tip) -> None:
    changes = {
        "assignee_id": None,
        "priority": max(tip.priority, Priority.HIGH, key=list(Priority).index),
        **team_clock(work, tip, tip.team_id),
    }
    move(work, tip, EventKind.REOPENED, SYSTEM, changes=changes)
