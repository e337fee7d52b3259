"""Teams begin, end and are succeeded; what named them in the past keeps its meaning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from forum.domain.errors import InvalidInput, NotPermitted
from forum.domain.vocabulary import Category, Role
from forum.models import Membership, Team, TeamSuccessor
from forum.services import routing, settings_teams
from forum.services.settings_teams import TeamNames
from tests.conftest import fresh_work
from tests.factories import Cast, make_actor, send_tip, team_id, tip_of, to_routed

NAMES = TeamNames("Phòng Cảnh sát phòng chống ma túy – Công an tỉnh Sơn La", "Drug Police, Sơn La")


def administrator(work):
    return make_actor(work, ("cluster", Role.ADMINISTRATOR))


def test_a_team_goes_on_under_a_new_name_when_it_is_succeeded(app, clock):
    with fresh_work() as work:
        cast = Cast(work)
        tip = to_routed(work, cast)
        old_id, today = team_id(work, "14/PC04"), work.rulebook.on
        since = today + timedelta(days=3)
        new = settings_teams.succeed(work, administrator(work), old_id, names=NAMES, since=since)
        old = work.session.get_one(Team, old_id)
        assert (new.code, new.kind, new.department_code, new.province_code) == ("14/PC04~2", old.kind, "PC04", "14")
        assert (old.valid_to, new.valid_from) == (since - timedelta(days=1), since)
        people = select(Membership.account_id, Membership.role).where(Membership.ended_at.is_(None))
        assert set(work.session.execute(people.where(Membership.team_id == new.id))) == set(
            work.session.execute(people.where(Membership.team_id == old_id))
        )
        assert work.session.get(TeamSuccessor, (old_id, new.id)) is not None
    with fresh_work() as work:
        assert work.rulebook.teams.department("14", "PC04").id == old_id
    clock.advance(days=3)
    with fresh_work() as work:
        assert work.rulebook.teams.department("14", "PC04").id == new.id
        assert tip.team_id == old_id, "what is under way stays where it is"
        other = tip_of(work, send_tip(work, category=Category.DRUGS))
        assert routing.propose(work, other).team.id == new.id


def test_new_tips_go_to_the_desk_when_a_department_has_ended(app, clock):
    with fresh_work() as work:
        old = team_id(work, "14/PC04")
        desk = team_id(work, "14/PC02")
        settings_teams.end_team(work, administrator(work), old, last_day=work.rulebook.on, successor_ids=[desk])
        assert work.session.get(TeamSuccessor, (old, desk)) is not None
    clock.advance(days=1)
    with fresh_work() as work:
        tip = tip_of(work, send_tip(work, category=Category.DRUGS))
        assert routing.propose(work, tip).team.code == "14/desk"


def test_a_department_can_be_opened_again_under_a_code_of_its_own(app, clock):
    with fresh_work() as work:
        settings_teams.end_team(
            work, administrator(work), team_id(work, "14/PC04"), last_day=work.rulebook.on, successor_ids=[]
        )
    clock.advance(days=1)
    with fresh_work() as work:
        values = {"province_code": "14", "department_code": "PC04", "names": NAMES, "since": work.rulebook.on}
        opened = settings_teams.open_department(work, administrator(work), **values)
        assert opened.code == "14/PC04~2"
        with pytest.raises(InvalidInput, match="has this department already"):
            settings_teams.open_department(work, administrator(work), **values)
    with fresh_work() as work:
        assert work.rulebook.teams.department("14", "PC04").id == opened.id


@pytest.mark.parametrize("code", ["cluster", "14", "14/desk", "14/TT"])
def test_an_indispensable_team_never_ends_without_a_successor_of_its_name(work, code):
    with pytest.raises(InvalidInput, match="cannot be without"):
        settings_teams.end_team(
            work, administrator(work), team_id(work, code), last_day=work.rulebook.on, successor_ids=[]
        )


def test_a_team_is_refused_an_end_in_the_past_a_second_end_or_a_foreign_successor(work):
    by, team = administrator(work), team_id(work, "14/PC04")
    yesterday, today = work.rulebook.on - timedelta(days=1), work.rulebook.on
    with pytest.raises(InvalidInput, match="past stays"):
        settings_teams.end_team(work, by, team, last_day=yesterday, successor_ids=[])
    with pytest.raises(InvalidInput, match="other teams of this province"):
        settings_teams.end_team(work, by, team, last_day=today, successor_ids=[team_id(work, "15/PC04")])
    with pytest.raises(InvalidInput, match="past stays"):
        settings_teams.succeed(work, by, team, names=NAMES, since=yesterday)
    settings_teams.end_team(work, by, team, last_day=today, successor_ids=[])
    with pytest.raises(InvalidInput, match="settled already"):
        settings_teams.end_team(work, by, team, last_day=today, successor_ids=[])


def test_a_commune_gets_one_police_team_at_a_time(work):
    by, names = administrator(work), TeamNames("Công an xã X", "Police of X")
    with pytest.raises(InvalidInput, match="has a police team already"):
        settings_teams.open_commune_police(work, by, commune_code="04048", names=names, since=work.rulebook.on)
    with pytest.raises(InvalidInput, match="no commune"):
        settings_teams.open_commune_police(work, by, commune_code="99999", names=names, since=work.rulebook.on)
    with pytest.raises(InvalidInput, match="province of the cluster"):
        settings_teams.open_commune_police(work, by, commune_code="00004", names=names, since=work.rulebook.on)


def test_nobody_without_the_right_changes_teams(work):
    lead = make_actor(work, ("14", Role.LEAD))
    with pytest.raises(NotPermitted):
        settings_teams.end_team(work, lead, team_id(work, "14/PC04"), last_day=work.rulebook.on, successor_ids=[])
