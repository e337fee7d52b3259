"""Sending of notices by mail; neither an address nor a text ever reaches a log."""

from __future__ import annotations

import secrets
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from enum import StrEnum
from typing import Protocol, TextIO

from forum.domain.errors import DomainError

TIMEOUT_SECONDS = 20
PERMANENT = 500  # reply codes from here on are final (RFC 5321, section 4.2.1)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one address; its representation shows neither."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)


class MailFailed(DomainError):
    """The notice was not sent; trying again helps unless `is_permanent`."""

    message = "The notice could not be sent."

    def __init__(self, *, is_permanent: bool) -> None:
        self.is_permanent = is_permanent
        super().__init__()


class Mailer(Protocol):
    """Whatever sends notices."""

    def send(self, notice: Notice, now: datetime) -> None:
        """Return when the notice was taken over for delivery; raise MailFailed."""


class Tls(StrEnum):
    """How the way to the mail server is protected; there is no way without."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server to hand notices to; `ca_file` names an authority that the machine does not know."""

    host: str
    port: int
    sender: str
    tls: Tls = Tls.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None


class SmtpMailer:
    """Hands each notice to a mail server over a verified, encrypted connection."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._domain = settings.sender.rpartition("@")[2]

    def send(self, notice: Notice, now: datetime) -> None:
        """Return when the server has answered for the notice; raise MailFailed."""
        message = self._compose(notice, now)
        try:
            with self._connect() as connection:
                if self._settings.username is not None:
                    connection.login(self._settings.username, self._settings.password or "")
                connection.send_message(message, self._settings.sender, [notice.to])
        # The server's words can repeat the address: they are cut off, not chained.
        except smtplib.SMTPRecipientsRefused as error:
            raise MailFailed(is_permanent=all(code >= PERMANENT for code, _ in error.recipients.values())) from None
        except smtplib.SMTPDataError as error:
            raise MailFailed(is_permanent=error.smtp_code >= PERMANENT) from None
        except (smtplib.SMTPException, OSError):
            # A wrong password or certificate is mended by an operator: the notice waits for that.
            raise MailFailed(is_permanent=False) from None

    def _compose(self, notice: Notice, now: datetime) -> EmailMessage:
        message = EmailMessage(policy=SMTP_POLICY)
        try:
            message["From"] = self._settings.sender
            message["To"] = notice.to
            message["Subject"] = notice.subject
            is_one_address = [address.addr_spec for address in message["To"].addresses] == [notice.to]
        except (ValueError, IndexError, MessageError):
            raise MailFailed(is_permanent=True) from None
        if not (is_one_address and notice.to.isascii()):
            raise MailFailed(is_permanent=True)
        message["Date"] = format_datetime(now)
        # The usual maker of ids puts the machine's name, the process and the time into them.
        message["Message-ID"] = f"<{secrets.token_hex(16)}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.body)
        return message

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context(cafile=settings.ca_file)
        # Naming ourselves by the sender's domain keeps the machine's own name and address out of the mail.
        if settings.tls is Tls.IMPLICIT:
            return smtplib.SMTP_SSL(
                settings.host, settings.port, self._domain, timeout=TIMEOUT_SECONDS, context=context
            )
        connection = smtplib.SMTP(settings.host, settings.port, self._domain, timeout=TIMEOUT_SECONDS)
        try:
            connection.starttls(context=context)
        except BaseException:
            connection.close()
            raise
        return connection


class MemoryMailer:
    """Keeps notices in a list, for tests and for trying out."""

    def __init__(self) -> None:
        self.sent: list[Notice] = []

    def send(self, notice: Notice, now: datetime) -> None:  # noqa: ARG002 - the protocol's
        """Keep the notice."""
        self.sent.append(notice)


class ConsoleMailer:
    """Says on the console that a notice would have gone out, and to nobody; the demo has no mail server."""

    def __init__(self, console: TextIO) -> None:
        self._console = console

    def send(self, notice: Notice, now: datetime) -> None:
        """Print one line that tells neither address nor text."""
        self._console.write(f"{now:%Y-%m-%d %H:%M}Z a notice of {len(notice.body)} characters was sent\n")
