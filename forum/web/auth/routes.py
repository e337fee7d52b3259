"""Routes: Signing in and out, the own password and sessions, light or dark."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.domain.errors import InvalidInput
from forum.extensions import house, limiter, reading, unit_of_work
from forum.models import Account
from forum.reports.factors import linked_since
from forum.reports.sessions import sessions_of
from forum.services import accounts, sessions, sign_in
from forum.web.access import actor, public, signed_in
from forum.web.auth import factor_routes, proof_routes, sign_on_routes
from forum.web.auth.blueprint import blueprint
from forum.web.auth.forms import PasswordForm, SignInForm
from forum.web.entering import device, next_page, open_session
from forum.web.errors import say
from forum.web.fields import add_fault
from forum.web.rate_key import rate_key
from forum.web.translations import gettext

__all__ = ["blueprint", "factor_routes", "proof_routes", "sign_on_routes"]

THEMES = ("auto", "light", "dark")
RATE = "60 per minute"
"""For one address of the network; a whole station may share it."""


@blueprint.get("/sign-in", endpoint="sign_in")
@public
def show_form() -> Response | str:
    """Show the form, or lead on who has signed in."""
    if current_user.is_authenticated and current_user.account.proved_at:
        return redirect(next_page(current_user))
    return render_template("auth/sign_in.html", form=SignInForm())


@blueprint.post("/sign-in", endpoint="enter")
@limiter.limit(RATE, key_func=rate_key)
@public
def enter() -> Response | tuple[str, int]:
    """Check name and password, and lead on to the second factor; each try leaves a row, whatever becomes of it."""
    form = SignInForm()
    if not form.validate():
        return render_template("auth/sign_in.html", form=form), 400
    username, password = form.username.data or "", form.password.data or ""
    try:
        account = _checked(username, password)
    except (sign_in.TooManyTries, sign_in.WrongPassword) as fault:
        form.form_errors.append(say(fault))
        is_blocked = isinstance(fault, sign_in.TooManyTries)
        return render_template("auth/sign_in.html", form=form), 429 if is_blocked else 403
    return redirect(next_page(open_session(account, is_proved=False)))


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """End this session."""
    with unit_of_work() as work:
        sessions.end(work, actor().account_id, current_user.account.session_id)
    session.clear()
    flash(gettext("You have signed out."), "success")
    return redirect(url_for("auth.sign_in"))


@blueprint.post("/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> Response:
    """End another session of the own account."""
    with unit_of_work() as work:
        sessions.end(work, actor().account_id, session_id, is_elsewhere=True)
    flash(gettext("Signed out there."), "success")
    return redirect(url_for("auth.password"))


@blueprint.post("/sessions/end-others")
@signed_in
def end_other_sessions() -> Response:
    """End all sessions of the own account but this one."""
    with unit_of_work() as work:
        sessions.end_others(work, actor().account_id, current_user.account.session_id)
    flash(gettext("You are signed in here only."), "success")
    return redirect(url_for("auth.password"))


@blueprint.get("/password")
@signed_in
def password() -> str:
    """Show the form for another password, and where else the account is signed in."""
    return _account_page(PasswordForm())


@blueprint.post("/password")
@signed_in
def change_password() -> Response | tuple[str, int]:
    """Give the account another password; its other sessions end, this one goes on."""
    form = PasswordForm()
    if form.validate() and _is_changed(form):
        flash(gettext("Your password has been changed."), "success")
        return redirect(next_page(current_user))
    return _account_page(form), 400


@blueprint.post("/theme")
@signed_in
def theme() -> Response:
    """Keep whether the pages are light or dark."""
    wanted = request.form.get("theme", "")
    with unit_of_work() as work:
        work.session.get_one(Account, actor().account_id).theme = wanted if wanted in THEMES else THEMES[0]
    return redirect(url_for("auth.password"))


def _account_page(form: PasswordForm) -> str:
    work = reading()
    found = sessions_of(work.session, actor().account_id, work.now)
    linked_at = linked_since(work.session, actor().account_id) if house().officers else None
    return render_template("auth/password.html", form=form, sessions=found, linked_at=linked_at)


def _checked(username: str, password: str) -> Account:
    try:
        with unit_of_work() as work:
            attempt = sign_in.begin_attempt(work, username, device=device())
    except sign_in.TooManyTries:
        with unit_of_work() as work:
            sign_in.refuse(work, username)
        raise
    is_right = sign_in.is_right(attempt, password)
    with unit_of_work() as work:
        account = sign_in.settle(work, attempt, is_right=is_right, password=password)
    if account is None:
        raise sign_in.WrongPassword
    return account


def _is_changed(form: PasswordForm) -> bool:
    if form.password.data != form.again.data:
        form.again.errors = [gettext("This differs from the new password. Please type it once more.")]
        return False
    try:
        account = _checked(current_user.account.username, form.current.data or "")
    except sign_in.WrongPassword:
        form.current.errors = [gettext("This is not your present password.")]
        return False
    except sign_in.TooManyTries as fault:
        form.form_errors.append(say(fault))
        return False
    if form.current.data == form.password.data:
        form.password.errors = [gettext("This is your present password. Please choose another.")]
        return False
    return _is_set(form, account.id)


def _is_set(form: PasswordForm, account_id: int) -> bool:
    try:
        with unit_of_work() as work:
            account = work.session.get_one(Account, account_id)
            accounts.set_password(account, form.password.data or "", must_change_password=False)
    except InvalidInput as fault:
        add_fault(form, fault)
        return False
    open_session(account, is_proved=current_user.account.proved_at is not None)
    return True
