"""The form in which a tip is handed in: everything in it is optional but what happened."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError

from forum.domain.errors import InvalidInput
from forum.domain.places import Gazetteer, PlaceCandidate
from forum.domain.submissions import (
    LONGEST_CONTACT,
    LONGEST_NAME,
    LONGEST_UNIT,
    ConfirmedName,
    PoliceConcern,
    Submission,
    clean_body,
)
from forum.domain.vocabulary import Category
from forum.web.errors import say
from forum.web.fields import UNREADABLE, choices, mail_address, member, text_of_at_most
from forum.web.labels import label
from forum.web.submit.places import PlaceReading, province_names, read_place

LONGEST_COMMUNE = 100
LONGEST_WORDS = 190
"""Together with the commune they fit the place of a submission."""
LONGEST_ADDRESS = 254
EARLIEST = date(1950, 1, 1)
DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y"]
MOMENTS = {"now": _("It is happening now"), "date": _("On a day"), "unsure": _("Not sure")}
NOT_CHOSEN = ""
UNDECIDED = "unsure"


class SubmissionForm(FlaskForm):
    """A tip as typed. Values of closed lists that are not on the page count as not chosen."""

    token = HiddenField()
    place_asked = HiddenField()
    known = HiddenField()
    """Which confirmed name the page has shown; no other one is sent along."""
    body = TextAreaField(_("What happened?"))
    category = RadioField(_("What is it about?"), choices=[], validate_choice=False)
    province = SelectField(_("Province"), choices=[], default=NOT_CHOSEN, validate_choice=False)
    commune = StringField(_("Commune or ward, new name or old"), [text_of_at_most(LONGEST_COMMUNE)])
    place = StringField(_("Where exactly?"), [text_of_at_most(LONGEST_WORDS)])
    place_choice = RadioField(_("Which place do you mean?"), choices=[], validate_choice=False)
    moment = RadioField(_("When did it happen?"), choices=choices(MOMENTS), default="unsure", validate_choice=False)
    happened_on = DateField(_("Day"), format=DAY_FORMATS)
    police = RadioField(
        _("Is this about a police officer or unit?"),
        choices=[],
        default=PoliceConcern.NONE.value,
        validate_choice=False,
    )
    police_unit = StringField(_("Which officer or unit?"), [text_of_at_most(LONGEST_UNIT)])
    files = MultipleFileField(_("Pictures, sound, video, PDF"))
    name = StringField(_("Your name"), [text_of_at_most(LONGEST_NAME)])
    contact = StringField(_("How to reach you (telephone or mail)"), [text_of_at_most(LONGEST_CONTACT)])
    notice_address = StringField(
        _("Mail address for “there is news”"), [text_of_at_most(LONGEST_ADDRESS), mail_address]
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def offer(self) -> None:
        """Fill the lists to choose from, which only the page itself needs: no value is refused for not being there."""
        self.province.choices = choices({NOT_CHOSEN: gettext("Another province, or not sure"), **province_names()})
        self.police.choices = choices({concern.value: label(concern) for concern in PoliceConcern})

    def validate_body(self, field: Any) -> None:
        """Refuse what says nothing, what is too long and what did not arrive as letters."""
        if UNREADABLE in (field.data or ""):
            raise ValidationError(gettext("Some letters did not arrive as you typed them. Please type them again."))
        try:
            clean_body(field.data or "")
        except InvalidInput as fault:
            raise ValidationError(say(fault)) from fault

    def validate_happened_on(self, field: Any) -> None:
        """Replace the form library's message, and refuse days that cannot be meant."""
        typed = " ".join(field.raw_data or ()).strip()
        field.errors = []
        if field.data is None and (typed or self.moment.data == "date"):
            raise ValidationError(gettext("Please give the day as 24/11/2026, or choose “Not sure”."))
        if field.data is not None and field.data > self._today:
            raise ValidationError(gettext("This day is still to come. Please look at the date again."))
        if field.data is not None and field.data < EARLIEST:
            raise ValidationError(gettext("This day is too long ago. Please look at the date again."))

    @property
    def province_code(self) -> str | None:
        """The province chosen, if it is one of the list."""
        return self.province.data if self.province.data in province_names() else None

    def read_place(self, gazetteer: Gazetteer) -> PlaceReading:
        """Return what the words for the place mean, and offer the choice where they mean several."""
        place = read_place(
            gazetteer,
            commune=self.commune.data or "",
            words=self.place.data or "",
            province_code=self.province_code,
        )
        offered = {candidate.commune_code: candidate.label for candidate in place.choices}
        self.place_choice.choices = choices({**offered, UNDECIDED: gettext("Not sure: the officer may decide")})
        return place

    def to_submission(
        self, token: bytes, place: PlaceCandidate | None, confirmed: ConfirmedName | None = None
    ) -> Submission:
        """Return what is handed in; only the fields of this form count, whatever else was sent."""
        category = member(Category, self.category.data)
        moment = self.moment.data if self.moment.data in MOMENTS else UNDECIDED
        where = [(words or "").strip() for words in (self.place.data, self.commune.data)]
        return Submission(
            token=token,
            body=self.body.data or "",
            # "Something else" says that the citizen did not know; the words may know better.
            category=None if category is Category.OTHER else category,
            place=", ".join(words for words in where if words),
            province_code=place.province_code if place else self.province_code,
            commune_code=place.commune_code if place else None,
            moment="date" if self.happened_on.data and moment == UNDECIDED else moment,
            happened_on=self.happened_on.data if moment != "now" else None,
            police=member(PoliceConcern, self.police.data) or PoliceConcern.NONE,
            police_unit=self.police_unit.data or "",
            name=self.name.data or "",
            contact=self.contact.data or "",
            notice_address=self.notice_address.data or "",
            confirmed=confirmed,
        )
