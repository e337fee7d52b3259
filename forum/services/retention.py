"""Deciding that a tip is erased: two persons, a reason, no hold; and holding tips back."""

from __future__ import annotations

from sqlalchemy import exists, select

from forum.adapters.retention_table import retention_rules
from forum.domain.errors import InvalidInput, NotFound
from forum.domain.events import ActorKind, ActorRef, EventKind
from forum.domain.lifecycle import FINAL, Status
from forum.domain.permissions import Actor, Permission
from forum.domain.retention import ErasureReason, ended_before
from forum.domain.text import clean_input
from forum.models import Account, ErasureRequest, Tip
from forum.models.visibility import kept_by
from forum.services import facts
from forum.services.erasing import NOTE, Decision, erase, facts_of
from forum.services.splitting import parts_of
from forum.services.timeline import move
from forum.services.work import Work

LONGEST_REASON = 500
SHORTEST_REASON = 10


def find_kept(work: Work, actor: Actor, number: str) -> Tip:
    """Return a tip over whose keeping the actor decides, locked; raise NotFound."""
    actor.require(Permission.ERASE)
    wanted = number.strip().upper()
    tip = work.session.scalars(select(Tip).where(Tip.number == wanted, kept_by(actor)).with_for_update(of=Tip)).first()
    if tip is None:
        raise NotFound("There is no tip of this number for which you decide.")
    return tip


def request_erasure(work: Work, actor: Actor, number: str, *, reason: ErasureReason, note: str = "") -> None:
    """Propose to erase a tip that has ended; nothing happens until another person confirms.

    `note` names the order or the request (not the matter of the tip); it is asked for unless the time has run out.
    """
    tip = find_kept(work, actor, number)
    refuse_unless_erasable(work, tip, reason)
    said = clean_input(note, limit=LONGEST_REASON, field="note").strip()
    if reason is not ErasureReason.RETENTION and len(said) < SHORTEST_REASON:
        raise InvalidInput("Please name the order or the request: by whom, number and day.", field="note")
    if work.session.get(ErasureRequest, tip.id) is not None:
        raise InvalidInput("Somebody has proposed this already.", field="number")
    request = ErasureRequest(tip_id=tip.id, reason=reason, requested_by=actor.account_id, requested_at=work.now)
    request.note_sealed = seal_note(work, tip.number, said) if said else None
    work.session.add(request)
    work.session.flush()


def confirm_erasure(work: Work, actor: Actor, number: str) -> list[str]:
    """Erase what another person has proposed; return the storage keys of its files, to be unlinked after the commit."""
    tip = find_kept(work, actor, number)
    request = work.session.get(ErasureRequest, tip.id)
    if request is None:
        raise NotFound("Nobody has proposed to erase this tip.")
    if request.requested_by == actor.account_id:
        raise InvalidInput("Another person must confirm what you have proposed.", field="number")
    facts.lock(work.session)
    refuse_unless_erasable(work, tip, request.reason)
    names = {
        account_id: work.session.get_one(Account, account_id).username
        for account_id in (request.requested_by, actor.account_id)
    }
    decision = Decision(
        reason=request.reason,
        requested_by=names[request.requested_by],
        confirmed_by=names[actor.account_id],
        at=work.now,
        note_sealed=request.note_sealed,
    )
    return erase(work, tip, decision)


def withdraw_request(work: Work, actor: Actor, number: str) -> None:
    """Take a proposal back, or turn it down."""
    tip = find_kept(work, actor, number)
    request = work.session.get(ErasureRequest, tip.id)
    if request is None:
        raise NotFound("Nobody has proposed to erase this tip.")
    work.session.delete(request)


def hold(work: Work, actor: Actor, number: str, *, reason: str) -> None:
    """Hold a tip back from erasing until the hold is lifted; a proposal to erase it falls."""
    tip = find_kept(work, actor, number)
    if tip.is_held:
        raise InvalidInput("This tip is held already.", field="number")
    _move(work, actor, tip, EventKind.HELD, reason)
    if (request := work.session.get(ErasureRequest, tip.id)) is not None:
        work.session.delete(request)


def lift_hold(work: Work, actor: Actor, number: str, *, reason: str) -> None:
    """Lift a hold."""
    tip = find_kept(work, actor, number)
    if not tip.is_held:
        raise InvalidInput("This tip is not held.", field="number")
    _move(work, actor, tip, EventKind.HOLD_LIFTED, reason)


def refuse_unless_erasable(work: Work, tip: Tip, reason: ErasureReason) -> None:
    """Raise InvalidInput when the tip is held, not at its end, still counted on, or (for its age) not old enough."""
    if tip.is_held:
        raise InvalidInput("This tip is held back from erasing. Lift the hold first, with a reason.", field="number")
    if tip.status not in FINAL:
        raise InvalidInput("This tip is still open. Only what has ended can be erased.", field="number")
    if _others_lean_on(work, tip):
        raise InvalidInput("Other tips that are still open hang on this one. They must end first.", field="number")
    if not _is_counted(work, tip):
        raise InvalidInput("The figures of its last day are not counted yet. Please come back later.", field="number")
    if reason is ErasureReason.RETENTION and not has_run_out(work, tip):
        raise InvalidInput("Its time has not run out yet. An order or a request is another reason.", field="number")


def has_run_out(work: Work, tip: Tip) -> bool:
    """Whether the tip has ended so long ago that it may be erased for its age."""
    ended_at = tip.closed_at or tip.settled_at
    return ended_at is not None and ended_at < ended_before(retention_rules()[tip.kind], work.now)


def seal_note(work: Work, number: str, note: str) -> bytes:
    """Seal what an erasure refers to, under a key that stays for good: the code of the erasure covers it."""
    return work.secrets.vault.seal(work.secrets.chain_key(NOTE, None), note, where=note_where(number))


def note_where(number: str) -> str:
    """Return the associated data that binds a note to the erasure of a tip."""
    return f"erasure/{number}/note"


def _move(work: Work, actor: Actor, tip: Tip, kind: EventKind, reason: str) -> None:
    said = clean_input(reason, limit=LONGEST_REASON, field="reason").strip()
    if len(said) < SHORTEST_REASON:
        raise InvalidInput("Please write the reason in a few words.", field="reason")
    teams = sorted(actor.teams_with(Permission.ERASE), key=lambda team: (team != tip.team_id, team))
    by = ActorRef(ActorKind.OFFICER, actor.account_id, teams[0])
    move(work, tip, kind, by, text=said, changes={"is_held": kind is EventKind.HELD})


def _others_lean_on(work: Work, tip: Tip) -> bool:
    """Whether duplicates wait for the answer of this tip, or parts are followed under its receipt."""
    waiting = exists().where(Tip.master_id == tip.id, Tip.status == Status.DUPLICATE)
    return bool(work.session.scalar(select(waiting))) or any(
        part.status not in FINAL for part in parts_of(work.session, tip)
    )


def _is_counted(work: Work, tip: Tip) -> bool:
    """Whether every day on which the tip counts for anything is closed; open days are counted from its events."""
    closed = facts.closed_through(work.session)
    last = max(facts_of(work, tip).days, default=None)
    return last is None or (closed is not None and last <= closed)
