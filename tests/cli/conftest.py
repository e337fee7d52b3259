"""The program as an operator starts it: in a process of its own, or in this one where that is enough."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config import Config
from forum.app import create_app
from forum.cli.main import cli

Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]
ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60.0


def environ_of(config: Config) -> dict[str, str]:
    """Spell a configuration as the environment that describes it."""
    return {
        "FORUM_MODE": config.mode,
        "FORUM_SECRET_KEY": config.secret_key,
        "FORUM_DATABASE_URL": config.database_url,
        "FORUM_KEYRING": str(config.keyring_path),
        "FORUM_FILES": str(config.files_path),
        "FORUM_BASE_URL": config.base_url,
    }


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command in this process, with nothing of the forum in the environment but what is given."""

    def runs(environ: Mapping[str, str], *arguments: str) -> Result:
        for name in [name for name in os.environ if name.startswith("FORUM_")]:
            monkeypatch.delenv(name)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(cli, arguments, obj=create_app)

    return runs


@pytest.fixture
def start() -> Iterator[Start]:
    """Return what starts the program as a process; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def starts(environ: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
        outside = {name: value for name, value in os.environ.items() if not name.startswith("FORUM_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "forum", *arguments],
            env={**outside, **environ, "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield starts
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


def wait_for(server: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            assert server.poll() is None, server.communicate()[0]
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.1)
        else:
            return
