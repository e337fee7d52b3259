"""Asking to open who sent a tip, agreeing or not as a second person, and taking note of what was opened."""

from __future__ import annotations

from sqlalchemy import select

from forum.domain.consent import ConsentRule, RequestState, rule_for
from forum.domain.errors import IllegalMove, InvalidInput, NotFound, NotPermitted
from forum.domain.events import ActorRef, EventKind
from forum.domain.lifecycle import TipState, apply
from forum.domain.permissions import Actor, Permission
from forum.domain.text import clean_input
from forum.models import Identity, IdentityRequest, Tip
from forum.services.officers import custodian, may_act, officer
from forum.services.timeline import events_of, move
from forum.services.tips import lock_tip
from forum.services.transfers import LONGEST_REASON
from forum.services.work import Work

SHORTEST_REASON = 10


class ConsentMissing(InvalidInput):
    """A second person has not agreed, or so long ago that it counts no more."""

    message = "A second person must agree before this name is opened. Please ask for it first."


class RanOut(IllegalMove):
    """Nobody decided in time."""

    message = "This request has run out. Whoever still needs the name asks again."


def rule_of(work: Work, tip: Tip) -> ConsentRule:
    """Return the strictest of what is decided for such tips as this one is, or ever was.

    Otherwise who may classify a tip could first make it one that needs no second person.
    """
    been = {(tip.kind, tip.category, tip.restriction)}
    state: TipState | None = None
    for event in events_of(work.session, tip.id):
        state = apply(state, event)
        been.add((state.kind, state.category, state.restriction))
    rules = [
        rule_for(work.rulebook.consents, kind=kind, category=category, restriction=restriction)
        for kind, category, restriction in been
    ]
    return max(rules, key=lambda rule: (rule.needs_consent, -rule.valid_hours))


def open_request(work: Work, tip: Tip, account_id: int) -> IdentityRequest | None:
    """Return the request of somebody that still waits, or that was agreed to and has not been used."""
    query = (
        select(IdentityRequest)
        .where(
            IdentityRequest.tip_id == tip.id,
            IdentityRequest.asked_by == account_id,
            IdentityRequest.state.in_((RequestState.WAITING, RequestState.CONSENTED)),
            IdentityRequest.expires_at > work.now,
        )
        .order_by(IdentityRequest.id.desc())
        .limit(1)
    )
    return work.session.scalars(query).first()


def ask(work: Work, actor: Actor, number: str, *, reason: str) -> IdentityRequest:
    """Ask a second person to agree that the actor opens who sent a tip; the reason is sealed in the event.

    Raise NotFound for an anonymous tip, NotPermitted unless the actor is a custodian of whose name it is.
    """
    actor.require(Permission.OPEN_IDENTITY)
    tip = lock_tip(work, number, actor)
    identity = identity_of(work, tip)
    by = custodian(actor, identity.scope)
    rule = rule_of(work, tip)
    if not rule.needs_consent:
        raise InvalidInput("Nobody else need agree here: you may open this name with your reason.")
    if open_request(work, tip, actor.account_id) is not None:
        raise InvalidInput("You have asked already. Please wait for the answer.")
    until = work.now + rule.span
    said = in_words(reason)
    event = move(work, tip, EventKind.IDENTITY_REQUESTED, by, details={"until": until.isoformat()}, text=said)
    request = IdentityRequest(
        tip_id=tip.id,
        scope=identity.scope,
        asked_by=actor.account_id,
        asked_seq=event.seq,
        asked_at=work.now,
        state=RequestState.WAITING,
        expires_at=until,
    )
    work.session.add(request)
    work.session.flush()
    return request


