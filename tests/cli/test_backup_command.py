"""Backups end to end: sealed, whole, consistent; restored on either engine, without what was erased since."""

from __future__ import annotations

import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from config import Config
from forum.adapters.archive import ArchiveBroken, ArchiveWriter, archive_key, frames
from forum.adapters.custody import new_pair, read_spelled
from forum.adapters.keyring import Keyring
from forum.app import create_app
from forum.cli.main import cli
from forum.cli.restoring import begin_restoring, end_restoring
from forum.domain.errors import NotFound
from forum.extensions import db, house, snapshot, transaction, unit_of_work
from forum.models import Attachment, Base, Tip
from forum.services.attachments import open_file
from forum.services.backup import LEFT_OUT, head_of, write_archive
from forum.services.backup_reading import verify_archive
from forum.services.conversation import find_by_receipt
from tests.cli.conftest import environ_of
from tests.conftest import ENGINES, POSTGRES, FixedClock
from tests.services.test_erasing import Office

SPELLED = re.compile(r"^  ((?:[A-Z2-7]{4}-){13}[A-Z2-7]{4})$", re.MULTILINE)
PUBLIC = re.compile(r"FORUM_BACKUP_KEY=([0-9a-f]{64})")


@dataclass
class Keeper:
    """An operator with a key on paper and a folder for backups."""

    config: Config
    folder: Path
    paper: str
    public: str
    monkeypatch: pytest.MonkeyPatch
    clock: FixedClock

    def run(self, *arguments: str, config: Config | None = None, typed: str = "", **extra: str) -> Result:
        """Run a command as the operator does."""
        environ = {**environ_of(config or self.config), "FORUM_BACKUP_KEY": self.public, **extra}
        for name, value in environ.items():
            self.monkeypatch.setenv(name, value)
        factory = lambda found: create_app(found, clock=self.clock)  # noqa: E731 - the clock of the test
        return CliRunner().invoke(cli, arguments, input=f"{typed}\n", obj=factory)

    def back_up(self, *arguments: str) -> Path:
        """Write a backup and return it."""
        result = self.run("backup", "--to", str(self.folder), *arguments)
        assert result.exit_code == 0, result.output
        return Path(re.search(r"(\S+\.backup): ", result.output)[1])

    def restore(self, backup: Path, into: Config, *, listed: Path | None = None) -> Result:
        """Restore a backup."""
        listed = listed or house().erasures.path
        return self.run("restore", str(backup), "--erasures", str(listed), config=into, typed=self.paper)


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Office:
    return Office(clock)


