"""The keys of the server: which are there, how they are replaced, and when one may be taken away."""

from __future__ import annotations

from collections import Counter

from forum.adapters.keyring import Key, KeyState, Purpose
from forum.adapters.secrets import UNDER_WAY
from forum.domain.errors import IllegalMove
from forum.services.key_use import count_use
from forum.services.setting_events import Subject, record
from forum.services.work import Work


class KeyNeeded(IllegalMove):
    """The key cannot be taken away; the message says why."""

    message = "This key seals at present: it must be replaced first."


def note_replaced(work: Work, old: Key, new: Key) -> None:
    """Record that another key seals from now on."""
    record(
        work,
        None,
        subject=Subject.KEYRING,
        key=new.purpose.value,
        before={"sealing": old.id},
        after={"sealing": new.id},
    )


def retire(work: Work, key_id: str) -> None:
    """Record that a key is taken away; raise KeyNeeded while anything depends on it, KeyUnknown when there is none.

    Whoever calls takes it out of the keyring once this is committed. A key that was replaced a moment ago stays: work
    that had begun before may still seal with it.
    """
    keyring = work.secrets.keyring
    key = keyring.by_id(key_id)
    if keyring.state(key) is KeyState.SEALING:
        raise KeyNeeded
    if key.replaced_at is not None and work.now < key.replaced_at + UNDER_WAY:
        until = key.replaced_at + UNDER_WAY
        raise KeyNeeded("What began before it was replaced may seal with it until %(until)s.", until=f"{until:%H:%M}Z")
    rows = count_use(work.session, keyring, key.purpose)[key.id]
    if rows:
        raise _needed(key.purpose, rows)
    record(work, None, subject=Subject.KEYRING, key=key.purpose.value, after={"retired": key.id})


def _needed(purpose: Purpose, rows: int) -> KeyNeeded:
    if purpose is Purpose.RECEIPT:
        message = "%(rows)s receipts were given out under this key: without it, nobody could follow those tips."
        return KeyNeeded(message, rows=rows)
    if purpose is Purpose.CHAIN:
        message = "%(rows)s rows of the records are verified with this key: without it, nobody could prove them."
        return KeyNeeded(message, rows=rows)
    return KeyNeeded("%(rows)s rows are under this key still: bring them under the new one first.", rows=rows)


def unknown_keys(used: Counter[str], known: set[str]) -> dict[str, int]:
    """Return the ids that rows name and the keyring does not hold, with how many rows each."""
    return {key_id: rows for key_id, rows in sorted(used.items()) if key_id not in known}
