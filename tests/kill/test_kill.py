"""Kill -9 of the whole server at random moments during submissions, again and again on one database."""

from __future__ import annotations

import http.client
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Config
from forum.adapters.parsing.documents import clean
from forum.app import create_app
from forum.extensions import db, house, reading
from forum.models import Attachment, Tip, TipEventRow
from forum.services.attachments import open_file
from tests.conftest import Seeded
from tests.papers import paper
from tests.serving import SECRET, Served, environment, free_port
from tests.visitor import File, Page, Visitor

ROUNDS = 4 if os.environ.get("FORUM_TEST_EFFORT") == "reduced" else 20
MOST_ROUNDS = 3 * ROUNDS
"""So long is it tried on when chance let every kill fall between two submissions."""
SENDERS = 4
PAPERS = [bytes(clean(paper(os.urandom(size))).content) for size in (2_000, 400_000)]
"""What comes out of the cleaning goes through it unchanged: what is stored can be compared with what was sent."""
EARLIEST, LATEST = 0.15, 1.2
"""Seconds after which the server is killed; longer in each further round, as on a busy machine nothing was sent yet."""


@dataclass
class Attempt:
    """One form on its way: what it holds, and the receipt once the citizen has seen it."""

    cookies: dict[str, str]
    typed: dict[str, str]
    file: File | None
    receipt: str | None = None


@dataclass
class Senders:
    """Several citizens who send tips until the server is gone."""

    port: int
    attempts: list[Attempt] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._send_on, args=(number,)) for number in range(SENDERS)]
        for thread in threads:
            thread.start()
        return threads

    def _send_on(self, number: int) -> None:
        try:
            while True:
                with Visitor(self.port) as visitor:
                    self._send_one(visitor, with_file=number % 2 == 0)
        except (OSError, http.client.HTTPException):
            return  # the server was killed

    def _send_one(self, visitor: Visitor, *, with_file: bool) -> None:
        page = visitor.get("/submit")
        mark = secrets.token_hex(8)
        typed = {**page.form("/submit").fields, "body": f"Ở đầu bản có đống rác lâu ngày, số {mark}."}
        file = (f"{mark}.pdf", random.choice(PAPERS)) if with_file else None
        attempt = Attempt(visitor.cookies, typed, file)
        self.attempts.append(attempt)
        answer = send(visitor, attempt)
        if answer.status == 200:
            attempt.receipt = receipt_on(answer)
        else:
            self.refusals.append(f"{answer.status}: {answer.text[:300]}")


def send(visitor: Visitor, attempt: Attempt) -> Page:
    return visitor.post("/submit", attempt.typed, [("files", attempt.file)] if attempt.file else [])


def receipt_on(page: Page) -> str:
    return page.form("/receipt/kept").fields["receipt"]


@pytest.fixture
def served(seeded: Seeded, keyring_path: Path, tmp_path: Path) -> Iterator[Served]:
    url, port = seeded.copy(tmp_path), free_port()
    environ = environment(database_url=url, keyring=keyring_path, files=tmp_path / "files", port=port)
    server = Served(environ, tmp_path / "server.log", port)
    yield server
    server.kill()
    seeded.drop(url)


@pytest.mark.slow
def test_acknowledged_tips_survive_and_retried_ones_stay_single_when_server_is_killed(served):
    senders = Senders(served.port)
    rounds = interrupted = 0
    while rounds < ROUNDS or (not interrupted and rounds < MOST_ROUNDS):
        rounds += 1
        served.start()
        begun = len(senders.attempts)
        threads = senders.start()
        time.sleep(random.uniform(EARLIEST, LATEST * max(1, rounds - ROUNDS)))
        served.kill()
        for thread in threads:
            thread.join()
        served.start()
        interrupted += sum(1 for attempt in senders.attempts[begun:] if attempt.receipt is None)
        for attempt in senders.attempts[begun:]:
            check_after_restart(served.port, attempt)
        served.kill()
    assert senders.refusals == []
    assert interrupted > 0, "no submission was under way at any kill: nothing was tried"
    assert len({attempt.receipt for attempt in senders.attempts}) == len(senders.attempts)
    check_records(served)
    check_store(served, senders.attempts)


def check_after_restart(port: int, attempt: Attempt) -> None:
    """Fail unless the form sent again brings the one receipt, and the receipt opens the tip."""
    with Visitor(port) as visitor:
        visitor.cookies = dict(attempt.cookies)
        for _ in range(2):
            again = send(visitor, attempt)
            assert again.status == 200, again.text[:500]
            receipt = receipt_on(again)
            assert attempt.receipt in {None, receipt}
            attempt.receipt = receipt
        page = visitor.submit(visitor.get("/follow"), "/follow", receipt=attempt.receipt)
    assert page.status == 200, page.text[:500]
    assert attempt.typed["body"] in page.text


def check_records(served: Served) -> None:
    """Fail unless every chain holds and every row is the fold of its events."""
    command = [sys.executable, "-m", "forum", "audit", "verify"]
    verified = subprocess.run(command, env=served.environ, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def check_store(served: Served, attempts: list[Attempt]) -> None:
    """Fail unless there is one tip for each form, with its whole file, and nothing half-stored remains."""
    app = offline(served)
    with app.app_context():
        files = house().files
        assert db.session.scalar(select(func.count()).select_from(Tip)) == len(attempts)
        rows = db.session.execute(select(Attachment, Tip).join(Tip, Tip.id == Attachment.tip_id)).all()
        stored = {}
        for attachment, tip in rows:
            name, reader = open_file(reading(), tip, attachment)
            with reader:
                stored[name] = reader.read()
        assert stored == dict(attempt.file for attempt in attempts if attempt.file)
        received = db.session.execute(select(TipEventRow.data).where(TipEventRow.seq == 1)).scalars()
        assert sum(data["details"]["files"] for data in received) == len(rows)
        later = datetime.now(UTC) + timedelta(minutes=1)
        files.sweep_spool(before=later)
        for orphan in list(files.orphans([attachment.storage_key for attachment, _ in rows], before=later)):
            files.delete(orphan)
        left = [path for path in house().config.files_path.rglob("*") if path.is_file()]
        assert len(left) == len(rows)
        db.session.remove()
        db.engine.dispose()


def offline(served: Served) -> Flask:
    """Return the application over the database of a stopped server."""
    environ = served.environ
    return create_app(
        Config(
            mode="test",
            secret_key=SECRET,
            database_url=environ["FORUM_DATABASE_URL"],
            keyring_path=Path(environ["FORUM_KEYRING"]),
            files_path=Path(environ["FORUM_FILES"]),
            base_url=environ["FORUM_BASE_URL"],
        )
    )
