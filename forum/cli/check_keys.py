"""What `forum check` says of keys: too old, not fully replaced, or missing for rows that name them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Config
from forum.adapters import clock
from forum.adapters.keyring import Keyring, KeyringFault, KeyState
from forum.cli.migrate import is_current
from forum.services.key_use import count_left, count_use
from forum.services.keys import unknown_keys
from forum.services.rekeying import STEPS

OLDEST = timedelta(days=731)
"""Two years, as NIST SP 800-57 part 1 (revision 5, 5.3.6) advises for keys that wrap keys or authenticate."""
LONGEST_STAGED = timedelta(days=7)


def key_findings(config: Config) -> Iterator[tuple[str, bool]]:
    """Yield each sentence, and whether it is a fault; nothing where keyring or database are unusable altogether."""
    try:
        keyring = Keyring.load(config.keyring_path)
        yield from _ages(keyring, clock.now())
        if not is_current(config.database_url):
            return
    except (KeyringFault, SQLAlchemyError):
        return
    engine = create_engine(config.database_url)
    try:
        with Session(engine) as session:
            yield from _uses(session, keyring)
    finally:
        engine.dispose()


def _ages(keyring: Keyring, now: datetime) -> Iterator[tuple[str, bool]]:
    for key in keyring:
        state, age = keyring.state(key), now - key.created_at
        if state is KeyState.SEALING and age > OLDEST:
            yield f"The key {key.id} is {age.days} days old: `forum keys rotate {key.purpose}`.", False
        if state is KeyState.STAGED and age > LONGEST_STAGED:
            yield f"The key {key.id} waits since {age.days} days: `forum keys rotate {key.purpose}`.", False


def _uses(session: Session, keyring: Keyring) -> Iterator[tuple[str, bool]]:
    known = {key.id for key in keyring}
    for key_id, rows in unknown_keys(count_use(session, keyring), known).items():
        why = "they cannot be opened or proved. Is this the newest copy of the keyring?"
        yield f"{rows} rows name the key {key_id}, which the keyring does not hold: {why}", True
    for purpose in STEPS:
        left = count_left(session, keyring, purpose)
        if left:
            yield f"{left} rows are under an older key for {purpose}: `forum keys rotate {purpose}` goes on.", False
