"""The plainly fictional people of the demo: who they are, what they may do, and the passwords drawn for them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import click

from forum.adapters.one_time_codes import new_secret
from forum.domain.permissions import Actor
from forum.domain.teams import TeamRef
from forum.domain.vocabulary import Role, TeamKind
from forum.models import Account
from forum.services import accounts, factors
from forum.services.work import Work

CODES = "The second step of signing in asks for a code: `forum demo code NAME` prints the one that is good now."


@dataclass(frozen=True, slots=True)
class Person:
    """One account of the demo; a grant is a role in all teams of a kind, or in a department of every province."""

    username: str
    display_name: str
    grants: tuple[tuple[Role, str], ...]
    first_page: str
    purpose: str


@cache
def people() -> tuple[Person, ...]:
    """Read the people from the table beside this module."""
    path = resources.files("forum.cli.demo") / "data" / "people.csv"
    with path.open(encoding="utf-8") as file:
        return tuple(
            Person(
                row["username"],
                row["display_name"],
                tuple(_grant(spelled) for spelled in row["grants"].split()),
                row["first_page"],
                row["purpose"],
            )
            for row in csv.DictReader(file)
        )


def make_people(work: Work) -> dict[str, str]:
    """Make every account that is missing, with its memberships; return the new passwords by sign-in name."""
    passwords: dict[str, str] = {}
    for person in people():
        if accounts.find_account(work.session, person.username) is not None:
            continue
        passwords[person.username] = accounts.new_password()
        account = accounts.create_account(
            work,
            None,
            username=person.username,
            display_name=person.display_name,
            password=passwords[person.username],
            must_change_password=False,
        )
        for role, place in person.grants:
            for team in _teams_of(work.rulebook.teams.current, place):
                accounts.grant(work, None, account, team_id=team.id, role=role)
        factors.give_app(work, account, new_secret())
    return passwords


def give_apps(work: Work) -> None:
    """Give an app to whoever has no second factor: the people of a demo that was made before there were any."""
    for person in people():
        account = accounts.find_account(work.session, person.username)
        if account is not None and not factors.has_factor(work.session, account.id):
            factors.give_app(work, account, new_secret())


def account_of(work: Work, wanted: str) -> Account | None:
    """Return the account of a sign-in name, or of the first person with a role."""
    named = [p.username for p in people() if wanted == p.username or wanted in {role.value for role, _ in p.grants}]
    return accounts.find_account(work.session, named[0]) if named else None


def renew_passwords(work: Work) -> dict[str, str]:
    """Draw new passwords for all, ending their sessions; return them by sign-in name."""
    passwords: dict[str, str] = {}
    for person in people():
        account = accounts.find_account(work.session, person.username)
        if account is not None:
            passwords[person.username] = accounts.renew_password(work, None, account, must_change_password=False)
    return passwords


@dataclass(frozen=True, slots=True)
class Cast:
    """The people as actors of services."""

    desk: Actor
    handler: Actor
    lead: Actor
    inspector: Actor
    security: Actor

    @classmethod
    def of(cls, work: Work) -> Cast:
        """Find the people in the database."""
        names = ("tiep-nhan", "xu-ly", "chi-huy", "thanh-tra", "an-ninh")
        return cls(*(_actor(work, name) for name in names))

    def handler_of(self, team: TeamRef) -> Actor:
        """Return who works in a team."""
        if team.kind in {TeamKind.INTAKE_DESK, TeamKind.CLUSTER_DESK}:
            return self.desk
        return self._special(team) or self.handler

    def lead_of(self, team: TeamRef) -> Actor:
        """Return who leads a team."""
        return self._special(team) or self.lead

    def _special(self, team: TeamRef) -> Actor | None:
        if team.kind is TeamKind.INSPECTORATE:
            return self.inspector
        return self.security if team.department_code == "PA02" else None


def print_people(passwords: dict[str, str], base_url: str) -> None:
    """Print the table of accounts, once."""
    rows = [
        ("name", "password", "first page", "for"),
        *(
            (p.username, passwords[p.username], f"{base_url}{p.first_page}", p.purpose)
            for p in people()
            if p.username in passwords
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    click.echo("\nDemo accounts (written down nowhere; --new-passwords draws others):\n")
    for row in rows:
        click.echo(
            "  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=False)) + "  " + row[3]
        )
    click.echo(f"\n{CODES}")


def _grant(spelled: str) -> tuple[Role, str]:
    role, _, place = spelled.partition("@")
    return Role(role), place


def _teams_of(teams: Iterable[TeamRef], place: str) -> Iterator[TeamRef]:
    return (team for team in teams if place in {team.kind.value, team.department_code})


def _actor(work: Work, username: str) -> Actor:
    account = accounts.find_account(work.session, username)
    if account is None:
        raise LookupError(username)
    return accounts.actor_of(work.session, account)
