"""The form of a decision."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import TextAreaField, ValidationError

from forum.services.consent import SHORTEST_REASON
from forum.services.transfers import LONGEST_REASON
from forum.web.fields import text_of_at_most
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


class DecisionForm(FlaskForm):
    """Why one agrees, or does not; which of both is said by the button."""

    reason = TextAreaField(_("Why you agree, or not"), [text_of_at_most(LONGEST_REASON)])

    def validate_reason(self, field: Any) -> None:
        """Ask for more than a word."""
        if len(field.data.strip()) < SHORTEST_REASON:
            raise ValidationError(gettext("Please write why, in a sentence."))
