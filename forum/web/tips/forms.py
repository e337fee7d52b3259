"""The small forms of a tip's page: what every form carries, and those of the team that has the tip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, IntegerField, RadioField, TextAreaField, ValidationError

from forum.domain.vocabulary import Kind
from forum.reports.assignable import assignable
from forum.services.handling import LONGEST_TEXT, teams_that_may_handle
from forum.services.transfers import LONGEST_REASON
from forum.web.fields import choices, offered_values, text_of_at_most
from forum.web.quick_select import QuickSelectField
from forum.web.tips.case import Case
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

NOTHING = ""
YES_OR_NO = {"yes": _("Yes"), "no": _("No")}
MOST_COUNTED = 9_999


class Choice(QuickSelectField):
    """A list of which only what is offered counts; the value stays text."""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the form library's
        """Say in our own words that something else was sent."""
        if self.data not in offered_values(self):
            raise ValidationError(gettext("Please choose from the list."))


class YesOrNo(RadioField):
    """A question that must be answered."""

    def __init__(self, text: Any, **kwargs: Any) -> None:
        super().__init__(text, choices=choices(YES_OR_NO), **kwargs)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - as above
        """Ask for an answer in our own words."""
        if self.data not in YES_OR_NO:
            raise ValidationError(gettext("Please choose yes or no."))


class ActionForm(FlaskForm):
    """What every form carries: how many events the officer had seen."""

    seen = HiddenField()

    def __init__(self, *, name: str, is_fresh: bool = True) -> None:
        """Take what was sent, or nothing for a form that merely stands on the page."""
        sent = {"formdata": None} if is_fresh else {}
        super().__init__(prefix=f"{name}-", **sent)
        self.is_fresh = is_fresh

    def prepare(self, case: Case) -> None:
        """Fill in the lists, and before anything is sent the values that are usual."""

    @property
    def expected(self) -> int:
        """The number of events seen; one that no tip has when it was lost on the way."""
        seen = self.seen.data or ""
        return int(seen) if re.fullmatch(r"[0-9]{1,6}", seen) else -1

    @property
    def uploads(self) -> Sequence[FileStorage]:
        """The files that came with the form."""
        return self.files.data or () if "files" in self else ()

    def show_upload_faults(self, faults: Sequence[str]) -> None:
        """Say beside the files what is wrong with them."""
        if faults:
            self.files.errors = list(faults)


class ReasonForm(ActionForm):
    """A reason in words."""

    reason = TextAreaField(_("Reason"), [text_of_at_most(LONGEST_REASON)])


class TextForm(ActionForm):
    """Something said."""

    text = TextAreaField(_("Text"), [text_of_at_most(LONGEST_TEXT)])


class FilesForm(TextForm):
    """Something said, with files."""

    files = MultipleFileField(_("Files"))


class ApproveForm(TextForm):
    """The proposed answer, as the lead leaves it."""

    def prepare(self, case: Case) -> None:
        """Begin with what was proposed."""
        if self.is_fresh:
            self.text.data = case.page.proposed_answer


class ExplainForm(TextForm):
    """How to hand in a complaint or denunciation."""

    def prepare(self, case: Case) -> None:
        """Begin with the prepared words."""
        if self.is_fresh:
            self.text.data = formal_way(case.tip.kind)


class AssignForm(ActionForm):
    """Who works on a tip."""

    assignee = Choice(_("Officer"))

    def prepare(self, case: Case) -> None:
        """Offer those who may handle it."""
        people = assignable(case.work.session, teams_that_may_handle(case.work, case.tip))
        self.assignee.choices = [(str(account_id), name) for account_id, name in people]
        if self.is_fresh:
            self.assignee.data = str(case.tip.assignee_id or case.actor.account_id)


class CloseForm(ActionForm):
    """How a tip ended."""

    founded = YesOrNo(_("Was there something to it?"))
    valuable = YesOrNo(_("Was the tip valuable?"))
    grassroots = YesOrNo(_("Settled at the grassroots?"))
    cases = IntegerField(_("Cases cleared up"), default=0)
    offenders = IntegerField(_("Offenders found"), default=0)

    def validate_cases(self, field: Any) -> None:
        """Replace the form library's message."""
        _check_count(field)

    def validate_offenders(self, field: Any) -> None:
        """Replace the form library's message."""
        _check_count(field)


def formal_way(kind: Kind) -> str:
    """Return the prepared words on how to hand in a complaint or a denunciation."""
    denunciation = gettext(
        "What you wrote is a denunciation. The law asks for more than this forum may take: please hand in a written "
        "denunciation with the date, your full name, address and how to reach you, whom you denounce for what, and "
        "your signature or fingerprint, at the citizens' reception of the provincial police or by post. Your name "
        "is kept secret by law. Until then we treat what you wrote as information."
    )
    complaint = gettext(
        "What you wrote is a complaint. The law asks for more than this forum may take: please hand in a written "
        "complaint with the date, your full name and address, the decision or act you complain about and what you "
        "ask for, your signature or fingerprint and the papers that belong to it, at the office that made the "
        "decision or by post."
    )
    return str(denunciation if kind is Kind.DENUNCIATION else complaint)


def _check_count(field: Any) -> None:
    field.errors = []
    if field.data is None or not 0 <= field.data <= MOST_COUNTED:
        raise ValidationError(gettext("Please enter whole numbers from 0."))
