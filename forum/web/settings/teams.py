"""Routes of teams: opening, naming anew and ending them."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.domain.errors import NotFound
from forum.domain.permissions import Permission
from forum.domain.working_time import day_of
from forum.extensions import reading
from forum.reports import settings_lists, settings_people
from forum.services import settings_teams as service
from forum.services.settings_teams import TeamNames
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.fields import choices
from forum.web.labels import name_of
from forum.web.settings.accounts import province_choices
from forum.web.settings.blueprint import blueprint, is_done
from forum.web.settings.forms import CommuneTeamForm, DepartmentTeamForm, EndForm, SuccessionForm


@blueprint.get("/teams")
@requires(Permission.ADMINISTER)
def teams() -> str:
    """List the teams of a province, or of the cluster."""
    work = reading()
    province = request.args.get("province", "")
    return render_template(
        "settings/teams.html",
        rows=settings_people.teams_of(work.session, province or None),
        province=province,
        provinces=province_choices(work.rulebook.teams),
        today=work.rulebook.on,
    )


@blueprint.route("/teams/open/<province>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def team_open(province: str) -> str | Response:
    """Open a department in a province."""
    work = reading()
    provinces = province_choices(work.rulebook.teams)
    if province not in provinces:
        raise NotFound
    departments = {d.code: f"{d.code} – {name_of(d)}" for d in settings_lists.departments(work.session) if d.is_active}
    form = DepartmentTeamForm(departments=choices(departments), department=request.args.get("department"))

    def change(work: Work) -> None:
        service.open_department(
            work,
            actor(),
            province_code=province,
            department_code=form.department.data,
            names=TeamNames(form.name_vi.data or "", form.name_en.data or ""),
            since=form.since.data or day_of(work.now),
        )

    if is_done(form, change):
        return redirect(url_for("settings.teams", province=province))
    return render_template("settings/team_open.html", form=form, province=province, name=provinces[province])


@blueprint.route("/teams/open-commune/<province>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def team_open_commune(province: str) -> str | Response:
    """Open the police team of a commune."""
    provinces = province_choices(reading().rulebook.teams)
    if province not in provinces:
        raise NotFound
    form = CommuneTeamForm()

    def change(work: Work) -> None:
        service.open_commune_police(
            work,
            actor(),
            commune_code=(form.commune.data or "").strip(),
            names=TeamNames(form.name_vi.data or "", form.name_en.data or ""),
            since=form.since.data or day_of(work.now),
        )

    if is_done(form, change):
        return redirect(url_for("settings.teams", province=province))
    return render_template("settings/team_open.html", form=form, province=province, name=provinces[province])


@blueprint.get("/teams/<int:team_id>")
@requires(Permission.ADMINISTER)
def team(team_id: int) -> str:
    """Show a team, and what can be done with it."""
    return _team_page(team_id, SuccessionForm(formdata=None), _end_form(team_id, is_empty=True))


@blueprint.post("/teams/<int:team_id>/succeed")
@requires(Permission.ADMINISTER)
def team_succeed(team_id: int) -> str | Response:
    """Let a team go on under another name."""
    form = SuccessionForm()

    def change(work: Work) -> None:
        names = TeamNames(form.name_vi.data or "", form.name_en.data or "")
        service.succeed(work, actor(), team_id, names=names, since=form.since.data or day_of(work.now))

    if is_done(form, change):
        return redirect(url_for("settings.team", team_id=team_id))
    return _team_page(team_id, form, _end_form(team_id, is_empty=True))


@blueprint.post("/teams/<int:team_id>/end")
@requires(Permission.ADMINISTER)
def team_end(team_id: int) -> str | Response:
    """End a team."""
    form = _end_form(team_id)

    def change(work: Work) -> None:
        chosen = [int(value) for value in form.successors.data or ()]
        service.end_team(work, actor(), team_id, last_day=form.last_day.data or day_of(work.now), successor_ids=chosen)

    if is_done(form, change):
        return redirect(url_for("settings.team", team_id=team_id))
    return _team_page(team_id, SuccessionForm(formdata=None), form)


def _team_page(team_id: int, succession: SuccessionForm, end: EndForm) -> str:
    work = reading()
    row = settings_people.find_team(work.session, team_id)
    if row is None:
        raise NotFound
    before, after = settings_people.relatives(work.session, team_id)
    return render_template(
        "settings/team.html",
        team=row,
        before=[work.rulebook.teams.get(other) for other in before],
        after=[work.rulebook.teams.get(other) for other in after],
        people=settings_people.people_of(work.session, team_id),
        succession=succession,
        end=end,
        can_end=row.kind not in service.INDISPENSABLE,
    )


def _end_form(team_id: int, *, is_empty: bool = False) -> EndForm:
    teams = reading().rulebook.teams
    province = teams.get(team_id).province_code
    others = teams.in_province(province) if province else ()
    listed = choices({str(team.id): name_of(team) for team in others if team.id != team_id})
    return EndForm(formdata=None, teams=listed) if is_empty else EndForm(teams=listed)
