"""Requests to open who sent a tip: those that wait for somebody's word, those that were used, and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from forum.adapters.bindings import event_where
from forum.adapters.secrets import Secrets
from forum.domain.consent import RequestState
from forum.domain.permissions import Actor, Permission
from forum.models import Account, IdentityRequest, Tip, TipEventRow
from forum.models.among import ListOf, among
from forum.models.visibility import visible_to

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request as lists show it; `is_open` until it runs out."""

    id: int
    number: str
    asked_by: str
    asked_at: datetime
    state: RequestState
    expires_at: datetime
    is_open: bool
    decided_by: str | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request with its reason, unsealed, and what the tip is."""

    row: RequestRow
    tip: Tip
    reason: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Requests:
    """What is for somebody to decide, to take note of, and what they asked for themselves, each the oldest first."""

    to_decide: Sequence[RequestRow]
    opened: Sequence[RequestRow]
    own: Sequence[RequestRow]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of it there is, as far as it is counted."""

    to_decide: int
    opened: int


_Asker, _Decider = aliased(Account), aliased(Account)
_ROWS = (
    select(
        IdentityRequest.id,
        Tip.number,
        _Asker.display_name.label("asked_by"),
        IdentityRequest.asked_at,
        IdentityRequest.state,
        IdentityRequest.expires_at,
        _Decider.display_name.label("decided_by"),
        IdentityRequest.opened_at,
    )
    .join(Tip, Tip.id == IdentityRequest.tip_id)
    .join(_Asker, _Asker.id == IdentityRequest.asked_by)
    .outerjoin(_Decider, _Decider.id == IdentityRequest.decided_by)
)


def requests_for(session: Session, actor: Actor, *, now: datetime) -> Requests:
    """Return what stands on the page of requests."""
    own = and_(IdentityRequest.asked_by == actor.account_id, visible_to(actor))
    return Requests(
        to_decide=_rows(session, _ROWS.where(_to_decide(actor, now)).order_by(IdentityRequest.id), now),
        opened=_rows(session, _ROWS.where(_to_note(actor)).order_by(IdentityRequest.id), now),
        own=_rows(session, _ROWS.where(own).order_by(IdentityRequest.id.desc()), now),
    )


def counts_for(session: Session, actor: Actor, *, now: datetime) -> Counts:
    """Return how many requests wait for the actor's word, and how many openings for their note: one query."""
    if not actor.holds(Permission.CONSENT):
        return Counts(0, 0)
    waiting, opened = (_count(condition) for condition in (_to_decide(actor, now), _to_note(actor)))
    return Counts(*session.execute(select(waiting, opened)).one())


def find_request(
    session: Session, secrets: Secrets, actor: Actor, request_id: int, *, now: datetime
) -> RequestPage | None:
    """Return a request that the actor may decide or take note of, or has made; None for any other."""
    mine = and_(IdentityRequest.asked_by == actor.account_id, visible_to(actor))
    theirs = or_(_decidable(actor), _to_note(actor), mine)
    rows = _rows(session, _ROWS.where(IdentityRequest.id == request_id, theirs), now)
    if not rows:
        return None
    tip = session.scalars(select(Tip).where(Tip.number == rows[0].number)).one()
    asked = select(TipEventRow).join(IdentityRequest, IdentityRequest.asked_seq == TipEventRow.seq)
    event = session.scalars(asked.where(IdentityRequest.id == request_id, TipEventRow.tip_id == tip.id)).one()
    key = secrets.vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=tip.number)
    where = event_where(tip.number, event.seq, "text")
    reason = secrets.vault.unseal_text(key, event.text_sealed, where=where) if event.text_sealed else ""
    is_own = session.get_one(IdentityRequest, request_id).asked_by == actor.account_id
    return RequestPage(rows[0], tip, reason, is_own)


def _rows(session: Session, query: Select[*tuple[Any, ...]], now: datetime) -> list[RequestRow]:
    found = session.execute(query.limit(MOST_LISTED))
    return [RequestRow(**row._asdict(), is_open=row.expires_at > now) for row in found]


def _to_decide(actor: Actor, now: datetime) -> ColumnElement[bool]:
    waits = and_(IdentityRequest.state == RequestState.WAITING, IdentityRequest.expires_at > now)
    return and_(waits, _decidable(actor))


def _decidable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of `services.consent.decider`, for many requests at once."""
    scopes = literal(sorted(actor.custody_scopes), ListOf(String))
    is_theirs = or_(among(IdentityRequest.scope, scopes), _leads(actor))
    return and_(IdentityRequest.asked_by != actor.account_id, visible_to(actor), is_theirs)


def _to_note(actor: Actor) -> ColumnElement[bool]:
    is_new = and_(IdentityRequest.state == RequestState.OPENED, IdentityRequest.seen_at.is_(None))
    return and_(is_new, IdentityRequest.asked_by != actor.account_id, visible_to(actor), _leads(actor))


def _leads(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of `services.officers.may_act` with the right to approve, for many tips at once."""
    teams = literal(sorted(actor.teams_with(Permission.APPROVE)), ListOf(Integer))
    provinces = literal(sorted(actor.provinces_with(Permission.APPROVE)), ListOf(String))
    is_open = Tip.restriction.is_(None)
    return or_(among(Tip.team_id, teams), and_(is_open, among(Tip.province_code, provinces)))


def _count(condition: ColumnElement[bool]) -> Any:
    bounded = select(IdentityRequest.id).join(Tip, Tip.id == IdentityRequest.tip_id).where(condition).limit(MOST_LISTED)
    return select(func.count()).select_from(bounded.subquery()).scalar_subquery()
