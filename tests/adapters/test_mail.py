from __future__ import annotations

import io
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from forum.adapters.mail import ConsoleMailer, MailFailed, MemoryMailer, Notice, SmtpMailer, SmtpSettings, Tls
from tests.mail_server import OwnPortController, make_certificate, tls_context

# The server warns that passwords might travel openly: it does not count the TLS that its socket has from the start.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
NOTICE = Notice("nguoi.dan@example.org", "Có tin mới về ý kiến của bà con", "Mời bà con dùng mã tra cứu để xem.")


class Mailbox:
    """The handler of a real mail server: keeps what it takes, refuses what its address asks for."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.greeted_as = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - the server's names
        if address.startswith("refuse-"):
            return f"{address[7:10]} {address} is refused"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - the server's names
        self.greeted_as = session.host_name
        assert isinstance(envelope.content, bytes)
        if b"X-spam" in envelope.content:
            return "554 no spam"
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls") / "localhost.pem")


def accepts(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"right", handled=False)


@pytest.fixture(params=list(Tls))
def server(request: pytest.FixtureRequest, certificate: Path) -> Iterator[tuple[Mailbox, SmtpSettings]]:
    context = tls_context(certificate)
    mailbox = Mailbox()
    options: dict[str, Any] = {"authenticator": accepts, "auth_required": True}
    if request.param is Tls.IMPLICIT:
        # Authentication is offered over TLS only, and the server does not count its own implicit TLS as such.
        options |= {"ssl_context": context, "auth_require_tls": False}
    else:
        options |= {"tls_context": context, "require_starttls": True}
    controller = OwnPortController(mailbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    settings = SmtpSettings(
        "localhost", controller.port, "thong-bao@example.org", request.param, "forum", "right", ca_file=str(certificate)
    )
    yield mailbox, settings
    controller.stop()


def test_notice_arrives_over_tls_and_names_neither_machine_nor_maker(server: tuple[Mailbox, SmtpSettings]) -> None:
    mailbox, settings = server
    SmtpMailer(settings).send(NOTICE, NOW)
    (message,) = mailbox.taken
    assert message["To"] == NOTICE.to
    assert message["From"] == "thong-bao@example.org"
    assert message["Subject"] == NOTICE.subject
    assert message["Date"].datetime == NOW
    assert message.get_content().strip() == NOTICE.body
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert mailbox.greeted_as == "example.org"
    names = {name.lower() for name in message} - {"x-peer", "x-mailfrom", "x-rcptto"}
    assert names == {
        "from", "to", "subject", "date", "message-id", "auto-submitted",
        "content-type", "content-transfer-encoding", "mime-version",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("to", "is_permanent"),
    [
        ("refuse-550@example.org", True),
        ("refuse-450@example.org", False),
        ("", True),
        ("không có dấu này", True),
        ("một@example.org", True),
        ("a@example.org, b@example.org", True),
        ("a@example.org\nBcc: b@example.org", True),
        ("An <a@example.org>", True),
    ],
)
def test_notice_is_refused_when_its_address_is(
    server: tuple[Mailbox, SmtpSettings], to: str, *, is_permanent: bool
) -> None:
    mailbox, settings = server
    with pytest.raises(MailFailed) as failed:
        SmtpMailer(settings).send(replace(NOTICE, to=to), NOW)
    assert failed.value.is_permanent is is_permanent
    assert mailbox.taken == []
    logged = "".join(traceback.format_exception(failed.value))
    assert "refuse-" not in logged.replace("tests/", "")


def test_notice_fails_for_good_when_the_server_refuses_its_text(server: tuple[Mailbox, SmtpSettings]) -> None:
    with pytest.raises(MailFailed) as failed:
        SmtpMailer(server[1]).send(replace(NOTICE, body="X-spam"), NOW)
    assert failed.value.is_permanent


@pytest.mark.parametrize(
    "change", [{"password": "wrong"}, {"ca_file": None}, {"port": 1}, {"host": "127.0.0.1"}], ids=str
)
def test_notice_waits_when_the_way_to_the_server_is_wrong(
    server: tuple[Mailbox, SmtpSettings], change: dict[str, Any]
) -> None:
    mailbox, settings = server
    with pytest.raises(MailFailed) as failed:
        SmtpMailer(replace(settings, **change)).send(NOTICE, NOW)
    assert not failed.value.is_permanent
    assert mailbox.taken == []


def test_notice_is_not_sent_when_the_server_offers_no_encryption() -> None:
    mailbox = Mailbox()
    controller = OwnPortController(mailbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        with pytest.raises(MailFailed):
            SmtpMailer(SmtpSettings("localhost", controller.port, "thong-bao@example.org")).send(NOTICE, NOW)
    finally:
        controller.stop()
    assert mailbox.taken == []


def test_notice_and_settings_show_nothing_when_they_are_printed() -> None:
    shown = repr(NOTICE) + repr(SmtpSettings("h", 25, "s@example.org", password="right"))
    for hidden in (NOTICE.to, NOTICE.subject, NOTICE.body, "right"):
        assert hidden not in shown


def test_console_mailer_says_that_a_notice_went_out_and_not_to_whom() -> None:
    console = io.StringIO()
    ConsoleMailer(console).send(NOTICE, NOW)
    assert console.getvalue() == f"2026-11-24 01:30Z a notice of {len(NOTICE.body)} characters was sent\n"


def test_memory_mailer_keeps_what_it_was_given() -> None:
    mailer = MemoryMailer()
    mailer.send(NOTICE, NOW)
    assert mailer.sent == [NOTICE]
