"""Everything about one tip as those see it who may: the unsealed texts with the structure around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from forum.adapters.bindings import attachment_where, event_where
from forum.adapters.pseudonym import pseudonym
from forum.adapters.secrets import Secrets
from forum.domain.event_codec import decode_changes
from forum.domain.events import ActorKind, EventKind
from forum.domain.lifecycle import Status
from forum.domain.permissions import Actor
from forum.domain.tip_text import TipText
from forum.domain.vocabulary import Scan
from forum.models import Account, Attachment, Commune, Identity, Province, Tip, TipEventRow, TipGrant
from forum.models.among import ListOf, among
from forum.models.tip import BigId
from forum.models.visibility import VISIBLE, rights_of

MOST_LINKS = 50


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that came with an event."""

    uid: str
    event_seq: int
    name: str
    media_type: str
    size_bytes: int
    is_cleaned: bool
    scan: Scan


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event with its unsealed text."""

    seq: int
    kind: EventKind
    at: datetime
    actor_kind: ActorKind
    account_id: int | None
    team_id: int | None
    changes: Mapping[str, Any]
    details: Mapping[str, Any]
    text: str
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A tip that is linked to this one, as far as the reader may know of it."""

    number: str
    status: Status


@dataclass(frozen=True, slots=True)
class TipPage:
    """A tip with all that belongs to it; events oldest first."""

    tip: Tip
    text: TipText
    commune: str | None
    province: str | None
    events: tuple[EventRow, ...]
    files: tuple[FileRow, ...]
    people: Mapping[int, str]
    granted_team_ids: tuple[int, ...]
    master: LinkRow | None
    duplicates: tuple[LinkRow, ...]
    has_identity: bool
    known_numbers: frozenset[str]
    """The tips that the events name, as far as the reader may know of them."""
    pseudonym: str
    """What the sender is called who left a name; empty for an anonymous one."""

    @property
    def origin(self) -> str | None:
        """The number of the tip that this one was split from, when the reader may know of it."""
        number = self.events[0].details.get("split_from")
        return number if number in self.known_numbers else None

    @property
    def proposed_answer(self) -> str:
        """The answer that waits for a lead; empty when none does."""
        if not self.tip.is_answer_pending:
            return ""
        return next((e.text for e in reversed(self.events) if e.kind is EventKind.ANSWER_PROPOSED), "")


def tip_page(session: Session, secrets: Secrets, tip: Tip, actor: Actor) -> TipPage:
    """Unseal a tip that has been found for the actor.

    Three queries, whatever its length, and one each for files, links, tips that are named and a list of who may see it,
    where there are any.
    """
    key = secrets.vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)
    around = session.connection().execute(_AROUND, {"tip_id": tip.id}).one()
    files = _files(session, secrets, tip, key) if around.has_files else ()
    events = _events(session, secrets, tip, key, files)
    links = _links(session, tip, actor) if tip.master_id or around.has_followers else []
    return TipPage(
        tip=tip,
        text=TipText.from_json(events[0].text),
        commune=around.commune,
        province=around.province,
        events=events,
        files=files,
        people=_people(session, tip, events),
        granted_team_ids=_granted(session, tip) if around.is_granted else (),
        master=next((link for tip_id, link in links if tip_id == tip.master_id), None),
        duplicates=tuple(link for tip_id, link in links if tip_id != tip.master_id),
        has_identity=around.has_identity,
        known_numbers=_known(session, events, actor),
        pseudonym=pseudonym(key) if around.has_identity else "",
    )


def find_file(session: Session, tip: Tip, uid: str) -> Attachment | None:
    """Return a file of the tip."""
    return session.scalars(select(Attachment).where(Attachment.tip_id == tip.id, Attachment.uid == uid)).first()


