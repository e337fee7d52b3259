"""The directory of teams: who is the desk, the department, the inspectorate or the commune police of a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from forum.domain.errors import NotFound
from forum.domain.vocabulary import TeamKind


@dataclass(frozen=True, slots=True)
class TeamRef:
    """What the rules need to know of a team."""

    id: int
    code: str
    kind: TeamKind
    name_vi: str
    name_en: str
    province_code: str | None
    commune_code: str | None
    department_code: str | None
    parent_id: int | None
    valid_from: date
    valid_to: date | None

    def is_valid(self, on: date) -> bool:
        """Whether the team exists on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class TeamDirectory:
    """All teams of the cluster, found by what they are; the look-ups know only teams that exist on `on`."""

    def __init__(self, teams: Iterable[TeamRef], *, on: date, lead_province_code: str | None) -> None:
        self._by_id = {team.id: team for team in teams}
        self._by_code = {team.code: team for team in self._by_id.values()}
        current = [team for team in self._by_id.values() if team.is_valid(on)]
        self.current = tuple(sorted(current, key=lambda team: team.code))
        self.lead_province_code = lead_province_code
        self._by_commune = {t.commune_code: t for t in current if t.kind is TeamKind.COMMUNE_POLICE}
        self._by_department = {(t.province_code, t.department_code): t for t in current if t.department_code}
        self._by_kind = {(t.kind, t.province_code): t for t in current}

    def get(self, team_id: int) -> TeamRef:
        """Return any team, also a past one; raise NotFound."""
        try:
            return self._by_id[team_id]
        except KeyError as error:
            raise NotFound from error

    def by_code(self, code: str) -> TeamRef | None:
        """Return any team, also a past one, by its code; None where there is none."""
        return self._by_code.get(code)

    @property
    def cluster_desk(self) -> TeamRef:
        """Return the desk that takes tips whose place is unknown or outside the cluster."""
        return self._of_kind(TeamKind.CLUSTER_DESK, None)

    def desk(self, province_code: str | None) -> TeamRef:
        """Return the intake desk of a province, or the cluster desk where the province has none here."""
        return self._by_kind.get((TeamKind.INTAKE_DESK, province_code)) or self.cluster_desk

    def province(self, province_code: str) -> TeamRef:
        """Return the provincial police as a whole."""
        return self._of_kind(TeamKind.PROVINCE, province_code)

    def inspectorate(self, province_code: str | None) -> TeamRef:
        """Return the inspectorate of a province; that of the lead province where there is none here."""
        own = self._by_kind.get((TeamKind.INSPECTORATE, province_code))
        return own or self._of_kind(TeamKind.INSPECTORATE, self.lead_province_code)

    def department(self, province_code: str, code: str) -> TeamRef | None:
        """Return the department of a province, None where it has none."""
        return self._by_department.get((province_code, code))

    def commune_police(self, commune_code: str) -> TeamRef | None:
        """Return the police of a commune."""
        return self._by_commune.get(commune_code)

    def in_province(self, province_code: str) -> tuple[TeamRef, ...]:
        """Return the current teams of a province, departments and desk before communes, by code."""
        found = [t for t in self.current if t.province_code == province_code]
        return tuple(sorted(found, key=lambda t: (t.kind is TeamKind.COMMUNE_POLICE, t.code)))

    def _of_kind(self, kind: TeamKind, province_code: str | None) -> TeamRef:
        try:
            return self._by_kind[(kind, province_code)]
        except KeyError as error:
            raise NotFound from error
