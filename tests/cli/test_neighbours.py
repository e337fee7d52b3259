"""A forum beside an unguarded database does not start; a scanner elsewhere is asked only where that was said."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from config import Config
from forum.adapters.scanner import Scanner
from forum.cli.migrate import upgrade
from forum.cli.neighbours import OPEN_COUNTS, OPEN_DATABASE, OPEN_WIRE, is_this_machine, open_neighbours
from tests.cli.conftest import ROOT, Run, environ_of
from tests.serving import free_port

PASSWORD = "mat khau cua co so du lieu"
RULES = "local all all trust\nhost all all 127.0.0.1/32 {how}\n"


class Cluster:
    """A PostgreSQL of this test's own, which asks for a password or not."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._run(str(ROOT / ".ci" / "postgres"), str(folder), str(self.port))
        self.ask("trust")
        self.execute(f"ALTER ROLE forum PASSWORD '{PASSWORD}'")

    def ask(self, how: str) -> None:
        """Let it look at passwords ("scram-sha-256") or not ("trust")."""
        (self.folder / "pg_hba.conf").write_text(RULES.format(how=how), "ascii")
        self._as_owner("reload")

    def address(self, password: str = PASSWORD) -> str:
        return f"postgresql://forum:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/postgres"

    def execute(self, statement: str) -> None:
        engine = create_engine(f"postgresql://forum@/postgres?host={self.folder}&port={self.port}")
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def migrate(self) -> None:
        upgrade(self.address())

    def stop(self) -> None:
        self._as_owner("stop", "-m", "immediate")

    def _as_owner(self, *command: str) -> None:
        binary = str(max(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")))
        owner = () if getpass.getuser() != "root" else ("runuser", "-u", "postgres", "--")
        self._run(*owner, binary, "-D", str(self.folder), "-w", *command)

    @staticmethod
    def _run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="forum-pg-", dir="/tmp"))
    folder.chmod(0o755)
    started = Cluster(folder / "data")
    yield started
    started.stop()
    shutil.rmtree(folder)


def config(**fields: object) -> Config:
    base = Config("production", "x" * 40, "sqlite:///forum.db", Path("k"), Path("f"), "https://example.org")
    return replace(base, **fields)


def test_a_database_that_asks_for_no_password_is_found_whatever_password_is_configured(cluster: Cluster) -> None:
    cluster.ask("trust")
    assert list(open_neighbours(config(database_url=cluster.address()))) == [OPEN_DATABASE]
    cluster.ask("scram-sha-256")
    assert list(open_neighbours(config(database_url=cluster.address()))) == []
    assert list(open_neighbours(config(database_url=cluster.address("falsch")))) == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, []),
        ({"database_url": "postgresql:///forum?host=/run/postgresql"}, []),
        ({"database_url": "postgresql://forum:p@192.0.2.7:1/forum?connect_timeout=1"}, [OPEN_WIRE]),
        ({"database_url": "postgresql://forum:p@192.0.2.7:1/forum?sslmode=require&connect_timeout=1"}, [OPEN_WIRE]),
        ({"database_url": "postgresql://forum:p@192.0.2.7:1/forum?sslmode=verify-full&sslcert=c"}, []),
        ({"rate_storage": "redis://192.0.2.7:6379"}, [OPEN_COUNTS]),
        ({"rate_storage": "rediss://192.0.2.7:6379"}, []),
        ({"rate_storage": "redis://localhost:6379"}, []),
    ],
)
def test_the_way_to_another_machine_is_guarded_or_refused(
    fields: dict[str, str], found: list[str], monkeypatch
) -> None:
    monkeypatch.setattr("forum.cli.neighbours.SECONDS", 1)
    assert list(open_neighbours(config(**fields))) == found


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_this_machine_is_known(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["192.168.1.2", "10.0.0.1", "::", "localhost.evil.example", "127.0.0.1.example", ""])
def test_another_machine_is_told_from_this_one(host: str) -> None:
    assert not is_this_machine(host)


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)  # only its folders are used
@pytest.mark.parametrize("command", [("serve",), ("worker", "--once")])
def test_nothing_starts_beside_an_open_database_unless_that_was_accepted(
    config: Config, cluster: Cluster, run: Run, command: tuple[str, ...]
) -> None:
    cluster.ask("trust")
    cluster.migrate()
    environ = {**environ_of(config), "FORUM_MODE": "production", "FORUM_DATABASE_URL": cluster.address()}
    refused = run(environ, *command)
    assert refused.exit_code == 1
    assert OPEN_DATABASE in refused.output
    assert "FORUM_OPEN_NEIGHBOURS=accepted" in refused.output
    assert f"WRONG  {OPEN_DATABASE}" in run(environ, "check").output
    accepted = {**environ, "FORUM_OPEN_NEIGHBOURS": "accepted"}
    assert f"note   {OPEN_DATABASE}" in run(accepted, "check").output
    assert run(accepted, "worker", "--once").exit_code == 0
    cluster.ask("scram-sha-256")
    assert run(environ, "worker", "--once").exit_code == 0


@pytest.mark.parametrize("address", ["tcp:192.0.2.7:3310", "tcp:10.0.0.1:3310", "tcp:clamd.example:3310"])
def test_a_scanner_on_another_machine_is_refused(address: str, config: Config, run: Run) -> None:
    with pytest.raises(ValueError, match="another machine"):
        Scanner.at(address)
    refused = run({**environ_of(config), "FORUM_CLAMD": address}, "worker", "--once")
    assert refused.exit_code == 1
    assert "another machine, unprotected" in refused.output
