"""Who may do what: permissions, the roles that hold them, and the actor who asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from forum.domain.errors import NotPermitted
from forum.domain.vocabulary import Role, TeamKind


class Permission(StrEnum):
    """What a route or a service asks for."""

    READ_TIPS = "read-tips"
    """See the queue and the tips that the team may see."""
    TRIAGE = "triage"
    """Classify tips and route them, at a desk."""
    HANDLE = "handle"
    """Accept, note, ask, answer and close, in the accountable team."""
    APPROVE = "approve"
    """Publish or return the answers of others, take reopened tips, link and restrict."""
    READ_STATISTICS = "read-statistics"
    """See the figures of the scope of the membership."""
    OPEN_IDENTITY = "open-identity"
    """Unseal who sent a tip, with a written reason."""
    CONSENT = "consent"
    """Agree, or not, that somebody else unseals who sent a tip; take note of what was unsealed."""
    ADMINISTER = "administer"
    """Change accounts, teams, policies, calendar and rules; never tips."""
    ERASE = "erase"
    """Propose and confirm the erasing of closed tips, and hold tips back from it; never texts."""
    READ_LOGS = "read-logs"
    """Read events and accesses; never texts."""


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.INTAKE: frozenset({Permission.READ_TIPS, Permission.TRIAGE}),
    Role.HANDLER: frozenset({Permission.READ_TIPS, Permission.HANDLE}),
    Role.LEAD: frozenset(
        {
            Permission.READ_TIPS,
            Permission.TRIAGE,
            Permission.HANDLE,
            Permission.APPROVE,
            Permission.CONSENT,
            Permission.READ_STATISTICS,
        }
    ),
    Role.SUPERVISOR: frozenset({Permission.READ_STATISTICS, Permission.ERASE}),
    Role.CUSTODIAN: frozenset({Permission.READ_TIPS, Permission.OPEN_IDENTITY, Permission.CONSENT}),
    Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER}),
    Role.AUDITOR: frozenset({Permission.READ_LOGS}),
}

DESKS = frozenset({TeamKind.INTAKE_DESK, TeamKind.CLUSTER_DESK})
OVERSEEING = frozenset({TeamKind.INTAKE_DESK, TeamKind.PROVINCE})
"""Teams from which a whole province is read."""
READING_ROLES = frozenset(role for role, held in ROLE_PERMISSIONS.items() if Permission.READ_TIPS in held)


class Ground(StrEnum):
    """Why somebody may know of a tip."""

    TEAM = "team"
    """Their team is accountable for it."""
    RESPONDER = "responder"
    """Their team takes the first steps."""
    PROVINCE = "province"
    """They read the whole province, at its desk or for its police as a whole."""
    LISTED = "listed"
    """The tip is restricted, and their team is on its list."""


CLUSTER = "cluster"
"""Stands beside the codes of provinces for all places outside them."""


@dataclass(frozen=True, slots=True)
class MembershipRef:
    """One current membership, with what is needed of its team."""

    role: Role
    team_id: int
    team_kind: TeamKind
    province_code: str | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody signed in, with all current memberships."""

    account_id: int
    name: str
    memberships: tuple[MembershipRef, ...]

    def holds(self, permission: Permission) -> bool:
        """Whether any membership gives the permission, somewhere."""
        return any(permission in ROLE_PERMISSIONS[m.role] for m in self.memberships)

    def holds_in(self, permission: Permission, team_id: int) -> bool:
        """Whether a membership in this very team gives the permission."""
        return any(m.team_id == team_id and permission in ROLE_PERMISSIONS[m.role] for m in self.memberships)

    def acts_for(self, permission: Permission, team_id: int, *, province_code: str | None, is_restricted: bool) -> bool:
        """Whether the permission is held in the team, or in the provincial police as a whole.

        Those of the province act for whichever of its teams has a tip, but never on a restricted one: that is for
        the teams on its list alone.
        """
        if self.holds_in(permission, team_id):
            return True
        return not is_restricted and any(
            m.team_kind is TeamKind.PROVINCE
            and m.province_code == province_code
            and permission in ROLE_PERMISSIONS[m.role]
            for m in self.memberships
        )

    def require(self, permission: Permission, team_id: int | None = None) -> None:
        """Raise NotPermitted unless the permission is held (in the team, where one is given)."""
        held = self.holds(permission) if team_id is None else self.holds_in(permission, team_id)
        if not held:
            raise NotPermitted

    def teams_with(self, permission: Permission) -> frozenset[int]:
        """Return the ids of the teams in which the permission is held."""
        return frozenset(m.team_id for m in self.memberships if permission in ROLE_PERMISSIONS[m.role])

    @property
    def reading_team_ids(self) -> frozenset[int]:
        """Teams whose own tips, and the restricted tips granted to them, the actor may read."""
        return frozenset(m.team_id for m in self.memberships if m.role in READING_ROLES)

    @property
    def custody_scopes(self) -> frozenset[str]:
        """Provinces (and CLUSTER) of whose identities the actor is a custodian."""
        return frozenset(m.province_code or CLUSTER for m in self.memberships if m.role is Role.CUSTODIAN)

    def provinces_with(self, permission: Permission) -> frozenset[str]:
        """Return the provinces for whose teams the permission is held, but for restricted tips."""
        return frozenset(
            m.province_code
            for m in self.memberships
            if m.province_code and m.team_kind is TeamKind.PROVINCE and permission in ROLE_PERMISSIONS[m.role]
        )

    @property
    def reading_provinces(self) -> frozenset[str]:
        """Provinces whose unrestricted tips the actor may read: from the desk, or for the province as a whole."""
        return frozenset(_provinces(self.memberships))


def _provinces(memberships: Iterable[MembershipRef]) -> Iterable[str]:
    for m in memberships:
        if m.province_code and m.role in READING_ROLES and m.team_kind in OVERSEEING:
            yield m.province_code
