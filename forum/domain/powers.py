"""Which roles open so much that no administrator alone gives them, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from forum.domain.permissions import READING_ROLES
from forum.domain.vocabulary import Role, TeamKind

CONFIRMED_WITHIN = timedelta(days=7)
"""How long a right waits for a second administrator; our own choice: nobody remembers why after a week."""


class Why(StrEnum):
    """Why a role in some teams opens much."""

    SETS_RULES = "sets-rules"
    READS_RECORDS = "reads-records"
    OPENS_NAMES = "opens-names"
    SEES_FIGURES = "sees-figures"
    READS_PROVINCE = "reads-province"
    READS_ABOUT_POLICE = "reads-about-police"


class GrantOutcome(StrEnum):
    """What became of a right that waited for a second administrator."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Power:
    """Roles that open much in teams of some kinds."""

    roles: frozenset[Role]
    team_kinds: frozenset[TeamKind]
    why: Why


ANYWHERE = frozenset(TeamKind)
POWERS = (
    Power(frozenset({Role.ADMINISTRATOR}), ANYWHERE, Why.SETS_RULES),
    Power(frozenset({Role.AUDITOR}), ANYWHERE, Why.READS_RECORDS),
    Power(frozenset({Role.CUSTODIAN}), ANYWHERE, Why.OPENS_NAMES),
    Power(frozenset({Role.SUPERVISOR}), frozenset({TeamKind.CLUSTER_DESK, TeamKind.PROVINCE}), Why.SEES_FIGURES),
    Power(READING_ROLES, frozenset({TeamKind.PROVINCE}), Why.READS_PROVINCE),
    Power(READING_ROLES, frozenset({TeamKind.INSPECTORATE}), Why.READS_ABOUT_POLICE),
)
"""The first that fits tells the reason. Who works at an intake desk reads a province too, but the desk must be manned
by whoever is there: what is restricted stays closed to it."""


def power_of(role: Role, team_kind: TeamKind) -> Why | None:
    """Return why a role in such a team needs a second administrator; None when it does not."""
    return next((power.why for power in POWERS if role in power.roles and team_kind in power.team_kinds), None)
