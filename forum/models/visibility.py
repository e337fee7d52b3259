"""`visible_to`: the one filter through which every SELECT over tips goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BindParameter, Case, ColumnElement, Integer, String, and_, bindparam, case, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from forum.domain.permissions import OVERSEEING, READING_ROLES, ROLE_PERMISSIONS, Actor, Ground, Permission
from forum.models.account import Account
from forum.models.among import ListOf, among
from forum.models.membership import Membership
from forum.models.team import Team
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


def kept_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which `actor` decides how long a tip is kept, and knows no more of it than that.

    As with `visible_to`: unrestricted tips of the team, or of the province that is overseen; restricted ones only for
    the teams on their list.
    """
    giving = [m for m in actor.memberships if Permission.ERASE in ROLE_PERMISSIONS[m.role]]
    provinces = {m.province_code for m in giving if m.province_code and m.team_kind in OVERSEEING}
    teams = bindparam(None, sorted({m.team_id for m in giving}), type_=ListOf(Integer))
    return _condition(teams, bindparam(None, sorted(provinces), type_=ListOf(String)))


def rights_of(actor: Actor) -> dict[str, Any]:
    """Return what a statement with `VISIBLE` in it is given when it is run for the actor."""
    return {_TEAMS: sorted(actor.reading_team_ids), _PROVINCES: sorted(actor.reading_provinces)}


Match = Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]
"""Whether a column names one of the teams, or of the provinces, that somebody reads."""


def readers_of_tip() -> ColumnElement[bool]:
    """Return the condition under which a row of Account, Membership, Team and Tip lets the person know of the tip.

    It is `visible_to` asked the other way round, made of the same rule: who, for a tip, instead of which tips.
    """
    reads = and_(Membership.ended_at.is_(None), Membership.role.in_(READING_ROLES), Account.is_active)
    return and_(reads, _rule(*_MEMBER))


def ground_of_reader() -> Case[str]:
    """Return the first reason for which such a row lets the person know of the tip."""
    grounds = _grounds(*_MEMBER)
    is_listed = (Tip.restriction.is_not(None), Ground.LISTED.value)
    return case(is_listed, *((grounds[ground], ground.value) for ground in OPEN_GROUNDS), else_="")


OPEN_GROUNDS = (Ground.TEAM, Ground.RESPONDER, Ground.PROVINCE)
"""Why an unrestricted tip is seen; a restricted one is seen by who is listed, and for no other reason."""


def _rule(in_teams: Match, in_provinces: Match) -> ColumnElement[bool]:
    """Return the rule itself, whoever asks."""
    grounds = _grounds(in_teams, in_provinces)
    is_theirs = or_(*(grounds[ground] for ground in OPEN_GROUNDS))
    return or_(
        and_(Tip.restriction.is_(None), is_theirs),
        and_(Tip.restriction.is_not(None), grounds[Ground.LISTED]),
    )


def _grounds(in_teams: Match, in_provinces: Match) -> Mapping[Ground, ColumnElement[bool]]:
    return {
        Ground.TEAM: in_teams(Tip.team_id),
        Ground.RESPONDER: in_teams(Tip.responder_team_id),
        Ground.PROVINCE: in_provinces(Tip.province_code),
        Ground.LISTED: exists(select(1).where(TipGrant.tip_id == Tip.id, in_teams(TipGrant.team_id))),
    }


_MEMBER: tuple[Match, Match] = (
    lambda column: column == Membership.team_id,
    lambda column: and_(Team.kind.in_(OVERSEEING), column == Team.province_code),
)


def _condition(teams: BindParameter[Any], provinces: BindParameter[Any]) -> ColumnElement[bool]:
    return _rule(lambda column: among(column, teams), lambda column: among(column, provinces))


VISIBLE = _condition(bindparam(_TEAMS, type_=ListOf(Integer)), bindparam(_PROVINCES, type_=ListOf(String)))
"""The condition of `visible_to` for statements that are put together once; without `rights_of` they do not run."""
