"""What a log is narrowed to: structure only, so it may stand in an address."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import Optional

from forum.reports import audit_logs
from forum.reports.audit_logs import Wanted
from forum.web.fields import choices, text_of_at_most
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

ANY = ""


class LogForm(Form):
    """Days, kind, account and tip."""

    first = DateField(_("From"), [Optional()], format=["%Y-%m-%d", "%d/%m/%Y"])
    last = DateField(_("Until"), [Optional()], format=["%Y-%m-%d", "%d/%m/%Y"])
    kind = SelectField(_("What happened"), [Optional()], validate_choice=False)
    account = StringField(_("Sign-in name"), [text_of_at_most(60)])
    number = StringField(_("Number of the tip"), [text_of_at_most(12)])

    def __init__(self, words: Mapping[StrEnum, Any], *, has_tips: bool = True) -> None:
        super().__init__(request.args)
        self.kind.choices = choices({ANY: gettext("Everything"), **{kind.value: text for kind, text in words.items()}})
        self._known = {kind.value for kind in words}
        if not has_tips:
            del self.number

    def wanted(self, session: Session) -> Wanted | None:
        """Return what is asked for; None, with the fault beside its field, when it cannot be found."""
        for field in (self.first, self.last):
            if field.process_errors:
                field.process_errors = [gettext("Please write the day as 24/11/2026.")]
        if not self.validate():
            return None
        username, number = self._typed("account"), self._typed("number")
        account_id = audit_logs.account_id_of(session, username) if username else None
        tip_id = audit_logs.tip_id_of(session, number) if number else None
        if username and account_id is None:
            self.account.errors = [gettext("There is no account with this sign-in name.")]
        if number and tip_id is None:
            self.number.errors = [gettext("There is no tip with this number.")]
        if (username and account_id is None) or (number and tip_id is None):
            return None
        if self.kind.data not in self._known:
            self.kind.data = ANY
        return Wanted(self.first.data, self.last.data, self.kind.data or None, account_id, tip_id)

    def _typed(self, name: str) -> str:
        return (self[name].data or "").strip() if name in self else ""
