"""Routes: The second factors of the own account; changing them asks for one of them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.adapters import one_time_codes
from forum.adapters.passkeys import PasskeyRefused
from forum.domain.errors import InvalidInput
from forum.extensions import reading, unit_of_work
from forum.models import Account
from forum.reports.factors import factors_of
from forum.services import factors as service
from forum.services import proofs, sessions
from forum.services.work import Work
from forum.web.access import actor, signed_in
from forum.web.auth.blueprint import blueprint
from forum.web.auth.forms import AppForm, PasskeyForm
from forum.web.entering import carry, next_page
from forum.web.errors import say
from forum.web.fields import add_fault
from forum.web.proving import party
from forum.web.qr import draw
from forum.web.translations import gettext

Answer = Response | str | tuple[str, int]
HANDLE_BYTES = 8


@blueprint.get("/factors")
@signed_in
def factors() -> str:
    """Show the second factors, and what can be added."""
    return _page(PasskeyForm())


@blueprint.post("/factors/app")
@signed_in
def begin_app() -> Response:
    """Draw a secret for an app."""
    with unit_of_work() as work:
        service.begin_app(work, actor().account_id)
    return redirect(url_for("auth.app"))


@blueprint.get("/factors/app")
@signed_in
def app() -> Answer:
    """Show the picture for the app, and ask for its first code."""
    return _app_page(AppForm())


@blueprint.post("/factors/app/confirm")
@signed_in
def confirm_app() -> Answer:
    """Take the app as a factor when its code is right."""
    form = AppForm()
    if form.validate():
        try:
            with unit_of_work() as work:
                account = _own(work)
                codes = service.confirm_app(work, account, form.digits)
                token = _renewed(work, account)
        except InvalidInput as fault:
            add_fault(form, fault)
        else:
            return _done(token, codes, gettext("The app is set up."))
    page = _app_page(form)
    return (page, 400) if isinstance(page, str) else page


@blueprint.post("/factors/app/remove")
@signed_in
def remove_app() -> Response:
    """Take the app away."""
    return _removed(service.remove_app)


@blueprint.post("/factors/passkeys/options")
@signed_in
def new_passkey() -> FlaskResponse:
    """Return what a browser is asked for a new passkey."""
    account = current_user.account
    with unit_of_work() as work:
        options = party().ask_for_new(
            challenge=sessions.new_challenge(work, account.session_id),
            handle=account.id.to_bytes(HANDLE_BYTES, "big"),
            username=account.username,
            display_name=account.display_name,
            known=proofs.passkeys_of(work, account.id),
        )
    return FlaskResponse(options, mimetype="application/json")


@blueprint.post("/factors/passkeys")
@signed_in
def add_passkey() -> Answer:
    """Take a new passkey as a factor."""
    form = PasskeyForm()
    if form.validate():
        try:
            challenge = _taken_challenge()
            with unit_of_work() as work:
                account = _own(work)
                made = party().register(form.passkey.data or "", challenge=challenge)
                codes = service.add_passkey(work, account, made, form.name.data or "")
                token = _renewed(work, account)
        except (InvalidInput, PasskeyRefused) as fault:
            form.form_errors.append(say(fault))
        else:
            return _done(token, codes, gettext("The passkey has been added."))
    form.passkey.data = ""
    return _page(form), 400


@blueprint.post("/factors/passkeys/<int:passkey_id>/remove")
@signed_in
def remove_passkey(passkey_id: int) -> Response:
    """Take a passkey away."""
    return _removed(lambda work, account: service.remove_passkey(work, account, passkey_id))


@blueprint.post("/factors/recovery-codes")
@signed_in
def renew_recovery() -> Answer:
    """Draw ten recovery codes in place of those before; the answer shows them, once."""
    with unit_of_work() as work:
        account = _own(work)
        codes = service.renew_recovery(work, account)
        token = _renewed(work, account)
    return _done(token, codes, "")


def _taken_challenge() -> bytes:
    """Return what the new passkey was to sign; raise PasskeyRefused when nothing was asked of it."""
    with unit_of_work() as work:
        challenge = sessions.take_challenge(work, current_user.account.session_id)
    if challenge is None:
        raise PasskeyRefused
    return challenge


def _page(form: PasskeyForm) -> str:
    return render_template("auth/factors.html", form=form, factors=factors_of(reading().session, actor().account_id))


def _app_page(form: AppForm) -> Response | str:
    """Return the page of the app that was begun; without one, lead to the beginning."""
    with unit_of_work() as work:
        secret = service.begun_secret(work, actor().account_id)
    if secret is None:
        return redirect(url_for("auth.factors"))
    where = party().id
    address = one_time_codes.address_of(secret, account=current_user.account.username, issuer=where)
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return render_template("auth/app.html", form=form, groups=groups, qr=draw(address), where=where)


def _own(work: Work) -> Account:
    return work.session.get_one(Account, actor().account_id, with_for_update=True)


def _renewed(work: Work, account: Account) -> str:
    """Begin a session in place of this one, which the change has ended with all others."""
    return sessions.begin(work, account, is_proved=True)


def _removed(remove: Callable[[Work, Account], object]) -> Response:
    try:
        with unit_of_work() as work:
            account = _own(work)
            remove(work, account)
            token = _renewed(work, account)
    except InvalidInput as fault:
        flash(say(fault), "error")
    else:
        carry(token)
        flash(gettext("Removed."), "success")
    return redirect(url_for("auth.factors"))


def _done(token: str, codes: Sequence[str], said: str) -> Answer:
    """Go on with the new session: by showing recovery codes once where there are new ones."""
    person = carry(token)
    if codes:
        groups = [" ".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]
        return render_template("auth/recovery_codes.html", codes=groups, next_url=next_page(person))
    flash(said, "success")
    return redirect(url_for("auth.factors"))
