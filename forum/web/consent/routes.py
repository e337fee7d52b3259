"""Routes: requests to open who sent a tip, for those who decide and for leads who are told."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.domain.consent import RequestState
from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Permission
from forum.extensions import reading, unit_of_work
from forum.models.access_log import AccessAction
from forum.reports import consent as report
from forum.services import consent
from forum.services.access_log import record
from forum.web.access import actor, requires
from forum.web.consent.forms import DecisionForm
from forum.web.fields import add_fault
from forum.web.translations import gettext

blueprint = Blueprint("consent", __name__, url_prefix="/consent")

AGREE, REFUSE = "agree", "refuse"
"""Values of the two buttons."""


@blueprint.get("")
@requires(Permission.CONSENT)
def index() -> str:
    """List what waits for one's word, what was opened, and what one has asked for."""
    work, person = reading(), actor()
    found = report.requests_for(work.session, person, now=work.now)
    with unit_of_work() as writing:
        data = {"list": "requests", "rows": len(found.to_decide) + len(found.opened) + len(found.own)}
        record(writing, AccessAction.LIST_SHOWN, account_id=person.account_id, data=data)
    return render_template("consent/index.html", requests=found, may_ask=person.holds(Permission.OPEN_IDENTITY))


@blueprint.get("/<int:request_id>")
@requires(Permission.CONSENT)
def show(request_id: int) -> str:
    """Show a request with its reason."""
    return _page(request_id, DecisionForm(formdata=None))


@blueprint.post("/<int:request_id>")
@requires(Permission.CONSENT)
def decide(request_id: int) -> Response | str | tuple[str, int]:
    """Agree, or not."""
    form, answer = DecisionForm(), request.form.get("answer")
    if answer not in {AGREE, REFUSE}:
        form.form_errors.append(gettext("Please use one of the two buttons."))
    if form.validate() and answer in {AGREE, REFUSE}:
        try:
            with unit_of_work() as work:
                consent.decide(work, actor(), request_id, agrees=answer == AGREE, reason=form.reason.data or "")
        except InvalidInput as fault:
            add_fault(form, fault)
        else:
            agreed = gettext("You have agreed; it is on the timeline of the tip.")
            flash(
                agreed if answer == AGREE else gettext("You have refused; it is on the timeline of the tip."), "success"
            )
            return redirect(url_for("consent.index"))
    return _page(request_id, form), 400


@blueprint.post("/<int:request_id>/seen")
@requires(Permission.APPROVE)
def seen(request_id: int) -> Response:
    """Take note, as the lead, of a name that was opened."""
    with unit_of_work() as work:
        consent.take_note(work, actor(), request_id)
    flash(gettext("Noted."), "success")
    return redirect(url_for("consent.index"))


def _page(request_id: int, form: DecisionForm) -> str:
    work, person = reading(), actor()
    found = report.find_request(work.session, work.secrets, person, request_id, now=work.now)
    if found is None:
        raise NotFound
    with unit_of_work() as writing:
        record(writing, AccessAction.TIP_OPENED, account_id=person.account_id, tip_id=found.tip.id)
    may_decide = found.row.state is RequestState.WAITING and found.row.is_open and not found.is_own
    return render_template("consent/show.html", found=found, row=found.row, form=form, may_decide=may_decide)
