"""Routes: Submitting a tip and keeping its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from forum.adapters.shipped import gazetteer
from forum.domain import receipts
from forum.domain.errors import InvalidInput, NotKept
from forum.domain.submissions import Submission
from forum.domain.text import fold
from forum.domain.urgency import sounds_urgent, urgent_patterns
from forum.domain.working_time import day_of
from forum.extensions import house, limiter, reading, unit_of_work
from forum.services.attachments import Incoming
from forum.services.conversation import keep_receipt
from forum.services.submission import Acknowledgement, find_repeated, submit
from forum.web.access import public
from forum.web.errors import domain_fault, http_fault, is_read, say
from forum.web.fields import add_fault
from forum.web.places import RETRY_AFTER_SECONDS, takes_files
from forum.web.rate_key import rate_key
from forum.web.submit import known_routes
from forum.web.submit.blueprint import blueprint
from forum.web.submit.form_token import FormToken
from forum.web.submit.forms import SubmissionForm
from forum.web.submit.known_name import KnownName, drop_known_name, known_name
from forum.web.submit.pages import form_page, receipt_page
from forum.web.submit.places import commune_table
from forum.web.uploads import receive

__all__ = ["blueprint", "known_routes"]

RATE = "120 per minute; 1200 per hour"
"""A whole village may share one address of its carrier, and a meeting sends many tips at once."""
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"


@blueprint.get("/submit")
@public
def index() -> Response:
    """Show the empty form; a browser may keep it, so that going back to it finds what was typed."""
    response = current_app.make_response(form_page(_form()))
    if known_name() is None:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.post("/submit")
@limiter.limit(RATE, key_func=rate_key)
@public
@takes_files
def send() -> tuple[str, int]:
    """Take the tip and answer with its receipt at once, or show the form again with all that was typed."""
    form = _form()
    step = request.form.get("step")
    if step == "place":
        return form_page(form, has_checked_place=True), 200
    if step == "drop-name":
        return _without_name(form)
    token = FormToken.read(form.token.data or "", current_app.config["SECRET_KEY"])
    if token is None or not token.is_fresh(house().clock()):
        return _stale(form, token)
    known = known_name()
    if (known.mark if known else "") != (form.known.data or ""):
        return _other_name(form, token, known)
    with receive(form.files.data or ()) as received:
        is_valid = form.validate()
        form.files.errors = list(received.faults)
        if not is_valid or received.faults:
            return form_page(form), 400
        return _send(form, token, received.files, known)


@blueprint.post("/receipt/kept")
@limiter.limit(RATE, key_func=rate_key)
@public
def kept() -> AnyResponse:
    """Note that the receipt has been kept: it is shown no more."""
    receipt = receipts.parse(request.form.get("receipt", ""))
    with unit_of_work() as work:
        keep_receipt(work, receipt)
    return redirect(url_for("submit.thanks"), 303)


@blueprint.get("/receipt/kept")
@public
def thanks() -> str:
    """Say how it goes on; the receipt is not on this page."""
    return render_template("submit/thanks.html")


@blueprint.get("/submit/communes.json")
@public
def communes() -> Response:
    """Return the communes that are suggested while typing, by province."""
    table = commune_table()
    response = Response(table.body, mimetype="application/json")
    response.headers["Cache-Control"] = FOR_GOOD if request.args.get("v") == table.version else FOR_A_DAY
    return response


@blueprint.get("/submit/urgent.json")
@public
def urgent() -> Response:
    """Return the words that sound as if they had to be phoned, so that the page can say so while typing."""
    response = jsonify(urgent_patterns())
    response.headers["Cache-Control"] = FOR_A_DAY
    return response


@blueprint.errorhandler(CSRFError)
def session_lost(fault: CSRFError) -> Any:
    """Show the form again with what was typed: the cookie may have been lost while the citizen wrote."""
    if request.endpoint != "submit.send":
        return http_fault(fault)
    said = gettext(
        "Your connection was renewed while you wrote. Nothing is lost: please press send again. If this comes again, "
        "allow cookies for this page."
    )
    return form_page(_form(), said=said), 400


@blueprint.errorhandler(RateLimitExceeded)
@blueprint.errorhandler(ServiceUnavailable)
def too_many(fault: HTTPException) -> Any:
    """Show the form again with what was typed, and ask for patience."""
    if request.endpoint != "submit.send":
        return http_fault(fault)
    said = gettext("Many are sending at once. Please wait a minute and press send again.")
    return form_page(_form(), said=said), fault.code, {"Retry-After": str(RETRY_AFTER_SECONDS)}


@blueprint.errorhandler(NotKept)
def not_kept(fault: NotKept) -> Any:
    """Show the form again with what was typed: nothing of it has been stored."""
    return (form_page(_form(), said=say(fault)), 503) if is_read() else domain_fault(fault)


def _form() -> SubmissionForm:
    return SubmissionForm(today=day_of(house().clock()))


def _stale(form: SubmissionForm, token: FormToken | None) -> tuple[str, int]:
    """Answer a form that is too old or not ours; what it has brought already is not brought again."""
    repeated = find_repeated(reading(), token.token) if token else None
    if repeated is not None:
        return receipt_page(repeated), 200
    return form_page(form, said=gettext("This page was open for long. Nothing is lost: please press send again.")), 400


def _without_name(form: SubmissionForm) -> tuple[str, int]:
    """Forget the confirmed name; all that was typed stays."""
    drop_known_name()
    return form_page(form, said=gettext("The confirmed name is gone; nobody will see it."), has_known_name=False), 200


def _other_name(form: SubmissionForm, token: FormToken, known: KnownName | None) -> tuple[str, int]:
    """Show what would be sent along before it is: a name that the page has not shown, or none where it has shown one.

    Another person may have had their name confirmed on this telephone.
    """
    repeated = find_repeated(reading(), token.token)
    if repeated is not None:
        return receipt_page(repeated), 200
    if known is None:
        said = gettext(
            "The confirmed name is kept for half an hour only and is gone. Confirm it again, or send without."
        )
    else:
        said = gettext("A name was confirmed meanwhile. Look at it below: it is sent along unless you take it away.")
    return form_page(form, said=said), 200


def _send(
    form: SubmissionForm, token: FormToken, files: Sequence[Incoming], known: KnownName | None
) -> tuple[str, int]:
    """Ask what must be asked first, otherwise take the tip.

    No question is asked once files are attached, as the browser would lose them: the place is then left to the
    desk, and the hotlines are shown with the receipt.
    """
    place = form.read_place(gazetteer(fold))
    chosen = place.chosen(form.place_choice.data)
    hotlines = sounds_urgent(form.body.data or "")
    if not files:
        untold = () if request.form.get("told") else hotlines
        is_place_open = bool(place.choices) and chosen is None and form.place_asked.data != place.mark
        if untold or is_place_open:
            return form_page(form, hotlines=untold, has_checked_place=is_place_open), 200
    submission = form.to_submission(token.token, chosen, known.confirmed if known else None)
    try:
        acknowledgement = _take(submission, files)
    except InvalidInput as fault:
        add_fault(form, fault)
        return form_page(form), 400
    if known:
        drop_known_name()
    return receipt_page(acknowledgement, submission, hotlines=hotlines), 200


def _take(submission: Submission, files: Sequence[Incoming]) -> Acknowledgement:
    with unit_of_work() as work:
        return submit(work, submission, files)
