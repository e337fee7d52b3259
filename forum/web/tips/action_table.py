"""All that can be done to a tip, and what of it is offered to one officer at one moment."""

from __future__ import annotations

from forum.web.tips.actions import Action, usual_step
from forum.web.tips.case import Case
from forum.web.tips.desk_actions import DESK_ACTIONS
from forum.web.tips.team_actions import TEAM_ACTIONS

ACTIONS: tuple[Action, ...] = (*TEAM_ACTIONS, *DESK_ACTIONS)


def offered(case: Case) -> list[Action]:
    """Return what this officer may do to this tip now, the usual next step first."""
    table = DESK_ACTIONS + TEAM_ACTIONS if case.is_at_desk else ACTIONS
    found = [action for action in table if action.is_offered(case)]
    usual = usual_step(case)
    return sorted(found, key=lambda action: action.name != usual)
