"""Finding a tip one may see, and locking it for a change."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.domain.errors import IllegalMove, NotFound
from forum.domain.permissions import Actor
from forum.models import Tip
from forum.models.visibility import VISIBLE, rights_of
from forum.services.work import Work

_FIND = select(Tip).where(Tip.number == bindparam("number"), VISIBLE)
_LOCK = _FIND.with_for_update(of=Tip)


def find_tip(session: Session, number: str, actor: Actor) -> Tip:
    """Return the tip; raise NotFound when there is none or the actor must not know of it."""
    tip = session.scalars(_FIND, {"number": number} | rights_of(actor)).first()
    if tip is None:
        raise NotFound
    return tip


def lock_tip(work: Work, number: str, actor: Actor, *, expected: int | None = None) -> Tip:
    """Return the tip, locked until the transaction ends.

    `expected` is the number of events that the person saw: raise IllegalMove when there are others since.
    """
    tip = work.session.scalars(_LOCK, {"number": number} | rights_of(actor)).first()
    if tip is None:
        raise NotFound
    if expected is not None and tip.event_count != expected:
        raise IllegalMove
    return tip


def lock_by_id(work: Work, tip_id: int) -> Tip:
    """Return a tip that another, already visible tip leads to."""
    return work.session.scalars(select(Tip).where(Tip.id == tip_id).with_for_update()).one()
