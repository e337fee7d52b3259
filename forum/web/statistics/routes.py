"""Routes: Figures for supervisors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from forum.adapters.bar_chart import style_sources
from forum.domain.errors import InvalidInput
from forum.domain.figures import Figure
from forum.domain.periods import parse_period
from forum.domain.permissions import Permission
from forum.domain.scopes import Reader, Scope, find_scope, reader_of, widest_scopes
from forum.domain.working_time import day_of
from forum.extensions import house, reading, unit_of_work
from forum.models.access_log import AccessAction
from forum.reports.statistics import province_names
from forum.reports.statistics_view import Grouping, View
from forum.services.access_log import record
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.errors import say
from forum.web.statistics.chart import chosen_rows, draw, series, size
from forum.web.statistics.export import spreadsheet
from forum.web.statistics.forms import GROUPINGS, StatisticsForm, scope_name
from forum.web.statistics.page import COLUMNS, TILES, Page
from forum.web.statistics.words import NAMES, period_words
from forum.web.step_up import fresh

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")
CHART_POLICY = "default-src 'none'; style-src {}; sandbox"
"""The picture carries its own style, which is named by its hash, and nothing that runs."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was put; `view` is None when it cannot be answered, and the form says why."""

    form: StatisticsForm
    scope: Scope
    view: View | None
    figure: Figure


@blueprint.get("")
@requires(Permission.READ_STATISTICS)
def index() -> tuple[str, int]:
    """Show the figures of one scope and period."""
    work = reading()
    question = _asked(work)
    if question.view is None:
        return _render(question, page=None), 400
    page = _page(work, question.view)
    _record(AccessAction.STATISTICS_SHOWN, question, part="page")
    return _render(question, page=page), 200


@blueprint.get("/chart.svg")
@requires(Permission.READ_STATISTICS)
def chart() -> Response:
    """Draw one figure of the same question."""
    work = reading()
    question = _asked(work)
    if question.view is None:
        raise InvalidInput
    picture = draw(_page(work, question.view), question.figure)
    _record(AccessAction.STATISTICS_SHOWN, question, part="chart")
    policy = CHART_POLICY.format(style_sources(picture))
    return Response(picture, mimetype="image/svg+xml", headers={"Content-Security-Policy": policy})


@blueprint.get("/figures.csv")
@fresh(back_to="statistics.index")
@requires(Permission.READ_STATISTICS)
def export() -> Response:
    """Hand out all figures of the same question for a spreadsheet."""
    work = reading()
    question = _asked(work)
    if question.view is None:
        raise InvalidInput
    _record(AccessAction.EXPORTED, question, part="figures")
    content = spreadsheet(_page(work, question.view))
    now = question.view.comparison.now
    name = f"thong-ke-{question.scope.code.replace('/', '-')}-{now.first.isoformat()}-{now.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)


def _asked(work: Work) -> Question:
    """Read the question; raise NotPermitted for a scope that no membership gives."""
    today = day_of(work.now)
    reader: Reader = reader_of(actor())
    teams = work.rulebook.teams
    scopes = widest_scopes(reader, teams)
    form = StatisticsForm(request.args)
    scope = find_scope(form.scope.data or scopes[0].code, reader, teams)
    form.scope.data = scope.code
    form.offer(scopes, scope, teams, today)
    view = None
    if form.validate():
        try:
            comparison = parse_period(form.period.data, today, first=form.first.data, last=form.last.data)
            view = View(scope, reader, Grouping(form.group.data), comparison)
        except InvalidInput as fault:
            form[fault.field or "period"].errors = [say(fault)]
    figure = Figure(form.figure.data) if view else Figure.RECEIVED
    return Question(form, scope, view, figure)


def _page(work: Work, view: View) -> Page:
    found = house().figures.read(work.session, view, work.rulebook.calendar, now=work.now)
    return Page(view, found, work.rulebook, province_names(work.session))


def _record(action: AccessAction, question: Question, *, part: str) -> None:
    with unit_of_work() as work:
        record(work, action, account_id=actor().account_id, data={"part": part, **_parameters(question)})


def _parameters(question: Question) -> dict[str, str]:
    """Return the question as parameters of an address."""
    form = question.form
    named = {field.name: field.data for field in (form.scope, form.period, form.group, form.figure)}
    days = {field.name: field.data.isoformat() for field in (form.first, form.last) if field.data}
    return {**named, **days}


def _render(question: Question, *, page: Page | None) -> str:
    return render_template(
        "statistics/index.html",
        form=question.form,
        scope_name=scope_name(question.scope),
        figure=question.figure,
        names=NAMES,
        parameters=_parameters(question),
        period_words=period_words,
        page=page,
        **(_contents(page, question.figure) if page else {}),
    )


def _contents(page: Page, figure: Figure) -> dict[str, Any]:
    grouping = str(GROUPINGS[page.view.grouping])
    drawn, shown = chosen_rows(page, figure), series(page)
    names = [name for name, _which in shown]
    comparison = [column for name in names[1:] for column in (name, gettext("Difference"))]
    all_figures = page.say_total()
    return {
        "grouping_name": grouping,
        "tiles": [all_figures[tile] for tile in TILES],
        "chart_size": size(page, drawn),
        "drawn": [(named.name, [page.say(which(named), [figure])[0] for _name, which in shown]) for named in drawn],
        "figure_heads": _heads(grouping, names),
        "all_figures": all_figures.values(),
        "comparison_heads": _heads(gettext("Figure"), [names[0], *comparison]),
        "rows": [(named.name, page.say(named.row.now, COLUMNS)) for named in page.rows],
        "heads": _heads(grouping, [NAMES[column] for column in COLUMNS]),
    }


def _heads(first: str, others: Sequence[str]) -> list[tuple[str, str]]:
    """Return the heads of a table of numbers."""
    return [(first, ""), *((name, "number") for name in others)]
