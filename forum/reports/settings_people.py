"""What the pages of accounts and teams list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from forum.domain.permissions import Actor
from forum.domain.powers import Why, power_of
from forum.domain.text import fold
from forum.domain.vocabulary import Role, TeamKind
from forum.models import Account, Membership, PendingGrant, Team, TeamSuccessor

PAGE = 50


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A role in a team, current or ended."""

    id: int
    role: Role
    team_id: int
    name_vi: str
    name_en: str
    granted_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its current memberships."""

    id: int
    username: str
    display_name: str
    is_active: bool
    must_change_password: bool
    created_at: datetime
    memberships: tuple[MembershipRow, ...]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team of any time, with how many memberships it has now."""

    id: int
    code: str
    kind: TeamKind
    name_vi: str
    name_en: str
    province_code: str | None
    department_code: str | None
    valid_from: date
    valid_to: date | None
    people: int


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A right that waits for a second administrator; `may_confirm` is for whoever reads."""

    id: int
    account_id: int
    name: str
    role: Role
    name_vi: str
    name_en: str
    proposed_by: str
    expires_at: datetime
    why: Why | None
    may_confirm: bool
    may_refuse: bool


def waiting_grants(session: Session, reader: Actor, *, now: datetime) -> list[GrantRow]:
    """Return the first rights that wait for a second administrator, the oldest first."""
    proposer = aliased(Account)
    query = (
        select(PendingGrant, Account.display_name, Team, proposer.display_name)
        .join(Account, Account.id == PendingGrant.account_id)
        .join(Team, Team.id == PendingGrant.team_id)
        .join(proposer, proposer.id == PendingGrant.proposed_by)
        .where(PendingGrant.outcome.is_(None), PendingGrant.expires_at > now)
        .order_by(PendingGrant.id)
        .limit(PAGE)
    )
    return [
        GrantRow(
            grant.id,
            grant.account_id,
            name,
            grant.role,
            team.name_vi,
            team.name_en,
            by,
            grant.expires_at,
            power_of(grant.role, team.kind),
            may_confirm=reader.account_id not in {grant.account_id, grant.proposed_by},
            may_refuse=reader.account_id != grant.account_id,
        )
        for grant, name, team, by in session.execute(query)
    ]


def account_page(session: Session, *, after: str = "") -> tuple[Sequence[AccountRow], str]:
    """Return accounts by sign-in name from after one, and the name to go on after ("" at the end)."""
    query = select(Account).where(Account.username > after).order_by(Account.username).limit(PAGE + 1)
    accounts = session.scalars(query).all()
    rows = _with_memberships(session, accounts[:PAGE])
    return rows, rows[-1].username if len(accounts) > PAGE else ""


def accounts_named(session: Session, part: str) -> Sequence[AccountRow]:
    """Return the first accounts with this in their sign-in or display name, with or without accents and capitals.

    The names are folded here, the same for both engines; there are thousands of accounts at most.
    """
    wanted = fold(part).strip()
    names = session.execute(select(Account.id, Account.username, Account.display_name).order_by(Account.username))
    ids = [row.id for row in names if wanted in fold(row.username) or wanted in fold(row.display_name)]
    query = select(Account).where(Account.id.in_(ids[:PAGE])).order_by(Account.username)
    return _with_memberships(session, session.scalars(query).all())


def find_account(session: Session, account_id: int) -> AccountRow | None:
    """Return an account with all memberships it ever had, current ones first."""
    account = session.get(Account, account_id)
    if account is None:
        return None
    held = _memberships(session, [account_id], with_ended=True).get(account_id, ())
    return _account_row(account, sorted(held, key=lambda m: (m.ended_at is not None, -m.id)))


def teams_of(session: Session, province_code: str | None) -> Sequence[TeamRow]:
    """Return the teams of a province (None: of the cluster) of all times by code, those without an end first."""
    people = _people().subquery()
    query = (
        select(Team, func.coalesce(people.c.people, 0))
        .outerjoin(people, people.c.team_id == Team.id)
        .where(Team.province_code.is_(None) if province_code is None else Team.province_code == province_code)
        .order_by(Team.valid_to.is_not(None), Team.commune_code.is_not(None), Team.code)
    )
    return [_team_row(team, count) for team, count in session.execute(query)]


def find_team(session: Session, team_id: int) -> TeamRow | None:
    """Return one team."""
    people = _people().subquery()
    query = select(Team, func.coalesce(people.c.people, 0)).outerjoin(people, people.c.team_id == Team.id)
    found = session.execute(query.where(Team.id == team_id)).first()
    return _team_row(*found) if found else None


def relatives(session: Session, team_id: int) -> tuple[Sequence[int], Sequence[int]]:
    """Return the ids of the teams before and after one."""
    rows = session.execute(
        select(TeamSuccessor.team_id, TeamSuccessor.successor_id).where(
            (TeamSuccessor.team_id == team_id) | (TeamSuccessor.successor_id == team_id)
        )
    ).all()
    return [r.team_id for r in rows if r.team_id != team_id], [r.successor_id for r in rows if r.team_id == team_id]


def people_of(session: Session, team_id: int) -> Sequence[tuple[int, str, Role]]:
    """Return account id, display name and role of those who are in a team now."""
    query = (
        select(Account.id, Account.display_name, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.team_id == team_id, Membership.ended_at.is_(None))
        .order_by(Account.username, Membership.role)
    )
    return [(row.id, row.display_name, row.role) for row in session.execute(query)]


def _people() -> Select[int, int]:
    counted = func.count().label("people")
    return select(Membership.team_id, counted).where(Membership.ended_at.is_(None)).group_by(Membership.team_id)


def _memberships(
    session: Session, account_ids: Sequence[int], *, with_ended: bool
) -> dict[int, tuple[MembershipRow, ...]]:
    query = (
        select(Membership, Team.name_vi, Team.name_en)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.account_id.in_(account_ids))
        .order_by(Membership.id)
    )
    if not with_ended:
        query = query.where(Membership.ended_at.is_(None))
    held: dict[int, list[MembershipRow]] = {}
    for m, name_vi, name_en in session.execute(query):
        row = MembershipRow(m.id, m.role, m.team_id, name_vi, name_en, m.granted_at, m.ended_at)
        held.setdefault(m.account_id, []).append(row)
    return {account_id: tuple(rows) for account_id, rows in held.items()}


def _with_memberships(session: Session, accounts: Sequence[Account]) -> Sequence[AccountRow]:
    held = _memberships(session, [account.id for account in accounts], with_ended=False)
    return [_account_row(account, held.get(account.id, ())) for account in accounts]


def _account_row(account: Account, held: Sequence[MembershipRow]) -> AccountRow:
    return AccountRow(
        account.id,
        account.username,
        account.display_name,
        account.is_active,
        account.must_change_password,
        account.created_at,
        tuple(held),
    )


def _team_row(team: Team, people: int) -> TeamRow:
    return TeamRow(
        team.id,
        team.code,
        team.kind,
        team.name_vi,
        team.name_en,
        team.province_code,
        team.department_code,
        team.valid_from,
        team.valid_to,
        people,
    )
