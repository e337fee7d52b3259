from __future__ import annotations

import json
import os
import stat
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forum.adapters.keyring import Key, Keyring, KeyringFault, KeyUnknown, Purpose

BORN_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_keyring_created_is_the_keyring_loaded(tmp_path: Path) -> None:
    path = tmp_path / "instance" / "keyring.json"
    created = Keyring.create(path, clock=lambda: BORN_AT)
    loaded = Keyring.load(path)
    for purpose in Purpose:
        assert loaded.all(purpose) == created.all(purpose)
        assert loaded.current(purpose).created_at == BORN_AT
    secrets = {loaded.current(purpose).secret for purpose in Purpose}
    assert len(secrets) == len(Purpose)


def test_keyring_file_is_for_its_owner_alone_even_under_an_open_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Keyring.create(tmp_path / "keyring.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keyring.json").stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["keyring.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601])
def test_keyring_is_refused_when_others_can_reach_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring.json"
    Keyring.create(path)
    path.chmod(mode)
    with pytest.raises(KeyringFault, match="set its mode to 0600"):
        Keyring.load(path)


def test_keyring_is_kept_when_another_is_created_over_it(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    first = Keyring.create(path)
    with pytest.raises(KeyringFault, match="it is kept"):
        Keyring.create(path)
    assert Keyring.load(path).all(Purpose.KEK) == first.all(Purpose.KEK)
    assert [entry.name for entry in tmp_path.iterdir()] == ["keyring.json"]


def test_keyring_says_so_when_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(KeyringFault, match="cannot be read: No such file"):
        Keyring.load(tmp_path / "keyring.json")


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document.pop("keys"),
        lambda document: document.update(version=2),
        lambda document: document["keys"][0].update(secret="AAAA"),
        lambda document: document["keys"][0].update(secret="kh*ng"),
        lambda document: document["keys"][0].update(purpose="unheard-of"),
        lambda document: document["keys"][0].update(created_at="2026-11-24T01:00:00"),
        lambda document: document["keys"][0].update(is_active="yes"),
        lambda document: document["keys"][0].update(is_active=False),
        lambda document: document["keys"].append(document["keys"][0]),
    ],
)
def test_keyring_is_refused_when_an_entry_is_damaged(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "keyring.json"
    Keyring.create(path)
    document = json.loads(path.read_bytes())
    damage(document)  # type: ignore[operator]  # the table above holds callables only
    path.write_text(json.dumps(document))
    with pytest.raises(KeyringFault) as fault:
        Keyring.load(path)
    logged = "".join(traceback.format_exception(fault.value))
    assert "AAAA" not in logged
    assert "kh*ng" not in logged


def test_keyring_is_refused_when_it_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    path.touch(mode=0o600)
    with pytest.raises(KeyringFault, match="damaged"):
        Keyring.load(path)


def test_keyring_seals_with_the_newest_active_key_and_keeps_the_others(tmp_path: Path, keyring: Keyring) -> None:
    old = keyring.current(Purpose.RECEIPT)
    new = Key.fresh(Purpose.RECEIPT, BORN_AT + timedelta(days=1))
    withdrawn = replace(Key.fresh(Purpose.RECEIPT, BORN_AT + timedelta(days=2)), is_active=False)
    rest = [keyring.current(purpose) for purpose in Purpose if purpose is not Purpose.RECEIPT]
    path = tmp_path / "keyring.json"
    Keyring([withdrawn, new, old, *rest]).save(path)
    rotated = Keyring.load(path)
    assert rotated.current("receipt") == new
    assert rotated.all("receipt") == (old, new, withdrawn)
    assert rotated.by_id(old.id) == old


def test_keyring_does_not_answer_for_a_key_it_does_not_hold(keyring: Keyring) -> None:
    with pytest.raises(KeyUnknown):
        keyring.by_id("kek-00000000")


def test_keyring_derives_sub_keys_that_differ_by_key_and_scope(keyring: Keyring) -> None:
    index, kek = keyring.current("index"), keyring.current("kek")
    derived = {
        keyring.derive(key, info) for key in (index, kek) for info in (b"index|14", b"index|15") for _ in range(2)
    }
    assert len(derived) == 4
    assert {len(sub_key) for sub_key in derived} == {32}
    assert not derived & {index.secret, kek.secret}


def test_keyring_derivation_follows_rfc_5869() -> None:
    """Test case 3 of the standard, whose secret has 22 bytes, checks the construction: no salt, no info."""
    ring = Keyring.fresh(BORN_AT)
    key = replace(ring.current("index"), id="index-rfc", secret=b"\x0b" * 22)
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    assert ring.derive(key, b"").hex() == expected


def test_key_shows_nothing_of_its_secret(keyring: Keyring) -> None:
    key = keyring.current("kek")
    assert repr(key.secret) not in repr(key)
    assert "secret" not in repr(key)
