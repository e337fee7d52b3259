"""Routes: Giving a second factor, at sign-in and again before what is worth it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.domain.errors import NotFound
from forum.extensions import reading, unit_of_work
from forum.reports.sessions import sessions_of
from forum.services import proofs, sessions
from forum.web.access import SignedIn, signed_in
from forum.web.auth.blueprint import blueprint
from forum.web.entering import mark_device, next_page
from forum.web.proving import ProofForm, asking, party, proved
from forum.web.translations import gettext


@blueprint.get("/sign-in/code")
@signed_in
def code() -> str:
    """Ask for a second factor."""
    return asking("auth/code.html", ProofForm())


@blueprint.post("/sign-in/code")
@signed_in
def prove() -> Response | tuple[str, int]:
    """Take a second factor, and lead on to where the person wanted to go."""
    form = ProofForm()
    status = HTTPStatus.FORBIDDEN if form.is_given else HTTPStatus.BAD_REQUEST
    is_again = current_user.account.proved_at is not None
    person = proved(form)
    if person is None:
        return asking("auth/code.html", form), status
    if not is_again:
        _tell_of_others(person)
    response = make_response(redirect(next_page(person)))
    mark_device(response, person.account.username)
    return response


@blueprint.post("/sign-in/challenge")
@signed_in
def challenge() -> FlaskResponse:
    """Return what a passkey is asked to sign; a new question replaces the one before."""
    account = current_user.account
    with unit_of_work() as work:
        known = proofs.passkeys_of(work, account.id)
        if not known:
            raise NotFound
        options = party().ask_for_proof(challenge=sessions.new_challenge(work, account.session_id), known=known)
    return FlaskResponse(options, mimetype="application/json")


def _tell_of_others(person: SignedIn) -> None:
    work = reading()
    if len(sessions_of(work.session, person.account.id, work.now)) > 1:
        flash(gettext("You are signed in elsewhere, too. “My account” shows since when, and ends it."), "warning")
