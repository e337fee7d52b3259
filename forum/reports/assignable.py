"""Who may be given a tip to handle."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.domain.permissions import ROLE_PERMISSIONS, Permission
from forum.models import Account, Membership


def assignable(session: Session, team_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return who may be given a tip of these teams: (account id, name), by name."""
    handles = [role for role, held in ROLE_PERMISSIONS.items() if Permission.HANDLE in held]
    query = (
        select(Account.id, Account.display_name)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.team_id.in_(team_ids), Membership.role.in_(handles), Membership.ended_at.is_(None))
        .where(Account.is_active)
        .distinct()
        .order_by(Account.display_name, Account.id)
    )
    return [(account_id, name) for account_id, name in session.execute(query)]
