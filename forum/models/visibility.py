"""`visible_to`: the one filter through which every SELECT over tips goes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select

from forum.domain.permissions import Actor
from forum.models.tip import Tip
from forum.models.tip_grant import TipGrant


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which `actor` may know of a tip.

    An unrestricted tip is seen by its team, its first responder, and those who oversee its province; a
    restricted one only by the teams on its list.
    """
    teams = sorted(actor.reading_team_ids)
    provinces = sorted(actor.reading_provinces)
    granted = exists(select(1).where(TipGrant.tip_id == Tip.id, TipGrant.team_id.in_(teams)))
    return or_(
        and_(
            Tip.restriction.is_(None),
            or_(Tip.team_id.in_(teams), Tip.responder_team_id.in_(teams), Tip.province_code.in_(provinces)),
        ),
        and_(Tip.restriction.is_not(None), granted),
    )
