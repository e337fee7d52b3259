"""Which roles make sense where, and which must never be held by one person."""

from __future__ import annotations

from collections.abc import Iterable

from forum.domain.errors import InvalidInput
from forum.domain.permissions import DESKS, READING_ROLES
from forum.domain.vocabulary import Role, TeamKind

ROLE_HOMES: dict[Role, frozenset[TeamKind]] = {
    Role.INTAKE: DESKS | {TeamKind.PROVINCE},
    Role.HANDLER: frozenset(TeamKind),
    Role.LEAD: frozenset(TeamKind),
    Role.SUPERVISOR: frozenset(TeamKind),
    Role.CUSTODIAN: frozenset(TeamKind),
    Role.ADMINISTRATOR: frozenset({TeamKind.CLUSTER_DESK}),
    Role.AUDITOR: frozenset({TeamKind.CLUSTER_DESK}),
}
"""In which kinds of team a role may be held. Settings and records are those of the whole forum, so their keepers
belong to the cluster; a custodian opens the identities of the team's province, wherever in it they serve."""


def check_appointment(role: Role, team_kind: TeamKind, held: Iterable[Role]) -> None:
    """Raise InvalidInput unless somebody who holds these roles may be given another in such a team.

    Who sets the rules reads no tips and keeps no watch over the records of it; who watches sets no rules.
    """
    if team_kind not in ROLE_HOMES[role]:
        raise InvalidInput("This role does not exist in such a team.", field="role")
    roles = {role, *held}
    if Role.ADMINISTRATOR in roles and roles & (READING_ROLES | {Role.AUDITOR}):
        raise InvalidInput(
            "An administrator can neither read tips nor audit: please use another account.", field="role"
        )
    if Role.AUDITOR in roles and roles & READING_ROLES:
        raise InvalidInput("An auditor reads no tips: please use another account.", field="role")
