"""A tip in front of an officer: what the offers and forms of the page ask about."""

from __future__ import annotations

from dataclasses import dataclass

from forum.domain.events import EventKind
from forum.domain.lifecycle import AT_DESK, is_legal
from forum.domain.permissions import DESKS, Actor, Permission
from forum.domain.teams import TeamRef
from forum.domain.vocabulary import TeamKind
from forum.models import Tip
from forum.reports.tip_page import TipPage
from forum.services.officers import may_act
from forum.services.routing import Proposal
from forum.services.work import Work


@dataclass(frozen=True, slots=True)
class Case:
    """The tip, who looks at it, and what is known around it."""

    work: Work
    actor: Actor
    page: TipPage
    proposal: Proposal | None = None

    @property
    def tip(self) -> Tip:
        """The row."""
        return self.page.tip

    @property
    def team(self) -> TeamRef:
        """The accountable team."""
        return self.work.rulebook.teams.get(self.tip.team_id)

    @property
    def is_at_desk(self) -> bool:
        """Whether the tip still waits to be classified and routed."""
        return self.tip.status in AT_DESK

    @property
    def is_with_a_desk(self) -> bool:
        """Whether the accountable team is a desk."""
        return self.team.kind in DESKS

    def may(self, *permissions: Permission) -> bool:
        """Whether the officer holds one of the permissions for the team that has the tip."""
        return may_act(self.actor, self.tip, *permissions)

    def may_route(self) -> bool:
        """Whether the officer decides where the tip goes."""
        return self.is_at_desk and self.may(Permission.TRIAGE)

    def may_respond(self) -> bool:
        """Whether the officer belongs to the first responder."""
        responder = self.tip.responder_team_id
        return responder is not None and may_act(self.actor, self.tip, Permission.HANDLE, team_id=responder)

    def legal(self, kind: EventKind) -> bool:
        """Whether the lifecycle allows it now."""
        return is_legal(kind, self.tip.status)

    def teams_of_province(self, *, with_desk: bool = True) -> list[TeamRef]:
        """Return the teams that may get the tip, other than the one that has it."""
        if self.tip.province_code is None:
            return []
        left_out = {TeamKind.PROVINCE} if with_desk else {TeamKind.PROVINCE, *DESKS}
        found = self.work.rulebook.teams.in_province(self.tip.province_code)
        return [team for team in found if team.kind not in left_out and team.id != self.tip.team_id]
