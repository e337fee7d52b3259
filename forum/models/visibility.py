"""`visible_to`: the one filter through which every SELECT over tips goes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, bindparam, exists, or_, select

from forum.domain.permissions import Actor
from forum.models.among import ListOf, among
from forum.models.tip import Tip
from forum.models.tip_grant import TipGrant

_TEAMS = bindparam("reading_teams", type_=ListOf(Integer))
_PROVINCES = bindparam("reading_provinces", type_=ListOf(String))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which `actor` may know of a tip.

    An unrestricted tip is seen by its team, its first responder, and those who oversee its province; a
    restricted one only by the teams on its list.
    """
    return VISIBLE.params(rights_of(actor))


def rights_of(actor: Actor) -> dict[str, Any]:
    """Return what a statement with `VISIBLE` in it is given when it is run for the actor."""
    return {_TEAMS.key: sorted(actor.reading_team_ids), _PROVINCES.key: sorted(actor.reading_provinces)}


VISIBLE: ColumnElement[bool] = or_(
    and_(
        Tip.restriction.is_(None),
        or_(among(Tip.team_id, _TEAMS), among(Tip.responder_team_id, _TEAMS), among(Tip.province_code, _PROVINCES)),
    ),
    and_(
        Tip.restriction.is_not(None),
        exists(select(1).where(TipGrant.tip_id == Tip.id, among(TipGrant.team_id, _TEAMS))),
    ),
)
"""The condition of `visible_to` for statements that are put together once; without `rights_of` they do not run."""
