"""How things stand with the keys of identities, for one custodian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.domain.permissions import Actor
from forum.domain.vocabulary import Role
from forum.models import Account, CustodianKey, CustodyKey, CustodyShare, Identity, Membership, Team, Tip

MOST_LISTED = 100
CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A custodian of a province: with a passphrase or without, admitted or not."""

    account_id: int
    name: str
    has_passphrase: bool
    has_share: bool


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A tip that another province has, whose sender is still sealed to this one."""

    number: str
    received_at: datetime
    province_code: str | None


@dataclass(frozen=True, slots=True)
class ProvinceKeys:
    """The key of one province, or of the cluster, as its custodians see it."""

    scope: str
    is_mine: bool
    renewal_due_at: datetime | None
    colleagues: tuple[Colleague, ...]
    left_behind: tuple[LeftBehind, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody has a passphrase, and the keys of their provinces."""

    has_passphrase: bool
    provinces: tuple[ProvinceKeys, ...]


def standing(session: Session, actor: Actor) -> Standing:
    """Return how things stand: four queries, whatever the number of provinces."""
    scopes = sorted({m.province_code or CLUSTER for m in actor.memberships if m.role is Role.CUSTODIAN})
    present = CustodyKey.retired_at.is_(None) & CustodyKey.scope.in_(scopes)
    due = dict(session.execute(select(CustodyKey.scope, CustodyKey.renewal_due_at).where(present)).all())
    people, behind = _colleagues(session, scopes), _left_behind(session, scopes)
    return Standing(
        session.get(CustodianKey, actor.account_id) is not None,
        tuple(
            ProvinceKeys(
                scope,
                any(one.account_id == actor.account_id and one.has_share for one in people.get(scope, ())),
                due.get(scope),
                tuple(one for one in people.get(scope, ()) if one.account_id != actor.account_id),
                tuple(behind.get(scope, ())),
            )
            for scope in scopes
        ),
    )


def _colleagues(session: Session, scopes: Sequence[str]) -> dict[str, list[Colleague]]:
    rows = session.execute(
        select(Team.province_code, Account.id, Account.display_name, CustodianKey.account_id, CustodyShare.account_id)
        .select_from(Membership)
        .join(Team, Team.id == Membership.team_id)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(CustodianKey, CustodianKey.account_id == Account.id)
        .outerjoin(
            CustodyKey,
            CustodyKey.retired_at.is_(None) & (CustodyKey.scope == func.coalesce(Team.province_code, CLUSTER)),
        )
        .outerjoin(CustodyShare, (CustodyShare.key_id == CustodyKey.id) & (CustodyShare.account_id == Account.id))
        .where(Membership.role == Role.CUSTODIAN, Membership.ended_at.is_(None), Account.is_active)
        .order_by(Account.display_name, Account.id)
        .distinct()
    )
    found: dict[str, list[Colleague]] = {}
    for province, account_id, name, passphrase_of, share_of in rows:
        scope = province or CLUSTER
        if scope in scopes:
            colleague = Colleague(account_id, name, passphrase_of is not None, share_of is not None)
            found.setdefault(scope, []).append(colleague)
    return found


def _left_behind(session: Session, scopes: Sequence[str]) -> dict[str, list[LeftBehind]]:
    rows = session.execute(
        select(Identity.scope, Tip.number, Tip.received_at, Tip.province_code)
        .join(Tip, Tip.id == Identity.tip_id)
        .where(
            Identity.scope.in_(scopes),
            func.coalesce(Tip.province_code, CLUSTER) != Identity.scope,
        )
        .order_by(Tip.received_at)
        .limit(MOST_LISTED)
    )
    found: dict[str, list[LeftBehind]] = {}
    for scope, number, received_at, province in rows:
        found.setdefault(scope, []).append(LeftBehind(number, received_at, province))
    return found
