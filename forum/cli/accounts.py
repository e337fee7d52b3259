"""`forum accounts`: the first administrator, and help when nobody can sign in; the rest is done in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select

from forum.cli.context import running_app
from forum.domain.errors import DomainError
from forum.domain.vocabulary import Role
from forum.extensions import unit_of_work
from forum.models import Account, Membership, PendingGrant, Team
from forum.services import accounts as service
from forum.services import factors, grants
from forum.services.work import Work

ROLES = click.Choice([role.value for role in Role])
CLUSTER = "cluster"


@click.group()
def accounts() -> None:
    """Make accounts, and say what they may do."""


@accounts.command()
@click.argument("username")
@click.option("--name", default="", help="The name that colleagues see; the sign-in name by default.")
@click.option("--role", type=ROLES, default=Role.ADMINISTRATOR.value, show_default=True)
@click.option("--team", default=CLUSTER, show_default=True, help='Code of the team, such as "15/desk" or "15/PC04".')
@click.pass_context
def create(context: click.Context, username: str, *, name: str, role: str, team: str) -> None:
    """Make an account with one role, and print its password once; it is changed at the first sign-in."""
    password = service.new_password()
    with running_app(context), refusals(), unit_of_work() as work:
        account = service.create_account(work, None, username=username, display_name=name, password=password)
        service.grant(work, None, account, team_id=_team_id(work, team), role=Role(role))
    click.echo(f"{username} can sign in with this password, which is shown only here: {password}")


@accounts.command(name="list")
@click.pass_context
def list_accounts(context: click.Context) -> None:
    """List accounts with what they may do now."""
    with running_app(context), unit_of_work() as work:
        rows = work.session.execute(
            select(Account.username, Account.is_active, Membership.role, Team.code)
            .outerjoin(Membership, (Membership.account_id == Account.id) & Membership.ended_at.is_(None))
            .outerjoin(Team, Team.id == Membership.team_id)
            .order_by(Account.username, Team.code, Membership.role)
        ).all()
    for row in rows:
        held = f"{row.role} in {row.code}" if row.role else "no role"
        click.echo(f"{row.username}  {held}{'' if row.is_active else '  (closed)'}")


@accounts.command()
@click.argument("username")
@click.argument("role", type=ROLES)
@click.argument("team")
@click.pass_context
def grant(context: click.Context, username: str, role: str, team: str) -> None:
    """Give an account a role in a team (code, such as "15/desk")."""
    with running_app(context), refusals(), unit_of_work() as work:
        added = service.grant(work, None, _account(work, username), team_id=_team_id(work, team), role=Role(role))
    click.echo(f"{username} is {role} in {team}." if added else f"{username} is {role} in {team} already.")


@accounts.command()
@click.argument("username")
@click.argument("role", type=ROLES)
@click.argument("team")
@click.pass_context
def end(context: click.Context, username: str, role: str, team: str) -> None:
    """Take a role in a team from an account; its sessions end."""
    with running_app(context), refusals(), unit_of_work() as work:
        was_held = service.end(work, None, _account(work, username), team_id=_team_id(work, team), role=Role(role))
    if not was_held:
        raise click.ClickException(f"{username} is not {role} in {team}.")
    click.echo(f"{username} is {role} in {team} no more.")


@accounts.command()
@click.pass_context
def pending(context: click.Context) -> None:
    """List the rights that wait for a second administrator, with their numbers."""
    with running_app(context), unit_of_work() as work:
        rows = work.session.execute(
            select(PendingGrant.id, Account.username, PendingGrant.role, Team.code)
            .join(Account, Account.id == PendingGrant.account_id)
            .join(Team, Team.id == PendingGrant.team_id)
            .where(PendingGrant.outcome.is_(None), PendingGrant.expires_at > work.now)
            .order_by(PendingGrant.id)
        ).all()
    for row in rows:
        click.echo(f"{row.id}  {row.username}  {row.role} in {row.code}")


@accounts.command()
@click.argument("number", type=int)
@click.pass_context
def confirm(context: click.Context, number: int) -> None:
    """Confirm a right that waits, where there is no second administrator; the record tells that it was the operator."""
    with running_app(context), refusals(), unit_of_work() as work:
        account = work.session.get_one(Account, grants.confirm(work, None, number))
        username = account.username
    click.echo(f"{username} has this right now.")


@accounts.command(name="new-password")
@click.argument("username")
@click.pass_context
def new_password(context: click.Context, username: str) -> None:
    """Draw another password for an account, print it once, and end its sessions."""
    with running_app(context), refusals(), unit_of_work() as work:
        password = service.renew_password(work, None, _account(work, username))
    click.echo(f"{username} can sign in with this password, which is shown only here: {password}")


@accounts.command(name="reset-factors")
@click.argument("username")
@click.pass_context
def reset_factors(context: click.Context, username: str) -> None:
    """Let somebody who has lost telephone, keys and recovery codes set up a second factor anew; sessions end.

    Make sure that it is really them: until then, whoever knows the password can do it.
    """
    with running_app(context), refusals(), unit_of_work() as work:
        factors.reset(work, None, _account(work, username))
    click.echo(f"{username} sets up a second factor at the next sign-in. This has been recorded.")


@contextmanager
def refusals() -> Iterator[None]:
    """End the command with what the domain says, in one line."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def _account(work: Work, username: str) -> Account:
    account = service.find_account(work.session, username)
    if account is None:
        raise click.ClickException(f"There is no account {username}.")
    return account


def _team_id(work: Work, code: str) -> int:
    found = next((team.id for team in work.rulebook.teams.current if team.code == code), None)
    if found is None:
        raise click.ClickException(f"There is no team {code}.")
    return found
