"""What may be asked of the statistics, by GET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.validators import Optional

from forum.domain.figures import Figure
from forum.domain.periods import CUSTOM, TWELVE_MONTHS, add_months
from forum.domain.scopes import Level, Scope
from forum.domain.teams import TeamDirectory, TeamRef
from forum.domain.vocabulary import TeamKind
from forum.reports.statistics_view import Grouping
from forum.web.fields import choices
from forum.web.labels import name_of
from forum.web.statistics.words import NAMES, month_words

MONTHS_OFFERED, QUARTERS_OFFERED, YEARS_OFFERED = 24, 8, 5
_ROMAN = ("I", "II", "III", "IV")
GROUPINGS = {
    Grouping.MONTH: lazy_gettext("Month"),
    Grouping.PROVINCE: lazy_gettext("Province"),
    Grouping.TEAM: lazy_gettext("Team"),
    Grouping.CATEGORY: lazy_gettext("Category"),
    Grouping.KIND: lazy_gettext("Kind"),
}


class StatisticsForm(Form):
    """Scope, period, grouping and the figure of the chart; which scopes may be read is not for the form to say."""

    scope = SelectField(lazy_gettext("Whose figures"), validate_choice=False)
    period = SelectField(lazy_gettext("Period"), default=TWELVE_MONTHS, validate_choice=False)
    first = DateField(lazy_gettext("From day"), validators=[Optional()])
    last = DateField(lazy_gettext("To day"), validators=[Optional()])
    group = SelectField(
        lazy_gettext("Divided by"),
        default=Grouping.MONTH.value,
        choices=choices({group.value: text for group, text in GROUPINGS.items()}),
    )
    figure = SelectField(
        lazy_gettext("In the chart"),
        default=Figure.RECEIVED.value,
        choices=choices({figure.value: text for figure, text in NAMES.items()}),
    )

    def offer(self, scopes: Sequence[Scope], chosen: Scope, teams: TeamDirectory, today: date) -> None:
        """Fill the lists: what the reader may choose at once, and the teams of the province that is shown."""
        self.scope.choices = scope_choices(scopes, chosen, teams)
        self.period.choices = period_choices(today)


def scope_choices(scopes: Sequence[Scope], chosen: Scope, teams: TeamDirectory) -> list[SelectChoice]:
    """Return the scopes by heading."""
    wide = [scope for scope in scopes if scope.level is not Level.TEAM]
    province = chosen.province_code
    within: list[TeamRef] = []
    if province and any(scope.level is Level.CLUSTER or scope.province_code == province for scope in wide):
        within = [team for team in teams.in_province(province) if team.kind is not TeamKind.PROVINCE]
    own = [scope.team for scope in scopes if scope.level is Level.TEAM and scope.team not in within]
    listed = {scope.code for scope in wide} | {team.code for team in (*within, *own)}
    past = [] if chosen.code in listed else [chosen.team]
    headings = {
        gettext("Cluster and provinces"): [(scope.code, scope_name(scope)) for scope in wide],
        gettext("Teams of the province"): [(team.code, name_of(team)) for team in within],
        gettext("Teams"): [(team.code, name_of(team)) for team in (*own, *past)],
    }
    return _under_headings(headings)


def scope_name(scope: Scope) -> str:
    """Return how a scope is called."""
    return str(gettext("Whole cluster")) if scope.level is Level.CLUSTER else name_of(scope.team)


def period_choices(today: date) -> list[SelectChoice]:
    """Return the periods by heading, latest first."""
    this_month = today.replace(day=1)
    months = [add_months(this_month, -back) for back in range(MONTHS_OFFERED)]
    this_quarter = add_months(this_month, -((today.month - 1) % 3))
    quarters = [add_months(this_quarter, -3 * back) for back in range(QUARTERS_OFFERED)]
    years = [str(today.year - back) for back in range(YEARS_OFFERED)]
    headings = {
        gettext("Running"): [(TWELVE_MONTHS, gettext("Last 12 months")), (CUSTOM, gettext("From – to"))],
        gettext("Months"): [(m.strftime("%Y-%m"), gettext("Month %(month)s", month=month_words(m))) for m in months],
        gettext("Quarters"): [(f"{q.year}-q{_quarter(q)}", quarter_words(q)) for q in quarters],
        gettext("Years"): [(year, gettext("Year %(year)s", year=year)) for year in years],
    }
    return _under_headings(headings)


def _under_headings(headings: Mapping[str, Sequence[tuple[str, str]]]) -> list[SelectChoice]:
    return [
        SelectChoice(value, text, optgroup=heading) for heading, listed in headings.items() for value, text in listed
    ]


def quarter_words(first: date) -> str:
    """Return a quarter as people write it: quý IV/2026."""
    return str(gettext("Quarter %(quarter)s", quarter=f"{_ROMAN[_quarter(first) - 1]}/{first.year}"))


def _quarter(first: date) -> int:
    return (first.month - 1) // 3 + 1
