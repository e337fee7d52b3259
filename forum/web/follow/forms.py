"""The forms of following a tip: the receipt, further words, the rating. The receipt travels in the body only."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField, ValidationError

from forum.services.conversation import HIGHEST_SCORE, LONGEST_COMMENT, LONGEST_MESSAGE, LOWEST_SCORE
from forum.web.fields import choices, text_of_at_most
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

SCORES = {"1": _("1, very badly"), "2": "2", "3": "3", "4": "4", "5": _("5, very well")}
SOLVED = {"yes": _("Yes, it is solved"), "no": _("No, it is not solved")}


class ReceiptForm(FlaskForm):
    """Where the digits are typed; `text` carries along what was being written when the page had to be renewed."""

    receipt = StringField(_("Receipt number"))
    text = HiddenField()


class WriteForm(FlaskForm):
    """More words or files for a tip; `seen` is the number of events that the page showed."""

    receipt = HiddenField()
    seen = HiddenField()
    text = TextAreaField(_("Your message"), [text_of_at_most(LONGEST_MESSAGE)])
    files = MultipleFileField(_("Pictures, sound, video, PDF"))


class RateForm(FlaskForm):
    """What the citizen thinks of the answer."""

    receipt = HiddenField()
    seen = HiddenField()
    is_solved = RadioField(_("Is the matter solved?"), choices=choices(SOLVED), validate_choice=False)
    score = RadioField(_("How well were you answered?"), choices=choices(SCORES), validate_choice=False)
    comment = TextAreaField(_("What should we know?"), [text_of_at_most(LONGEST_COMMENT)])

    def validate_is_solved(self, field: RadioField) -> None:
        """Ask for an answer."""
        if field.data not in SOLVED:
            raise ValidationError(gettext("Please say whether it is solved."))

    def validate_score(self, field: RadioField) -> None:
        """Ask for an answer."""
        if field.data not in SCORES:
            message = gettext("Please choose from %(low)s to %(high)s.", low=LOWEST_SCORE, high=HIGHEST_SCORE)
            raise ValidationError(message)


def seen(field: HiddenField) -> int | None:
    """Return how many events the page showed, None where that is not known."""
    spelled = field.data or ""
    return int(spelled) if spelled.isascii() and spelled.isdecimal() and len(spelled) < 7 else None  # noqa: PLR2004 - no tip has a million events
