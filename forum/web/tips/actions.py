"""What one thing that can be done to a tip consists of, and which usually comes next; the tables are beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from forum.domain.lifecycle import Status
from forum.domain.permissions import Actor, Permission
from forum.models import Tip
from forum.services.attachments import Incoming
from forum.services.work import Work
from forum.web.tips.case import Case
from forum.web.tips.forms import ActionForm

Files = Sequence[Incoming]
Perform = Callable[[Work, Actor, Tip, Any, Files], str | None]
"""Returns what to say in place of the usual sentence."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: `name` is the last part of its address."""

    name: str
    title: Any
    submit: Any
    done: Any
    permission: Permission
    form: type[ActionForm]
    is_offered: Callable[[Case], bool]
    perform: Perform
    hint: Any = ""
    look: str = "primary"
    is_rare: bool = False
    """Whether the form appears only when asked for: a page full of forms is slow to make and to read."""

    @property
    def endpoint(self) -> str:
        """The last part of the endpoint's name."""
        return self.name.replace("-", "_")


def usual_step(case: Case) -> str | None:
    """Return the name of what usually comes next."""
    tip = case.tip
    if tip.is_answer_pending:
        return "approve"
    if tip.responder_due_at is not None and case.may_respond():
        return "respond"
    steps = {
        Status.RECEIVED: "classify",
        Status.TRIAGED: "route" if case.is_with_a_desk else "accept",
        Status.ROUTED: "accept",
        Status.REOPENED: "accept",
        Status.ACCEPTED: "answer",
        Status.IN_PROGRESS: "answer",
        Status.ANSWERED: "close",
    }
    return steps.get(tip.status)


def chosen_id(value: str | None) -> int:
    """Return the id that a choice stands for, 0 for none; the choice has been checked against what is offered."""
    return int(value or 0)
