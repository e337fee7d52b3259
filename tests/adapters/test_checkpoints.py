"""Files of checkpoints: none can be changed, taken out, put in or reordered, and only a trusted key counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forum.adapters.checkpoints import CheckpointFault, Head, SigningKey, append, next_after, read_folder

AT = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
HEADS = {"tip-event": {"K7MNPQ2R3S": Head(3, b"\x01" * 32)}, "access-log": {"-1": Head(1, b"\x02" * 32)}}


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return SigningKey.create(tmp_path / "key")


@pytest.fixture
def folder(tmp_path: Path, key: SigningKey) -> Path:
    """Return a folder with three checkpoints."""
    path = tmp_path / "checkpoints"
    path.mkdir()
    for number in range(3):
        checkpoints, _faults = read_folder(path, [key.public])
        last = checkpoints[-1] if checkpoints else None
        append(path, next_after(last, at=AT + timedelta(days=number), heads=HEADS), key)
    return path


def faults_of(folder: Path, *trusted: str) -> list[str]:
    return [str(fault) for fault in read_folder(folder, trusted)[1]]


def test_what_is_written_is_read_back_in_order(folder: Path, key: SigningKey) -> None:
    checkpoints, faults = read_folder(folder, [key.public])
    assert faults == []
    assert [each.number for each in checkpoints] == [1, 2, 3]
    assert checkpoints[0].heads == HEADS
    assert checkpoints[0].day.isoformat() == "2026-11-25", "the day in Viet Nam"
    assert [each.before for each in checkpoints] == ["", checkpoints[0].digest, checkpoints[1].digest]


def test_every_changed_byte_of_a_checkpoint_is_found(folder: Path, key: SigningKey) -> None:
    path = folder / "00000002.checkpoint"
    content = path.read_bytes()
    missed = []
    for place in range(len(content) - 1):  # the last byte ends the line
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        if not faults_of(folder, key.public):
            missed.append(place)
    assert missed == []


@pytest.mark.parametrize("number", [1, 2])
def test_a_fault_is_found_when_a_checkpoint_before_the_last_is_missing(
    folder: Path, key: SigningKey, number: int
) -> None:
    (folder / f"0000000{number}.checkpoint").unlink()
    assert len(faults_of(folder, key.public)) == 1


def test_faults_are_found_when_two_checkpoints_change_places(folder: Path, key: SigningKey) -> None:
    one, other = folder / "00000001.checkpoint", folder / "00000002.checkpoint"
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert len(faults_of(folder, key.public)) >= 2


def test_a_checkpoint_of_another_key_is_not_believed(folder: Path, key: SigningKey, tmp_path: Path) -> None:
    other = SigningKey.create(tmp_path / "other")
    checkpoints, _faults = read_folder(folder, [key.public])
    (folder / "00000003.checkpoint").unlink()
    append(folder, next_after(checkpoints[1], at=AT, heads={}), other)
    assert "unknown key" in faults_of(folder, key.public)[0]
    assert [each.number for each in read_folder(folder, [key.public])[0]] == [1, 2]
    assert faults_of(folder, key.public, other.public) == [], "after a change of keys both are named"


def test_of_two_writers_of_the_same_number_one_is_refused_and_nothing_is_left(folder: Path, key: SigningKey) -> None:
    before = sorted(path.name for path in folder.iterdir())
    second = read_folder(folder, [key.public])[0][1]
    with pytest.raises(CheckpointFault, match="written already"):
        append(folder, next_after(second, at=AT, heads={}), key)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_folder_may_begin_with_a_checkpoint_that_begins_anew(folder: Path, key: SigningKey) -> None:
    last = read_folder(folder, [key.public])[0][-1]
    append(folder, next_after(last, at=AT, heads=HEADS, begins_anew="restored"), key)
    for number in (1, 2, 3):
        (folder / f"0000000{number}.checkpoint").unlink()
    assert faults_of(folder, key.public) == []


def test_the_key_is_private_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = SigningKey.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert SigningKey.load(path).public == made.public
    with pytest.raises(CheckpointFault, match="it is kept"):
        SigningKey.create(path)
    path.chmod(0o640)
    with pytest.raises(CheckpointFault, match="0600"):
        SigningKey.load(path)


@pytest.mark.parametrize("content", ["", "ab" * 31, "zz" * 32, "ab" * 40])
def test_a_damaged_key_is_refused_without_quoting_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(CheckpointFault, match="damaged") as caught:
        SigningKey.load(path)
    assert not content or content not in str(caught.value)
    with pytest.raises(CheckpointFault, match="No such file"):
        SigningKey.load(tmp_path / "nowhere")
