"""Who can see a tip: for any memberships and tips, exactly those for whom `visible_to` yields the tip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from forum.domain.permissions import Actor, Ground
from forum.domain.vocabulary import Restriction, Role
from forum.extensions import db
from forum.models import Account, Membership, Tip, TipGrant
from forum.models.visibility import visible_to
from forum.reports.readers import readers
from tests.conftest import START, fresh_work
from tests.factories import actor_of, make_account, send_tip, team_id, tip_of

TEAMS = ("cluster", "14", "14/desk", "14/TT", "14/PC04", "14/04048", "15", "15/desk", "15/PC04")
PROVINCES = ("14", "15", None)


@dataclass
class Stage:
    """A few accounts and one tip, which each example moves about; nothing of it is ever committed."""

    session: Session
    accounts: list[Account]
    tip_id: int
    teams: dict[str, int]


@pytest.fixture
def stage(app: Flask) -> Iterator[Stage]:
    with fresh_work() as work:
        accounts = [make_account(work) for _number in range(4)]
        tip = tip_of(work, send_tip(work))
        teams = {code: team_id(work, code) for code in TEAMS}
    with Session(db.engine) as session:
        yield Stage(session, accounts, tip.id, teams)
        session.rollback()


memberships = st.tuples(
    st.integers(0, 3), st.sampled_from(TEAMS), st.sampled_from(Role), st.booleans().map(lambda ended: ended)
)
tips = st.fixed_dictionaries(
    {
        "team_id": st.sampled_from(TEAMS),
        "responder_team_id": st.one_of(st.none(), st.sampled_from(TEAMS)),
        "province_code": st.sampled_from(PROVINCES),
        "restriction": st.one_of(st.none(), st.sampled_from(Restriction)),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(memberships, max_size=8, unique_by=lambda each: each[:3]),
    tip=tips,
    listed=st.sets(st.sampled_from(TEAMS), max_size=3),
    closed=st.sets(st.integers(0, 3), max_size=1),
)
def test_the_page_lists_exactly_those_for_whom_the_tip_is_visible(
    stage: Stage, held: list, tip: dict, listed: set[str], closed: set[int]
) -> None:
    session = stage.session
    _arrange(stage, held, tip, listed, closed)

    rows = readers(session, stage.tip_id)

    seeing = {
        account.id
        for place, account in enumerate(stage.accounts)
        if place not in closed and _sees(session, _actor(session, account), stage.tip_id)
    }
    assert {row.account_id for row in rows} == seeing
    is_restricted = tip["restriction"] is not None
    assert all((row.ground is Ground.LISTED) == is_restricted for row in rows)
    for row in rows:
        assert _is_ground(row.ground, row.team_id, stage, tip, listed)


def _arrange(stage: Stage, held: list, tip: dict, listed: set[str], closed: set[int]) -> None:
    session, teams = stage.session, stage.teams
    ids = [account.id for account in stage.accounts]
    session.execute(delete(Membership).where(Membership.account_id.in_(ids)))
    session.execute(delete(TipGrant).where(TipGrant.tip_id == stage.tip_id))
    for account_id in ids:
        is_active = ids.index(account_id) not in closed
        session.execute(update(Account).where(Account.id == account_id).values(is_active=is_active))
    for place, code, role, is_ended in held:
        ended = START if is_ended else None
        session.add(Membership(account_id=ids[place], team_id=teams[code], role=role, granted_at=START, ended_at=ended))
    session.add_all(TipGrant(tip_id=stage.tip_id, team_id=teams[code]) for code in listed)
    values = {**tip, "team_id": teams[tip["team_id"]], "responder_team_id": teams.get(tip["responder_team_id"])}
    session.execute(update(Tip).where(Tip.id == stage.tip_id).values(**values))
    session.flush()


def _actor(session: Session, account: Account) -> Actor:
    return actor_of(type("Reading", (), {"session": session})(), account)


def _sees(session: Session, actor: Actor, tip_id: int) -> bool:
    return session.scalar(select(Tip.id).where(Tip.id == tip_id, visible_to(actor))) is not None


def _is_ground(ground: Ground, team: int, stage: Stage, tip: dict, listed: set[str]) -> bool:
    """Whether the stated reason is one."""
    code = next(code for code, team_id in stage.teams.items() if team_id == team)
    return {
        Ground.TEAM: code == tip["team_id"],
        Ground.RESPONDER: code == tip["responder_team_id"],
        Ground.PROVINCE: code.partition("/")[0] == tip["province_code"] and code.partition("/")[2] in {"", "desk"},
        Ground.LISTED: code in listed,
    }[ground]
