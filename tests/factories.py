"""Makers of what tests need, through the same services as everybody else."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from forum.adapters import one_time_codes
from forum.adapters.passwords import hash_password
from forum.domain.permissions import Actor, MembershipRef
from forum.domain.submissions import Submission
from forum.domain.vocabulary import Category, Kind, Priority, Role
from forum.extensions import db
from forum.models import Account, Membership, Team, Tip, Totp
from forum.services import consent, custody, factors, handling, routing, triage
from forum.services.submission import Acknowledgement, submit
from forum.services.tips import lock_tip
from forum.services.work import Work

PASSWORD = "mot mat khau du dai"
PASSWORD_HASH = hash_password(PASSWORD)
PASSPHRASE = "bốn từ không liên quan"
APP_SECRET = one_time_codes.new_secret()
"""What the app of every account knows."""
HARMLESS = {"body": "Đèn đường ở ngõ tôi hỏng đã lâu, xin hỏi ai sửa?", "category": Category.OTHER}
"""A tip whose name a custodian opens without a second person."""
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
    factors.give_app(work, account, APP_SECRET)
    return account


def code_for(username: str, now: datetime) -> str:
    """Return a code that the app of an account shows about now and that has not been used: three times a minute."""
    used = db.session.scalar(
        select(Totp.last_step).join(Account, Account.id == Totp.account_id).where(Account.username == username)
    )
    steps = sorted(one_time_codes.open_steps(now, after=used))
    assert steps, "let the clock go on: all codes of this moment have been used"
    return one_time_codes.code_at(APP_SECRET, steps[0])


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD) -> TestResponse:
    """Sign in with both factors; return the last answer, which leads to the first page."""
    answer = client.post("/sign-in", data={"username": username, "password": password})
    assert answer.location == "/sign-in/code", answer.get_data(as_text=True)
    now = client.application.extensions["forum"].clock()
    return client.post("/sign-in/code", data={"proof-code": code_for(username, now)})


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


def give_consent(work: Work, asker: Actor, number: str, decider: Actor) -> None:
    """Let a custodian ask to open who sent a tip, and somebody else agree."""
    request = consent.ask(work, asker, number, reason="Cần gặp để xác minh")
    consent.decide(work, decider, request.id, agrees=True, reason="Đúng, không còn cách nào khác")
