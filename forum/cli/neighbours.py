"""Neighbours that let anybody in: a database without a password, or reached over a wire that others can read."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import click
from sqlalchemy import URL, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from config import Config

SECONDS = 5
KNOWS_THE_SERVER = frozenset({"verify-ca", "verify-full"})
"""Weaker modes of TLS believe whoever answers."""
OPEN_DATABASE = "The database asks for no password: whoever reaches its port reads and changes everything."
OPEN_WIRE = "The database is on another machine: its address needs ?sslmode=verify-full, with sslrootcert."
OPEN_COUNTS = "FORUM_RATE_STORAGE leads to another machine without TLS: it must begin with rediss://."


def open_neighbours(config: Config) -> Iterator[str]:
    """Yield a sentence for each neighbour that is not guarded; what cannot be reached is said elsewhere."""
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite" and _is_by_wire(url):
        if not is_this_machine(url.host or "") and url.query.get("sslmode") not in KNOWS_THE_SERVER:
            yield OPEN_WIRE
        if "sslcert" not in url.query and _lets_anybody_in(url):
            yield OPEN_DATABASE
    counts = urlsplit(config.rate_storage)
    if counts.scheme not in {"memory", "rediss"} and counts.hostname and not is_this_machine(counts.hostname):
        yield OPEN_COUNTS


def refuse_open_neighbours(config: Config) -> None:
    """End the command in front of such a neighbour, unless the operator has said that it must be."""
    if config.mode != "production" or config.accepts_open_neighbours:
        return
    found = list(open_neighbours(config))
    if found:
        raise click.ClickException(
            "\n".join(found) + "\nIf it must be so, set FORUM_OPEN_NEIGHBOURS=accepted. docs/operations.md says more."
        )


def is_this_machine(host: str) -> bool:
    """Whether a name or number is that of the loopback, which nobody else can listen on."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _is_by_wire(url: URL) -> bool:
    """Whether it is reached by TCP; a socket file is guarded by its folder and by the server's look at who asks."""
    return bool(url.host) and not (url.host or "").startswith("/")


def _lets_anybody_in(url: URL) -> bool:
    """Knock with a password that nobody can have set: only a server that looks at none lets that in."""
    query = {name: value for name, value in url.query.items() if name != "passfile"}
    knocking = url.set(password=secrets.token_urlsafe(24), query={**query, "connect_timeout": str(SECONDS)})
    engine = create_engine(knocking)
    try:
        with engine.connect():
            return True
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
