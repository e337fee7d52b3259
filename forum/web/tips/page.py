"""The page of a tip: everything about it, and only what this officer may do to it now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from forum.adapters.html import as_paragraphs
from forum.domain.events import PUBLIC_KINDS, ActorKind, EventKind
from forum.domain.lifecycle import WORKING, Status
from forum.domain.permissions import Actor, Permission
from forum.extensions import unit_of_work
from forum.models import Tip
from forum.models.access_log import AccessAction
from forum.reports.duplicates import likely_duplicates
from forum.reports.tip_page import EventRow, tip_page
from forum.services.access_log import record
from forum.services.routing import Proposal, propose_for
from forum.services.work import Work
from forum.web.clock_words import Chip, done_chip, due_chip, paused_chip
from forum.web.filters import moment
from forum.web.labels import name_of
from forum.web.tips.action_table import offered
from forum.web.tips.actions import Action, usual_step
from forum.web.tips.case import Case
from forum.web.tips.files import file_line
from forum.web.tips.forms import ActionForm
from forum.web.tips.identity_step import IdentityStep, identity_step
from forum.web.tips.sentences import Teller
from forum.web.translations import gettext

INTERNAL = frozenset(EventKind) - PUBLIC_KINDS - {EventKind.RECEIVED}
ABOUT_NAMES = frozenset(
    {
        EventKind.IDENTITY_REQUESTED,
        EventKind.IDENTITY_CONSENTED,
        EventKind.IDENTITY_REFUSED,
        EventKind.IDENTITY_OPENED,
    }
)
"""Their reasons are for custodians and for the lead, who decide on them."""
NAMED_REASONS = frozenset({"usual-in-category", "no-evidence", "accuses", "accuses-official", "praise"})


@dataclass(frozen=True, slots=True)
class Offer:
    """An action with its form; open when it is the usual next step, was asked for or has just been refused."""

    action: Action
    form: ActionForm
    url: str
    is_next: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Show:
    """What of the page differs from the plain one: the form asked for, and one that was refused."""

    wanted: str = ""
    refused: tuple[Action, ActionForm] | None = None
    identity: IdentityStep | None = None


def build_case(work: Work, actor: Actor, tip: Tip) -> Case:
    """Gather everything around a tip that was found for the officer."""
    page = tip_page(work.session, work.secrets, tip, actor)
    case = Case(work, actor, page)
    if case.is_at_desk and case.may(Permission.TRIAGE):
        return Case(work, actor, page, propose_for(work, tip, page.text))
    return case


def render(work: Work, person: Actor, tip: Tip, show: Show = Show()) -> str:
    """Render the page; a refused form stays on it with all that was typed, even if its step is possible no more."""
    case = build_case(work, person, tip)
    number = tip.number
    teller = Teller(case.page, work.rulebook)
    actions = _actions(case, show)
    identity = show.identity or identity_step(case)
    may_read_reasons = person.holds(Permission.OPEN_IDENTITY) or case.may(Permission.APPROVE)
    may_link = any(action.name == "link" for action in actions)
    return render_template(
        "tips/show.html",
        tip=tip,
        page=case.page,
        category=next(entry for entry in work.rulebook.categories if entry.code == tip.category),
        tags=[name_of(work.rulebook.tags[code]) for code in tip.tags if code in work.rulebook.tags],
        team=case.team,
        teams=work.rulebook.teams,
        clocks=_clocks(case),
        proposal=case.proposal,
        reasons=_reasons(case.proposal),
        offers=_offers(case, actions, show),
        others=[action for action in actions if not _is_shown(action, case, show)],
        refused_form=show.refused[1] if show.refused else show.identity and show.identity.form,
        likely=likely_duplicates(work.session, work.secrets, tip, person) if may_link else [],
        messages=[_message(event, teller, number) for event in case.page.events if event.kind in PUBLIC_KINDS],
        story=[_told(event, teller, may_read_reasons=may_read_reasons) for event in reversed(case.page.events)],
        files=[file_line(file, number) for file in case.page.files],
        may_ask_who_can_see=person.holds(Permission.APPROVE),
        identity=identity,
    )


def note_opening(actor: Actor, tip: Tip) -> None:
    """Write down that the officer has opened a tip."""
    with unit_of_work() as work:
        record(work, AccessAction.TIP_OPENED, account_id=actor.account_id, tip_id=tip.id)


def _actions(case: Case, show: Show) -> list[Action]:
    actions = offered(case)
    return [show.refused[0], *actions] if show.refused and show.refused[0] not in actions else actions


def _is_shown(action: Action, case: Case, show: Show) -> bool:
    is_asked_for = action.name == show.wanted or (show.refused is not None and show.refused[0] is action)
    return not action.is_rare or is_asked_for or action.name == usual_step(case)


def _offers(case: Case, actions: list[Action], show: Show) -> list[Offer]:
    return [_offer(case, action, show) for action in actions if _is_shown(action, case, show)]


def _offer(case: Case, action: Action, show: Show) -> Offer:
    was_refused = show.refused is not None and show.refused[0] is action
    form = show.refused[1] if show.refused is not None and was_refused else action.form(name=action.name)
    if not was_refused:
        form.prepare(case)
    form.seen.data = str(case.tip.event_count)
    url = url_for(f"tips.{action.endpoint}", number=case.tip.number)
    is_next = action.name == usual_step(case)
    is_other_open = bool(show.wanted) or show.refused is not None
    return Offer(
        action, form, url, is_next, was_refused or action.name == show.wanted or (is_next and not is_other_open)
    )


def _clocks(case: Case) -> list[tuple[str, Chip]]:
    tip, work = case.tip, case.work
    found: list[tuple[str, Chip]] = []
    if tip.settled_at:
        found.append((gettext("Sender"), done_chip(tip.settled_at, tip.citizen_due_at)))
    elif tip.citizen_due_at:
        found.append((gettext("Sender"), due_chip(tip.citizen_due_at, work.rulebook, work.now)))
    if tip.status is Status.WAITING and tip.waiting_since:
        found.append((gettext("Unit"), paused_chip(tip.waiting_since)))
    elif tip.status in WORKING and tip.team_due_at:
        found.append((gettext("Unit"), due_chip(tip.team_due_at, work.rulebook, work.now)))
    if tip.responder_due_at:
        found.append((gettext("First on the spot"), due_chip(tip.responder_due_at, work.rulebook, work.now)))
    return found


def _reasons(proposal: Proposal | None) -> list[str]:
    """Return the words of the tip that speak for the suggested kind and category."""
    if proposal is None:
        return []
    known = {"citizen-choice": gettext("chosen by the sender"), "about-police": gettext("said to be about the police")}
    heard = [word for reason in proposal.suggestion.reasons if reason.aim != "priority" for word in reason.because]
    return list(dict.fromkeys(known.get(word, f"“{word}”") for word in heard if word not in NAMED_REASONS))


def _message(event: EventRow, teller: Teller, number: str) -> dict[str, Any]:
    is_citizen = event.actor_kind is ActorKind.CITIZEN
    letter: Mapping[str, str] = json.loads(event.text) if event.kind is EventKind.TRANSFERRED_OUT else {}
    text = "\n\n".join(letter.values()) if letter else event.text
    return {
        "side": "citizen" if is_citizen else "police",
        "author": teller.who(event),
        "at_text": moment(event.at),
        "at": event.at.isoformat(),
        "body": as_paragraphs(text),
        "look": "answer" if event.kind is EventKind.ANSWERED else "",
        "files": [file_line(file, number) for file in event.files],
    }


def _told(event: EventRow, teller: Teller, *, may_read_reasons: bool) -> dict[str, Any]:
    is_hidden = event.kind in ABOUT_NAMES and not may_read_reasons
    alarming = {EventKind.REOPENED, EventKind.RESTRICTED, EventKind.IDENTITY_OPENED}
    key = {EventKind.RECEIVED, EventKind.ROUTED, EventKind.ANSWERED, EventKind.CLOSED}
    return {
        "sentence": teller.tell(event),
        "at_text": moment(event.at),
        "at": event.at.isoformat(),
        "detail": event.text if event.kind in INTERNAL and not is_hidden else "",
        "mark": "alarm" if event.kind in alarming else "key" if event.kind in key else "",
    }
