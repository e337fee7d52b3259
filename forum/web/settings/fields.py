"""Form fields of the settings, whose faults say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from wtforms import DateField, IntegerField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput

from forum.web.fields import choices
from forum.web.labels import label
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

ANY = ""
FILLED = InputRequired(_("Please fill this in."))


class DayField(DateField):
    """A day, as browsers send it or as people write it here."""

    def __init__(self, text: Any, **kwargs: Any) -> None:
        super().__init__(text, [FILLED], format=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Please write the day as 24/11/2026.")) from error


class WholeNumberField(IntegerField):
    """A number without a fraction."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Please write a whole number.")) from error


class ChoiceField(SelectField):
    """One of a list; a value that was never on the page is refused in our words."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(gettext("Please choose from the list.")) from error


class ChecksField(SelectMultipleField):
    """Any number of a list, as boxes to tick."""

    def __init__(self, text: Any, **kwargs: Any) -> None:
        super().__init__(text, choices=[], option_widget=CheckboxInput(), **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(gettext("Please choose from the list.")) from error


def listed(members: Iterable[StrEnum], *, any_text: str = "", say: Callable[[Any], str] = label) -> list[Any]:
    """Return the choices of a closed list, with "any" first where that can be chosen."""
    words: Mapping[str, str] = {member.value: say(member) for member in members}
    return choices({ANY: any_text, **words} if any_text else words)
