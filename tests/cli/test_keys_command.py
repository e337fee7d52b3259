"""`forum keys`: listed without a secret, replaced in spite of a kill -9, taken away only when nothing needs them."""

from __future__ import annotations

import base64
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from config import Config
from forum.adapters.keyring import Key, Keyring, Purpose
from forum.extensions import house, snapshot, unit_of_work
from forum.models import Tip
from forum.services.audit import next_tip_ids, tip_faults
from forum.services.key_use import count_left
from tests.cli.conftest import Run, Start, environ_of
from tests.factories import send_tip

QUICK = ("--settle", "0", "--pause", "0")
TIPS = 30
PATIENCE_SECONDS = 120


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    """Return the configuration with a keyring that only this test changes."""
    own = tmp_path / "own" / "keyring.json"
    own.parent.mkdir()
    shutil.copy(config.keyring_path, own)
    return replace(config, keyring_path=own)


@pytest.fixture
def keys(app: Flask, config: Config, run: Run) -> Callable[..., tuple[int, str]]:
    """Return what runs `forum keys`, and returns how it ended and what it said."""

    def runs(*arguments: str) -> tuple[int, str]:
        result = run(environ_of(config), "keys", *arguments)
        return result.exit_code, result.output

    return runs


def send(amount: int) -> None:
    with unit_of_work() as work:
        for _ in range(amount):
            send_tip(work)


def left(purpose: Purpose) -> int:
    with snapshot() as session:
        return count_left(session, house().secrets.keyring, purpose)


def age(path: Path, days: int) -> None:
    """Let every change of the keyring lie back by some days."""
    keyring, span = Keyring.load(path), timedelta(days=days)
    aged = [
        replace(key, created_at=key.created_at - span, replaced_at=key.replaced_at and key.replaced_at - span)
        for key in keyring
    ]
    Keyring(aged).save(path)


def test_list_shows_every_key_with_the_rows_that_need_it_and_no_secret(keys, config: Config) -> None:
    send(3)
    code, said = keys("list")
    assert code == 0, said
    keyring = Keyring.load(config.keyring_path)
    for key in keyring:
        assert re.search(rf"^{key.purpose} +{key.id} .* in use$", said, re.MULTILINE)
        assert base64.b64encode(key.secret).decode() not in said
        assert key.secret.hex() not in said
    assert re.search(rf"{keyring.current('receipt').id} +\S+ +\d+ +3  in use", said)


def test_keys_are_staged_used_and_taken_away(keys, config: Config) -> None:
    send(3)
    old = Keyring.load(config.keyring_path).current("kek").id
    assert keys("stage", "kek")[0] == 0
    assert "waits to be used" in keys("list")[1]
    code, said = keys("rotate", "kek", *QUICK)
    assert code == 0, said
    assert f"in the place of {old}" in said
    assert "3 rows were brought under" in said
    assert len(Keyring.load(config.keyring_path).all("kek")) == 2
    code, said = keys("retire", old)
    assert (code, "may seal with it until" in said) == (1, True)
    age(config.keyring_path, 1)
    code, said = keys("retire", old)
    assert code == 0, said
    assert old not in config.keyring_path.read_text()
    assert keys("retire", old)[0] == 1


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose not in {Purpose.KEK, Purpose.INDEX}])
def test_every_purpose_can_be_rotated(keys, config: Config, purpose: Purpose) -> None:
    send(1)
    code, said = keys("rotate", purpose.value, *QUICK)
    assert code == 0, said
    assert len(Keyring.load(config.keyring_path).all(purpose)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("purpose", [Purpose.KEK, Purpose.INDEX])
def test_rotation_that_was_killed_goes_on_where_it_stopped(
    keys, config: Config, start: Start, purpose: Purpose
) -> None:
    send(TIPS)
    slowly = ("--settle", "0", "--at-once", "1", "--pause", "0.2")
    process = start(environ_of(config), "keys", "rotate", purpose.value, *slowly)
    until = time.monotonic() + PATIENCE_SECONDS
    while len(house().secrets.keyring.all(purpose)) == 1 or left(purpose) in {0, TIPS}:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.02)
    process.kill()
    process.wait()
    still = left(purpose)
    assert 0 < still < TIPS
    code, said = keys("rotate", purpose.value, *QUICK)
    assert code == 0, said
    assert f"{still} rows are not under it yet" in said
    assert f"{still} rows were brought under" in said
    assert (left(purpose), len(house().secrets.keyring.all(purpose))) == (0, 2)
    with snapshot() as session:
        assert tip_faults(session, house().secrets, next_tip_ids(session)) == []


def test_rotation_ends_with_one_when_a_row_cannot_be_opened(keys) -> None:
    send(2)
    with unit_of_work() as work:
        first = next_tip_ids(work.session)[0]
        work.session.execute(update(Tip).where(Tip.id == first).values(wrapped_key=b"\x01" * 61))
    code, said = keys("rotate", "kek", *QUICK)
    assert code == 1
    assert "1 rows were brought under" in said
    assert "1 rows are left under an old key: 1 cannot be opened" in said


def test_check_tells_of_old_keys_unfinished_rotations_and_keys_that_are_missing(keys, run: Run, config: Config) -> None:
    send(2)
    environ = environ_of(config)
    said = run(environ, "check").output
    assert "days old" not in said
    assert "older key" not in said
    age(config.keyring_path, 800)
    keyring = Keyring.load(config.keyring_path)
    old = keyring.current("kek")
    Keyring([*keyring, Key.fresh(Purpose.KEK, old.created_at + timedelta(days=400))]).save(config.keyring_path)
    said = run(environ, "check").output
    assert f"The key {keyring.current('index').id} is 8" in said
    assert "note   2 rows are under an older key for kek: `forum keys rotate kek` goes on." in said
    assert f"The key {old.id}" not in said
    Keyring([key for key in Keyring.load(config.keyring_path) if key.id != old.id]).save(config.keyring_path)
    result = run(environ, "check")
    assert result.exit_code == 1
    assert f"WRONG  2 rows name the key {old.id}, which the keyring does not hold" in result.output
    assert f"{old.id} " in keys("list")[1]
