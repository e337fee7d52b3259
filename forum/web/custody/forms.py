"""The forms of custodians."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField

from forum.web.fields import passphrase_field
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


class ChooseForm(FlaskForm):
    """A first passphrase, or a new one for one that was forgotten, typed twice."""

    passphrase = passphrase_field(_("New identity passphrase"))
    again = passphrase_field(_("The same once more"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Compare both."""
        is_valid = bool(super().validate(extra_validators))
        if is_valid and self.passphrase.data != self.again.data:
            self.again.errors = [gettext("Both must be the same. Please type it again.")]
            return False
        return is_valid


class ChangeForm(ChooseForm):
    """Another passphrase, while the present one is known."""

    present = passphrase_field(_("Present identity passphrase"))


class PassphraseForm(FlaskForm):
    """Something that needs the passphrase, about a province, a colleague or a tip."""

    scope = HiddenField()
    account = HiddenField()
    number = HiddenField()
    passphrase = passphrase_field()
