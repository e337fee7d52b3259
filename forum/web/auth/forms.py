"""The forms of signing in and of a new password."""

from __future__ import annotations

import re

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from forum.adapters.passkeys import LONGEST_ANSWER
from forum.services.accounts import LONGEST_USERNAME
from forum.services.factors import LONGEST_NAME
from forum.web.translations import lazy_gettext as _

LONGEST_PASSWORD = 200
_FILLED = InputRequired(_("Please fill this in."))
_FITTING = Length(max=LONGEST_PASSWORD, message=_("This is too long for a password."))


class SignInForm(FlaskForm):
    """Who signs in."""

    username = StringField(
        _("Sign-in name"),
        [_FILLED, Length(max=LONGEST_USERNAME, message=_("This is too long for a sign-in name."))],
        filters=[lambda typed: (typed or "").strip().casefold()],
    )
    password = PasswordField(_("Password"), [_FILLED, _FITTING])


class PasswordForm(FlaskForm):
    """A new password, typed twice."""

    current = PasswordField(_("Present password"), [_FILLED, _FITTING])
    password = PasswordField(_("New password"), [_FILLED, _FITTING])
    again = PasswordField(_("New password once more"), [_FILLED, _FITTING])


class AppForm(FlaskForm):
    """The first code of an app."""

    code = StringField(_("Code of six digits"), [_FILLED, Length(max=40, message=_("This is too long for a code."))])

    @property
    def digits(self) -> str:
        """The code without the gaps that people type."""
        return re.sub(r"\s", "", self.code.data or "")


class PasskeyForm(FlaskForm):
    """A new passkey: what the browser made, and what its owner calls it."""

    name = StringField(_("Name of the device"), [Length(max=LONGEST_NAME, message=_("This is too long for a name."))])
    passkey = HiddenField("", [InputRequired(_("Your browser made no passkey.")), Length(max=LONGEST_ANSWER)])