@pytest.fixture
def keeper(app: Flask, config: Config, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    printed = CliRunner().invoke(cli, ["backup", "key"], obj=create_app).output
    paper, public = SPELLED.search(printed)[1], PUBLIC.search(printed)[1]
    return Keeper(config, tmp_path / "backups", paper, public, monkeypatch, clock)


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Iterator[Config]:
    """Return the configuration of a forum of either engine in which there is nothing yet."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if request.param == "sqlite":
        yield replace(config, database_url=f"sqlite:///{elsewhere / 'forum.db'}", files_path=elsewhere / "files")
        return
    name = f"t_{secrets.token_hex(6)}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    yield replace(config, database_url=url, files_path=elsewhere / "files")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def rows_of_database() -> dict[str, list[tuple]]:
    with snapshot() as session:
        return {
            table.name: sorted(tuple(map(str, row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in LEFT_OUT | {"access_log"}
        }


def test_an_older_backup_comes_back_on_either_engine_without_the_erased_tip(
    app: Flask, office: Office, keeper: Keeper, empty: Config
) -> None:
    backup = keeper.back_up()
    assert keeper.run("backup", "verify", str(backup), typed=keeper.paper).exit_code == 0
    office.erase(office.number)
    expected = rows_of_database()
    result = keeper.restore(backup, empty)
    assert result.exit_code == 0, result.output
    assert "1 tips erased again" in result.output
    assert "No fault" in result.output
    restored = create_app(empty, clock=keeper.clock)
    with restored.app_context():
        found = rows_of_database()
        assert {name: rows for name, rows in found.items() if rows != expected[name]} == {}
        with unit_of_work() as work:
            with pytest.raises(NotFound):
                find_by_receipt(work, office.receipt)
            tip = find_by_receipt(work, office.kept_receipt)
            file = work.session.scalars(select(Attachment).where(Attachment.tip_id == tip.id)).one()
            name, reader = open_file(work, tip, file)
            with reader:
                assert (name, reader.read(8)) == ("Đơn của ông Mẫu.pdf", b"%PDF-1.7")
        assert len(list(empty.files_path.glob("objects/??/??/*"))) == 1
        db.session.remove()
        db.engine.dispose()


def test_restored_forum_takes_new_tips_under_new_ids(office: Office, keeper: Keeper, empty: Config) -> None:
    backup = keeper.back_up()
    with unit_of_work() as work:
        newest = max(work.session.scalars(select(Tip.id)))
    assert keeper.restore(backup, empty).exit_code == 0
    with create_app(empty, clock=keeper.clock).app_context():
        number, receipt = office.send()
        with unit_of_work() as work:
            tip = find_by_receipt(work, receipt)
            assert tip.number == number
            assert tip.id > newest
        db.session.remove()
        db.engine.dispose()


def test_a_backup_betrays_nothing(office: Office, keeper: Keeper) -> None:
    raw = keeper.back_up().read_bytes()
    assert keeper.paper.encode() not in raw
    with unit_of_work() as work:
        tips = work.session.scalars(select(Tip)).all()
        told = [value for tip in tips for value in (tip.number.encode(), tip.wrapped_key, tip.head_mac)]
        told += [key.encode() for key in work.session.scalars(select(Attachment.storage_key))]
    files = [path.read_bytes() for path in house().files.spool_directory.parent.glob("objects/??/??/*")]
    for value in (*told, *(file[:40] for file in files), b"tip_event", b"petition"):
        assert value not in raw
    assert {path.stat().st_mode & 0o077 for path in keeper.folder.iterdir()} == {0}


def test_a_damaged_cut_or_foreign_archive_is_refused(office: Office, keeper: Keeper, tmp_path: Path) -> None:
    whole = keeper.back_up().read_bytes()
    private = read_spelled(keeper.paper)
    forged = tmp_path / "forged.backup"
    places = [0, 14, 20, 60, 110, 120, 200, len(whole) // 2, len(whole) - 1]
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places]
    chunk = 64 * 1024 + 16
    body = len(whole) - (len(whole) - 200) // chunk * chunk
    for bad in (*damaged, whole[:-1], whole[:-chunk], whole + b"x", whole[:body], b"", whole[:30]):
        forged.write_bytes(bad)
        with pytest.raises(ArchiveBroken):
            verify_archive(forged, archive_key(forged, private))
    forged.write_bytes(whole)
    assert verify_archive(forged, archive_key(forged, private)).files == 2
    with pytest.raises(ArchiveBroken):
        archive_key(forged, new_pair().private)


def test_the_body_of_another_backup_is_refused(office: Office, keeper: Keeper) -> None:
    one = keeper.back_up()
    keeper.clock.advance(hours=1)
    other = keeper.back_up()
    head = len(one.read_bytes()) - len(one.read_bytes().partition(b"FSS\1")[2]) - 4
    swapped = keeper.folder / "swapped"
    swapped.write_bytes(one.read_bytes()[:head] + other.read_bytes()[head:])
    with pytest.raises(ArchiveBroken):
        verify_archive(swapped, archive_key(swapped, read_spelled(keeper.paper)))


def test_nothing_is_restored_over_something_or_without_list_key_and_keyring(
    office: Office, keeper: Keeper, config: Config, empty: Config, tmp_path: Path
) -> None:
    office.erase(office.kept)
    backup = keeper.back_up()
    listed = house().erasures.path
    assert "not empty" in keeper.restore(backup, replace(config, files_path=empty.files_path)).output
    assert "there are files" in keeper.restore(backup, replace(empty, files_path=config.files_path)).output
    empty_list = tmp_path / "list"
    empty_list.write_bytes(b"")
    assert "older than the backup" in keeper.restore(backup, empty, listed=empty_list).output
    other = tmp_path / "other.json"
    Keyring.create(other)
    assert "cannot be used" in keeper.restore(backup, replace(empty, keyring_path=other)).output
    wrong = keeper.run("restore", str(backup), "--erasures", str(listed), config=empty, typed=keeper.paper[::-1])
    assert "no backup key" in wrong.output
    assert keeper.restore(backup, empty).exit_code == 0


def test_an_unfinished_restore_and_a_stale_copy_do_not_serve(
    app: Flask, office: Office, keeper: Keeper, config: Config, tmp_path: Path
) -> None:
    begin_restoring(config.database_url)
    for command in ("serve", "worker", "backup"):
        result = keeper.run(command)
        assert (result.exit_code, "has not ended" in result.output) == (1, True), result.output
    end_restoring(config.database_url)
    office.erase(office.number)
    with transaction() as session:  # as in a copy from before, put back by other means
        session.execute(text("DELETE FROM erasure"))
    for command in ("serve", "worker", "backup"):
        result = keeper.run(command)
        assert (result.exit_code, "forum erasures replay" in result.output) == (1, True), result.output
    assert "1 erasures replayed" in keeper.run("erasures", "replay").output
    assert keeper.run("backup", "--to", str(tmp_path / "b")).exit_code == 0
    assert keeper.run("erasures", "rewrite").exit_code == 0


def test_a_backup_holds_every_file_of_its_rows_while_tips_come_in(
    app: Flask, office: Office, keeper: Keeper, config: Config
) -> None:
    """Tips come in between rows and files of the backup: the snapshot does not know them, and all it knows is there."""
    pair = new_pair()
    path = keeper.folder.parent / "one.backup"
    with path.open("wb") as file, snapshot() as session:
        writer = ArchiveWriter(file, pair.public)
        head = head_of(session, house().secrets.keyring, revision="x", now=office.clock.now)
        before = len(session.scalars(select(Tip.id)).all())
        sender = threading.Thread(target=_send_in, args=(app, office))
        sender.start()
        sender.join()
        write_archive(session, house().files, writer, head)
    held = verify_archive(path, archive_key(path, pair.private))
    assert held.rows["tip"] == before == held.files
    with unit_of_work() as work:
        assert len(work.session.scalars(select(Tip.id)).all()) == before + 1


def _send_in(app: Flask, office: Office) -> None:
    with app.app_context():
        office.send()
        db.session.remove()


def test_old_backups_are_removed_and_the_list_lies_beside_the_new_one(office: Office, keeper: Keeper) -> None:
    old = keeper.back_up()
    keeper.clock.advance(days=20)
    middle = keeper.back_up()
    keeper.clock.advance(days=20)
    new = keeper.back_up("--keep", "30")
    assert sorted(keeper.folder.iterdir()) == sorted([keeper.folder / "erasures.list", middle, new])
    assert not old.exists()
    shutil.rmtree(keeper.folder)


def test_frames_come_back_as_they_were(tmp_path: Path) -> None:
    pair, path = new_pair(), tmp_path / "a"
    given = [(b"R", secrets.token_bytes(size)) for size in (0, 1, 65_530, 65_536, 200_000)] + [(b"Z", b"")]
    with path.open("wb") as file:
        writer = ArchiveWriter(file, pair.public)
        for frame in given:
            writer.add(*frame)
        writer.finish()
    assert [tuple(frame) for frame in frames(path, writer.key)] == given
