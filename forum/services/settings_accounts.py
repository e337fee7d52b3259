"""What an administrator does to accounts: opening and closing them, and appointing people to teams."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from forum.domain.appointments import check_appointment
from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor, Permission
from forum.domain.powers import power_of
from forum.domain.text import clean_input
from forum.domain.vocabulary import Role
from forum.models import Account, Membership
from forum.services import accounts, grants
from forum.services.setting_events import Subject, record, values_of
from forum.services.work import Work

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Opened:
    """An account and the password that somebody must be told; it is kept nowhere."""

    account_id: int
    username: str
    password: str


def open_account(work: Work, actor: Actor, *, username: str, display_name: str) -> Opened:
    """Make an account without any right, to be given a password of its own at the first sign-in."""
    actor.require(Permission.ADMINISTER)
    name = clean_input(display_name, limit=LONGEST_NAME, field="display_name").strip()
    if not name:
        raise InvalidInput("Please write the name that colleagues see.", field="display_name")
    password = accounts.new_password()
    account = accounts.create_account(
        work, actor, username=username.strip().lower(), display_name=name, password=password
    )
    return Opened(account.id, account.username, password)


def reset_password(work: Work, actor: Actor, account_id: int) -> Opened:
    """Draw a new password for somebody else, who may do little, and end their sessions."""
    account = _other(work, actor, account_id)
    grants.require_weak(work, account)
    return Opened(account.id, account.username, accounts.renew_password(work, actor, account))


def end_sessions(work: Work, actor: Actor, account_id: int) -> None:
    """Sign an account out everywhere."""
    actor.require(Permission.ADMINISTER)
    _change(work, actor, _account(work, account_id))


def close_account(work: Work, actor: Actor, account_id: int) -> None:
    """Let nobody sign in with an account any more; its memberships stay, for the case that it is opened again."""
    _change(work, actor, _other(work, actor, account_id), is_active=False)


def reopen_account(work: Work, actor: Actor, account_id: int) -> None:
    """Let an account be used again."""
    _change(work, actor, _other(work, actor, account_id), is_active=True)


def appoint(work: Work, actor: Actor, account_id: int, *, team_id: int, role: Role) -> bool:
    """Give an account a role in a team, at once or once another administrator has confirmed it; return which.

    Raise InvalidInput where that must not be.
    """
    account = _other(work, actor, account_id)
    team = work.rulebook.teams.get(team_id)
    if not team.is_valid(work.rulebook.on):
        raise InvalidInput("This team does not exist today. Please choose another.", field="team")
    held = work.session.execute(
        select(Membership.role, Membership.team_id).where(
            Membership.account_id == account.id, Membership.ended_at.is_(None)
        )
    ).all()
    check_appointment(role, team.kind, (held_role for held_role, _team in held))
    if (role, team.id) in {tuple(row) for row in held}:
        raise InvalidInput("The account has this role in this team already.", field="role")
    if power_of(role, team.kind) is not None:
        grants.propose(work, actor, account, team_id=team.id, role=role)
        return False
    accounts.grant(work, actor, account, team_id=team.id, role=role)
    return True


def dismiss(work: Work, actor: Actor, account_id: int, membership_id: int) -> None:
    """End one membership; the rights end at once, with the sessions."""
    account = _other(work, actor, account_id)
    membership = work.session.get(Membership, membership_id)
    if membership is None or membership.account_id != account.id or membership.ended_at is not None:
        raise NotFound
    accounts.end(work, actor, account, team_id=membership.team_id, role=membership.role)


def _change(work: Work, actor: Actor, account: Account, **values: bool) -> None:
    before = values_of(account, "session_version", *values)
    account.session_version += 1
    for name, value in values.items():
        setattr(account, name, value)
    after = values_of(account, "session_version", *values)
    record(work, actor, subject=Subject.ACCOUNT, key=account.username, before=before, after=after)


def _account(work: Work, account_id: int) -> Account:
    account = work.session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise NotFound
    return account


def _other(work: Work, actor: Actor, account_id: int) -> Account:
    """Return an account that is not the actor's own: nobody raises, or shuts out, themselves."""
    actor.require(Permission.ADMINISTER)
    if account_id == actor.account_id:
        raise InvalidInput("Your own account is for another administrator to change.")
    return _account(work, account_id)
