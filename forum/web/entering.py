"""Signing a browser in, whichever way the person proved who they are, and where that leads."""

from __future__ import annotations

from flask import session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response

from forum.domain.errors import NotPermitted
from forum.extensions import house, unit_of_work
from forum.models import Account
from forum.services import sessions, sign_in
from forum.web.access import SignedIn, first_step, load_signed_in
from forum.web.cookies import keep_cookie, read_cookie
from forum.web.navigation import first_page

DEVICE_COOKIE = "known-device"
DEVICE_SECONDS = 180 * 24 * 60 * 60


def open_session(account: Account, *, is_proved: bool) -> SignedIn:
    """Begin a session and put its token into the cookie; of what was there before, only where to go is kept.

    Unless a second factor `is_proved`, it leads to the page that asks for one, or that sets one up.
    """
    with unit_of_work() as work:
        token = sessions.begin(work, account, is_proved=is_proved)
    return carry(token)


def carry(token: str) -> SignedIn:
    """Put the token of a session that has just begun, or got a new one, into the cookie."""
    person = load_signed_in(token)
    if person is None:
        raise NotPermitted  # the account was changed in the same moment
    kept = {name: session[name] for name in ("after_sign_in", "_flashes") if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    login_user(person)
    for added in ("_id", "_fresh"):  # hashes of address and browser, which nothing here may keep
        session.pop(added, None)
    return person


def next_page(person: SignedIn) -> str:
    """Return where somebody goes next: to what is owed, to what they had asked for, or to their first page."""
    owed = first_step(person.account)
    if owed is not None:
        return url_for(owed)
    path = session.pop("after_sign_in", None)
    is_ours = isinstance(path, str) and path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_ours else first_page(person.actor)


def device() -> str | None:
    """Return the mark of the device, if it brought one."""
    return read_cookie(DEVICE_COOKIE)


def mark_device(response: Response, username: str) -> None:
    """Mark a device on which somebody has signed in, so that tries there are counted apart."""
    if sign_in.is_known_device(house().secrets, username, device()):
        return
    mark = sign_in.new_device(house().secrets, username)
    keep_cookie(response, DEVICE_COOKIE, mark, seconds=DEVICE_SECONDS, same_site="Strict")
