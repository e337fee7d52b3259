"""Every route says who may use it; here the saying is checked, and the actor is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import UserMixin, current_user
from sqlalchemy import and_, bindparam, exists, or_, select
from werkzeug.wrappers import Response

from forum.domain.errors import NotPermitted
from forum.domain.permissions import Actor, MembershipRef, Permission
from forum.domain.session_limits import IDLE, LONGEST
from forum.extensions import db, house, login_manager, transaction
from forum.models import Account, Membership, Passkey, SignInSession, Team, Totp
from forum.services import sessions

View = TypeVar("View", bound=Callable[..., object])
PUBLIC = "public"
SIGNED_IN = "signed-in"
OPEN_BEFORE_CHANGE = frozenset({"auth.password", "auth.change_password", "auth.sign_out"})
"""What is open to somebody whose password was given by another and must be changed first."""
OPEN_BEFORE_PROOF = frozenset({"auth.code", "auth.prove", "auth.challenge", "auth.sign_out"})
"""What is open to somebody who still has to give a second factor."""
OPEN_BEFORE_FACTOR = frozenset(
    f"auth.{name}" for name in ("factors", "app", "begin_app", "confirm_app", "new_passkey", "add_passkey", "sign_out")
)
"""What is open to somebody who has no second factor yet."""
LONGEST_KEPT_PATH = 1000
"""A longer address is not gone back to: it has to fit into a cookie."""

_HAS_FACTOR = or_(
    exists().where(Totp.account_id == Account.id, Totp.confirmed_at.is_not(None)),
    exists().where(Passkey.account_id == Account.id),
)

_SIGNED_IN = (
    select(
        Account.id,
        Account.username,
        Account.display_name,
        Account.theme,
        Account.must_change_password,
        SignInSession.id.label("session_id"),
        SignInSession.seen_at,
        SignInSession.proved_at,
        and_(SignInSession.proved_at.is_(None), _HAS_FACTOR).label("owes_proof"),
        Membership.role,
        Team.id.label("team_id"),
        Team.kind,
        Team.province_code,
    )
    .join(SignInSession, SignInSession.account_id == Account.id)
    .outerjoin(Membership, (Membership.account_id == Account.id) & Membership.ended_at.is_(None))
    .outerjoin(Team, Team.id == Membership.team_id)
    .where(
        SignInSession.digest == bindparam("digest"),
        SignInSession.version == Account.session_version,
        SignInSession.seen_at > bindparam("idle_since"),
        SignInSession.begun_at > bindparam("begun_before"),
        Account.is_active,
    )
)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What every page asks about the account that is signed in."""

    id: int
    username: str
    display_name: str
    theme: str
    must_change_password: bool
    session_id: int
    seen_at: datetime
    proved_at: datetime | None
    owes_proof: bool


def public(view: View) -> View:
    """Declare a route that anybody may use."""
    return _declare(view, PUBLIC)


def signed_in(view: View) -> View:
    """Declare a route for everybody who has signed in, whatever their role."""
    return _declare(view, SIGNED_IN)


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare a route for those who hold a permission somewhere; the service then asks where."""
    return lambda view: _declare(view, permission)


def declared(endpoint: str) -> str | None:
    """Return what the view of an endpoint declares, None where it declares nothing."""
    return getattr(current_app.view_functions.get(endpoint), "declared_access", None)


def actor() -> Actor:
    """Return who is signed in; raise NotPermitted for nobody."""
    found: Actor | None = getattr(current_user, "actor", None)
    if found is None:
        raise NotPermitted
    return found


class SignedIn(UserMixin):
    """The signed-in account as Flask-Login wants it."""

    def __init__(self, account: AccountRow, actor: Actor, token: str) -> None:
        self.account = account
        self.actor = actor
        self._token = token

    def get_id(self) -> str:
        """Return the token of the session."""
        return self._token


def init_access(app: Flask) -> None:
    """Check each request against the declaration of its route."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # it would hash the address and the browser into the session
    login_manager.user_loader(load_signed_in)
    app.before_request(_check)


def load_signed_in(token: str) -> SignedIn | None:
    """Return the account of a session that has neither run out nor been ended: one statement for all of it."""
    now = house().clock()
    wanted = {
        "digest": house().secrets.session_digest(token),
        "idle_since": now - IDLE,
        "begun_before": now - LONGEST,
    }
    rows = db.session.connection().execute(_SIGNED_IN, wanted).all()
    if not rows:
        return None
    account = AccountRow(*rows[0][:9])
    held = [row for row in rows if row.role] if account.proved_at else []  # without a second factor: no rights at all
    memberships = tuple(MembershipRef(row.role, row.team_id, row.kind, row.province_code) for row in held)
    return SignedIn(account, Actor(account.id, account.display_name, memberships), token)


def _declare(view: View, access: str) -> View:
    view.declared_access = access  # type: ignore[attr-defined]  # read back by `declared`
    return view


def keep_path(path: str | None = None) -> None:
    """Keep where somebody wanted to go for when they have proved who they are: this page, or another with its query.

    What was sent by a form is not gone back to.
    """
    query = request.full_path.partition("?")[2]
    wanted = (path or request.path) + (f"?{query}" if query else "")
    if request.method == "GET" and len(wanted) <= LONGEST_KEPT_PATH:
        session["after_sign_in"] = wanted


def first_step(account: AccountRow, endpoint: str = "") -> str | None:
    """Return the page that comes before everything else, None when nothing is owed or this belongs to it."""
    if account.owes_proof:
        return None if endpoint in OPEN_BEFORE_PROOF else "auth.code"
    if account.must_change_password:
        return None if endpoint in OPEN_BEFORE_CHANGE else "auth.password"
    if account.proved_at is None:
        return None if endpoint in OPEN_BEFORE_FACTOR else "auth.factors"
    return None


def _note_use(account: AccountRow) -> None:
    now = house().clock()
    if sessions.is_to_be_noted(account.seen_at, now):
        with transaction() as writing:
            sessions.note_use(writing, account.session_id, now)


def _check() -> Response | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    access = declared(request.endpoint)
    if access == PUBLIC:
        return None
    if access is None:
        raise NotPermitted
    if not current_user.is_authenticated:
        keep_path()
        return redirect(url_for("auth.sign_in"))
    g.is_desk = True
    _note_use(current_user.account)
    first = first_step(current_user.account, request.endpoint)
    if first is not None:
        keep_path()
        return redirect(url_for(first))
    if access != SIGNED_IN and not actor().holds(Permission(access)):
        raise NotPermitted
    return None
