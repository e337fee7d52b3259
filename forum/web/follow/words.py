"""What a state means to the citizen, in one sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from forum.domain.events import EventKind
from forum.domain.lifecycle import Status
from forum.reports.citizen_view import MessageRow
from forum.services.transfers import DeclineReason
from forum.web.labels import label
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

STATES: Mapping[Status, object] = {
    Status.RECEIVED: _("Your tip has arrived. The desk will read it and pass it to the right team."),
    Status.TRIAGED: _("The desk has read your tip and is choosing the team for it."),
    Status.ROUTED: _("Your tip has been passed to the team named below, which will take it on."),
    Status.ACCEPTED: _("The team has taken your tip on."),
    Status.IN_PROGRESS: _("The team is working on your tip."),
    Status.WAITING: _("The team has a question for you. Please answer it below, so that the work can go on."),
    Status.ANSWERED: _("Your tip has been answered. Please read the answer below and say whether it is solved."),
    Status.CLOSED: _("Your tip has been answered and closed."),
    Status.REOPENED: _("You said that it is not solved. The tip is open again, and a lead of the team takes it."),
    Status.DUPLICATE: _("Others have told us of the same matter. You will get the same answer, here."),
    Status.TRANSFERRED_OUT: _("This matter belongs to another authority. Your tip was passed on; see below to whom."),
    Status.DECLINED: _("Your tip could not be taken up. The reason is below."),
}


def heading(message: MessageRow) -> str:
    """Return what kind of message this is."""
    headings: Mapping[EventKind, str] = {
        EventKind.RECEIVED: gettext("Your tip") if message.is_citizen else gettext("What it is about"),
        EventKind.ADDED: gettext("You added"),
        EventKind.REPLIED: gettext("Your reply"),
        EventKind.RATED: gettext("Your rating"),
        EventKind.ASKED: gettext("Question to you"),
        EventKind.INFORMED: gettext("Message to you"),
        EventKind.ANSWERED: gettext("Answer"),
        EventKind.TRANSFERRED_OUT: gettext("Passed to another authority"),
        EventKind.DECLINED: gettext("Not taken up"),
    }
    return headings[message.kind]


def reason_of(message: MessageRow) -> str:
    """Return the stated reason of a decline."""
    return label(DeclineReason(message.reason)) if message.reason else ""
