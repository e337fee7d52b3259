"""Routes: A citizen who wants to be known has the name confirmed, in a step of its own beside the form."""

from __future__ import annotations

import logging

from flask import Response, make_response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from forum.adapters.openid.faults import IssuerAway, OpenIdFault
from forum.adapters.openid.issuer import Errand, Issuer, Known
from forum.domain.errors import InvalidInput
from forum.domain.submissions import LONGEST_NAME, LONGEST_NUMBER, ConfirmedName
from forum.domain.text import clean_input
from forum.extensions import house, limiter
from forum.web.access import public
from forum.web.errands import RATE, came_back, configured, end_errand, keep_errand, way_there
from forum.web.rate_key import rate_key
from forum.web.submit.blueprint import blueprint
from forum.web.submit.known_name import drop_known_name, keep_known_name, known_name

ERRAND = "confirming"
BACK = "submit.known_done"
NAME = "name"
_LOG = logging.getLogger(__name__)


@blueprint.get("/submit/known")
@public
def known() -> str:
    """Say what confirming means and who sees the name; show the one that waits."""
    _issuer()
    return _page()


@blueprint.get("/submit/known/begin")
@limiter.limit(RATE, key_func=rate_key)
@public
def known_begin() -> Response | AnyResponse:
    """Send the browser to the issuer, which asks again who is there: the telephone may be somebody else's."""
    issuer, errand = _issuer(), Errand.begin()
    try:
        response = redirect(way_there(issuer, errand, BACK, is_asked_again=True))
    except IssuerAway as fault:
        return _failed(fault)
    keep_errand(response, ERRAND, errand)
    return response


@blueprint.get("/submit/known/done")
@limiter.limit(RATE, key_func=rate_key)
@public
def known_done() -> AnyResponse:
    """Take the browser back with a name, or say plainly that there is none and that a tip needs none."""
    issuer = _issuer()
    try:
        person, _ = came_back(issuer, ERRAND, BACK, wanted=[claim for claim in (NAME, _number_claim()) if claim])
        confirmed = _confirmed(person)
    except OpenIdFault as fault:
        return end_errand(_failed(fault), ERRAND)
    response = redirect(url_for("submit.known"), 303)
    keep_known_name(response, confirmed)
    return end_errand(response, ERRAND)


@blueprint.post("/submit/known/drop")
@public
def known_drop() -> AnyResponse:
    """Forget the name."""
    _issuer()
    drop_known_name()
    return redirect(url_for("submit.known"), 303)


def _issuer() -> Issuer:
    return configured(house().citizens)


def _number_claim() -> str:
    client = house().config.citizens
    return client.number_claim if client else ""


def _confirmed(person: Known) -> ConfirmedName:
    """Return what is taken over: a name, a number where one is wanted, and nothing else of what the issuer tells."""
    client = house().config.citizens
    try:
        name = clean_input(person.text(NAME), limit=LONGEST_NAME)
        number = clean_input(person.text(_number_claim()), limit=LONGEST_NUMBER)
    except InvalidInput as fault:
        raise OpenIdFault("name") from fault
    if not name:
        raise OpenIdFault("name")
    return ConfirmedName(name, number, client.name if client else "")


def _failed(fault: OpenIdFault) -> Response:
    """Say that it did not work; the log learns the kind of fault, and nothing of whoever met it."""
    _LOG.warning("a name was not confirmed: %s", fault.why)
    if isinstance(fault, IssuerAway):
        said = gettext("The electronic identity cannot be reached at the moment. Your tip does not need it.")
        return make_response(_page(said), 503)
    return make_response(_page(gettext("Your name was not confirmed. You may try again, or send without.")), 400)


def _page(said: str = "") -> str:
    return render_template("submit/known.html", known=known_name(), said=said)