_Follower = aliased(Tip)
_TIP_ID = bindparam("tip_id", type_=BigId)
_AROUND = (
    select(
        Commune.name_full.label("commune"),
        Province.name_full.label("province"),
        exists().where(Identity.tip_id == Tip.id).label("has_identity"),
        exists().where(Attachment.tip_id == Tip.id).label("has_files"),
        exists().where(_Follower.master_id == Tip.id).label("has_followers"),
        exists().where(TipGrant.tip_id == Tip.id).label("is_granted"),
    )
    .select_from(Tip)
    .outerjoin(Commune, Commune.code == Tip.commune_code)
    .outerjoin(Province, Province.code == Tip.province_code)
    .where(Tip.id == _TIP_ID)
)
_event = TipEventRow.__table__.c
_EVENTS = (
    select(
        _event.seq,
        _event.kind,
        _event.at,
        _event.actor_kind,
        _event.account_id,
        _event.team_id,
        _event.data,
        _event.text_sealed,
    )
    .where(_event.tip_id == _TIP_ID)
    .order_by(_event.seq)
)
_FILES = (
    select(
        Attachment.uid,
        Attachment.event_seq,
        Attachment.name_sealed,
        Attachment.media_type,
        Attachment.size_bytes,
        Attachment.is_cleaned,
        Attachment.scan,
    )
    .where(Attachment.tip_id == _TIP_ID)
    .order_by(Attachment.id)
)
_GRANTED = select(TipGrant.team_id).where(TipGrant.tip_id == _TIP_ID).order_by(TipGrant.team_id)
_PEOPLE = select(Account.id, Account.display_name).where(among(Account.id, bindparam("ids", type_=ListOf(Integer))))
_NAMED = select(Tip.number).where(among(Tip.number, bindparam("numbers", type_=ListOf(String))), VISIBLE)
NAMING = ("split_from", "part", "master", "with_master")
"""The details of events that name another tip."""
_LINKS = (
    select(Tip.id, Tip.number, Tip.status)
    .where(or_(Tip.master_id == _TIP_ID, Tip.id == bindparam("master_id", type_=BigId)), VISIBLE)
    .order_by(Tip.id)
    .limit(MOST_LINKS)
)


def _events(session: Session, secrets: Secrets, tip: Tip, key: bytes, files: Sequence[FileRow]) -> tuple[EventRow, ...]:
    return tuple(
        EventRow(
            seq=e.seq,
            kind=e.kind,
            at=e.at,
            actor_kind=e.actor_kind,
            account_id=e.account_id,
            team_id=e.team_id,
            changes=decode_changes(e.data["changes"]),
            details=e.data["details"],
            text=secrets.vault.unseal_text(key, e.text_sealed, where=event_where(tip.number, e.seq, "text"))
            if e.text_sealed
            else "",
            files=tuple(file for file in files if file.event_seq == e.seq),
        )
        for e in session.connection().execute(_EVENTS, {"tip_id": tip.id})
    )


def _files(session: Session, secrets: Secrets, tip: Tip, key: bytes) -> tuple[FileRow, ...]:
    return tuple(
        FileRow(
            uid=row.uid,
            event_seq=row.event_seq,
            name=secrets.vault.unseal_text(key, row.name_sealed, where=attachment_where(row.uid, "name")),
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            is_cleaned=row.is_cleaned,
            scan=row.scan,
        )
        for row in session.connection().execute(_FILES, {"tip_id": tip.id})
    )


def _people(session: Session, tip: Tip, events: Sequence[EventRow]) -> dict[int, str]:
    named = {e.account_id for e in events} | {e.changes.get("assignee_id") for e in events} | {tip.assignee_id}
    ids = [account_id for account_id in named if account_id is not None]
    return dict(session.connection().execute(_PEOPLE, {"ids": ids}).all())


def _granted(session: Session, tip: Tip) -> tuple[int, ...]:
    return tuple(session.connection().execute(_GRANTED, {"tip_id": tip.id}).scalars())


def _known(session: Session, events: Sequence[EventRow], actor: Actor) -> frozenset[str]:
    """Return the numbers among those named that the actor may know of: a tip that is named may be restricted since."""
    named = {event.details[detail] for event in events for detail in NAMING if detail in event.details}
    if not named:
        return frozenset()
    given = {"numbers": sorted(named)} | rights_of(actor)
    return frozenset(session.connection().execute(_NAMED, given).scalars())


def _links(session: Session, tip: Tip, actor: Actor) -> list[tuple[int, LinkRow]]:
    """Return the master and the duplicates that the actor may know of."""
    named = {"tip_id": tip.id, "master_id": tip.master_id} | rights_of(actor)
    return [(tip_id, LinkRow(number, status)) for tip_id, number, status in session.connection().execute(_LINKS, named)]
