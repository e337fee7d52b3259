"""Routes: what has run out, what waits for a second person, what is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from forum.adapters.retention_table import retention_rules
from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Permission
from forum.domain.retention import ErasureReason
from forum.extensions import db, house, reading, unit_of_work
from forum.models.access_log import AccessAction
from forum.reports.retention import PAGE, standing
from forum.services import retention
from forum.services.access_log import record
from forum.services.erasure_traces import clear_traces
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.errors import say
from forum.web.fields import add_fault
from forum.web.retention.forms import REASONS, HoldForm, OneForm
from forum.web.translations import gettext

blueprint = Blueprint("retention", __name__, url_prefix="/retention")

Answer = Response | str | tuple[str, int]


@blueprint.get("")
@requires(Permission.ERASE)
def index() -> str:
    """Show what may be erased, what waits and what is held."""
    with unit_of_work() as work:
        record(work, AccessAction.LIST_SHOWN, account_id=actor().account_id, data={"list": "retention"})
    return _page(OneForm(formdata=None), HoldForm(formdata=None))


@blueprint.post("/propose")
@requires(Permission.ERASE)
def propose() -> Response:
    """Propose to erase the chosen tips for their age."""
    _each(
        lambda work, number: retention.request_erasure(work, actor(), number, reason=ErasureReason.RETENTION),
        gettext("Proposed. Another person must confirm before anything is erased."),
    )
    return redirect(url_for("retention.index"))


@blueprint.post("/confirm")
@requires(Permission.ERASE)
def confirm() -> Response:
    """Erase the chosen tips, which somebody else has proposed."""
    storage_keys: list[str] = []

    def erase(work: Work, number: str) -> None:
        storage_keys.extend(retention.confirm_erasure(work, actor(), number))

    _each(erase, gettext("Erased for good."))
    place = house()
    clear_traces(db.session(), place.files, place.erasures, storage_keys)
    return redirect(url_for("retention.index"))


@blueprint.post("/withdraw")
@requires(Permission.ERASE)
def withdraw() -> Response:
    """Take the chosen proposals back."""
    _each(lambda work, number: retention.withdraw_request(work, actor(), number), gettext("Taken back; the tips stay."))
    return redirect(url_for("retention.index"))


@blueprint.post("/one")
@requires(Permission.ERASE)
def one() -> Answer:
    """Propose to erase one tip before its time."""
    form = OneForm()

    def propose_one(work: Work) -> None:
        reason, note = ErasureReason(form.reason.data), form.note.data or ""
        retention.request_erasure(work, actor(), form.number.data or "", reason=reason, note=note)

    if _is_done(form, propose_one, gettext("Proposed. Another person must confirm before anything is erased.")):
        return redirect(url_for("retention.index"))
    return _page(form, HoldForm(formdata=None), is_refused=True), 400


@blueprint.post("/hold")
@requires(Permission.ERASE)
def hold() -> Answer:
    """Hold a tip back from erasing."""
    return _hold(retention.hold, gettext("The tip is held back from erasing."))


@blueprint.post("/lift")
@requires(Permission.ERASE)
def lift() -> Answer:
    """Lift a hold."""
    return _hold(retention.lift_hold, gettext("The hold is lifted."))


def _hold(act: Callable[..., None], success: str) -> Answer:
    form = HoldForm()
    change = lambda work: act(work, actor(), form.number.data or "", reason=form.reason.data or "")  # noqa: E731 - short
    if _is_done(form, change, success):
        return redirect(url_for("retention.index"))
    return _page(OneForm(formdata=None), form, is_refused=True), 400


def _each(act: Callable[[Work, str], None], success: str) -> None:
    """Do something with every chosen tip, each in a transaction of its own; say which could not be done, and why."""
    numbers = list(dict.fromkeys(request.form.getlist("number")))[:PAGE]
    if not numbers:
        flash(gettext("Please choose at least one tip."), "error")
    done = 0
    for number in numbers:
        try:
            with unit_of_work() as work:
                act(work, number)
        except (InvalidInput, NotFound) as fault:
            flash(f"{number[:10]}: {say(fault)}", "error")
        else:
            done += 1
    if done:
        flash(success, "success")


def _is_done(form: FlaskForm, change: Callable[[Work], None], success: str) -> bool:
    if not form.validate():
        return False
    try:
        with unit_of_work() as work:
            change(work)
    except InvalidInput as fault:
        add_fault(form, fault)
        return False
    except NotFound as fault:
        add_fault(form, InvalidInput(fault.message, field="number"))
        return False
    flash(success, "success")
    return True


def _page(one_form: OneForm, hold_form: HoldForm, *, is_refused: bool = False) -> str:
    work, person = reading(), actor()
    refused: Sequence[FlaskForm] = [form for form in (one_form, hold_form) if is_refused and form.errors]
    return render_template(
        "retention/index.html",
        standing=standing(work.session, person, work.now),
        most=PAGE,
        me=person.account_id,
        teams=work.rulebook.teams,
        rules=retention_rules().values(),
        reasons=REASONS,
        one_form=one_form,
        hold_form=hold_form,
        refused=refused,
    )
