"""The confirmed name of a citizen who wants to be known: it waits in their browser, sealed, until a tip takes it along.

The server keeps nothing of it: what lies in a database could be stolen before it is sealed to the custodians.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta

from flask import after_this_request
from werkzeug.wrappers import Response

from forum.domain.submissions import ConfirmedName
from forum.extensions import house
from forum.web.cookies import forget_cookie
from forum.web.sealed_cookies import keep_sealed, read_sealed

COOKIE = "known-name"
LIFETIME = timedelta(minutes=30)
"""A telephone may be lent or shared: who takes longer confirms again."""
MARK_BYTES = 12


@dataclass(frozen=True, slots=True)
class KnownName:
    """A confirmed name, and the mark by which a form says that it has shown this very one."""

    mark: str
    confirmed: ConfirmedName


def known_name() -> KnownName | None:
    """Return the confirmed name that waits in the browser; None, too, once nobody confirms names any more."""
    kept = read_sealed(COOKIE) if house().citizens else None
    return KnownName(kept.pop("mark"), ConfirmedName(**kept)) if kept else None


def keep_known_name(response: Response, confirmed: ConfirmedName) -> None:
    """Let the name wait for a tip, under a mark of its own."""
    kept = {**asdict(confirmed), "mark": secrets.token_urlsafe(MARK_BYTES)}
    keep_sealed(response, COOKIE, kept, lifetime=LIFETIME)


def drop_known_name() -> None:
    """Take the name out of the browser with the answer to this request."""

    @after_this_request
    def forget(response: Response) -> Response:
        forget_cookie(response, COOKIE)
        return response
