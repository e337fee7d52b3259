"""Keys are staged, used and taken away in the file, whole and one change after the other."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forum.adapters import keyring_edit
from forum.adapters.keyring import Keyring, KeyringFault, KeyState, KeyUnknown, Purpose
from forum.adapters.live_secrets import LiveSecrets
from forum.adapters.vault import SealBroken

BORN_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LATER = BORN_AT + timedelta(days=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Keyring.create(tmp_path / "keyring.json", clock=lambda: BORN_AT)
    return tmp_path / "keyring.json"


def states(path: Path, purpose: Purpose) -> list[KeyState]:
    keyring = Keyring.load(path)
    return [keyring.state(key) for key in keyring.all(purpose)]


def test_key_is_staged_then_seals_and_the_old_one_only_opens(path: Path) -> None:
    old = Keyring.load(path).current(Purpose.KEK)
    new = keyring_edit.stage(path, Purpose.KEK, LATER)
    assert states(path, Purpose.KEK) == [KeyState.SEALING, KeyState.STAGED]
    assert Keyring.load(path).current(Purpose.KEK) == old
    assert keyring_edit.activate(path, Purpose.KEK, LATER).id == new.id
    assert states(path, Purpose.KEK) == [KeyState.OPENING, KeyState.SEALING]
    loaded = Keyring.load(path)
    assert loaded.current(Purpose.KEK).secret == new.secret
    assert loaded.by_id(old.id).replaced_at == LATER
    assert states(path, Purpose.INDEX) == [KeyState.SEALING]


def test_key_that_waits_is_not_staged_twice(path: Path) -> None:
    assert keyring_edit.stage(path, Purpose.KEK, LATER) == keyring_edit.stage(path, Purpose.KEK, LATER)
    assert len(Keyring.load(path).all(Purpose.KEK)) == 2


def test_key_is_not_used_when_none_was_staged(path: Path) -> None:
    with pytest.raises(KeyringFault, match="No key waits"):
        keyring_edit.activate(path, Purpose.KEK, LATER)


def test_key_is_the_newest_even_when_the_clock_went_back(path: Path) -> None:
    new = keyring_edit.stage(path, Purpose.KEK, BORN_AT - timedelta(days=400))
    keyring_edit.activate(path, Purpose.KEK, LATER)
    assert Keyring.load(path).current(Purpose.KEK).id == new.id


def test_time_of_the_first_replacement_stays(path: Path) -> None:
    first = Keyring.load(path).current(Purpose.KEK)
    for at in (LATER, LATER + timedelta(days=1)):
        keyring_edit.stage(path, Purpose.KEK, at)
        keyring_edit.activate(path, Purpose.KEK, at)
    assert Keyring.load(path).by_id(first.id).replaced_at == LATER


def test_key_that_seals_is_not_taken_away_and_others_are_for_good(path: Path) -> None:
    old = Keyring.load(path).current(Purpose.KEK)
    with pytest.raises(KeyringFault, match="rotate it first"):
        keyring_edit.remove(path, old.id)
    keyring_edit.stage(path, Purpose.KEK, LATER)
    keyring_edit.activate(path, Purpose.KEK, LATER)
    keyring_edit.remove(path, old.id)
    assert old.id not in path.read_text()
    with pytest.raises(KeyUnknown):
        Keyring.load(path).by_id(old.id)
    with pytest.raises(KeyUnknown):
        keyring_edit.remove(path, old.id)


def test_changes_at_once_lose_no_key(path: Path) -> None:
    def change(purpose: Purpose) -> None:
        keyring_edit.stage(path, purpose, LATER)
        keyring_edit.activate(path, purpose, LATER)

    threads = [threading.Thread(target=change, args=(purpose,)) for purpose in Purpose]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for purpose in Purpose:
        assert states(path, purpose) == [KeyState.OPENING, KeyState.SEALING]


def test_file_stays_closed_to_others_and_leaves_nothing_beside_it(path: Path) -> None:
    keyring_edit.stage(path, Purpose.KEK, LATER)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keyring.json"]


def test_change_is_refused_when_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyringFault, match="cannot be read"):
        keyring_edit.stage(tmp_path / "nowhere" / "keyring.json", Purpose.KEK, LATER)


def test_running_process_seals_with_a_new_key_as_soon_as_the_file_has_it(path: Path) -> None:
    live = LiveSecrets(path)
    before = live.current()
    assert live.current() is before
    keyring_edit.stage(path, Purpose.INDEX, LATER)
    new = keyring_edit.activate(path, Purpose.INDEX, LATER)
    assert live.current().keyring.current(Purpose.INDEX).id == new.id
    assert live.current().index.index_key_id.startswith(new.id)
    assert before.keyring.current(Purpose.INDEX).id != new.id


def test_work_begun_before_a_rotation_opens_what_was_sealed_after_it(path: Path) -> None:
    begun = LiveSecrets(path).current()
    keyring_edit.stage(path, Purpose.KEK, LATER)
    keyring_edit.activate(path, Purpose.KEK, LATER)
    sealed = LiveSecrets(path).current().vault.new_tip_key(ref="n")
    assert begun.keyring.current(Purpose.KEK).id != sealed.kek_id
    assert begun.vault.open_tip_key(sealed.wrapped, sealed.kek_id, ref="n") == sealed.key
    with pytest.raises(SealBroken):
        begun.vault.open_tip_key(sealed.wrapped, "kek-00000000", ref="n")


@pytest.mark.parametrize("slip", ["missing", "exposed", "damaged"])
def test_running_process_keeps_its_keys_when_the_file_cannot_be_read_and_takes_it_up_again(
    path: Path, slip: str, caplog: pytest.LogCaptureFixture
) -> None:
    live, good = LiveSecrets(path), path.read_text()
    before = live.current()
    if slip == "missing":
        path.unlink()
    elif slip == "exposed":
        path.chmod(0o644)
    else:
        path.write_text(good[: len(good) // 2])
    assert [live.current() for _ in range(3)] == [before] * 3
    assert len(caplog.records) == 1
    assert "stay in use" in caplog.text
    path.touch()
    path.write_text(good)
    path.chmod(0o600)
    keyring_edit.stage(path, Purpose.KEK, LATER)
    assert len(live.current().keyring.all(Purpose.KEK)) == 2
