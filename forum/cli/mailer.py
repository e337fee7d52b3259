"""The mailer of a configuration: a mail server, the console of the demo, or none."""

from __future__ import annotations

import sys
from urllib.parse import parse_qs, unquote, urlsplit

from config import Config, ConfigError
from forum.adapters.mail import ConsoleMailer, Mailer, SmtpMailer, SmtpSettings, Tls

_PORTS = {"smtp": 587, "smtps": 465}


def mailer_of(config: Config) -> Mailer | None:
    """Return what sends notices, None where no server is configured; raise ConfigError for a wrong address."""
    if config.smtp_url is None:
        return ConsoleMailer(sys.stderr) if config.mode == "demo" else None
    return SmtpMailer(smtp_settings(config.smtp_url, config.mail_from))


def smtp_settings(url: str, sender: str | None) -> SmtpSettings:
    """Read smtp://[user:password@]host[:port][?ca=FILE] (STARTTLS) or smtps://… (TLS from the first byte)."""
    problems = []
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        problems.append(
            "FORUM_SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465."
        )
    if not sender or "@" not in sender:
        problems.append("FORUM_MAIL_FROM must be the address that notices come from.")
    if problems or not parts.hostname or not sender:
        raise ConfigError(problems)
    return SmtpSettings(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        sender=sender,
        tls=Tls.IMPLICIT if parts.scheme == "smtps" else Tls.STARTTLS,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        ca_file=parse_qs(parts.query).get("ca", [None])[0],
    )
