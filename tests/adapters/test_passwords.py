from __future__ import annotations

import statistics
import time
import unicodedata

import argon2

from forum.adapters.passwords import hash_password, needs_rehash, verify_password

PASSWORD = "mật khẩu của tôi rất dài"


def test_password_is_verified_by_its_own_hash_alone() -> None:
    stored = hash_password(PASSWORD)
    assert verify_password(stored, PASSWORD)
    assert not verify_password(stored, PASSWORD + " ")
    assert not verify_password(stored, "")
    assert stored != hash_password(PASSWORD)


def test_password_hash_is_argon2id_with_19_mib_and_two_passes() -> None:
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_rehash(stored)
    assert needs_rehash(argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("x"))


def test_password_is_the_same_whether_the_keyboard_composes_letters_or_not() -> None:
    stored = hash_password(unicodedata.normalize("NFD", PASSWORD))
    assert verify_password(stored, unicodedata.normalize("NFC", PASSWORD))


def test_password_of_an_unknown_name_is_refused_whatever_it_is() -> None:
    assert not verify_password(None, PASSWORD)
    assert not verify_password(None, "")


def test_password_of_an_unknown_name_costs_the_time_of_a_known_one() -> None:
    """Without the decoy the unknown name is a thousand times faster; processor time does not see a busy machine."""
    stored = hash_password(PASSWORD)
    verify_password(stored, "warm")

    def median(known: str | None) -> float:
        seconds = []
        for _ in range(9):
            start = time.process_time()
            verify_password(known, "wrong")
            seconds.append(time.process_time() - start)
        return statistics.median(seconds)

    assert 0.5 < median(None) / median(stored) < 2
