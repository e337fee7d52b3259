"""The filters of a list: structured fields that may stand in an address."""

from __future__ import annotations

from typing import Any

from wtforms import Form

from forum.domain.lifecycle import Status
from forum.domain.permissions import Actor
from forum.domain.vocabulary import Category, Kind, Priority
from forum.reports.tip_rows import Filters
from forum.services.rulebook import Rulebook
from forum.web.fields import member
from forum.web.labels import label, name_of
from forum.web.place_names import communes_of, provinces_of_cluster
from forum.web.quick_select import QuickSelectField
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


class FilterForm(Form):
    """What to narrow a list to; values that are not offered narrow nothing.

    Communes and units are offered for one province at a time: all of the cluster's would be a thousand lines.
    """

    category = QuickSelectField(_("Category"), default="", validate_choice=False)
    kind = QuickSelectField(_("Kind"), default="", validate_choice=False)
    priority = QuickSelectField(_("Priority"), default="", validate_choice=False)
    status = QuickSelectField(_("Status"), default="", validate_choice=False)
    province = QuickSelectField(_("Province"), default="", validate_choice=False)
    commune = QuickSelectField(_("Commune"), default="", validate_choice=False)
    team = QuickSelectField(_("Unit"), default="", validate_choice=False)

    def __init__(self, *args: Any, rulebook: Rulebook, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", gettext("All"))]
        self.category.choices = everything + [(entry.code, name_of(entry)) for entry in rulebook.categories]
        self.kind.choices = everything + [(kind.value, label(kind)) for kind in Kind]
        self.priority.choices = everything + [(priority.value, label(priority)) for priority in Priority]
        self.status.choices = everything + [(status.value, label(status)) for status in Status]
        provinces = {code: name for code, name in provinces_of_cluster().items() if code in actor.reading_provinces}
        several = provinces if len(provinces) > 1 else {}
        self.province.choices = everything + list(several.items()) if several else []
        near = next(iter(provinces)) if len(provinces) == 1 else _offered(self.province)
        self.commune.choices = everything + (list(communes_of(near).items()) if near else [])
        teams = rulebook.teams.in_province(near) if near else ()
        self.team.choices = everything + [(str(team.id), name_of(team)) for team in teams]

    def filters(self) -> Filters:
        """Return what was chosen."""
        team = _offered(self.team)
        return Filters(
            category=member(Category, self.category.data),
            kind=member(Kind, self.kind.data),
            priority=member(Priority, self.priority.data),
            status=member(Status, self.status.data),
            province_code=_offered(self.province),
            commune_code=_offered(self.commune),
            team_id=int(team) if team else None,
        )


def _offered(field: Any) -> str | None:
    is_offered = any(value == field.data for value, _text in field.choices)
    return field.data if field.data and is_offered else None
