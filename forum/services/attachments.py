"""Files that come with an event: stored sealed before the row, named and keyed under the tip."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from forum.adapters.bindings import attachment_where
from forum.adapters.sealed_stream import SealedReader, SealedSpool
from forum.domain.errors import NotKept
from forum.models import Attachment, OutboxJob, Tip
from forum.services.timeline import open_key
from forum.services.work import Work

SCAN_FILE = "scan-file"
"""A job for the workers; where no scanner is configured, it waits until there is one."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A checked file on its way in: its bytes are already sealed."""

    name: str
    media_type: str
    size_bytes: int
    spool: SealedSpool
    is_cleaned: bool


def attach(
    work: Work, tip: Tip, key: bytes, *, event_seq: int, files: Sequence[Incoming], is_public: bool
) -> list[Attachment]:
    """Store the files durably and add their rows; `is_public` ones the citizen may fetch too."""
    rows: list[Attachment] = []
    try:
        for file in files:
            rows.append(_attach(work, tip, key, event_seq=event_seq, file=file, is_public=is_public))  # noqa: PERF401 - those before a fault count
    except NotKept:
        for row in rows:
            work.files.delete(row.storage_key)
        raise
    return rows


def _attach(work: Work, tip: Tip, key: bytes, *, event_seq: int, file: Incoming, is_public: bool) -> Attachment:
    uid = secrets.token_hex(16)
    vault = work.secrets.vault
    file_key_sealed = vault.seal(key, file.spool.file_key, where=attachment_where(uid, "file-key"))
    name_sealed = vault.seal(key, file.name, where=attachment_where(uid, "name"))
    row = Attachment(
        uid=uid,
        tip_id=tip.id,
        event_seq=event_seq,
        storage_key=work.files.put(file.spool),
        file_key_sealed=file_key_sealed,
        name_sealed=name_sealed,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        is_public=is_public,
        is_cleaned=file.is_cleaned,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.add(OutboxJob(kind=SCAN_FILE, payload={"file": uid}, available_at=work.now))
    return row


def open_file(work: Work, tip: Tip, attachment: Attachment) -> tuple[str, SealedReader]:
    """Return the name and the readable bytes of a file of this tip."""
    key = open_key(work, tip)
    vault = work.secrets.vault
    name = vault.unseal_text(key, attachment.name_sealed, where=attachment_where(attachment.uid, "name"))
    file_key = vault.unseal(key, attachment.file_key_sealed, where=attachment_where(attachment.uid, "file-key"))
    return name, work.files.open(attachment.storage_key, file_key)
