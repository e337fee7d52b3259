"""Second factors of an account: an app, passkeys, recovery codes; added, taken away, and never read back.

Whoever changes their factors has just proved one, or has none yet; that is for the web floor to see to.
"""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum.adapters import one_time_codes
from forum.adapters.keyring import Purpose
from forum.adapters.passkeys import Registered
from forum.adapters.secrets import Secrets
from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor
from forum.domain.text import clean_input
from forum.models import Account, Passkey, RecoveryCode, SignOn, Totp
from forum.models.access_log import AccessAction
from forum.services import setting_events
from forum.services.access_log import record
from forum.services.setting_events import Subject
from forum.services.work import Work

SCOPE = "second-factor"
RECOVERY_CODES = 10
RECOVERY_DIGITS = 16
MOST_PASSKEYS = 10
LONGEST_NAME = 60
UID_BYTES = 16


def begin_app(work: Work, account_id: int) -> None:
    """Draw a secret for an app, in place of one that was begun and not confirmed; it counts once confirmed."""
    work.session.execute(delete(Totp).where(Totp.account_id == account_id, Totp.confirmed_at.is_(None)))
    _add_app(work, account_id, one_time_codes.new_secret())


def begun_secret(work: Work, account_id: int) -> str | None:
    """Return the secret that an app is to be given, None when none is begun."""
    begun = _app(work.session, account_id, is_confirmed=False)
    return _unsealed(work.secrets, begun) if begun else None


def confirm_app(work: Work, account: Account, code: str) -> list[str]:
    """Take the begun app in place of any earlier one, if its code is right; return fresh recovery codes, if any.

    Raise InvalidInput for a wrong code. The sessions of the account end.
    """
    begun = _app(work.session, account.id, is_confirmed=False)
    if begun is None:
        raise NotFound
    step = one_time_codes.step_of(_unsealed(work.secrets, begun), code, work.now, after=None)
    if step is None:
        raise InvalidInput("This is not the code that the app shows now. Please try the next one.", field="code")
    had_factor = has_factor(work.session, account.id)
    work.session.execute(delete(Totp).where(Totp.account_id == account.id, Totp.id != begun.id))
    begun.confirmed_at, begun.last_step = work.now, step
    return _changed(work, account, "app-added", is_first=not had_factor)


def give_app(work: Work, account: Account, secret: str) -> None:
    """Give an account an app without its owner: for people of the demo and of tests, who see no picture."""
    _add_app(work, account.id, secret).confirmed_at = work.now


def add_passkey(work: Work, account: Account, made: Registered, name: str) -> list[str]:
    """Add a passkey; return fresh recovery codes if it is the first factor. The sessions of the account end."""
    known = work.session.scalar(select(func.count()).select_from(Passkey).where(Passkey.account_id == account.id))
    if (known or 0) >= MOST_PASSKEYS:
        raise InvalidInput("There are %(most)s passkeys already. Please remove one first.", most=MOST_PASSKEYS)
    if work.session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        raise InvalidInput("This passkey is known already.")
    had_factor = has_factor(work.session, account.id)
    passkey = Passkey(
        account_id=account.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=clean_input(name, limit=LONGEST_NAME, field="name").strip(),
        created_at=work.now,
    )
    work.session.add(passkey)
    work.session.flush()
    return _changed(work, account, "passkey-added", is_first=not had_factor)


def remove_app(work: Work, account: Account) -> None:
    """Take the app away; raise InvalidInput when it is the only factor."""
    app = _app(work.session, account.id, is_confirmed=True)
    if app is None:
        raise NotFound
    work.session.delete(app)
    _left(work, account)
    _changed(work, account, "app-removed")


def remove_passkey(work: Work, account: Account, passkey_id: int) -> None:
    """Take a passkey away; raise InvalidInput when it is the only factor, NotFound when it is another's."""
    passkey = work.session.get(Passkey, passkey_id)
    if passkey is None or passkey.account_id != account.id:
        raise NotFound
    work.session.delete(passkey)
    _left(work, account)
    _changed(work, account, "passkey-removed")


def renew_recovery(work: Work, account: Account) -> list[str]:
    """Replace the recovery codes; return the new ones, which are shown once. The sessions of the account end."""
    codes = _draw_recovery(work, account.id)
    _changed(work, account, "recovery-codes-renewed")
    return codes


