"""Teams begin, end and are succeeded on a day; none is renamed or deleted, so that events keep what they named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from forum.domain.errors import InvalidInput
from forum.domain.permissions import Actor, Permission
from forum.domain.teams import TeamRef
from forum.domain.vocabulary import TeamKind
from forum.models import Account, Commune, Department, Membership, Team, TeamSuccessor
from forum.services.setting_events import Subject, record, values_of
from forum.services.settings_texts import filled, not_past
from forum.services.work import Work

LONGEST_NAME = 200
INDISPENSABLE = frozenset({TeamKind.CLUSTER_DESK, TeamKind.PROVINCE, TeamKind.INTAKE_DESK, TeamKind.INSPECTORATE})
"""Kinds of which a province (or the cluster) must have one at any time: they get a successor, never an end alone."""
_KEPT = ("code", "kind", "name_vi", "name_en", "province_code", "commune_code", "department_code", "valid_from")


@dataclass(frozen=True, slots=True)
class TeamNames:
    """What a team is called."""

    vi: str
    en: str


def open_department(
    work: Work, actor: Actor, *, province_code: str, department_code: str, names: TeamNames, since: date
) -> Team:
    """Let a province have a department from a day on."""
    actor.require(Permission.ADMINISTER)
    department = work.session.get(Department, department_code)
    if department is None or not department.is_active:
        raise InvalidInput("Please choose a department.", field="department")
    if any(t.department_code == department_code for t in _standing(work, province_code)):
        raise InvalidInput("The province has this department already.", field="department")
    return _open(
        work,
        actor,
        names,
        since,
        Team(
            code=_free_code(work, f"{province_code}/{department_code}"),
            kind=TeamKind.DEPARTMENT,
            province_code=province_code,
            department_code=department_code,
            parent_id=work.rulebook.teams.province(province_code).id,
        ),
    )


def open_commune_police(work: Work, actor: Actor, *, commune_code: str, names: TeamNames, since: date) -> Team:
    """Let a commune have a police team from a day on."""
    actor.require(Permission.ADMINISTER)
    commune = work.session.get(Commune, commune_code)
    if commune is None:
        raise InvalidInput("There is no commune with this code.", field="commune")
    if any(t.commune_code == commune_code for t in _standing(work, commune.province_code)):
        raise InvalidInput("The commune has a police team already.", field="commune")
    return _open(
        work,
        actor,
        names,
        since,
        Team(
            code=_free_code(work, f"{commune.province_code}/{commune_code}"),
            kind=TeamKind.COMMUNE_POLICE,
            province_code=commune.province_code,
            commune_code=commune_code,
            parent_id=work.rulebook.teams.province(commune.province_code).id,
        ),
    )


def succeed(work: Work, actor: Actor, team_id: int, *, names: TeamNames, since: date) -> Team:
    """Let a team go on under another name from a day on, as a new team with the same people and duties.

    The people belong to both teams, so that they can finish what the old one has; new tips come to the new one.
    """
    old = _lock(work, actor, team_id)
    if since <= old.valid_from:
        raise InvalidInput("The new name must begin after the team did.", field="since")
    new = _open(
        work,
        actor,
        names,
        since,
        Team(
            code=_free_code(work, old.code.partition("~")[0]),
            kind=old.kind,
            province_code=old.province_code,
            commune_code=old.commune_code,
            department_code=old.department_code,
            parent_id=old.parent_id,
        ),
    )
    _end(work, actor, old, last_day=since - timedelta(days=1), successors=[new])
    _take_over(work, actor, old, new)
    return new


def end_team(work: Work, actor: Actor, team_id: int, *, last_day: date, successor_ids: Sequence[int]) -> None:
    """Let a team end, naming those that take over; its people keep what is open there until they hand it on."""
    old = _lock(work, actor, team_id)
    not_past(work, last_day, field="last_day")
    if old.kind in INDISPENSABLE:
        raise InvalidInput("A province cannot be without this team. Please give it a new name instead.")
    successors = [work.session.get_one(Team, team.id) for team in _chosen(work, old, successor_ids)]
    if any(team.valid_to is not None and team.valid_to <= last_day for team in successors):
        raise InvalidInput("A team that takes over must exist after that day.", field="successors")
    _end(work, actor, old, last_day=last_day, successors=successors)


def _open(work: Work, actor: Actor, names: TeamNames, since: date, team: Team) -> Team:
    team.name_vi = filled(names.vi, limit=LONGEST_NAME, field="name_vi")
    team.name_en = filled(names.en, limit=LONGEST_NAME, field="name_en")
    team.valid_from = not_past(work, since, field="since")
    work.session.add(team)
    work.session.flush()
    record(work, actor, subject=Subject.TEAM, key=team.code, after=values_of(team, *_KEPT))
    return team


def _end(work: Work, actor: Actor, team: Team, *, last_day: date, successors: Sequence[Team]) -> None:
    if last_day < team.valid_from:
        raise InvalidInput("A team cannot end before it begins.", field="last_day")
    team.valid_to = last_day
    work.session.add_all(TeamSuccessor(team_id=team.id, successor_id=other.id) for other in successors)
    after = {"valid_to": last_day, "successors": [other.code for other in successors]}
    record(work, actor, subject=Subject.TEAM, key=team.code, before={"valid_to": None}, after=after)


def _take_over(work: Work, actor: Actor, old: Team, new: Team) -> None:
    """Give the people of a team the same roles in its successor, which the rules in memory do not know yet."""
    query = (
        select(Account, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.team_id == old.id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    for account, role in work.session.execute(query).all():
        membership = Membership(account_id=account.id, team_id=new.id, role=role, granted_at=work.now)
        work.session.add(membership)
        account.session_version += 1
        work.session.flush()
        after = {"account": account.username, "team": new.code, "role": role}
        record(work, actor, subject=Subject.MEMBERSHIP, key=str(membership.id), after=after)


def _lock(work: Work, actor: Actor, team_id: int) -> Team:
    actor.require(Permission.ADMINISTER)
    work.rulebook.teams.get(team_id)
    team = work.session.get_one(Team, team_id, with_for_update=True)
    if team.valid_to is not None:
        raise InvalidInput("The end of this team is settled already.")
    return team


def _chosen(work: Work, old: Team, ids: Sequence[int]) -> list[TeamRef]:
    chosen = [work.rulebook.teams.get(team_id) for team_id in ids]
    if any(team.id == old.id or team.province_code != old.province_code for team in chosen):
        raise InvalidInput("Please choose other teams of this province.", field="successors")
    return chosen


def _standing(work: Work, province_code: str) -> list[Team]:
    """Return the teams of a province that exist today or later and have no end yet."""
    if not any(t.kind is TeamKind.PROVINCE and t.province_code == province_code for t in work.rulebook.teams.current):
        raise InvalidInput("Please choose a province of the cluster.", field="province")
    query = select(Team).where(Team.province_code == province_code, Team.valid_to.is_(None))
    return list(work.session.scalars(query.with_for_update()))


def _free_code(work: Work, base: str) -> str:
    """Return the base, or the base with the next number: codes are unique for all time."""
    taken = set(work.session.scalars(select(Team.code).where((Team.code == base) | Team.code.startswith(f"{base}~"))))
    if base not in taken:
        return base
    return f"{base}~{len(taken) + 1}"
