"""What the scanner for harmful programs says of stored files, and who may still fetch them."""

from __future__ import annotations

from sqlalchemy import select

from forum.adapters.sealed_stream import SealedReader
from forum.adapters.vault import SealBroken
from forum.domain.errors import NotFound, NotPermitted
from forum.domain.vocabulary import Scan
from forum.models import Attachment, Tip
from forum.services.attachments import open_file
from forum.services.work import Work


class FileHarmful(NotPermitted):
    """The scanner found a harmful program in the file."""

    message = "This file holds a harmful program. It stays sealed as evidence and is not handed out."


def open_for_scan(work: Work, uid: str) -> SealedReader | None:
    """Open a stored file for the scanner; None when it is gone."""
    found = _find(work, uid)
    if found is None:
        return None
    try:
        return open_file(work, *found)[1]
    except (NotFound, SealBroken):
        return None  # erased meanwhile, or broken: nothing that a scanner could read


def note_scan(work: Work, uid: str, result: Scan) -> None:
    """Write down what the scanner said; that it could not say does not undo what it once said."""
    found = _find(work, uid)
    if found is None or (result is Scan.FAILED and found[1].scan in {Scan.CLEAN, Scan.INFECTED}):
        return
    found[1].scan, found[1].scanned_at = result, work.now


def refuse_harmful(attachment: Attachment) -> None:
    """Raise FileHarmful for a file that nobody may fetch."""
    if attachment.scan is Scan.INFECTED:
        raise FileHarmful


def _find(work: Work, uid: str) -> tuple[Tip, Attachment] | None:
    query = select(Tip, Attachment).join(Attachment, Attachment.tip_id == Tip.id).where(Attachment.uid == uid)
    row = work.session.execute(query).first()
    return None if row is None else (row[0], row[1])
