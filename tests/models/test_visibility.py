"""The condition of rights, and the lists that it is given in one piece, on each engine."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Integer, String, bindparam, select
from sqlalchemy.exc import StatementError

from forum.domain.permissions import Actor
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import Province, Team, Tip
from forum.models.among import ListOf, among
from forum.models.visibility import VISIBLE, rights_of, visible_to
from tests.conftest import fresh_work
from tests.factories import make_actor, send_tip

CODES = (
    select(Province.code).where(among(Province.code, bindparam("codes", type_=ListOf(String)))).order_by(Province.code)
)
OTHERS = select(Team.id).where(~among(Team.id, bindparam("ids", type_=ListOf(Integer))))


@pytest.mark.parametrize(("codes", "found"), [([], []), (["14"], ["14"]), (["15", "14", "no such'\""], ["14", "15"])])
def test_among_finds_the_members_of_a_list_and_nothing_in_an_empty_one(
    app: Flask, codes: list[str], found: list[str]
) -> None:
    assert list(db.session.scalars(CODES, {"codes": codes})) == found


def test_among_leaves_out_the_members_of_a_list_when_it_is_turned_round(app: Flask) -> None:
    every = set(db.session.scalars(OTHERS, {"ids": []}))
    first = min(every)
    assert set(db.session.scalars(OTHERS, {"ids": [first]})) == every - {first}


@pytest.mark.parametrize(
    ("grants", "sees"), [((("14/desk", Role.INTAKE),), 1), ((("15/desk", Role.INTAKE),), 0), ((), 0)]
)
def test_both_spellings_of_the_condition_show_the_same_tips(
    app: Flask, grants: tuple[tuple[str, Role], ...], sees: int
) -> None:
    with fresh_work() as work:
        send_tip(work)
        actor: Actor = make_actor(work, *grants)
    spelled = list(db.session.scalars(select(Tip.id).where(visible_to(actor))))
    named = list(db.session.scalars(select(Tip.id).where(VISIBLE), rights_of(actor)))
    assert (len(spelled), named) == (sees, spelled)


def test_statement_with_the_condition_does_not_run_without_the_rights_of_somebody(app: Flask) -> None:
    with pytest.raises(StatementError):
        db.session.scalars(select(Tip.id).where(VISIBLE))
