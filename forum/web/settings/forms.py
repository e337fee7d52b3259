"""The forms of accounts, teams and the lists that tips are sorted by."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField

from forum.domain.vocabulary import Role
from forum.services import settings_catalogue, settings_teams
from forum.services.accounts import LONGEST_USERNAME
from forum.services.settings_accounts import LONGEST_NAME
from forum.web.fields import text_of_at_most
from forum.web.settings.fields import FILLED, ChecksField, ChoiceField, DayField, WholeNumberField, listed
from forum.web.translations import lazy_gettext as _


class SearchForm(FlaskForm):
    """Part of a name."""

    name = StringField(_("Name or part of it"), [FILLED, text_of_at_most(LONGEST_NAME)])


class AccountForm(FlaskForm):
    """A new account."""

    username = StringField(
        _("Sign-in name"),
        [FILLED, text_of_at_most(LONGEST_USERNAME)],
        description=_("Small letters, digits, dots and hyphens, such as nguyen.van.a"),
    )
    display_name = StringField(_("Name that colleagues see"), [FILLED, text_of_at_most(LONGEST_NAME)])


class AppointmentForm(FlaskForm):
    """A role in a team."""

    team = ChoiceField(_("Team"), [FILLED], coerce=str)
    role = ChoiceField(_("Role"), [FILLED])

    def __init__(self, *args: Any, teams: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team.choices = teams
        self.role.choices = listed(Role)


class _NamesForm(FlaskForm):
    name_vi = StringField(_("Name in Vietnamese"), [FILLED, text_of_at_most(settings_teams.LONGEST_NAME)])
    name_en = StringField(_("Name in English"), [FILLED, text_of_at_most(settings_teams.LONGEST_NAME)])


class DepartmentTeamForm(_NamesForm):
    """A department that a province gets."""

    department = ChoiceField(_("Department"), [FILLED])
    since = DayField(_("From"))

    def __init__(self, *args: Any, departments: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.department.choices = departments


class CommuneTeamForm(_NamesForm):
    """A commune that gets a police team."""

    commune = StringField(_("Code of the commune (five digits)"), [FILLED, text_of_at_most(5)])
    since = DayField(_("From"))


class SuccessionForm(_NamesForm):
    """A new name for a team."""

    since = DayField(_("From"))


class EndForm(FlaskForm):
    """The end of a team."""

    last_day = DayField(_("Last day"))
    successors = ChecksField(_("Taken over by"))

    def __init__(self, *args: Any, teams: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.successors.choices = teams


class EntryForm(FlaskForm):
    """The names of a department or tag."""

    name_vi = StringField(_("Name in Vietnamese"), [FILLED, text_of_at_most(settings_catalogue.LONGEST_NAME)])
    name_en = StringField(_("Name in English"), [FILLED, text_of_at_most(settings_catalogue.LONGEST_NAME)])
    is_active = BooleanField(_("Can be chosen"), default=True)


class NewEntryForm(EntryForm):
    """A new department or tag."""

    code = StringField(_("Code"), [FILLED, text_of_at_most(30)])


class CategoryForm(EntryForm):
    """How a category is shown."""

    hint_vi = StringField(_("Hint in Vietnamese"), [FILLED, text_of_at_most(settings_catalogue.LONGEST_HINT)])
    hint_en = StringField(_("Hint in English"), [FILLED, text_of_at_most(settings_catalogue.LONGEST_HINT)])
    default_department = ChoiceField(_("Usually handled by"))
    sort = WholeNumberField(_("Place in the list"), [FILLED])

    def __init__(self, *args: Any, departments: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default_department.choices = departments
