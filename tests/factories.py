"""Makers of what tests need, through the same services as everybody else."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select

from forum.adapters.passwords import hash_password
from forum.domain.permissions import Actor, MembershipRef
from forum.domain.submissions import Submission
from forum.domain.vocabulary import Category, Kind, Priority, Role
from forum.models import Account, Membership, Team, Tip
from forum.services import custody, handling, routing, triage
from forum.services.submission import Acknowledgement, submit
from forum.services.tips import lock_tip
from forum.services.work import Work

PASSWORD = "mot mat khau du dai"
PASSWORD_HASH = hash_password(PASSWORD)
PASSPHRASE = "bốn từ không liên quan"
BODY = "Cuối bản có người lạ tụ tập bán ma túy vào ban đêm, bà con rất lo."


def make_account(work: Work, *grants: tuple[str, Role], username: str | None = None) -> Account:
    """Make an account with memberships given as (team code, role), such as ("14/desk", Role.INTAKE)."""
    name = username or f"can-bo-{secrets.token_hex(4)}"
    account = Account(username=name, display_name=f"Cán bộ {name}", password_hash=PASSWORD_HASH, created_at=work.now)
    work.session.add(account)
    work.session.flush()
    for code, role in grants:
        membership = Membership(account_id=account.id, team_id=team_id(work, code), role=role, granted_at=work.now)
        work.session.add(membership)
    work.session.flush()
    return account


def make_actor(work: Work, *grants: tuple[str, Role]) -> Actor:
    """Make an account and return it as the actor of services."""
    return actor_of(work, make_account(work, *grants))


def make_custodian(work: Work, recovery: str, *grants: tuple[str, Role]) -> Actor:
    """Make a custodian who has chosen PASSPHRASE and was admitted by the recovery key."""
    return give_passphrase(work, recovery, make_account(work, *grants))


def give_passphrase(work: Work, recovery: str, account: Account) -> Actor:
    """Let a custodian choose PASSPHRASE, and admit them."""
    custodian = actor_of(work, account)
    custody.choose_passphrase(work, custodian, PASSPHRASE)
    custody.admit_by_recovery(work, recovery, account)
    return custodian


def actor_of(work: Work, account: Account) -> Actor:
    """Return the actor of an account."""
    rows = work.session.execute(
        select(Membership, Team).join(Team).where(Membership.account_id == account.id, Membership.ended_at.is_(None))
    )
    refs = tuple(MembershipRef(m.role, t.id, t.kind, t.province_code) for m, t in rows)
    return Actor(account.id, account.display_name, refs)


def team_id(work: Work, code: str) -> int:
    """Return the id of a team by its code, such as "14/PC04" or "14/04048"."""
    return work.session.scalars(select(Team.id).where(Team.code == code)).one()


def make_submission(**fields: Any) -> Submission:
    """Make a submission from Sơn La unless the fields say otherwise."""
    values: dict[str, Any] = {
        "token": secrets.token_bytes(16),
        "body": BODY,
        "category": Category.DRUGS,
        "province_code": "14",
        "commune_code": "04048",
    }
    return Submission(**{**values, **fields})


def send_tip(work: Work, **fields: Any) -> Acknowledgement:
    """Hand in a tip."""
    return submit(work, make_submission(**fields))


def tip_of(work: Work, acknowledgement: Acknowledgement) -> Tip:
    """Return the row of an acknowledged tip."""
    return work.session.scalars(select(Tip).where(Tip.number == acknowledgement.tip_number)).one()


class Cast:
    """The people of one province who take a tip through its life."""

    def __init__(self, work: Work, province: str = "14", department: str = "PC04") -> None:
        self.desk = make_actor(work, (f"{province}/desk", Role.INTAKE))
        self.handler = make_actor(work, (f"{province}/{department}", Role.HANDLER))
        self.lead = make_actor(work, (f"{province}/{department}", Role.LEAD))
        self.department = f"{province}/{department}"


def to_triaged(work: Work, cast: Cast, **fields: Any) -> Tip:
    """Send a tip and classify it at the desk."""
    tip = lock_tip(work, send_tip(work, **fields).tip_number, cast.desk)
    wanted = triage.Classification(Kind.CRIME_REPORT, Category.DRUGS, Priority.NORMAL, commune_code=tip.commune_code)
    triage.classify(work, cast.desk, tip, wanted)
    return tip


def to_routed(work: Work, cast: Cast, **fields: Any) -> Tip:
    """Send a tip and take it to the department of the cast."""
    tip = to_triaged(work, cast, **fields)
    routing.route_tip(work, cast.desk, tip, team_id=team_id(work, cast.department), reason="Đúng lĩnh vực")
    return tip


def to_accepted(work: Work, cast: Cast, **fields: Any) -> Tip:
    """Take a tip to the hands of the handler."""
    tip = to_routed(work, cast, **fields)
    handling.accept(work, cast.handler, tip)
    return tip


def to_answered(work: Work, cast: Cast, **fields: Any) -> Tip:
    """Take a tip to a published answer."""
    tip = to_accepted(work, cast, **fields)
    handling.answer(work, cast.lead, tip, text="Công an đã kiểm tra và xử lý. Cảm ơn bà con.")
    return tip


def to_closed(work: Work, cast: Cast, **fields: Any) -> Tip:
    """Take a tip to its end."""
    tip = to_answered(work, cast, **fields)
    handling.close(work, cast.lead, tip, handling.Outcome(founded=True, valuable=True, grassroots=False, cases=1))
    return tip
