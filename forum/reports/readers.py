"""Who can see a tip and why, by the rule of `visible_to` itself, and who has opened it, from the access log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from forum.domain.permissions import Ground
from forum.domain.vocabulary import Role
from forum.models import AccessAction, AccessRow, Account, Membership, Team, Tip
from forum.models.visibility import ground_of_reader, readers_of_tip

PAGE = 100
MOST_OPENERS = 100
OPENINGS = (AccessAction.TIP_OPENED, AccessAction.FILE_OPENED, AccessAction.IDENTITY_OPENED)


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """One membership that lets somebody see the tip."""

    account_id: int
    name: str
    role: Role
    team_id: int
    ground: Ground


@dataclass(frozen=True, slots=True)
class OpenerRow:
    """Somebody who has opened the tip, a file of it or its identity, or was refused it."""

    account_id: int
    name: str
    openings: int
    refusals: int
    last_at: datetime


def readers(session: Session, tip_id: int, *, page: int = 1) -> Sequence[ReaderRow]:
    """Return a page of the memberships by which people can see a tip, by name, and one row more when others follow."""
    query = (
        select(Account.id, Account.display_name, Membership.role, Membership.team_id, ground_of_reader())
        .select_from(Membership)
        .join(Account, Account.id == Membership.account_id)
        .join(Team, Team.id == Membership.team_id)
        .join(Tip, Tip.id == tip_id)
        .where(readers_of_tip())
        .order_by(Account.display_name, Account.id, Membership.id)
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    return [
        ReaderRow(account_id, name, role, team_id, Ground(ground))
        for account_id, name, role, team_id, ground in session.execute(query)
    ]


def openers(session: Session, tip_id: int) -> Sequence[OpenerRow]:
    """Return who has opened the tip or was refused it, the latest first, so many at most."""
    openings = func.sum(case((AccessRow.action.in_(OPENINGS), 1), else_=0))
    refusals = func.sum(case((AccessRow.action == AccessAction.REFUSED, 1), else_=0))
    last_at = func.max(AccessRow.at, type_=AccessRow.at.type)
    query = (
        select(Account.id, Account.display_name, openings, refusals, last_at)
        .join(AccessRow, AccessRow.chain == Account.id)
        .where(AccessRow.tip_id == tip_id, AccessRow.action.in_((*OPENINGS, AccessAction.REFUSED)))
        .group_by(Account.id, Account.display_name)
        .order_by(last_at.desc(), Account.id)
        .limit(MOST_OPENERS)
    )
    return [OpenerRow(*row) for row in session.execute(query)]
