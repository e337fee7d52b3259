"""Asking for the second factor again before what is worth it, without losing what was typed.

A page that is only looked at is gone back to after the code. A form that was sent comes back as a page that carries
its fields and asks for the code; both are sent to where the form went, in one step. Nothing is stored meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.domain.permissions import Permission
from forum.domain.session_limits import FRESH
from forum.extensions import house
from forum.web.access import declared, keep_path
from forum.web.proving import PREFIX, ProofForm, asking, proved

ASKED_FOR = frozenset({Permission.ADMINISTER, Permission.OPEN_IDENTITY, Permission.CONSENT, Permission.ERASE})
"""Whatever is sent by those who may do this is asked for: a new page of settings cannot be forgotten."""
READ_BY_POST = frozenset({"settings.accounts_search", "settings.draft_try"})
"""What is sent only because it must not stand in an address."""
FACTORS = frozenset(
    f"auth.{name}"
    for name in (
        "factors", "app", "begin_app", "confirm_app", "remove_app", "add_passkey", "remove_passkey", "renew_recovery",
        "link_sign_on", "unlink_sign_on",
    )
)  # fmt: skip
"""Pages on which factors change: a browser left open must not be able to give itself another one."""
NOT_CARRIED = ("csrf_token", "passphrase", "present", "password")
"""Ends of names of fields that are typed again: no secret is written into a page."""
BACK_TO = "fresh_back_to"
Fresh = TypeVar("Fresh", bound=Callable[..., object])


def fresh(*, back_to: str) -> Callable[[Fresh], Fresh]:
    """Declare a download that is open for some minutes only after a second factor was given.

    Whoever has to give one is led `back_to` the page on which the download is offered: a download shows no page.
    """

    def declare(view: Fresh) -> Fresh:
        setattr(view, BACK_TO, back_to)
        return view

    return declare


def needs_fresh(endpoint: str, method: str) -> bool:
    """Whether a route asks for a second factor given lately."""
    if endpoint in FACTORS or _back_to(endpoint) is not None:
        return True
    return method == "POST" and declared(endpoint) in ASKED_FOR and endpoint not in READ_BY_POST


def init_step_up(app: Flask) -> None:
    """Check each request after its rights have been checked."""
    app.before_request(_check)


def _check() -> Response | tuple[str, int] | None:
    endpoint = request.endpoint
    if endpoint is None or not needs_fresh(endpoint, request.method) or _is_fresh():
        return None
    if request.method == "GET":
        back_to = _back_to(endpoint)
        keep_path(url_for(back_to) if back_to else None)
        return redirect(url_for("auth.code"))
    form = ProofForm()
    if form.is_given and proved(form):
        return None
    return asking("auth/confirm.html", form, carried=_carried()), 403


def _back_to(endpoint: str) -> str | None:
    return getattr(current_app.view_functions.get(endpoint), BACK_TO, None)


def _is_fresh() -> bool:
    """Whether a factor was given lately, or there is none yet: then nothing but setting one up is open."""
    proved_at = current_user.account.proved_at
    return proved_at is None or house().clock() - proved_at < FRESH


def _carried() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not name.startswith(PREFIX) and not name.endswith(NOT_CARRIED)
    ]
