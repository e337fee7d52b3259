"""Routes: One tip as officers see it, and what they do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from forum.adapters.sealed_stream import SealedReader
from forum.domain.errors import IllegalMove, InvalidInput, NotFound, NotKept
from forum.domain.permissions import Permission
from forum.extensions import reading, unit_of_work
from forum.models.access_log import AccessAction
from forum.reports.tip_page import find_file
from forum.services import consent, identity
from forum.services.access_log import record
from forum.services.attachments import open_file
from forum.services.scanning import refuse_harmful
from forum.services.tips import find_tip, lock_tip
from forum.web.access import actor, requires
from forum.web.errors import record_refusal, say
from forum.web.fields import add_fault
from forum.web.passphrase import with_passphrase
from forum.web.places import takes_files
from forum.web.readers import readers_of
from forum.web.tips.action_table import ACTIONS
from forum.web.tips.actions import Action
from forum.web.tips.case import Case
from forum.web.tips.files import SCAN_WORDS, is_asked_first, is_previewed
from forum.web.tips.forms import ActionForm
from forum.web.tips.identity_step import ASK, OPEN, IdentityStep, identity_step
from forum.web.tips.page import Show, build_case, note_opening, render
from forum.web.translations import gettext
from forum.web.uploads import receive

blueprint = Blueprint("tips", __name__, url_prefix="/tips")

Answer = AnyResponse | str | tuple[str, int]
FILE_POLICY = "default-src 'none'; sandbox"
PIECE = 64 * 1024


@blueprint.get("/<number>")
@requires(Permission.READ_TIPS)
def show(number: str) -> str:
    """Show a tip; "?do=split" opens the form of a rarer action."""
    return _opened(number, Show(wanted=request.args.get("do", "")))


@blueprint.get("/<number>/who-can-see")
@requires(Permission.APPROVE)
def who_can_see(number: str) -> str:
    """Show a lead who can see a tip and why, and who has opened it."""
    work, person = reading(), actor()
    return render_template("tips/who_can_see.html", **readers_of(work, person, find_tip(work.session, number, person)))


@blueprint.get("/<number>/files/<uid>")
@requires(Permission.READ_TIPS)
def file(number: str, uid: str) -> Answer:
    """Hand out a file to be saved, or a picture to be looked at; ask first while nobody has checked it.

    It is written down before it is opened.
    """
    work = reading()
    tip = find_tip(work.session, number, actor())
    row = find_file(work.session, tip, uid)
    if row is None:
        raise NotFound
    refuse_harmful(row)
    if is_asked_first(row) and "confirmed" not in request.args:
        return render_template("tips/unchecked.html", number=number, uid=uid, said=SCAN_WORDS[row.scan], file=row)
    with unit_of_work() as writing:
        record(writing, AccessAction.FILE_OPENED, account_id=actor().account_id, tip_id=tip.id, data={"file": uid})
    name, reader = open_file(work, tip, row)
    is_shown = "inline" in request.args and is_previewed(row)
    response = Response(_pieces(reader), mimetype=row.media_type)
    response.call_on_close(reader.close)
    response.content_length = row.size_bytes
    # Spelled in full, as RFC 6266 wants: a server refuses a header with letters beyond Latin.
    spelled = {"filename*": f"UTF-8''{quote(name, safe='')}"}
    response.headers.set("Content-Disposition", "inline" if is_shown else "attachment", **spelled)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@blueprint.post("/<number>/ask-identity")
@requires(Permission.OPEN_IDENTITY)
def ask_identity(number: str) -> Answer:
    """Ask a second person to agree that one opens who sent the tip."""
    step = _identity_step(number, ASK)

    def act(form: Any) -> Answer:
        with unit_of_work() as work:
            consent.ask(work, actor(), number, reason=form.reason.data or "")
        flash(gettext("Asked. Another custodian, or the lead of the unit, decides."), "success")
        return redirect(url_for("tips.show", number=number))

    return _take(step, number, act)


@blueprint.post("/<number>/open-identity")
@requires(Permission.OPEN_IDENTITY)
def open_identity(number: str) -> Answer:
    """Show once who sent the tip, to a custodian who gives a reason and has the consent that is needed."""
    step = _identity_step(number, OPEN)

    def act(form: Any) -> Answer:
        given = {name: form[name].data or "" for name in ("reason", "passphrase") if name in form}
        card = with_passphrase(lambda work: identity.open_identity(work, actor(), number, **given))
        return render_template("tips/identity.html", number=number, card=card, pseudonym=_case(number).page.pseudonym)

    return _take(step, number, act)


def _identity_step(number: str, name: str) -> IdentityStep:
    """Return the step that was sent; raise IllegalMove when another one is next by now."""
    step = identity_step(_case(number), is_fresh=False)
    if step is None:
        raise NotFound
    if step.name != name or step.form is None:
        raise IllegalMove
    return step


def _take(step: IdentityStep, number: str, act: Callable[[Any], Answer]) -> Answer:
    """Take a step about a name; what is refused comes back with the reason that was typed."""
    if step.form is not None and step.form.validate():
        try:
            return act(step.form)
        except InvalidInput as fault:
            add_fault(step.form, fault)
    return _opened(number, Show(identity=step)), 400


def _act(action: Action, number: str) -> Answer:
    """Do one thing to a tip; what cannot be done comes back with all that was typed."""
    person = actor()
    form = action.form(name=action.name, is_fresh=False)
    form.prepare(_case(number))
    with receive(form.uploads) as received:
        is_valid = form.validate()
        form.show_upload_faults(received.faults)
        code = 400
        if is_valid and not received.faults:
            try:
                with unit_of_work() as work:
                    tip = lock_tip(work, number, person, expected=form.expected)
                    said = action.perform(work, person, tip, form, received.files)
            except (IllegalMove, NotKept) as fault:
                form.form_errors.append(say(fault))
                code = 409 if isinstance(fault, IllegalMove) else 503
            except (InvalidInput, NotFound) as fault:
                _show(form, fault)
            else:
                flash(said or str(action.done), "success")
                return redirect(_next_page(number))
    return _opened(number, Show(refused=(action, form))), code


def _show(form: ActionForm, fault: InvalidInput | NotFound) -> None:
    if isinstance(fault, NotFound) or isinstance(fault.__cause__, NotFound):
        # A number was typed: of no tip, or of one that the officer must not know of.
        record_refusal(getattr(form, "number", None))
    if isinstance(fault, InvalidInput):
        add_fault(form, fault)
    else:
        form.form_errors.append(say(fault))


def _next_page(number: str) -> str:
    """Return the tip's page, or the list when the tip has gone to where this officer does not see it."""
    try:
        find_tip(reading().session, number, actor())
    except NotFound:
        return url_for("queue.index")
    return url_for("tips.show", number=number)


def _case(number: str) -> Case:
    work = reading()
    return build_case(work, actor(), find_tip(work.session, number, actor()))


def _opened(number: str, show: Show) -> str:
    """Return the page of a tip as it is now; the opening is written down first."""
    work = reading()
    work.session.expire_all()
    tip = find_tip(work.session, number, actor())
    note_opening(actor(), tip)
    return render(work, actor(), tip, show)


def _pieces(reader: SealedReader) -> Iterator[bytes]:
    while piece := reader.read(PIECE):
        yield piece


def _view(action: Action) -> Callable[[str], Answer]:
    def view(number: str) -> Answer:
        return _act(action, number)

    view.__doc__ = f"Action on a tip: {action.name}."
    guarded = requires(action.permission)(view)
    return takes_files(guarded) if hasattr(action.form, "files") else guarded


for _action in ACTIONS:
    blueprint.add_url_rule(f"/<number>/{_action.name}", _action.endpoint, _view(_action), methods=["POST"])
