"""Whose figures somebody may read: the cluster's, a province's or a team's, as the memberships give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from forum.domain.errors import NotFound, NotPermitted
from forum.domain.permissions import OVERSEEING, ROLE_PERMISSIONS, Actor, Permission
from forum.domain.teams import TeamDirectory, TeamRef
from forum.domain.vocabulary import TeamKind


class Level(StrEnum):
    """How much a scope takes in."""

    CLUSTER = "cluster"
    PROVINCE = "province"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Scope:
    """One part of the house; `code` is that of the team that stands for it."""

    level: Level
    code: str
    team: TeamRef

    @property
    def province_code(self) -> str | None:
        """The province of a provincial scope or of a team."""
        return self.team.province_code


@dataclass(frozen=True, slots=True)
class Reader:
    """What the memberships of a reader of statistics give."""

    sees_cluster: bool
    provinces: frozenset[str]
    team_ids: frozenset[int]
    """Teams in which the reader may see figures of restricted tips, if they are on the tip's list."""


def reader_of(actor: Actor) -> Reader:
    """Return what the memberships with the right to statistics give; raise NotPermitted for none.

    The cluster desk gives the whole cluster; the provincial police and its intake desk, from which the whole
    province is read, give the province and its teams; any other team gives itself.
    """
    giving = [m for m in actor.memberships if Permission.READ_STATISTICS in ROLE_PERMISSIONS[m.role]]
    if not giving:
        raise NotPermitted
    return Reader(
        sees_cluster=any(m.team_kind is TeamKind.CLUSTER_DESK for m in giving),
        provinces=frozenset(m.province_code for m in giving if m.province_code and m.team_kind in OVERSEEING),
        team_ids=frozenset(m.team_id for m in giving),
    )


def find_scope(code: str, reader: Reader, teams: TeamDirectory) -> Scope:
    """Return the scope of a code such as "cluster", "14" or "14/PC04".

    Raise NotFound where there is no such team, NotPermitted where the memberships do not give it.
    """
    team = teams.by_code(code)
    if team is None:
        raise NotFound
    if not _gives(reader, team):
        raise NotPermitted
    return Scope(_level(team), code, team)


def widest_scopes(reader: Reader, teams: TeamDirectory) -> Sequence[Scope]:
    """Return the scopes to choose from at once: the cluster, provinces, and the reader's own teams, widest first."""
    own = [t for t in teams.current if t.id in reader.team_ids]
    places = [t for t in teams.current if t.kind in {TeamKind.CLUSTER_DESK, TeamKind.PROVINCE}]
    found = {team.id: team for team in (*places, *own) if _gives(reader, team)}
    scopes = [Scope(_level(team), team.code, team) for team in found.values()]
    return sorted(scopes, key=lambda scope: (list(Level).index(scope.level), scope.code))


def _level(team: TeamRef) -> Level:
    return {TeamKind.CLUSTER_DESK: Level.CLUSTER, TeamKind.PROVINCE: Level.PROVINCE}.get(team.kind, Level.TEAM)


def _gives(reader: Reader, team: TeamRef) -> bool:
    if team.kind is TeamKind.CLUSTER_DESK:
        return reader.sees_cluster
    return reader.sees_cluster or team.province_code in reader.provinces or team.id in reader.team_ids
