"""`forum worker` as a process, with a real mail server: at least once, whatever kills it; nothing in the notice."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy import select, update

from config import Config
from forum.app import create_app
from forum.extensions import db, transaction, unit_of_work
from forum.models import OutboxJob
from forum.services import handling
from tests.cli.conftest import Start, environ_of
from tests.factories import Cast, to_accepted
from tests.mail_server import OwnPortController, make_certificate, tls_context

ANSWER = "Công an đã xử lý nhóm người ở cuối bản."


class Mailbox:
    """Keeps what it takes; while `is_stuck`, it keeps the sender waiting for the last word of the conversation."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.reached = threading.Event()
        self.is_stuck = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - the server's names
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        self.reached.set()
        if self.is_stuck:
            await asyncio.sleep(30)
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "localhost.pem")


@pytest.fixture
def server(certificate: Path) -> Iterator[tuple[Mailbox, str]]:
    """A mail server, and its address as an operator writes it."""
    context = tls_context(certificate)
    mailbox = Mailbox()
    controller = OwnPortController(mailbox, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True)
    controller.start()
    yield mailbox, f"smtp://localhost:{controller.port}?ca={certificate}"
    controller.stop()


@pytest.fixture
def living(config: Config) -> Iterator[Flask]:
    """The application under the clock of the machine, which the worker's process reads too."""
    application = create_app(config)
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def with_news(count: int) -> None:
    """Answer so many tips whose senders left an address."""
    for number in range(count):
        with unit_of_work() as work:
            cast = Cast(work)
            tip = to_accepted(work, cast, notice_address=f"ba.con.{number}@example.org")
            handling.answer(work, cast.lead, tip, text=ANSWER)


def environ_with(config: Config, smtp_url: str) -> dict[str, str]:
    return {**environ_of(config), "FORUM_SMTP_URL": smtp_url, "FORUM_MAIL_FROM": "dien-dan@example.org"}


def done_jobs() -> list[tuple[bool, str | None, int]]:
    with unit_of_work() as work:
        rows = work.session.scalars(select(OutboxJob).order_by(OutboxJob.id))
        return [(row.done_at is not None, row.failure, row.attempts) for row in rows]


def let_leases_end() -> None:
    with transaction() as session:
        session.execute(update(OutboxJob).values(available_at=datetime.now(UTC) - timedelta(seconds=1)))


def test_a_notice_says_that_there_is_news_and_nothing_of_it(
    living: Flask, config: Config, server: tuple[Mailbox, str], start: Start
) -> None:
    mailbox, url = server
    with_news(2)

    output, _ = start(environ_with(config, url), "worker", "--once").communicate(timeout=60)

    assert sorted(mail["To"] for mail in mailbox.taken) == ["ba.con.0@example.org", "ba.con.1@example.org"]
    assert done_jobs() == [(True, None, 1)] * 2
    for mail in mailbox.taken:
        text = mail.get_content()
        assert "Kính chào bà con" in text
        assert f"{config.base_url}/follow" in text
        assert not {"ma", "túy", "cuối", "nhóm", "xử"} & set(text.lower().split())
    assert "example.org" not in output


def test_a_killed_worker_loses_no_notice(
    living: Flask, config: Config, server: tuple[Mailbox, str], start: Start
) -> None:
    mailbox, url = server
    mailbox.is_stuck = True
    with_news(3)
    worker = start(environ_with(config, url), "worker")
    assert mailbox.reached.wait(60)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    assert [is_done for is_done, _, _ in done_jobs()] == [False] * 3

    mailbox.is_stuck = False
    let_leases_end()
    start(environ_with(config, url), "worker", "--once").communicate(timeout=60)

    assert {mail["To"] for mail in mailbox.taken} == {f"ba.con.{number}@example.org" for number in range(3)}
    assert [is_done for is_done, _, _ in done_jobs()] == [True] * 3


def test_a_worker_told_to_stop_finishes_what_it_is_sending(
    living: Flask, config: Config, server: tuple[Mailbox, str], start: Start
) -> None:
    mailbox, url = server
    with_news(1)
    worker = start(environ_with(config, url), "worker")
    assert mailbox.reached.wait(60)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(30) == 0
    assert done_jobs() == [(True, None, 1)]


def test_a_notice_waits_when_the_mail_server_is_away(living: Flask, config: Config, start: Start) -> None:
    with_news(1)

    start(environ_with(config, "smtp://localhost:1"), "worker", "--once").communicate(timeout=60)

    assert done_jobs() == [(False, "not-sent", 1)]


def test_a_notice_goes_nowhere_once_its_tip_is_closed(
    living: Flask, config: Config, server: tuple[Mailbox, str], start: Start
) -> None:
    mailbox, url = server
    with unit_of_work() as work:
        cast = Cast(work)
        tip = to_accepted(work, cast, notice_address="ba.con@example.org")
        handling.answer(work, cast.lead, tip, text=ANSWER)
        handling.close(work, cast.lead, tip, handling.Outcome(founded=True, valuable=False, grassroots=False))

    start(environ_with(config, url), "worker", "--once").communicate(timeout=60)

    assert mailbox.taken == []
    assert done_jobs() == [(True, "no-address", 1)]
