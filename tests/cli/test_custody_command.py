"""`forum custody`: the recovery key is printed once, tried, used for a first custodian, and replaced."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from forum.app import create_app
from forum.cli.main import cli
from forum.domain.vocabulary import Role
from forum.extensions import unit_of_work
from forum.models import Account
from forum.services import custody
from forum.services.identity import open_identity
from tests.cli.conftest import environ_of
from tests.factories import HARMLESS, PASSPHRASE, actor_of, make_account, send_tip

SPELLED = re.compile(r"^  ((?:[A-Z2-7]{4}-){13}[A-Z2-7]{4})$", re.MULTILINE)


@pytest.fixture
def type_in(config, monkeypatch: pytest.MonkeyPatch):
    """Return what runs a step of the command with something typed."""
    for name, value in environ_of(config).items():
        monkeypatch.setenv(name, value)

    def runs(*step: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli, ["custody", *step], input=f"{typed}\n", obj=create_app)

    return runs


def test_recovery_key_is_tried_and_not_shown(type_in, recovery: str) -> None:
    result = type_in("drill", typed=recovery)
    assert (result.exit_code, "opens all 8 keys" in result.output) == (0, True), result.output
    assert recovery not in result.output
    wrong = type_in("drill", typed=recovery[:-1] + ("A" if recovery[-1] != "A" else "C"))
    assert wrong.exit_code == 1
    assert "letter by letter" in wrong.output


def test_recovery_key_is_replaced(type_in, recovery: str) -> None:
    printed = SPELLED.search(type_in("renew", typed=recovery).output)
    assert printed is not None
    assert type_in("drill", typed=recovery).exit_code == 1
    assert type_in("drill", typed=printed[1]).exit_code == 0


def test_keys_are_not_begun_twice(type_in) -> None:
    result = type_in("begin")
    assert result.exit_code == 1
    assert SPELLED.search(result.output) is None


def test_first_custodian_is_admitted_by_the_recovery_key(type_in, app: Flask, recovery: str) -> None:
    with unit_of_work() as work:
        account = make_account(work, ("14", Role.CUSTODIAN), username="giu-khoa")
        custody.choose_passphrase(work, actor_of(work, account), PASSPHRASE)
        number, account_id = send_tip(work, **HARMLESS, name="Lò Văn Mẫu").tip_number, account.id
    assert type_in("admit", "nobody", typed=recovery).exit_code == 1
    result = type_in("admit", "giu-khoa", typed=recovery)
    assert (result.exit_code, "14" in result.output) == (0, True), result.output
    with unit_of_work() as work:
        custodian = actor_of(work, work.session.get_one(Account, account_id))
        card = open_identity(work, custodian, number, reason="Cần mời làm chứng", passphrase=PASSPHRASE)
    assert card.name == "Lò Văn Mẫu"
