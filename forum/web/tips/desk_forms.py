"""The small forms of a tip's page for class, way, links and restriction."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from wtforms import SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.widgets import CheckboxInput

from forum.domain.collation import sort_key
from forum.domain.submissions import LONGEST_BODY
from forum.domain.teams import TeamRef
from forum.domain.vocabulary import Category, Kind, Priority, Restriction
from forum.services.transfers import LONGEST_LETTER, LONGEST_REASON, DeclineReason
from forum.services.triage import Classification
from forum.web.fields import text_of_at_most
from forum.web.labels import label, name_of
from forum.web.place_names import communes_of
from forum.web.tips.case import Case
from forum.web.tips.forms import NOTHING, ActionForm, Choice, ReasonForm
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


class ClassForm(ActionForm):
    """What a tip is: kind, category, priority."""

    kind = Choice(_("Kind"))
    category = Choice(_("Category"))
    priority = Choice(_("Priority"))

    def prepare(self, case: Case) -> None:
        """Offer the words of the lists, and begin with those of the tip."""
        self.kind.choices = [(kind.value, label(kind)) for kind in Kind]
        self.category.choices = [
            (entry.code, name_of(entry))
            for entry in case.work.rulebook.categories
            if entry.is_active or entry.code == case.tip.category
        ]
        self.priority.choices = [(priority.value, label(priority)) for priority in Priority]
        if self.is_fresh:
            self.kind.data, self.category.data = case.tip.kind.value, case.tip.category.value
            self.priority.data = case.tip.priority.value

    def wanted(self) -> Classification:
        """Return the class that was chosen."""
        return Classification(Kind(self.kind.data), Category(self.category.data), Priority(self.priority.data))


class ClassifyForm(ClassForm):
    """The class of a tip with tags and commune."""

    commune = Choice(_("Commune"))
    tags = SelectMultipleField(_("Tags"), option_widget=CheckboxInput(), validate_choice=False)

    def prepare(self, case: Case) -> None:
        """Offer the communes of the province and the tags."""
        super().prepare(case)
        tags = [tag for tag in case.work.rulebook.tags.values() if tag.is_active or tag.code in case.tip.tags]
        self.tags.choices = [(tag.code, name_of(tag)) for tag in tags]
        communes = communes_of(case.tip.province_code) if case.tip.province_code else {}
        self.commune.choices = [(NOTHING, gettext("Not known")), *communes.items()]
        if self.is_fresh:
            self.tags.data, self.commune.data = list(case.tip.tags), case.tip.commune_code or NOTHING

    def wanted(self) -> Classification:
        """Return the class that was chosen."""
        of = super().wanted()
        tags = tuple(self.tags.data or ())
        return Classification(of.kind, of.category, of.priority, tags, self.commune.data or None)


class SplitForm(ClassForm):
    """One matter of a mixed tip."""

    text = TextAreaField(_("What this part says"), [text_of_at_most(LONGEST_BODY)])


class RouteForm(ReasonForm):
    """Where a tip goes from the desk."""

    team = Choice(_("To which unit"), default=NOTHING)
    responder = Choice(_("First on the spot"), default=NOTHING)

    def prepare(self, case: Case) -> None:
        """Offer the suggested team first."""
        proposal = case.proposal
        suggested = gettext("As suggested: %(team)s", team=name_of(proposal.team)) if proposal else "–"
        teams = case.teams_of_province(with_desk=False)
        self.team.choices = [(NOTHING, suggested), *_named(teams)]
        police = [team for team in teams if team.commune_code and team.commune_code == case.tip.commune_code]
        self.responder.choices = [(NOTHING, gettext("As suggested, or nobody")), *_named(police)]


class TransferForm(ReasonForm):
    """To which other team of the province a tip is passed."""

    team = Choice(_("To which unit"), default=NOTHING)

    def prepare(self, case: Case) -> None:
        """Offer the others; a restricted tip never goes to the desk."""
        teams = case.teams_of_province(with_desk=case.tip.restriction is None)
        self.team.choices = [(NOTHING, gettext("Please choose")), *_named(teams)]

    def validate_team(self, field: Any) -> None:
        """Ask for a choice."""
        if field.data == NOTHING:
            raise ValidationError(gettext("Please choose from the list."))


class DeskForm(ReasonForm):
    """To which other desk a tip is sent."""

    CLUSTER = "cluster"
    province = Choice(_("To which desk"), default=NOTHING)

    def prepare(self, case: Case) -> None:
        """Offer the desks of the cluster other than the present one."""
        teams = case.work.rulebook.teams
        provinces = sorted({team.province_code for team in teams.current if team.province_code})
        desks = [(code, teams.desk(code)) for code in provinces] + [(self.CLUSTER, teams.cluster_desk)]
        offered = [(code, name_of(desk)) for code, desk in desks if desk.id != case.tip.team_id]
        self.province.choices = [(NOTHING, gettext("Please choose")), *offered]

    def validate_province(self, field: Any) -> None:
        """Ask for a choice."""
        if field.data == NOTHING:
            raise ValidationError(gettext("Please choose from the list."))


class LetterForm(ActionForm):
    """A letter to another authority."""

    authority = StringField(_("Authority"), [text_of_at_most(200)])
    address = StringField(_("Address"), [text_of_at_most(400)])
    letter = TextAreaField(_("Letter"), [text_of_at_most(LONGEST_LETTER)])


class DeclineForm(ActionForm):
    """Why a tip is not taken up."""

    reason = Choice(_("Reason"), default=DeclineReason.NOTHING_TO_CHECK.value)
    text = TextAreaField(_("What the sender reads"), [text_of_at_most(LONGEST_REASON)])

    def prepare(self, case: Case) -> None:  # noqa: ARG002 - the reasons are the same for every tip
        """Offer the reasons."""
        self.reason.choices = [(reason.value, label(reason)) for reason in DeclineReason]


class RestrictForm(ReasonForm):
    """Why only a listed few may see a tip, and who else may."""

    restriction = Choice(_("Why it is restricted"))
    also = Choice(_("Who may see it besides this unit"), default=NOTHING)

    def prepare(self, case: Case) -> None:
        """Offer the reasons and the teams of the province."""
        self.restriction.choices = [(reason.value, label(reason)) for reason in Restriction]
        self.also.choices = [(NOTHING, gettext("Nobody")), *_named(case.teams_of_province(with_desk=False))]
        if self.is_fresh:
            self.restriction.data = (case.tip.restriction or Restriction.POLICE_CONDUCT).value


class LinkForm(ActionForm):
    """To which tip this one belongs."""

    master = StringField(_("Number of the other tip"), [text_of_at_most(20)])

    @property
    def number(self) -> str:
        """The number as kept."""
        return (self.master.data or "").strip().upper()


def _named(teams: Iterable[TeamRef]) -> list[tuple[str, str]]:
    """Return departments in the order of their codes, then communes in the order of the alphabet."""
    named = [(team.commune_code is not None, name_of(team), str(team.id)) for team in teams]
    inner = [(team_id, name) for is_commune, name, team_id in named if not is_commune]
    communes = [(team_id, name) for is_commune, name, team_id in named if is_commune]
    return inner + sorted(communes, key=lambda pair: _order(pair[1]))


_order = lru_cache(maxsize=4096)(sort_key)
