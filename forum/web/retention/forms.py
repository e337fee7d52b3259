"""The forms of retention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from forum.domain.retention import ErasureReason
from forum.services.retention import LONGEST_REASON
from forum.web.fields import choices, text_of_at_most
from forum.web.translations import lazy_gettext as _

LONGEST_NUMBER = 12
REASONS: Mapping[ErasureReason, Any] = {
    ErasureReason.RETENTION: _("Its time has run out"),
    ErasureReason.ORDER: _("A court or another authority has ordered it"),
    ErasureReason.REQUEST: _("The sender has asked for it"),
}


def _number_field() -> StringField:
    return StringField(
        _("Number of the tip"), [InputRequired(_("Please fill this in.")), text_of_at_most(LONGEST_NUMBER)]
    )


class OneForm(FlaskForm):
    """Erasing one tip before its time, for a reason that somebody else has given."""

    number = _number_field()
    reason = SelectField(
        _("Why"), choices=choices({reason: REASONS[reason] for reason in (ErasureReason.ORDER, ErasureReason.REQUEST)})
    )
    note = StringField(
        _("By whom, number and day of the order or request"),
        [InputRequired(_("Please fill this in.")), text_of_at_most(LONGEST_REASON)],
    )


class HoldForm(FlaskForm):
    """Holding a tip back, or no longer."""

    number = _number_field()
    reason = TextAreaField(
        _("Reason in writing"), [InputRequired(_("Please fill this in.")), text_of_at_most(LONGEST_REASON)]
    )
