"""The custodians of the demo: the keys of identities, their passphrases, and a recovery key that lies in its folder."""

from __future__ import annotations

import click

from forum.cli.demo.people import people
from forum.domain.vocabulary import Role
from forum.services import accounts, custody
from forum.services.custody_keys import present_recovery
from forum.services.work import Work


def begin_custody(work: Work) -> str:
    """Make the keys; return the recovery key, empty when they are there already."""
    return "" if present_recovery(work.session) else custody.begin(work)


def give_passphrases(work: Work, recovery: str) -> dict[str, str]:
    """Choose a new passphrase for every custodian and admit them; return the passphrases by sign-in name."""
    chosen: dict[str, str] = {}
    for person in people():
        account = accounts.find_account(work.session, person.username)
        if account is not None and any(role is Role.CUSTODIAN for role, _place in person.grants):
            chosen[person.username] = accounts.new_password()
            custody.choose_passphrase(work, accounts.actor_of(work.session, account), chosen[person.username])
            custody.admit_by_recovery(work, recovery, account)
    return chosen


def print_passphrases(passphrases: dict[str, str]) -> None:
    """Print what opens identities, once."""
    for username, passphrase in passphrases.items():
        click.echo(f"\nIdentity passphrase of {username}: {passphrase}")
