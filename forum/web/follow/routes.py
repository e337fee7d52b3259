"""Routes: Following a tip by its receipt, which is in the body of each request and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, cast

from flask import Blueprint, Response, request, send_file
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import ServiceUnavailable

from forum.adapters.vault import SealBroken
from forum.domain import receipts
from forum.domain.errors import IllegalMove, InvalidInput, NotFound, NotKept
from forum.domain.receipts import ReceiptMistyped
from forum.extensions import limiter, reading, unit_of_work
from forum.reports.citizen_view import public_file
from forum.services.attachments import Incoming, open_file
from forum.services.conversation import find_by_receipt, has_rated, has_said, rate, write
from forum.services.scanning import refuse_harmful
from forum.services.splitting import parts_of
from forum.web.access import public
from forum.web.errors import domain_fault, is_read, say
from forum.web.fields import add_fault
from forum.web.follow.forms import RateForm, ReceiptForm, WriteForm, seen
from forum.web.follow.pages import ask_page, tip_page
from forum.web.places import RETRY_AFTER_SECONDS, takes_files
from forum.web.rate_key import rate_key
from forum.web.translations import gettext
from forum.web.uploads import receive

blueprint = Blueprint("follow", __name__)

RATE = "60 per minute; 600 per hour"
"""For all of following together: guessing receipts is hopeless anyway, and a carrier's address is shared by many."""
DOWNLOAD_POLICY = "sandbox; default-src 'none'"

limited = limiter.shared_limit(RATE, scope="follow", key_func=rate_key)


@blueprint.get("/follow")
@public
def index() -> str:
    """Ask for the receipt."""
    return ask_page(ReceiptForm(formdata=None))


@blueprint.post("/follow")
@limited
@public
def show() -> str:
    """Show the tip of the receipt, with the words that a renewed page carried along."""
    return tip_page(_receipt(), write_form=WriteForm(formdata=None, text=request.form.get("text", "")))


@blueprint.post("/follow/write")
@limited
@public
@takes_files
def add() -> str | tuple[str, int]:
    """Add words and files, or reply to a question."""
    receipt, form = _receipt(), WriteForm()
    with receive(form.files.data or ()) as received:
        is_valid = form.validate()
        form.files.errors = list(received.faults)
        if not is_valid or received.faults:
            return tip_page(receipt, write_form=form), 400
        try:
            _write(receipt, form, received.files)
        except InvalidInput as fault:
            add_fault(form, fault)
            return tip_page(receipt, write_form=form), 400
        except IllegalMove as fault:
            return tip_page(receipt, write_form=form, fault=say(fault)), 409
    return tip_page(receipt, done=gettext("Your message has arrived. Thank you."))


@blueprint.post("/follow/rate")
@limited
@public
def judge() -> str | tuple[str, int]:
    """Rate the answer; "not solved" opens the tip again."""
    receipt, form = _receipt(), RateForm()
    if not form.validate():
        return tip_page(receipt, rate_form=form), 400
    try:
        _rate(receipt, form)
    except IllegalMove as fault:
        return tip_page(receipt, rate_form=form, fault=say(fault)), 409
    return tip_page(receipt, done=gettext("Your rating has arrived. Thank you."))


@blueprint.post("/follow/file")
@limited
@public
def download() -> Response:
    """Return a file of the tip, always to be saved, never to be shown as part of the site."""
    work = reading()
    whole = find_by_receipt(work, _receipt())
    uid = request.form.get("file", "")
    found = ((tip, public_file(work.session, tip, uid)) for tip in (whole, *parts_of(work.session, whole)))
    tip, attachment = next(((tip, file) for tip, file in found if file is not None), (whole, None))
    if attachment is None:
        raise NotFound("This file is no longer here.")
    refuse_harmful(attachment)
    name, reader = open_file(work, tip, attachment)
    response = send_file(
        cast("IO[bytes]", reader), attachment.media_type, as_attachment=True, download_name=name, etag=False
    )
    response.content_length = attachment.size_bytes
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


@blueprint.errorhandler(ReceiptMistyped)
@blueprint.errorhandler(NotFound)
def not_this_receipt(fault: ReceiptMistyped | NotFound) -> tuple[str, int]:
    """Ask for the digits again, keeping what was typed."""
    form = _renewed()
    form.receipt.errors = [say(fault)]
    return ask_page(form), 400 if isinstance(fault, ReceiptMistyped) else 404


@blueprint.errorhandler(NotKept)
@blueprint.errorhandler(SealBroken)
def not_kept(fault: NotKept | SealBroken) -> tuple[str, int]:
    """Say that nothing was stored, keeping what was typed."""
    return (ask_page(_renewed(), said=say(fault)), 503) if is_read() else domain_fault(fault)


@blueprint.errorhandler(CSRFError)
def session_lost(_fault: CSRFError) -> tuple[str, int]:
    """Ask to go on, keeping what was typed: the cookie may have been lost while the citizen wrote."""
    said = gettext("This page was open for long. Nothing is lost: please press the button once more.")
    return ask_page(_renewed(), said=said), 400


@blueprint.errorhandler(RateLimitExceeded)
@blueprint.errorhandler(ServiceUnavailable)
def too_many(fault: RateLimitExceeded | ServiceUnavailable) -> tuple[str, int, dict[str, str]]:
    """Ask for patience, keeping what was typed."""
    said = gettext("Many are asking at once. Please wait a minute and press the button once more.")
    return ask_page(_renewed(), said=said), fault.code or 503, {"Retry-After": str(RETRY_AFTER_SECONDS)}


def _receipt() -> str:
    return receipts.parse(request.form.get("receipt", ""))


def _renewed() -> ReceiptForm:
    """Return the first form with the digits and whatever was being written on the page of the tip."""
    text = request.form.get("text") or request.form.get("comment") or ""
    return ReceiptForm(formdata=None, receipt=request.form.get("receipt", ""), text=text)


def _write(receipt: str, form: WriteForm, files: Sequence[Incoming]) -> None:
    """Write once, also when the same form is sent twice."""
    with unit_of_work() as work:
        tip = find_by_receipt(work, receipt, lock=True)
        text, since = form.text.data or "", seen(form.seen)
        if since is None or not has_said(work, tip, since=since, text=text, file_count=len(files)):
            write(work, tip, text=text, files=files)


def _rate(receipt: str, form: RateForm) -> None:
    """Rate once, also when the same form is sent twice."""
    with unit_of_work() as work:
        tip = find_by_receipt(work, receipt, lock=True)
        since = seen(form.seen)
        if since is None or not has_rated(work, tip, since=since):
            is_solved = form.is_solved.data == "yes"
            rate(work, tip, is_solved=is_solved, score=int(form.score.data), comment=form.comment.data or "")
