from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.adapters.keyring import Key, Keyring, Purpose
from forum.adapters.vault import OVERHEAD, SealBroken, Vault, lasting_part

BORN_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TEXT = "Ở bản có người bán hồng phiến mỗi tối."
WHERE = "tip/4711ab/body"


def bits_flipped(blob: bytes) -> list[bytes]:
    """Every blob that differs from this one by a single bit."""
    return [
        blob[:place] + bytes([blob[place] ^ 1 << bit]) + blob[place + 1 :]
        for place in range(len(blob))
        for bit in range(8)
    ]


@given(text=st.text(), where=st.text())
def test_vault_returns_what_was_sealed(text: str, where: str) -> None:
    vault = Vault(Keyring.fresh(BORN_AT))
    key = vault.new_tip_key(ref="4711ab").key
    assert vault.unseal_text(key, vault.seal(key, text, where=where), where=where) == text


def test_vault_seals_the_same_text_differently_each_time(vault: Vault) -> None:
    key = vault.new_tip_key(ref="4711ab").key
    sealed = {vault.seal(key, TEXT, where=WHERE) for _ in range(100)}
    assert len(sealed) == 100
    assert {len(blob) for blob in sealed} == {len(TEXT.encode()) + OVERHEAD}
    assert not any(word.encode() in blob for blob in sealed for word in TEXT.split())


@pytest.mark.parametrize(
    "elsewhere",
    ["tip/4711ab/place_text", "tip/4711ac/body", "message/4711ab/body", "tip/4711ab/body/", "", "tip/4711ab/Body"],
)
def test_vault_refuses_a_text_when_it_was_moved_to_another_row_or_column(vault: Vault, elsewhere: str) -> None:
    key = vault.new_tip_key(ref="4711ab").key
    sealed = vault.seal(key, TEXT, where=WHERE)
    with pytest.raises(SealBroken):
        vault.unseal(key, sealed, where=elsewhere)


def test_vault_refuses_a_text_when_the_key_is_that_of_another_tip(vault: Vault) -> None:
    sealed = vault.seal(vault.new_tip_key(ref="4711ab").key, TEXT, where=WHERE)
    with pytest.raises(SealBroken):
        vault.unseal(vault.new_tip_key(ref="4711ab").key, sealed, where=WHERE)


def test_vault_refuses_a_text_when_any_bit_is_flipped(vault: Vault) -> None:
    key = vault.new_tip_key(ref="4711ab").key
    for damaged in bits_flipped(vault.seal(key, TEXT, where=WHERE)):
        with pytest.raises(SealBroken):
            vault.unseal(key, damaged, where=WHERE)


def test_vault_refuses_a_text_when_it_is_cut_or_lengthened(vault: Vault) -> None:
    key = vault.new_tip_key(ref="4711ab").key
    sealed = vault.seal(key, TEXT, where=WHERE)
    for damaged in [sealed[:length] for length in range(len(sealed))] + [sealed[1:], sealed + b"\x00"]:
        with pytest.raises(SealBroken):
            vault.unseal(key, damaged, where=WHERE)


def test_tip_key_opens_when_wrapped_for_its_own_tip(vault: Vault) -> None:
    tip_key = vault.new_tip_key(ref="4711ab")
    assert vault.open_tip_key(tip_key.wrapped, tip_key.kek_id, ref="4711ab") == tip_key.key
    assert tip_key.key not in tip_key.wrapped
    assert repr(tip_key.key) not in repr(tip_key)


def test_tip_key_is_refused_when_given_to_another_tip_or_key(vault: Vault, keyring: Keyring) -> None:
    tip_key = vault.new_tip_key(ref="4711ab")
    with pytest.raises(SealBroken):
        vault.open_tip_key(tip_key.wrapped, tip_key.kek_id, ref="4711ac")
    for kek_id in (keyring.current("identity").id, "kek-00000000", ""):
        with pytest.raises(SealBroken):
            vault.open_tip_key(tip_key.wrapped, kek_id, ref="4711ab")


def test_tip_key_is_refused_when_any_bit_is_flipped_or_it_is_cut(vault: Vault) -> None:
    tip_key = vault.new_tip_key(ref="4711ab")
    cut = [tip_key.wrapped[:length] for length in range(len(tip_key.wrapped))]
    for damaged in bits_flipped(tip_key.wrapped) + cut:
        with pytest.raises(SealBroken):
            vault.open_tip_key(damaged, tip_key.kek_id, ref="4711ab")


def test_tip_key_opens_under_the_old_key_and_is_wrapped_anew_when_the_keyring_was_rotated(keyring: Keyring) -> None:
    born = Vault(keyring).new_tip_key(ref="4711ab")
    newer = Key.fresh(Purpose.KEK, BORN_AT + timedelta(days=365))
    old = [
        replace(key, is_active=key.purpose is not Purpose.KEK) for purpose in Purpose for key in keyring.all(purpose)
    ]
    vault = Vault(Keyring([*old, newer]))
    key = vault.open_tip_key(born.wrapped, born.kek_id, ref="4711ab")
    again = vault.wrap_tip_key(key, ref="4711ab")
    assert again.kek_id == newer.id
    assert vault.open_tip_key(again.wrapped, again.kek_id, ref="4711ab") == born.key


