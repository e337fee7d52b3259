"""Every key is replaced while a real server serves: nobody is refused, and nothing sent meanwhile is lost."""

from __future__ import annotations

import http.client
import random
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config import Config
from forum.adapters.keyring import Purpose
from forum.app import create_app
from forum.domain.text import parse_query
from forum.domain.vocabulary import Role
from forum.extensions import db, house, reading, snapshot, unit_of_work
from forum.reports.search import search
from forum.reports.tip_rows import Filters
from forum.services.audit import access_faults, next_tip_ids, setting_faults, tip_faults
from tests.conftest import Seeded
from tests.factories import make_actor
from tests.serving import SECRET, Served, environment, free_port
from tests.visitor import Visitor

SENDERS = 2
FOLLOWED = 60
"""So many of the tips are followed and searched for at the end."""
PATIENCE_SECONDS = 120


@dataclass
class Citizens:
    """People who send tips and follow those sent before, without a pause, until they are told to stop."""

    port: int
    sent: list[tuple[str, str]] = field(default_factory=list)
    """The mark in the text of each tip, and its receipt."""
    refusals: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def send_and_follow(self) -> None:
        try:
            while not self.stop.is_set():
                with Visitor(self.port) as visitor:
                    self._send(visitor)
                    if self.sent:
                        self.follow(visitor, *random.choice(self.sent))
        except (OSError, http.client.HTTPException, LookupError) as error:
            self.refusals.append(repr(error))

    def _send(self, visitor: Visitor) -> None:
        mark = f"{secrets.randbelow(10**12):012}"  # letters could be read as Telex
        typed = {"body": f"Ở đầu bản {mark} có đống rác lâu ngày.", "province": "14"}
        fields = {**visitor.get("/submit").form("/submit").fields, **typed}
        answer = visitor.post("/submit", fields)
        if answer.status != 200:
            self.refusals.append(f"{answer.status}: {answer.text[:300]}")
            return
        self.sent.append((mark, answer.form("/receipt/kept").fields["receipt"]))

    def follow(self, visitor: Visitor, mark: str, receipt: str) -> None:
        page = visitor.submit(visitor.get("/follow"), "/follow", receipt=receipt)
        if page.status != 200 or mark not in page.text:
            self.refusals.append(f"{page.status}: {page.text[:300]}")


@pytest.fixture
def served(seeded: Seeded, keyring_path: Path, tmp_path: Path) -> Iterator[Served]:
    url, port = seeded.copy(tmp_path), free_port()
    own = tmp_path / "own" / "keyring.json"
    own.parent.mkdir()
    shutil.copy(keyring_path, own)
    environ = environment(database_url=url, keyring=own, files=tmp_path / "files", port=port)
    server = Served(environ, tmp_path / "server.log", port)
    server.start()
    yield server
    server.kill()
    seeded.drop(url)


@pytest.mark.slow
def test_nobody_is_refused_and_nothing_is_lost_while_every_key_is_replaced(served: Served) -> None:
    citizens = Citizens(served.port)
    threads = [threading.Thread(target=citizens.send_and_follow) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        for purpose in Purpose:
            rotate(served, purpose)
    finally:
        citizens.stop.set()
        for thread in threads:
            thread.join()
    assert citizens.refusals == []
    assert len(citizens.sent) > SENDERS
    followed = random.sample(citizens.sent, min(len(citizens.sent), FOLLOWED))
    for mark, receipt in followed:
        with Visitor(served.port) as visitor:
            citizens.follow(visitor, mark, receipt)
    assert citizens.refusals == []
    served.stop()
    check(served, len(citizens.sent), [mark for mark, _ in followed])


def rotate(served: Served, purpose: Purpose) -> None:
    command = [sys.executable, "-m", "forum", "keys", "rotate", purpose.value, "--settle", "0.2", "--at-once", "5"]
    done = subprocess.run(
        command, env=served.environ, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def check(served: Served, amount: int, marks: list[str]) -> None:
    """Fail unless all tips are there, those with a mark are found by it, and every record verifies under its key."""
    environ = served.environ
    app = create_app(
        Config(
            mode="test",
            secret_key=SECRET,
            database_url=environ["FORUM_DATABASE_URL"],
            keyring_path=Path(environ["FORUM_KEYRING"]),
            files_path=Path(environ["FORUM_FILES"]),
            base_url=environ["FORUM_BASE_URL"],
        )
    )
    with app.app_context():
        with unit_of_work() as work:
            actor = make_actor(work, ("14/desk", Role.INTAKE))
        work = reading()
        for mark in marks:
            found = search(work.session, work.secrets, actor, parse_query(mark), filters=Filters())
            assert len(found.rows) == 1, mark
        secrets_now = house().secrets
        assert {len(secrets_now.keyring.all(purpose)) for purpose in Purpose} == {2}
        with snapshot() as session:
            tip_ids = next_tip_ids(session, at_most=100_000)
            assert len(tip_ids) == amount
            assert tip_faults(session, secrets_now, tip_ids) == []
            assert [*access_faults(session, secrets_now), *setting_faults(session, secrets_now)] == []
        db.session.remove()
        db.engine.dispose()
