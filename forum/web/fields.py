"""Checks of form fields that several features use; their messages tell a person what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email
from wtforms import PasswordField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.validators import InputRequired, Length

from forum.domain.errors import InvalidInput
from forum.domain.text import clean_input
from forum.web.errors import say
from forum.web.translations import gettext, lazy_gettext

Check = Callable[[Any, Any], None]
Member = TypeVar("Member", bound=StrEnum)
LONGEST_PASSPHRASE = 200
UNREADABLE = "\ufffd"
"""What stands in place of bytes that are no UTF-8."""


def text_of_at_most(limit: int) -> Check:
    """Check the length that is left after cleaning, and that the letters arrived as letters."""

    def check(_form: Any, field: Any) -> None:
        field.data = field.data or ""
        if UNREADABLE in field.data:
            raise ValidationError(gettext("Some letters did not arrive as you typed them. Please type them again."))
        try:
            clean_input(field.data, limit=limit, field=field.name)
        except InvalidInput as fault:
            raise ValidationError(say(fault)) from fault

    return check


def passphrase_field(label: Any = None) -> PasswordField:
    """Return the field of an identity passphrase; its value is never shown again."""
    return PasswordField(
        label or lazy_gettext("Identity passphrase"),
        [
            InputRequired(lazy_gettext("Please fill this in.")),
            Length(max=LONGEST_PASSPHRASE, message=lazy_gettext("This is too long for a passphrase.")),
        ],
    )


def mail_address(_form: Any, field: Any) -> None:
    """Check that an address could exist; whether it does is not asked for, as that would tell others of it."""
    if not (field.data or "").strip():
        field.data = ""
        return
    try:
        field.data = validate_email(field.data.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        message = gettext(
            "This does not look like a mail address, such as ten@example.com. Please look again, or leave it empty."
        )
        raise ValidationError(message) from error


def choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    """Return the choices of a field from values and their words, in this order."""
    return [SelectChoice(value, label) for value, label in words.items()]


def offered_values(field: Any) -> set[str]:
    """Return the values that a field of choices offers."""
    return {str(value) for value, *_rest in field.iter_choices()}


def member(kind: type[Member], value: str | None) -> Member | None:
    """Return the member of a closed list, None for what is not in it: such a value was not chosen on our page."""
    return kind(value) if value in set(kind) else None


def add_fault(form: Any, fault: InvalidInput) -> None:
    """Show what a service refused beside the field that it names, or above the form."""
    place = form[fault.field].errors if fault.field in form else form.form_errors
    place.append(say(fault))
