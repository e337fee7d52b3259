"""Boxes open for their private key at their place; locked keys for their passphrase; paper for its letters."""

from __future__ import annotations

import unicodedata

import pytest

from forum.adapters import custody
from forum.adapters.custody import Costs, WrongPassphrase, WrongRecoveryKey
from forum.adapters.vault import SealBroken

CHEAP = Costs(passes=1, mebibytes=1, lanes=1)
PASSPHRASE = "nước chảy đá mòn bốn mùa"


def test_box_opens_with_the_private_half_at_its_place() -> None:
    pair = custody.new_pair()
    box = custody.seal_to(pair.public, "Lò Văn Mẫu".encode(), where="tip/A/identity")
    assert custody.open_box(pair.private, box, where="tip/A/identity").decode() == "Lò Văn Mẫu"
    assert custody.seal_to(pair.public, "Lò Văn Mẫu".encode(), where="tip/A/identity") != box


def test_box_stays_closed_to_other_keys_at_other_places_and_when_changed() -> None:
    pair = custody.new_pair()
    box = custody.seal_to(pair.public, b"x", where="tip/A/identity")
    with pytest.raises(SealBroken):
        custody.open_box(custody.new_pair().private, box, where="tip/A/identity")
    with pytest.raises(SealBroken):
        custody.open_box(pair.private, box, where="tip/B/identity")
    for position in range(len(box)):
        changed = bytearray(box)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            custody.open_box(pair.private, bytes(changed), where="tip/A/identity")


def test_locked_key_opens_with_its_passphrase_however_the_letters_were_composed() -> None:
    private = custody.new_pair().private
    locked = custody.lock(private, PASSPHRASE, where="custodian/1", costs=CHEAP)
    decomposed = unicodedata.normalize("NFD", PASSPHRASE)
    assert decomposed != PASSPHRASE
    assert custody.unlock(locked, decomposed, where="custodian/1") == private
    assert private not in locked


@pytest.mark.parametrize(("passphrase", "where"), [(PASSPHRASE + ".", "custodian/1"), (PASSPHRASE, "custodian/2")])
def test_locked_key_stays_locked_otherwise(passphrase: str, where: str) -> None:
    locked = custody.lock(custody.new_pair().private, PASSPHRASE, where="custodian/1", costs=CHEAP)
    with pytest.raises(WrongPassphrase):
        custody.unlock(locked, passphrase, where=where)


@pytest.mark.parametrize("costs", [b"\x00\x00\x01\x01", b"\x01\x00\x00\x01", b"\x01\x00\x01\x00", b"\x01\xff\xff\x01"])
def test_costs_that_were_changed_in_the_database_do_not_stop_the_machine(costs: bytes) -> None:
    locked = custody.lock(custody.new_pair().private, PASSPHRASE, where="custodian/1", costs=CHEAP)
    with pytest.raises(SealBroken):
        custody.unlock(locked[:1] + costs + locked[5:], PASSPHRASE, where="custodian/1")


def test_costs_of_a_guess_are_those_of_the_standard() -> None:
    locked = custody.lock(custody.new_pair().private, PASSPHRASE, where="custodian/1")
    assert locked[1:5] == b"\x03\x00\x40\x04"  # RFC 9106, 4: three passes, 64 MiB, four lanes


def test_recovery_key_is_read_as_it_was_spelled_or_misread() -> None:
    private = custody.new_pair().private
    spelled = custody.spell(private)
    assert custody.read_spelled(spelled) == private
    assert custody.read_spelled(f"  {spelled.lower().replace('-', ' ')}\n") == private
    assert custody.read_spelled(spelled.replace("O", "0").replace("I", "1").replace("B", "8")) == private


@pytest.mark.parametrize("last", range(32))
def test_slip_in_a_recovery_key_is_noticed(last: int) -> None:
    spelled = custody.spell(bytes(range(31)) + bytes([last]))
    for position, letter in enumerate(spelled):
        if letter != "-":
            slipped = spelled[:position] + ("A" if letter != "A" else "C") + spelled[position + 1 :]
            with pytest.raises(WrongRecoveryKey):
                custody.read_spelled(slipped)
    for nonsense in ("", "A", "đây không phải khóa", spelled[:-5], spelled + "AAAA", spelled[:-1] + "Đ"):
        with pytest.raises(WrongRecoveryKey):
            custody.read_spelled(nonsense)