def decide(work: Work, actor: Actor, request_id: int, *, agrees: bool, reason: str) -> None:
    """Agree to a request of somebody else, or refuse it, with the reason sealed in the event.

    Who agreed opens nothing by that: only the one who asked can, with their own passphrase, within the time given.
    Raise NotFound where the actor may not know of the tip, NotPermitted where the decision is not theirs, RanOut, and
    IllegalMove when somebody has decided before.
    """
    tip, request = _locked(work, actor, request_id)
    by = decider(actor, tip, request)
    if by is None:
        raise NotPermitted
    if request.state is not RequestState.WAITING:
        raise IllegalMove
    if request.expires_at <= work.now:
        raise RanOut
    details: dict[str, object] = {"request": request.asked_seq}
    kind = EventKind.IDENTITY_REFUSED
    if agrees:
        kind = EventKind.IDENTITY_CONSENTED
        request.expires_at = work.now + rule_of(work, tip).span
        details["until"] = request.expires_at.isoformat()
    move(work, tip, kind, by, details=details, text=in_words(reason))
    request.state = RequestState.CONSENTED if agrees else RequestState.REFUSED
    request.decided_by, request.decided_at = actor.account_id, work.now


def take_note(work: Work, actor: Actor, request_id: int) -> None:
    """Say, as the lead of the team that has the tip, that one knows of an opening by somebody else."""
    actor.require(Permission.APPROVE)
    tip, request = _locked(work, actor, request_id)
    if request.asked_by == actor.account_id or not may_act(actor, tip, Permission.APPROVE):
        raise NotPermitted
    if request.state is not RequestState.OPENED or request.seen_at is not None:
        raise IllegalMove
    request.seen_by, request.seen_at = actor.account_id, work.now


def decider(actor: Actor, tip: Tip, request: IdentityRequest) -> ActorRef | None:
    """Return as whom the actor may decide: another custodian, or the lead of the team that has the tip; else None."""
    if request.asked_by == actor.account_id:
        return None
    if request.scope in actor.custody_scopes:
        return custodian(actor, request.scope)
    return officer(actor, tip, Permission.APPROVE) if may_act(actor, tip, Permission.APPROVE) else None


def leave_to_open(work: Work, actor: Actor, tip: Tip, identity: Identity) -> IdentityRequest | None:
    """Return the consent that the actor may use now, None where none is needed; raise ConsentMissing."""
    request = open_request(work, tip, actor.account_id)
    if request is not None and request.state is RequestState.CONSENTED and request.scope == identity.scope:
        return request
    if rule_of(work, tip).needs_consent:
        raise ConsentMissing
    return None


def note_opening(work: Work, tip: Tip, identity: Identity, by: ActorRef, request: IdentityRequest | None) -> None:
    """Use up the consent, or keep an opening without one, so that the lead takes note of it."""
    if request is None:
        request = IdentityRequest(
            tip_id=tip.id,
            scope=identity.scope,
            asked_by=by.account_id,
            asked_seq=tip.event_count,
            asked_at=work.now,
            expires_at=work.now,
        )
        work.session.add(request)
    request.state, request.opened_at = RequestState.OPENED, work.now


def identity_of(work: Work, tip: Tip) -> Identity:
    """Return the sealed name; raise NotFound for an anonymous tip."""
    identity = work.session.get(Identity, tip.id)
    if identity is None:
        raise NotFound("This tip is anonymous: nobody knows who sent it.")
    return identity


def in_words(reason: str) -> str:
    """Return a reason, cleaned; raise InvalidInput for one that says nothing."""
    said = clean_input(reason, limit=LONGEST_REASON, field="reason").strip()
    if len(said) < SHORTEST_REASON:
        raise InvalidInput("Please write why, in a sentence.", field="reason")
    return said


def _locked(work: Work, actor: Actor, request_id: int) -> tuple[Tip, IdentityRequest]:
    """Return a request with its tip, locked: who decides at the same moment waits here, and then sees the decision."""
    actor.require(Permission.CONSENT)
    asked_about = select(Tip.number).join(IdentityRequest, IdentityRequest.tip_id == Tip.id)
    number = work.session.scalar(asked_about.where(IdentityRequest.id == request_id))
    if number is None:
        raise NotFound
    tip = lock_tip(work, number, actor)
    return tip, work.session.get_one(IdentityRequest, request_id, with_for_update=True, populate_existing=True)
