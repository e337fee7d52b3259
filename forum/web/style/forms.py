"""A form with one field of each sort; it is shown, never acted upon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.widgets import CheckboxInput

from forum.domain.vocabulary import Category
from forum.web.translations import lazy_gettext as _

CATEGORY_WORDS = {
    Category.DRUGS: _("Drugs"),
    Category.CRIME: _("Theft, fights, gambling, loan sharks"),
    Category.ONLINE: _("Fraud on the phone or online"),
    Category.TRAFFICKING_BORDER: _("Trafficking in people, border"),
    Category.TRAFFIC: _("Traffic"),
    Category.ECONOMY_ENVIRONMENT: _("Smuggling, fake goods, forest, pollution"),
    Category.WEAPONS_FIREWORKS: _("Weapons, fireworks"),
    Category.FIRE: _("Fire, rescue"),
    Category.RESIDENCE_ID: _("Residence, identity card"),
    Category.SECURITY: _("Security, religion"),
    Category.PUBLIC_ORDER: _("Noise, public order"),
    Category.POLICE_CONDUCT: _("Conduct of police officers"),
    Category.OTHER: _("Something else, or not sure"),
}


def _choices(words: Mapping[Any, Any]) -> list[SelectChoice]:
    return [SelectChoice(str(value), text) for value, text in words.items()]


class SampleForm(FlaskForm):
    """One field of each sort."""

    words = TextAreaField(
        _("What happened?"), description=_("Write as you speak. With or without accents, both are fine.")
    )
    category = RadioField(_("What is it about?"), choices=_choices(CATEGORY_WORDS))
    when = RadioField(_("When?"), choices=_choices({"now": _("Now"), "date": _("On a day"), "unsure": _("Not sure")}))
    day = DateField(_("Day"))
    province = SelectField(_("Province"), choices=_choices({"14": "Sơn La", "15": "Lào Cai"}))
    commune = StringField(_("Commune"))
    files = MultipleFileField(_("Pictures, sound, video, PDF"))
    tags = SelectMultipleField(
        _("Tags"),
        choices=_choices({"school": _("near a school"), "repeated": _("again and again")}),
        option_widget=CheckboxInput(),
    )
    score = RadioField(
        _("How well were you answered?"),
        choices=_choices({"1": _("1, very badly"), "2": "2", "3": "3", "4": "4", "5": _("5, very well")}),
    )
    is_named = BooleanField(_("I want to leave my name"))
    receipt = StringField(_("Receipt number"))


def refused_form(**values: Any) -> SampleForm:
    """Return a form as it looks after it has been refused, with what was typed kept."""
    form = SampleForm(formdata=None, data=values, prefix="refused")
    form.words.errors = [str(_("Please say in a few words what happened."))]
    form.category.errors = [str(_("Please choose one; “Something else” is fine."))]
    form.day.errors = [str(_("This day is still to come. Please look at the date again."))]
    form.files.errors = [str(_("“scan.exe” is a program, not a picture. Please choose another file."))]
    return form
