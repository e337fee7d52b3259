"""Faults become sentences here, once: what happened and what to do, never a stack of code."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from werkzeug.exceptions import HTTPException, InternalServerError

from forum.adapters.keyring import KeyringFault
from forum.adapters.vault import SealBroken
from forum.domain.errors import Busy, DomainError, IllegalMove, InvalidInput, NotFound, NotKept, NotPermitted
from forum.extensions import unit_of_work
from forum.models import Tip
from forum.models.access_log import AccessAction
from forum.services.access_log import record
from forum.web.discarding import discard_rest
from forum.web.translations import gettext

STATUS_BY_FAULT: tuple[tuple[type[DomainError], int], ...] = (
    (NotPermitted, 403),
    (NotFound, 404),
    (IllegalMove, 409),
    (Busy, 503),
    (NotKept, 503),
    (SealBroken, 503),
    (KeyringFault, 503),
    (InvalidInput, 400),
    (DomainError, 400),
)

WHAT_TO_DO = {
    400: "Please go back and try once more.",
    403: "This part is for others. If you need it, please ask your administrator.",
    404: "The address may be mistyped, or the page is gone. Please begin from the first page.",
    405: "Please go back and use the buttons of the page.",
    409: "Somebody else may have changed it in the meantime. Please open it again.",
    413: "Please go back, choose fewer or smaller files, and send again. What you have typed is still on that page.",
    421: "The forum is not reached by this address. Please open it by the address that you were given.",
    429: "Too many tries in a short time. Please wait a minute and try again.",
    503: "Please wait a moment, go back and try once more. What you have typed is still on that page.",
    500: "The fault is ours. Please try again in a few minutes; what is urgent, please phone 113.",
}


def say(fault: DomainError) -> str:
    """Return the fault as a sentence in the visitor's language."""
    return str(gettext(fault.message, **fault.params))


def init_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, domain_fault)
    app.register_error_handler(HTTPException, http_fault)


def error_page(code: int, title: str) -> tuple[str, int]:
    """Render the page of a fault."""
    what_to_do = gettext(WHAT_TO_DO.get(code, WHAT_TO_DO[400]))
    return render_template("errors/error.html", code=code, title=title, what_to_do=what_to_do), code


def domain_fault(fault: DomainError) -> tuple[str, int]:
    """Render the page of what a rule or a service refused."""
    code = next(status for kind, status in STATUS_BY_FAULT if isinstance(fault, kind))
    if isinstance(fault, NotPermitted | NotFound):
        record_refusal()
    return error_page(code, say(fault))


def is_read() -> bool:
    """Whether the form of this request came in whole, so that it can be shown again."""
    return "form" in request.__dict__


def http_fault(fault: HTTPException) -> Any:
    """Render the page of a fault of the protocol: what is missing, too large, too often or too old."""
    code = fault.code or 500
    if code < 400:  # noqa: PLR2004 - redirects are no faults
        return fault
    if isinstance(fault, InternalServerError):
        return error_page(code, gettext("Something went wrong here."))
    if code == HTTPStatus.SERVICE_UNAVAILABLE:
        return *error_page(code, gettext("Many are here at once.")), fault.get_headers()
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        discard_rest()
        return error_page(code, gettext("What you sent is too large."))
    if isinstance(fault, CSRFError):
        return error_page(code, gettext("This page was open for too long."))
    return error_page(code, gettext(fault.name))


def record_refusal(number: str | None = None) -> None:
    """Leave a row in the access log, in a transaction of its own: the one that failed has rolled back.

    The tip that was asked for, by `number` or in the address, is named where there is one: the officer is told nothing
    of it, the record is.
    """
    account_id = getattr(getattr(current_user, "account", None), "id", None)
    if account_id is None:
        return
    with unit_of_work() as work:
        asked = number or str((request.view_args or {}).get("number", ""))
        tip_id = work.session.scalar(select(Tip.id).where(Tip.number == asked)) if asked else None
        data = {"endpoint": request.endpoint or "unknown"}
        record(work, AccessAction.REFUSED, account_id=account_id, tip_id=tip_id, data=data)
