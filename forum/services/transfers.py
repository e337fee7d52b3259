"""Handing a tip on: to another team, back to a desk, to another province, out to another authority, or declining it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from forum.domain.errors import InvalidInput, NotPermitted
from forum.domain.events import ActorRef, EventKind
from forum.domain.permissions import Actor, Permission
from forum.domain.teams import TeamRef
from forum.domain.text import clean_input
from forum.domain.vocabulary import Kind, TeamKind
from forum.models import Tip
from forum.services import duplicates
from forum.services.desk_clocks import responder_clock, team_clock
from forum.services.indexing import move_index
from forum.services.notices import announce, forget_address
from forum.services.officers import officer
from forum.services.timeline import move
from forum.services.work import Work

LONGEST_REASON = 2_000
LONGEST_LETTER = 10_000


class DeclineReason(StrEnum):
    """Why a tip is not taken up; a crime-report never is declined."""

    NOT_FOR_POLICE = "not-for-police"
    NOTHING_TO_CHECK = "nothing-to-check"
    ABUSIVE = "abusive"
    FORMAL_WAY = "formal-way"


@dataclass(frozen=True, slots=True)
class OutwardLetter:
    """To whom a tip goes outside the forum, and what is written to them; sealed as the event's text."""

    authority: str
    address: str
    letter: str


def hand_over(
    work: Work, tip: Tip, by: ActorRef, *, team: TeamRef, reason: str, extra: dict[str, Any], responder: TeamRef | None
) -> None:
    """Make another team accountable: to a desk the tip comes as received, to others as routed."""
    is_desk = team.kind in {TeamKind.INTAKE_DESK, TeamKind.CLUSTER_DESK}
    changes: dict[str, Any] = {
        "team_id": team.id,
        "assignee_id": None,
        "responder_team_id": responder.id if responder else None,
        **team_clock(work, tip, team.id),
        **responder_clock(work, tip, responder.id if responder else None),
    }
    kind = EventKind.SENT_TO_DESK if is_desk else EventKind.ROUTED
    if is_desk and team.province_code and team.province_code != tip.province_code:
        changes |= {"province_code": team.province_code, "commune_code": None}
    elif not is_desk and tip.restriction is not None:
        changes["granted_team_ids"] = (team.id,)
    move(work, tip, kind, by, changes=changes | extra.get("changes", {}), details=extra.get("details"), text=reason)
    move_index(work, tip)
    duplicates.follow_master(work, tip, by)


def transfer(work: Work, actor: Actor, tip: Tip, *, team_id: int, reason: str) -> None:
    """Pass a tip from the accountable team to another of its province, or back to the desk, with a reason."""
    by = officer(actor, tip, Permission.HANDLE)
    team = work.rulebook.teams.get(team_id)
    if team.id == tip.team_id or team.province_code != tip.province_code or team.kind is TeamKind.PROVINCE:
        raise InvalidInput("Please choose another team of this province.", field="team")
    if tip.restriction is not None and team.kind is TeamKind.INTAKE_DESK:
        raise InvalidInput("A restricted tip goes to one team, never to the desk.", field="team")
    hand_over(work, tip, by, team=team, reason=_reason(reason), extra={}, responder=None)


def send_to_desk(work: Work, actor: Actor, tip: Tip, *, province_code: str | None, reason: str) -> None:
    """Send a tip from a desk to the desk of another province, or to the cluster desk (None)."""
    by = officer(actor, tip, Permission.TRIAGE)
    desk = work.rulebook.teams.desk(province_code)
    if desk.id == tip.team_id or (province_code is not None and desk.province_code != province_code):
        raise InvalidInput("Please choose another desk.", field="province")
    if tip.restriction is not None:
        raise NotPermitted
    hand_over(work, tip, by, team=desk, reason=_reason(reason), extra={}, responder=None)


def transfer_out(work: Work, actor: Actor, tip: Tip, letter: OutwardLetter) -> None:
    """Hand a tip to another authority; the citizen reads where it went, and the citizen's clock stops."""
    by = officer(actor, tip, Permission.TRIAGE, Permission.APPROVE)
    cleaned = OutwardLetter(
        _filled(letter.authority, limit=200, field="authority"),
        _filled(letter.address, limit=400, field="address"),
        _filled(letter.letter, limit=LONGEST_LETTER, field="letter"),
    )
    move(work, tip, EventKind.TRANSFERRED_OUT, by, text=json.dumps(asdict(cleaned), ensure_ascii=False))
    _leave(work, tip, by)


def decline(work: Work, actor: Actor, tip: Tip, *, reason: DeclineReason, text: str) -> None:
    """Say no with a stated reason and a sentence for the citizen; never to a crime-report."""
    by = officer(actor, tip, Permission.TRIAGE, Permission.APPROVE)
    if tip.kind is Kind.CRIME_REPORT:
        raise InvalidInput("A report of a crime is never declined.", field="reason")
    said = _filled(text, limit=LONGEST_REASON, field="text")
    move(work, tip, EventKind.DECLINED, by, text=said, details={"reason": reason.value})
    _leave(work, tip, by)


def _leave(work: Work, tip: Tip, by: ActorRef) -> None:
    announce(work, tip)
    forget_address(work, tip)
    duplicates.release_from_master(work, tip, by)


def _reason(text: str) -> str:
    return _filled(text, limit=LONGEST_REASON, field="reason")


def _filled(text: str, *, limit: int, field: str) -> str:
    cleaned = clean_input(text, limit=limit, field=field).strip()
    if not cleaned:
        raise InvalidInput("Please write something here.", field=field)
    return cleaned
