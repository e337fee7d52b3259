"""Signing a browser in, whichever way the person proved who they are."""

from __future__ import annotations

from flask import session
from flask_login import login_user

from forum.domain.errors import NotPermitted
from forum.extensions import unit_of_work
from forum.models import Account
from forum.services import sessions
from forum.web.access import SignedIn, load_signed_in


def open_session(account: Account) -> SignedIn:
    """Begin a session and put its token into the cookie; whatever was in the cookie before is gone."""
    with unit_of_work() as work:
        token = sessions.begin(work, account)
    person = load_signed_in(token)
    if person is None:
        raise NotPermitted  # the account was changed in the same moment
    session.clear()
    session.permanent = True
    login_user(person)
    for added in ("_id", "_fresh"):  # hashes of address and browser, which nothing here may keep
        session.pop(added, None)
    return person


def kept_path() -> str | None:
    """Return the page of ours that was asked for before signing in, None where there is none; call it first."""
    path = session.get("after_sign_in")
    is_ours = path is not None and path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_ours else None
