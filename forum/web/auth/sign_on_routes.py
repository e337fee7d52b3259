"""Routes: Signing in by the single sign-on of the office, and linking it to an account."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from forum.adapters.openid.faults import IssuerAway, OpenIdFault
from forum.adapters.openid.issuer import Errand, Issuer, Known
from forum.domain.errors import InvalidInput
from forum.extensions import house, limiter, unit_of_work
from forum.models import Account
from forum.services import sessions, single_sign_on
from forum.web.access import actor, public, signed_in
from forum.web.auth.blueprint import blueprint
from forum.web.auth.forms import SignInForm
from forum.web.entering import carry, next_page, open_session
from forum.web.errands import RATE, came_back, configured, end_errand, keep_errand, way_there
from forum.web.errors import say
from forum.web.rate_key import rate_key
from forum.web.translations import gettext

ERRAND = "signing-on"
BACK = "auth.single_sign_on_done"
SESSION = "session"


@blueprint.get("/sign-in/single-sign-on", endpoint="single_sign_on")
@limiter.limit(RATE, key_func=rate_key)
@public
def begin() -> Response:
    """Send the browser to the single sign-on; a link leads here, as a form may not be sent on to elsewhere."""
    issuer, errand = _issuer(), Errand.begin()
    try:
        response = redirect(way_there(issuer, errand, BACK))
    except IssuerAway:
        return _turned_away(HTTPStatus.SERVICE_UNAVAILABLE)
    keep_errand(response, ERRAND, errand)
    return response


@blueprint.get("/sign-in/single-sign-on/done", endpoint="single_sign_on_done")
@limiter.limit(RATE, key_func=rate_key)
@public
def done() -> Response:
    """Take the browser back, and lead on to the second factor or to the link that was wanted; all leaves a row."""
    issuer = _issuer()
    try:
        known, kept = came_back(issuer, ERRAND, BACK)
        response = _linked(known, kept[SESSION]) if SESSION in kept else _entered(known)
    except OpenIdFault as fault:
        with unit_of_work() as work:
            single_sign_on.refuse(work, fault.why)
        is_away = isinstance(fault, IssuerAway)
        response = _turned_away(HTTPStatus.SERVICE_UNAVAILABLE if is_away else HTTPStatus.FORBIDDEN)
    return end_errand(response, ERRAND)


@blueprint.post("/factors/single-sign-on")
@signed_in
def link_sign_on() -> Response:
    """Show the way to the single sign-on that is to be linked to the own account."""
    issuer, errand = _issuer(), Errand.begin()
    try:
        address = way_there(issuer, errand, BACK, is_asked_again=True)
    except IssuerAway:
        flash(gettext("The single sign-on cannot be reached at the moment. Please try again later."), "error")
        return redirect(url_for("auth.password"))
    response = make_response(render_template("auth/link_sign_on.html", address=address))
    keep_errand(response, ERRAND, errand, **{SESSION: _own_session()})
    return response


@blueprint.post("/factors/single-sign-on/remove")
@signed_in
def unlink_sign_on() -> Response:
    """Take the link to the single sign-on away."""
    _issuer()
    try:
        with unit_of_work() as work:
            account = work.session.get_one(Account, actor().account_id, with_for_update=True)
            single_sign_on.unlink(work, account)
            token = sessions.begin(work, account, is_proved=True)
    except InvalidInput as fault:
        flash(say(fault), "error")
    else:
        carry(token)
        flash(gettext("Removed."), "success")
    return redirect(url_for("auth.password"))


def _issuer() -> Issuer:
    return configured(house().officers)


def _entered(known: Known) -> Response:
    client = house().config.officers
    with unit_of_work() as work:
        accepted = single_sign_on.accept(work, known, trusted=client.trusted_factors if client else frozenset())
    if accepted is None:
        return _turned_away(HTTPStatus.FORBIDDEN)
    return redirect(next_page(open_session(accepted.account, is_proved=accepted.is_proved)))


def _own_session() -> str:
    """Return what no other session has: ids of rows may come again once a session has ended."""
    return house().secrets.session_digest(current_user.get_id()).hex()


def _linked(known: Known, begun_in: str) -> Response:
    """Link whoever signed on to the account of the very session in which the link was asked for."""
    account = getattr(current_user, "account", None)
    if account is None or account.proved_at is None or _own_session() != begun_in:
        raise OpenIdFault("another-session")
    try:
        with unit_of_work() as work:
            own = work.session.get_one(Account, account.id, with_for_update=True)
            single_sign_on.link(work, own, known)
            token = sessions.begin(work, own, is_proved=True)
    except InvalidInput as fault:
        flash(say(fault), "error")
    else:
        carry(token)
        flash(gettext("The single sign-on is linked to your account."), "success")
    return redirect(url_for("auth.password"))


def _turned_away(status: HTTPStatus) -> Response:
    """Show the ordinary door, and say the same whatever was wrong with the other one."""
    form = SignInForm()
    is_away = status is HTTPStatus.SERVICE_UNAVAILABLE
    form.form_errors.append(
        gettext("The single sign-on cannot be reached at the moment. Please sign in with name and password.")
        if is_away
        else gettext(
            "Signing in by single sign-on did not work. Please begin again. If your account is not linked to it yet, "
            "sign in with name and password and link it under “My account”."
        )
    )
    return make_response(render_template("auth/sign_in.html", form=form), status)