def test_record_returns_what_was_sealed_when_purpose_scope_and_place_agree(vault: Vault) -> None:
    sealed = vault.seal_record("identity", "Người Dân Mẫu 1", where="identity/9f/name", scope="14")
    assert vault.unseal_record("identity", sealed, where="identity/9f/name", scope="14").decode() == "Người Dân Mẫu 1"
    assert sealed != vault.seal_record("identity", "Người Dân Mẫu 1", where="identity/9f/name", scope="14")


@pytest.mark.parametrize(
    ("purpose", "where", "scope"),
    [
        ("notice", "identity/9f/name", "14"),
        ("identity", "identity/9f/phone", "14"),
        ("identity", "identity/9e/name", "14"),
        ("identity", "identity/9f/name", "15"),
        ("identity", "identity/9f/name", "cluster"),
    ],
)
def test_record_is_refused_when_purpose_place_or_scope_differ(
    vault: Vault, purpose: str, where: str, scope: str
) -> None:
    sealed = vault.seal_record("identity", "Người Dân Mẫu 1", where="identity/9f/name", scope="14")
    with pytest.raises(SealBroken):
        vault.unseal_record(purpose, sealed, where=where, scope=scope)


def test_record_is_refused_when_any_bit_is_flipped_or_it_is_cut(vault: Vault) -> None:
    sealed = vault.seal_record("notice", "0900 000 001", where="notice/9f/address")
    for damaged in bits_flipped(sealed) + [sealed[:length] for length in range(len(sealed))]:
        with pytest.raises(SealBroken):
            vault.unseal_record("notice", damaged, where="notice/9f/address")


def test_record_is_refused_when_head_and_body_come_from_two_records(vault: Vault) -> None:
    one = vault.seal_record("notice", "0900 000 001", where="notice/9f/address")
    two = vault.seal_record("notice", "0900 000 002", where="notice/9f/address")
    body = OVERHEAD + len("0900 000 001")
    with pytest.raises(SealBroken):
        vault.unseal_record("notice", one[:-body] + two[-body:], where="notice/9f/address")


def test_record_opens_under_its_own_key_when_the_keyring_was_rotated(keyring: Keyring) -> None:
    sealed = Vault(keyring).seal_record("kek", "vì lý do công tác", where="setting/1/reason")
    newer = Key.fresh(Purpose.KEK, BORN_AT + timedelta(days=365))
    rotated = Vault(Keyring([newer, *(key for purpose in Purpose for key in keyring.all(purpose))]))
    assert rotated.unseal_record("kek", sealed, where="setting/1/reason").decode() == "vì lý do công tác"
    assert newer.id.encode() in rotated.seal_record("kek", "", where="setting/1/reason")


def replaced(keyring: Keyring, purpose: Purpose) -> Keyring:
    """Return a keyring with a newer key for a purpose, and the old one."""
    return Keyring([*keyring, Key.fresh(purpose, BORN_AT + timedelta(days=1))])


def without(keyring: Keyring, purpose: Purpose) -> Keyring:
    """Return a keyring that has lost all but the newest key of a purpose."""
    return Keyring(key for key in keyring if key.purpose is not purpose or key == keyring.current(purpose))


def test_record_wrapped_anew_opens_without_the_old_key_and_keeps_its_body(vault: Vault, keyring: Keyring) -> None:
    sealed = vault.seal_record("notice", TEXT, where=WHERE, scope="14")
    rotated = replaced(keyring, Purpose.NOTICE)
    again = Vault(rotated).rewrap_record("notice", sealed, where=WHERE, scope="14")
    later = Vault(without(rotated, Purpose.NOTICE))
    assert later.unseal_record("notice", again, where=WHERE, scope="14").decode() == TEXT
    assert lasting_part(again) == lasting_part(sealed)
    with pytest.raises(SealBroken):
        later.unseal_record("notice", sealed, where=WHERE, scope="14")
    with pytest.raises(SealBroken):
        vault.unseal_record("notice", again, where=WHERE, scope="14")


@pytest.mark.parametrize("other", [{"where": "tip/other"}, {"scope": "15"}, {"purpose": "kek"}])
def test_record_is_not_wrapped_anew_for_another_place_scope_or_purpose(vault: Vault, other: dict[str, str]) -> None:
    sealed = vault.seal_record("notice", TEXT, where=WHERE, scope="14")
    wanted = {"purpose": "notice", "where": WHERE, "scope": "14", **other}
    with pytest.raises(SealBroken):
        vault.rewrap_record(wanted["purpose"], sealed, where=wanted["where"], scope=wanted["scope"])


def test_lasting_part_differs_for_every_other_body_and_keeps_what_is_no_record_whole(vault: Vault) -> None:
    sealed = vault.seal_record("kek", TEXT, where=WHERE)
    body = lasting_part(sealed)
    assert body is not None
    assert sealed.endswith(body[1:])
    changed = [blob for blob in bits_flipped(sealed) if not blob.startswith(sealed[: len(sealed) - len(body) + 1])]
    assert all(lasting_part(blob) != body for blob in bits_flipped(sealed) if blob not in set(changed))
    first_version = b"\x01" + sealed[1:]
    assert lasting_part(first_version) == first_version
    assert lasting_part(None) is None


def test_record_of_the_first_version_still_opens(vault: Vault) -> None:
    sealed = vault.seal_record("kek", TEXT, where=WHERE)
    assert vault.unseal_record("kek", b"\x01" + sealed[1:], where=WHERE).decode() == TEXT
