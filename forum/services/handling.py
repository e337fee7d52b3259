"""What the accountable team does with a tip: accept, assign, note, ask, answer, close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from forum.domain.errors import IllegalMove, InvalidInput, NotPermitted
from forum.domain.events import ActorKind, ActorRef, EventKind
from forum.domain.permissions import ROLE_PERMISSIONS, Actor, Permission
from forum.domain.sla import answer_needs_approval
from forum.domain.text import clean_input, search_text
from forum.models import Membership, Tip
from forum.services import duplicates, splitting
from forum.services.attachments import Incoming, attach
from forum.services.indexing import grow_index
from forum.services.notices import announce, forget_address
from forum.services.officers import may_act, officer, reader
from forum.services.timeline import move, open_key
from forum.services.work import Work

LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a tip ended."""

    founded: bool
    valuable: bool
    grassroots: bool
    cases: int = 0
    offenders: int = 0


def accept(work: Work, actor: Actor, tip: Tip) -> None:
    """Take a tip on: a routed one, or one that the rules leave at its desk; only a lead takes a reopened one."""
    by = officer(actor, tip, Permission.APPROVE if tip.reopened_count else Permission.HANDLE)
    move(work, tip, EventKind.ACCEPTED, by)


def assign(work: Work, actor: Actor, tip: Tip, *, assignee_id: int) -> None:
    """Give the tip to somebody who may handle it in the team or for its province; raise InvalidInput for others."""
    by = officer(actor, tip, Permission.HANDLE)
    handles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.HANDLE in held]
    member = exists().where(
        Membership.account_id == assignee_id,
        Membership.team_id.in_(teams_that_may_handle(work, tip)),
        Membership.role.in_(handles),
        Membership.ended_at.is_(None),
    )
    if not work.session.scalar(select(member)):
        raise InvalidInput("Please choose somebody of this team.", field="assignee")
    move(work, tip, EventKind.ASSIGNED, by, changes={"assignee_id": assignee_id})


def respond(work: Work, actor: Actor, tip: Tip, *, text: str) -> None:
    """Report as the first responder what was found on the spot; stops the responder's short clock."""
    if tip.responder_team_id is None:
        raise IllegalMove
    if not may_act(actor, tip, Permission.HANDLE, team_id=tip.responder_team_id):
        raise NotPermitted
    by = ActorRef(ActorKind.OFFICER, actor.account_id, tip.responder_team_id)
    _say(work, tip, EventKind.RESPONDED, by, text=text)


def note(work: Work, actor: Actor, tip: Tip, *, text: str, files: Sequence[Incoming] = ()) -> None:
    """Write something for colleagues only."""
    _say(work, tip, EventKind.NOTED, reader(actor, tip), text=text, files=files)


def inform(work: Work, actor: Actor, tip: Tip, *, text: str) -> None:
    """Tell the citizen something that is not the final answer; the first such word is the first response."""
    _say(work, tip, EventKind.INFORMED, officer(actor, tip, Permission.HANDLE, Permission.TRIAGE), text=text)
    announce(work, tip)


def ask(work: Work, actor: Actor, tip: Tip, *, text: str) -> None:
    """Ask the citizen; the team's clock stops until the reply, the citizen's never does."""
    by = officer(actor, tip, Permission.HANDLE)
    if splitting.is_part(work.session, tip):
        raise InvalidInput("The sender follows this part with the whole tip. Please ask there.", field="text")
    _say(work, tip, EventKind.ASKED, by, text=text)
    announce(work, tip)


def answer(work: Work, actor: Actor, tip: Tip, *, text: str, files: Sequence[Incoming] = ()) -> bool:
    """Answer for good, or propose the answer to a lead; return whether the citizen can read it already."""
    by = officer(actor, tip, Permission.HANDLE)
    team_kind = work.rulebook.teams.get(tip.team_id).kind
    needs_lead = answer_needs_approval(tip.kind, team_kind, work.rulebook.approvals)
    if needs_lead and not may_act(actor, tip, Permission.APPROVE):
        _say(work, tip, EventKind.ANSWER_PROPOSED, by, text=text, files=files)
        return False
    _publish(work, tip, by, text=text, files=files)
    return True


def approve(work: Work, actor: Actor, tip: Tip, *, text: str) -> None:
    """Publish a proposed answer, as the lead leaves it."""
    by = officer(actor, tip, Permission.APPROVE)
    if not tip.is_answer_pending:
        raise IllegalMove
    _publish(work, tip, by, text=text, files=())


def return_answer(work: Work, actor: Actor, tip: Tip, *, reason: str) -> None:
    """Send a proposed answer back to its writer with a reason."""
    by = officer(actor, tip, Permission.APPROVE)
    if not tip.is_answer_pending:
        raise IllegalMove
    _say(work, tip, EventKind.ANSWER_RETURNED, by, text=reason)


def close(work: Work, actor: Actor, tip: Tip, outcome: Outcome) -> None:
    """Close an answered tip with its outcome; the address for notices is destroyed."""
    by = officer(actor, tip, Permission.HANDLE)
    if min(outcome.cases, outcome.offenders) < 0:
        raise InvalidInput("Please enter whole numbers from 0.", field="cases")
    changes = {
        "founded": outcome.founded,
        "valuable": outcome.valuable,
        "grassroots": outcome.grassroots,
        "cases": outcome.cases,
        "offenders": outcome.offenders,
    }
    move(work, tip, EventKind.CLOSED, by, changes=changes)
    forget_address(work, tip)
    duplicates.close_with_master(work, tip, by)


def teams_that_may_handle(work: Work, tip: Tip) -> list[int]:
    """Return the teams whose members may be given the tip."""
    teams = [tip.team_id]
    province = work.rulebook.teams.get(tip.team_id).province_code
    if province is not None and tip.restriction is None:
        teams.append(work.rulebook.teams.province(province).id)
    return teams


def _publish(work: Work, tip: Tip, by: ActorRef, *, text: str, files: Sequence[Incoming]) -> None:
    _say(work, tip, EventKind.ANSWERED, by, text=text, files=files)
    announce(work, tip)
    duplicates.answer_with_master(work, tip, by, text=text)


def _say(work: Work, tip: Tip, kind: EventKind, by: ActorRef, *, text: str, files: Sequence[Incoming] = ()) -> None:
    said = clean_input(text, limit=LONGEST_TEXT, field="text").strip()
    if not said:
        raise InvalidInput("Please write something here.", field="text")
    row = move(work, tip, kind, by, text=said, folded=search_text(said), details={"files": len(files)})
    grow_index(work, tip, said)
    is_public = kind in {EventKind.INFORMED, EventKind.ASKED, EventKind.ANSWERED}
    attach(work, tip, open_key(work, tip), event_seq=row.seq, files=files, is_public=is_public)
