from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forum.adapters.file_store import FileMissing, FileStore
from forum.adapters.sealed_stream import SealedSpool
from forum.adapters.vault import SealBroken

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def put(store: FileStore, content: bytes) -> tuple[str, bytes]:
    with SealedSpool(store.spool_directory) as spool:
        spool.write(content)
        return store.put(spool), spool.file_key


@pytest.mark.parametrize("length", [0, 10, 1_000_000])
def test_store_returns_a_file_by_its_key(store: FileStore, length: int) -> None:
    storage_key, file_key = put(store, b"x" * length)
    with store.open(storage_key, file_key) as reader:
        assert reader.read() == b"x" * length
    assert list(store.spool_directory.iterdir()) == []


def test_store_is_closed_to_other_users_even_under_an_open_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = FileStore(tmp_path / "deep" / "files")
        put(store, b"x" * 1_000_000)
    finally:
        os.umask(before)
    for path in (tmp_path / "deep" / "files").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_store_refuses_a_file_when_it_was_put_in_the_place_of_another(store: FileStore, tmp_path: Path) -> None:
    (one, one_key), (two, _) = put(store, b"one"), put(store, b"two")
    paths = {path.name: path for path in tmp_path.rglob("*") if path.is_file()}
    paths[two].rename(paths[one])
    with pytest.raises(SealBroken):
        store.open(one, one_key)


def test_store_forgets_a_file_and_may_be_told_twice(store: FileStore) -> None:
    storage_key, file_key = put(store, b"x")
    store.delete(storage_key)
    store.delete(storage_key)
    with pytest.raises(FileMissing):
        store.open(storage_key, file_key)


@pytest.mark.parametrize("storage_key", ["", "..", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n", "٠" * 32])
def test_store_refuses_a_key_that_it_never_gave(store: FileStore, storage_key: str) -> None:
    with pytest.raises(FileMissing):
        store.open(storage_key, b"0" * 32)
    with pytest.raises(FileMissing):
        store.delete(storage_key)


def test_store_lists_the_files_without_a_row_when_they_are_old_enough(store: FileStore) -> None:
    (known, _), (orphan, _) = put(store, b"known"), put(store, b"orphan")
    assert list(store.orphans({known}, before=FAR_AHEAD)) == [orphan]
    assert list(store.orphans({known}, before=LONG_AGO)) == []


def test_store_sweeps_the_uploads_of_killed_processes_when_they_are_old_enough(store: FileStore) -> None:
    with SealedSpool(store.spool_directory) as spool:
        spool.write(b"x" * 1_000_000)
        assert store.sweep_spool(before=LONG_AGO) == 0
        assert store.sweep_spool(before=FAR_AHEAD) == 1
        assert list(store.spool_directory.iterdir()) == []


def test_store_holds_the_file_when_its_spool_is_closed_after_a_failed_transaction(store: FileStore) -> None:
    """What is put stays until somebody decides: the orphan is listed, not lost."""
    storage_key, file_key = put(store, b"x")
    with store.open(storage_key, file_key) as reader:
        assert reader.read() == b"x"
    assert list(store.orphans(set(), before=FAR_AHEAD)) == [storage_key]
