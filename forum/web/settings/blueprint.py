"""The blueprint of the administrator's pages, the tabs between them, and how a change is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_wtf import FlaskForm

from forum.domain.errors import InvalidInput
from forum.extensions import unit_of_work
from forum.services.work import Work
from forum.web.errors import say
from forum.web.fields import add_fault
from forum.web.navigation import MenuItem
from forum.web.settings.words import word
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

SECTIONS: Mapping[str, Any] = {
    "accounts": _("Accounts"),
    "teams": _("Teams"),
    "departments": _("Departments"),
    "categories": _("Categories"),
    "tags": _("Tags"),
    "policies": _("Deadlines"),
    "approvals": _("Approval"),
    "consents": _("Opening names"),
    "calendar": _("Work calendar"),
    "cluster": _("Lead of the cluster"),
    "rules": _("Routing rules"),
}
"""Endpoints of the first page of each section, in the order of the tabs; further pages begin with the same word."""
_OF = {"account": "accounts", "grant": "accounts", "team": "teams",
       "department": "departments", "category": "categories", "tag": "tags",
       "policy": "policies", "approval": "approvals", "consent": "consents", "rule": "rules",
       "draft": "rules"}  # fmt: skip


@blueprint.context_processor
def _tabs() -> dict[str, object]:
    page = (request.endpoint or "").rpartition(".")[2]
    here = _OF.get(page.partition("_")[0], page.partition("_")[0])
    tabs = [MenuItem(str(text), url_for(f"settings.{name}"), name == here) for name, text in SECTIONS.items()]
    return {"section_tabs": tabs}


blueprint.add_app_template_filter(word)


def is_done(form: FlaskForm, change: Callable[[Work], object], success: str = "") -> bool:
    """Carry out a change that a form asks for; what a service refuses is shown in the form."""
    if not form.validate_on_submit():
        return False
    try:
        with unit_of_work() as work:
            change(work)
    except InvalidInput as fault:
        add_fault(form, fault)
        return False
    flash(success or gettext("Saved."), "success")
    return True


def carry_out(change: Callable[[Work], object], success: str = "") -> None:
    """Carry out a change that a button asks for, and leave word of it for the next page."""
    try:
        with unit_of_work() as work:
            change(work)
    except InvalidInput as fault:
        flash(say(fault), "error")
    else:
        flash(success or gettext("Saved."), "success")
