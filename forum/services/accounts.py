"""Accounts and what they may do where: making, granting, ending, each recorded; who an account is as an actor."""

from __future__ import annotations

import re
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.adapters.password_strength import is_easily_guessed
from forum.adapters.passwords import hash_password
from forum.adapters.vault import CLUSTER_SCOPE
from forum.domain.errors import InvalidInput
from forum.domain.permissions import Actor, MembershipRef
from forum.domain.text import fold
from forum.domain.vocabulary import Role
from forum.models import Account, Membership, Team
from forum.services import custody
from forum.services.setting_events import Subject, record, values_of
from forum.services.work import Work

SHORTEST_PASSWORD = 12
LONGEST_USERNAME = 60
FEWEST_OWN_LETTERS = 6
"""So many letters and digits a password holds besides the sign-in name."""
_USERNAME = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.ASCII)
_SYLLABLES = tuple(first + vowel for first in "bcdghklmnprstvx" for vowel in "aeiou")


def new_password() -> str:
    """Return a random password that can be read out and typed: ten syllables, 62 bits."""
    drawn = [secrets.choice(_SYLLABLES) for _ in range(10)]
    return "-".join("".join(drawn[start : start + 2]) for start in range(0, len(drawn), 2))


def create_account(
    work: Work,
    by: Actor | None,
    *,
    username: str,
    display_name: str,
    password: str,
    must_change_password: bool = True,
) -> Account:
    """Make an account without any right; raise InvalidInput for a name that is taken or not plain.

    Here and below, no actor stands for an operator at the command line.
    """
    if not _USERNAME.fullmatch(username) or len(username) > LONGEST_USERNAME:
        raise InvalidInput("A sign-in name has small letters, digits, dots and hyphens only.", field="username")
    if find_account(work.session, username) is not None:
        raise InvalidInput("This sign-in name is taken.", field="username")
    account = Account(
        username=username,
        display_name=display_name.strip() or username,
        password_hash=hash_password(_checked(password, username, display_name)),
        must_change_password=must_change_password,
        is_active=True,
        session_version=1,
        created_at=work.now,
    )
    work.session.add(account)
    work.session.flush()
    after = values_of(account, "username", "display_name", "is_active")
    record(work, by, subject=Subject.ACCOUNT, key=username, after=after)
    return account


def set_password(account: Account, password: str, *, must_change_password: bool) -> None:
    """Give an account another password and end its sessions."""
    account.password_hash = hash_password(_checked(password, account.username, account.display_name))
    account.must_change_password = must_change_password
    account.session_version += 1


def renew_password(work: Work, by: Actor | None, account: Account, *, must_change_password: bool = True) -> str:
    """Draw a new password for somebody else and return it; the record tells only that the sessions ended."""
    before = values_of(account, "session_version")
    password = new_password()
    set_password(account, password, must_change_password=must_change_password)
    after = values_of(account, "session_version")
    record(work, by, subject=Subject.ACCOUNT, key=account.username, before=before, after=after)
    return password


def grant(work: Work, by: Actor | None, account: Account, *, team_id: int, role: Role) -> Membership | None:
    """Let an account act in a team; return None when it already does in this role."""
    if _current(work.session, account, team_id, role) is not None:
        return None
    membership = Membership(account_id=account.id, team_id=team_id, role=role, granted_at=work.now)
    work.session.add(membership)
    account.session_version += 1
    work.session.flush()
    held = _held(work, account, team_id, role)
    record(work, by, subject=Subject.MEMBERSHIP, key=str(membership.id), after=held)
    return membership


def end(work: Work, by: Actor | None, account: Account, *, team_id: int, role: Role) -> bool:
    """End a membership; return whether there was one. It stays for the record."""
    membership = _current(work.session, account, team_id, role)
    if membership is None:
        return False
    membership.ended_at = work.now
    account.session_version += 1
    work.session.flush()
    held = _held(work, account, team_id, role)
    record(work, by, subject=Subject.MEMBERSHIP, key=str(membership.id), before=held)
    if role is Role.CUSTODIAN:
        custody.leave(work, account.id, work.rulebook.teams.get(team_id).province_code or CLUSTER_SCOPE)
    return True


def find_account(session: Session, username: str) -> Account | None:
    """Return the account of a sign-in name."""
    return session.scalars(select(Account).where(Account.username == username)).first()


def actor_of(session: Session, account: Account) -> Actor:
    """Return an account with all its current memberships, as services ask for it."""
    rows = session.execute(
        select(Membership.role, Team.id, Team.kind, Team.province_code)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.account_id == account.id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    return Actor(account.id, account.display_name, tuple(MembershipRef(*row) for row in rows))


def _current(session: Session, account: Account, team_id: int, role: Role) -> Membership | None:
    return session.scalars(
        select(Membership).where(
            Membership.account_id == account.id,
            Membership.team_id == team_id,
            Membership.role == role,
            Membership.ended_at.is_(None),
        )
    ).first()


def _held(work: Work, account: Account, team_id: int, role: Role) -> dict[str, str]:
    return {"account": account.username, "team": work.rulebook.teams.get(team_id).code, "role": role.value}


def _checked(password: str, username: str, display_name: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput("A password has at least %(least)s characters.", field="password", least=SHORTEST_PASSWORD)
    letters, name = _letters(password), _letters(username)
    if name in letters and len(letters) - len(name) < FEWEST_OWN_LETTERS:
        raise InvalidInput(
            "The password is little more than the sign-in name. Please choose another.", field="password"
        )
    if is_easily_guessed(password, about=(username, display_name)):
        raise InvalidInput(
            "This password is easy to guess: many people use such words, names, years or rows of keys. Three or four "
            "words that have nothing to do with each other are better.",
            field="password",
        )
    return password


def _letters(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum())
