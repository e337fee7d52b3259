"""Routes: the keys of identities, for custodians."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Permission
from forum.extensions import reading, unit_of_work
from forum.reports.custody import standing
from forum.services import custody, identity
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.custody.forms import ChangeForm, ChooseForm, PassphraseForm
from forum.web.fields import add_fault
from forum.web.passphrase import with_passphrase
from forum.web.translations import gettext

blueprint = Blueprint("custody", __name__, url_prefix="/custody")

Answer = Response | str | tuple[str, int]


@blueprint.get("")
@requires(Permission.OPEN_IDENTITY)
def index() -> str:
    """Show whether one can open identities, who else can, and what waits."""
    return _page(None)


@blueprint.post("/passphrase")
@requires(Permission.OPEN_IDENTITY)
def choose() -> Answer:
    """Take a first passphrase, or a new one for one that was forgotten."""
    form = ChooseForm()
    return _answer(form, lambda: _plain(lambda work: custody.choose_passphrase(work, actor(), _typed(form))))


@blueprint.post("/passphrase/change")
@requires(Permission.OPEN_IDENTITY)
def change() -> Answer:
    """Replace the present passphrase."""
    form = ChangeForm(prefix="change-")
    present = form.present.data or ""
    return _answer(
        form,
        lambda: with_passphrase(
            lambda work: custody.change_passphrase(work, actor(), present, _typed(form)), field="present"
        ),
    )


@blueprint.post("/admit")
@requires(Permission.OPEN_IDENTITY)
def admit() -> Answer:
    """Hand a colleague the key of a province."""
    form = PassphraseForm(prefix="admit-")
    scope, account_id = form.scope.data or "", _number(form.account.data)
    return _answer(
        form,
        lambda: with_passphrase(
            lambda work: custody.admit(work, actor(), account_id, scope=scope, passphrase=_typed(form))
        ),
    )


@blueprint.post("/renew")
@requires(Permission.OPEN_IDENTITY)
def renew() -> Answer:
    """Give a province a new key."""
    form = PassphraseForm(prefix="renew-")
    scope = form.scope.data or ""
    return _answer(
        form,
        lambda: with_passphrase(lambda work: custody.renew(work, actor(), scope=scope, passphrase=_typed(form))),
    )


@blueprint.post("/hand-over")
@requires(Permission.OPEN_IDENTITY)
def hand_over() -> Answer:
    """Hand over who sent a tip to the province that has it now."""
    form = PassphraseForm(prefix="hand-over-")
    number = form.number.data or ""
    return _answer(
        form,
        lambda: with_passphrase(
            lambda work: identity.hand_over_identity(work, actor(), number, passphrase=_typed(form))
        ),
    )


def _answer(form: FlaskForm, act: Callable[[], object]) -> Answer:
    """Do what a form asks for; what is refused comes back beside the field, without any passphrase."""
    if form.validate():
        try:
            act()
        except InvalidInput as fault:
            add_fault(form, fault)
        else:
            flash(gettext("Done, and written down."), "success")
            return redirect(url_for("custody.index"))
    return _page(form), 400


def _plain(act: Callable[[Work], object]) -> None:
    with unit_of_work() as work:
        act(work)


def _page(refused: FlaskForm | None) -> str:
    work, person = reading(), actor()
    return render_template(
        "custody/index.html",
        standing=standing(work.session, person),
        provinces=work.rulebook.teams,
        refused=refused,
        choose_form=refused if type(refused) is ChooseForm else ChooseForm(formdata=None),
        change_form=refused if isinstance(refused, ChangeForm) else ChangeForm(prefix="change-", formdata=None),
        form_of=lambda step, **given: _form_of(refused, step, given),
    )


def _form_of(refused: FlaskForm | None, step: str, given: dict[str, object]) -> PassphraseForm:
    """Return the form of one line: the refused one where it is this, or an empty one."""
    values = {name: str(value) for name, value in given.items()}
    form = PassphraseForm(prefix=f"{step}-", formdata=None, data=values)
    if isinstance(refused, PassphraseForm) and refused.passphrase.name == form.passphrase.name:
        form = refused if all((refused[name].data or "") == value for name, value in values.items()) else form
    for field in form:
        field.id = "-".join((step, *values.values(), field.short_name))  # the page holds several of the kind
    return form


def _typed(form: ChooseForm | PassphraseForm) -> str:
    return form.passphrase.data or ""


def _number(text: str | None) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text or ""):
        raise NotFound
    return int(text or "")