def reset(work: Work, by: Actor | None, account: Account) -> None:
    """Take every factor from an account whose owner has lost them all; a new one is set up at the next sign-in.

    A single sign-on goes with them: with it alone, whoever has it could set up a factor of their own.
    """
    before = {"second_factors": count(work.session, account.id), "session_version": account.session_version}
    for table in (Totp, Passkey, RecoveryCode, SignOn):
        work.session.execute(delete(table).where(table.account_id == account.id))
    account.session_version += 1
    after = {"second_factors": 0, "session_version": account.session_version}
    setting_events.record(work, by, subject=Subject.ACCOUNT, key=account.username, before=before, after=after)


def use_app_code(work: Work, account_id: int, code: str) -> bool:
    """Whether a code of the app is right; it, and all before it, are good no more."""
    app = _app(work.session, account_id, is_confirmed=True)
    if app is None:
        return False
    step = one_time_codes.step_of(_unsealed(work.secrets, app), code, work.now, after=app.last_step)
    if step is not None:
        app.last_step = step
    return step is not None


def present_code(work: Work, account: Account) -> str | None:
    """Return a code that the app of an account would show now and that was not used: for the demo alone."""
    app = _app(work.session, account.id, is_confirmed=True)
    if app is None:
        return None
    steps = one_time_codes.open_steps(work.now, after=app.last_step)
    return one_time_codes.code_at(_unsealed(work.secrets, app), steps[0]) if steps else None


def count(session: Session, account_id: int) -> int:
    """Return how many factors an account has, without recovery codes."""
    apps = select(func.count()).select_from(Totp).where(Totp.account_id == account_id, Totp.confirmed_at.is_not(None))
    passkeys = select(func.count()).select_from(Passkey).where(Passkey.account_id == account_id)
    return (session.scalar(apps) or 0) + (session.scalar(passkeys) or 0)


def has_factor(session: Session, account_id: int) -> bool:
    """Whether an account has a factor to prove."""
    return count(session, account_id) > 0


def recovery_digest(secrets_: Secrets, account_id: int, code: str) -> bytes:
    """Return what is stored of a recovery code."""
    return hmac.digest(secrets_.recovery_code_key(), f"{account_id}|{code}".encode(), "sha256")


def _add_app(work: Work, account_id: int, secret: str) -> Totp:
    uid = secrets.token_hex(UID_BYTES)
    sealed = work.secrets.vault.seal_record(Purpose.KEK, secret, where=secret_where(uid), scope=SCOPE)
    app = Totp(account_id=account_id, uid=uid, secret_sealed=sealed, created_at=work.now)
    work.session.add(app)
    work.session.flush()
    return app


def _app(session: Session, account_id: int, *, is_confirmed: bool) -> Totp | None:
    is_wanted = Totp.confirmed_at.is_not(None) if is_confirmed else Totp.confirmed_at.is_(None)
    return session.scalars(select(Totp).where(Totp.account_id == account_id, is_wanted).with_for_update()).first()


def _unsealed(holder: Secrets, app: Totp) -> str:
    return holder.vault.unseal_record(Purpose.KEK, app.secret_sealed, where=secret_where(app.uid), scope=SCOPE).decode()


def secret_where(uid: str) -> str:
    """Return the associated data that binds a secret to its row."""
    return f"totp/{uid}/secret"


def _left(work: Work, account: Account) -> None:
    work.session.flush()
    if not has_factor(work.session, account.id):
        raise InvalidInput("This is your only second factor. Please add another one first.")


def _changed(work: Work, account: Account, what: str, *, is_first: bool = False) -> list[str]:
    """Write a change down and end the sessions; with the first factor, draw recovery codes."""
    account.session_version += 1
    record(work, AccessAction.FACTORS_CHANGED, account_id=account.id, data={"what": what})
    return _draw_recovery(work, account.id) if is_first else []


def _draw_recovery(work: Work, account_id: int) -> list[str]:
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES)]
    work.session.add_all(
        RecoveryCode(digest=recovery_digest(work.secrets, account_id, code), account_id=account_id) for code in codes
    )
    return codes
