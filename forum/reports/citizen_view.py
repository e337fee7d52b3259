"""What a citizen may see of their own tip: where it is, until when an answer is owed, and what was said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.adapters.bindings import attachment_where, event_where
from forum.adapters.secrets import Secrets
from forum.domain.events import PUBLIC_KINDS, ActorKind, EventKind
from forum.domain.lifecycle import FINAL, WORKING, Status
from forum.domain.tip_text import TipText
from forum.domain.vocabulary import Category, Kind
from forum.models import Attachment, Commune, Province, Tip, TipEventRow

SHOWN = PUBLIC_KINDS | {EventKind.RECEIVED, EventKind.RATED}
MOVING = frozenset({EventKind.RECEIVED, EventKind.SENT_TO_DESK, EventKind.ROUTED, EventKind.DUPLICATED,
                    EventKind.FOLLOWED, EventKind.UNLINKED})  # fmt: skip
"""Events after which another team may have the tip."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that the citizen may fetch."""

    uid: str
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class LetterRow:
    """To which other authority a tip was handed, and what was written to it."""

    authority: str
    address: str
    letter: str


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One thing said: by the citizen (no team) or by a team, never by a named officer."""

    seq: int
    kind: EventKind
    at: datetime
    is_citizen: bool
    team_id: int | None
    text: str
    files: tuple[FileRow, ...]
    tip: TipText | None = None
    letter: LetterRow | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StationRow:
    """A team that has had the tip, and since when."""

    team_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class CitizenView:
    """A tip as its sender sees it; messages and stations oldest first."""

    status: Status
    kind: Kind
    category: Category
    received_at: datetime
    place: str
    stations: tuple[StationRow, ...]
    due_at: datetime | None
    messages: tuple[MessageRow, ...]
    event_count: int
    reopened_count: int
    is_solved: bool | None
    score: int | None

    @property
    def team_id(self) -> int:
        """The team that has the tip now."""
        return self.stations[-1].team_id

    @property
    def may_write(self) -> bool:
        """Whether more may be added."""
        return self.status not in FINAL

    @property
    def may_rate(self) -> bool:
        """Whether there is an answer to rate."""
        return self.status in {Status.ANSWERED, Status.CLOSED}

    @property
    def question(self) -> MessageRow | None:
        """What a team waits to be told, None when nothing is asked."""
        if self.status is not Status.WAITING:
            return None
        return next((message for message in reversed(self.messages) if message.kind is EventKind.ASKED), None)


def citizen_view(session: Session, secrets: Secrets, tip: Tip) -> CitizenView:
    """Return the tip as its sender may see it: three queries, whatever its length."""
    key = secrets.vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)
    query = select(TipEventRow).where(TipEventRow.tip_id == tip.id, TipEventRow.kind.in_(SHOWN | MOVING))
    events = session.scalars(query.order_by(TipEventRow.seq)).all()
    files = _files(session, secrets, tip, key)

    def unseal(event: TipEventRow) -> str:
        if event.text_sealed is None:
            return ""
        return secrets.vault.unseal_text(key, event.text_sealed, where=event_where(tip.number, event.seq, "text"))

    where = session.execute(_with_place(select(Tip.id)).where(Tip.id == tip.id)).one()
    return CitizenView(
        status=tip.status,
        kind=tip.kind,
        category=tip.category,
        received_at=tip.received_at,
        place=_place(where.commune, where.province),
        stations=_stations(events),
        due_at=_due(tip),
        messages=tuple(_message(e, unseal, files.get(e.seq, ())) for e in events if e.kind in SHOWN),
        event_count=tip.event_count,
        reopened_count=tip.reopened_count,
        is_solved=tip.is_solved,
        score=tip.score,
    )


def public_file(session: Session, tip: Tip, uid: str) -> Attachment | None:
    """Return a file of the tip that its sender may fetch."""
    query = select(Attachment).where(Attachment.tip_id == tip.id, Attachment.uid == uid, Attachment.is_public)
    return session.scalars(query).first()


def _due(tip: Tip) -> datetime | None:
    """Return until when an answer is owed; a reopening counts apart, on the clock of the team that has it."""
    if tip.status not in WORKING | {Status.DUPLICATE}:
        return None
    return tip.team_due_at if tip.settled_at else tip.citizen_due_at


def _message(event: TipEventRow, unseal: Callable[[TipEventRow], str], files: tuple[FileRow, ...]) -> MessageRow:
    text = unseal(event)
    return MessageRow(
        seq=event.seq,
        kind=event.kind,
        at=event.at,
        is_citizen=event.actor_kind is ActorKind.CITIZEN,
        team_id=event.team_id,
        text="" if event.kind in {EventKind.RECEIVED, EventKind.TRANSFERRED_OUT} else text,
        files=files,
        tip=TipText.from_json(text) if event.kind is EventKind.RECEIVED else None,
        letter=LetterRow(**json.loads(text)) if event.kind is EventKind.TRANSFERRED_OUT else None,
        reason=event.data["details"].get("reason") if event.kind is EventKind.DECLINED else None,
    )


def _files(session: Session, secrets: Secrets, tip: Tip, key: bytes) -> Mapping[int, tuple[FileRow, ...]]:
    query = select(Attachment).where(Attachment.tip_id == tip.id, Attachment.is_public).order_by(Attachment.id)
    found: dict[int, tuple[FileRow, ...]] = {}
    for row in session.scalars(query):
        name = secrets.vault.unseal_text(key, row.name_sealed, where=attachment_where(row.uid, "name"))
        file = FileRow(row.uid, name, row.media_type, row.size_bytes)
        found[row.event_seq] = (*found.get(row.event_seq, ()), file)
    return found


def _stations(events: Sequence[TipEventRow]) -> tuple[StationRow, ...]:
    stations: list[StationRow] = []
    for event in events:
        team_id = event.data["changes"].get("team_id")
        if team_id is not None and (not stations or stations[-1].team_id != team_id):
            stations.append(StationRow(team_id, event.at))
    return tuple(stations)


def _with_place(query: Any) -> Any:
    return (
        query.add_columns(Commune.name_full.label("commune"), Province.name_full.label("province"))
        .select_from(Tip)
        .outerjoin(Commune, Commune.code == Tip.commune_code)
        .outerjoin(Province, Province.code == Tip.province_code)
    )


def _place(commune: str | None, province: str | None) -> str:
    return ", ".join(name for name in (commune, province) if name)
