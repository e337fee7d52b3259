"""`visible_to`: the one filter through which every SELECT over tips goes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, String, and_, bindparam, exists, or_, select

from forum.domain.permissions import Actor
from forum.models.among import ListOf, among
from forum.models.tip import Tip
from forum.models.tip_grant import TipGrant

_TEAMS = "reading_teams"
_PROVINCES = "reading_provinces"


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which `actor` may know of a tip.

    An unrestricted tip is seen by its team, its first responder, and those who oversee its province; a
    restricted one only by the teams on its list.
    """
    rights = rights_of(actor)
    return _condition(
        bindparam(None, rights[_TEAMS], type_=ListOf(Integer)),
        bindparam(None, rights[_PROVINCES], type_=ListOf(String)),
    )


def rights_of(actor: Actor) -> dict[str, Any]:
    """Return what a statement with `VISIBLE` in it is given when it is run for the actor."""
    return {_TEAMS: sorted(actor.reading_team_ids), _PROVINCES: sorted(actor.reading_provinces)}


def _condition(teams: BindParameter[Any], provinces: BindParameter[Any]) -> ColumnElement[bool]:
    is_theirs = or_(among(Tip.team_id, teams), among(Tip.responder_team_id, teams), among(Tip.province_code, provinces))
    is_granted = exists(select(1).where(TipGrant.tip_id == Tip.id, among(TipGrant.team_id, teams)))
    return or_(and_(Tip.restriction.is_(None), is_theirs), and_(Tip.restriction.is_not(None), is_granted))


VISIBLE = _condition(bindparam(_TEAMS, type_=ListOf(Integer)), bindparam(_PROVINCES, type_=ListOf(String)))
"""The condition of `visible_to` for statements that are put together once; without `rights_of` they do not run."""
