"""Duplicates: linked to one master, following it to its team, answered and closed with it, never lost with it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from forum.domain.errors import InvalidInput
from forum.domain.events import ActorRef, EventKind
from forum.domain.lifecycle import SETTLED, Status
from forum.domain.permissions import Actor, Permission
from forum.models import Tip
from forum.services.desk_clocks import team_clock
from forum.services.notices import announce, forget_address
from forum.services.officers import officer
from forum.services.timeline import move, state_of
from forum.services.tips import lock_tip
from forum.services.work import Work

MOST_DUPLICATES = 200
_FOLLOWERS = (
    select(Tip)
    .where(Tip.master_id == bindparam("master"), Tip.status == bindparam("status"))
    .order_by(Tip.id)
    .limit(MOST_DUPLICATES)
    .with_for_update()
)


def link(work: Work, actor: Actor, tip: Tip, *, master_number: str) -> None:
    """Make the tip a duplicate of another that the actor may see; chains of duplicates are refused."""
    by = officer(actor, tip, Permission.TRIAGE, Permission.HANDLE)
    master = lock_tip(work, master_number, actor)
    if master.id == tip.id or master.status is Status.DUPLICATE or master.status in SETTLED:
        raise InvalidInput("Please choose an open tip that is no duplicate itself.", field="master")
    if (tip.restriction is None) != (master.restriction is None):
        raise InvalidInput("A restricted tip and an open one cannot be linked.", field="master")
    if next(_followers(work, tip), None) is not None:
        raise InvalidInput("Other tips are linked to this one. Please link them first.", field="master")
    changes = {"master_id": master.id, **_place_of(work, master), "team_due_at": None, "responder_due_at": None}
    move(work, tip, EventKind.DUPLICATED, by, changes=changes, details={"master": master.number})


def unlink(work: Work, actor: Actor, tip: Tip) -> None:
    """Take a link back; the tip returns to the desk of its province."""
    _return_to_desk(work, tip, officer(actor, tip, Permission.TRIAGE, Permission.HANDLE))


def follow_master(work: Work, master: Tip, by: ActorRef) -> None:
    """Bring the duplicates to the team that the master has come to."""
    for tip in _followers(work, master):
        opened = {"restriction": None, "granted_team_ids": ()} if tip.restriction and not master.restriction else {}
        move(work, tip, EventKind.FOLLOWED, by, changes=_place_of(work, master) | opened)


def answer_with_master(work: Work, master: Tip, by: ActorRef, *, text: str) -> None:
    """Give every duplicate the answer of its master: each citizen is owed one."""
    for tip in _followers(work, master):
        move(work, tip, EventKind.ANSWERED, by, text=text, details={"with_master": master.number})
        announce(work, tip)


def close_with_master(work: Work, master: Tip, by: ActorRef) -> None:
    """Close the answered duplicates; cases and offenders count once, with the master."""
    for tip in _followers(work, master, status=Status.ANSWERED):
        outcome = {"founded": master.founded, "valuable": False, "grassroots": master.grassroots}
        move(work, tip, EventKind.CLOSED, by, changes=outcome, details={"with_master": master.number})
        forget_address(work, tip)


def release_from_master(work: Work, master: Tip, by: ActorRef) -> None:
    """Send the duplicates of a tip that leaves the forum back to their desk."""
    for tip in _followers(work, master):
        _return_to_desk(work, tip, by)


def _return_to_desk(work: Work, tip: Tip, by: ActorRef) -> None:
    desk = work.rulebook.teams.desk(tip.province_code)
    team_id = tip.team_id if tip.restriction else desk.id
    changes = {"team_id": team_id, "responder_team_id": None, "assignee_id": None, **team_clock(work, tip, team_id)}
    move(work, tip, EventKind.UNLINKED, by, changes=changes)


def _place_of(work: Work, master: Tip) -> dict[str, object]:
    place: dict[str, object] = {"team_id": master.team_id, "responder_team_id": None, "assignee_id": None}
    if master.restriction is not None:
        granted = state_of(work.session, master).granted_team_ids
        place |= {"restriction": master.restriction, "granted_team_ids": granted}
    return place


def _followers(work: Work, master: Tip, *, status: Status = Status.DUPLICATE) -> Iterator[Tip]:
    yield from work.session.scalars(_FOLLOWERS, {"master": master.id, "status": status}).all()
