"""Routes of who must agree before a name is opened."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField

from forum.domain.permissions import Permission
from forum.domain.vocabulary import Category, Kind, Restriction
from forum.extensions import reading
from forum.reports import settings_lists
from forum.services import settings_consents as service
from forum.services.settings_policies import LONGEST_SOURCE
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.fields import choices, member, text_of_at_most
from forum.web.labels import name_of
from forum.web.settings.blueprint import blueprint, carry_out, is_done
from forum.web.settings.fields import ANY, FILLED, ChoiceField, WholeNumberField, listed
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


class ConsentForm(FlaskForm):
    """Whether a second person must agree, for which tips."""

    kind = ChoiceField(_("Kind of tip"), default=ANY)
    category = ChoiceField(_("Category"), default=ANY)
    restriction = ChoiceField(_("Restricted"), default=ANY)
    needs_consent = BooleanField(_("A second person must agree"), default=True)
    valid_hours = WholeNumberField(
        _("Hours"), [FILLED], description=_("How long a request waits, and how long a consent can be used")
    )
    source = StringField(_("Source"), [FILLED, text_of_at_most(LONGEST_SOURCE)])

    def __init__(self, *args: Any, categories: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = gettext("Any")
        self.kind.choices = listed(Kind, any_text=anything)
        self.category.choices = choices({ANY: anything, **categories})
        self.restriction.choices = listed(Restriction, any_text=anything)


@blueprint.route("/consents", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def consents() -> str | Response:
    """Show and decide for which tips a second person must agree before a name is opened."""
    names = {entry.code: name_of(entry) for entry in reading().rulebook.categories}
    form = ConsentForm(categories=names)

    def change(work: Work) -> None:
        service.decide_consent(
            work,
            actor(),
            about=(
                member(Kind, form.kind.data),
                member(Category, form.category.data),
                member(Restriction, form.restriction.data),
            ),
            needs_consent=form.needs_consent.data,
            valid_hours=form.valid_hours.data or 0,
            source=form.source.data or "",
        )

    success = (
        "" if form.needs_consent.data else gettext("Proposed. It holds once another administrator has confirmed it.")
    )
    if is_done(form, change, success):
        return redirect(url_for("settings.consents"))
    present, past = settings_lists.consents(reading().session)
    return render_template(
        "settings/consents.html",
        form=form,
        rows=present,
        past=past,
        kinds=Kind,
        restrictions=Restriction,
        categories=names,
        own_id=actor().account_id,
    )


@blueprint.post("/consents/<int:consent_id>/confirm")
@requires(Permission.ADMINISTER)
def consent_confirm(consent_id: int) -> Response:
    """Confirm what another administrator proposed."""
    carry_out(lambda work: service.confirm_consent(work, actor(), consent_id))
    return redirect(url_for("settings.consents"))


@blueprint.post("/consents/<int:consent_id>/drop")
@requires(Permission.ADMINISTER)
def consent_drop(consent_id: int) -> Response:
    """Refuse, or take back, what was proposed."""
    carry_out(lambda work: service.drop_consent(work, actor(), consent_id))
    return redirect(url_for("settings.consents"))
