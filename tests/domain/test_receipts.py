from __future__ import annotations

import collections
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.domain import receipts
from forum.domain.receipts import ReceiptFault, ReceiptMistyped

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
TOKEN = b"\x01" * 16
tokens = st.binary(min_size=16, max_size=16)


@given(token=tokens)
def test_receipt_has_twenty_digits_and_is_the_same_again_for_the_same_token(token: bytes) -> None:
    receipt = receipts.derive(token, KEY)
    assert len(receipt) == 20
    assert receipt.isascii()
    assert receipt.isdigit()
    assert receipts.derive(token, KEY) == receipt
    assert receipts.parse(receipts.grouped(receipt)) == receipt


def test_receipt_differs_when_the_token_or_the_key_differs() -> None:
    made = {receipts.derive(bytes([n]) * 16, key) for n in range(200) for key in (KEY, OTHER_KEY)}
    assert len(made) == 400


def test_receipt_is_the_one_that_citizens_hold_already() -> None:
    """A change of the derivation would lose every receipt on paper: it must fail here first."""
    assert receipts.derive(TOKEN, KEY) == "61690831338992157161"
    assert (
        receipts.digest("61690831338992157161", KEY).hex()
        == "f8c8677e973ab23f9141f99d3b9ac94ec7793080b34eeb8c8b64528cce60cadf"
    )


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_receipt_is_not_derived_when_the_token_has_another_length(length: int) -> None:
    with pytest.raises(ValueError, match=str(length)):
        receipts.derive(b"x" * length, KEY)


def test_receipt_digits_are_evenly_spread_in_every_place() -> None:
    made = [receipts.derive(number.to_bytes(16, "big"), KEY) for number in range(20_000)]
    for place in range(20):
        counts = collections.Counter(receipt[place] for receipt in made)
        chi_squared = sum((counts[digit] - 2_000) ** 2 / 2_000 for digit in "0123456789")
        assert chi_squared < 33.7  # 9 degrees of freedom, one in 10,000; the receipts above are always the same


def test_check_digit_finds_every_wrong_digit() -> None:
    receipt = receipts.derive(TOKEN, KEY)
    for place, digit in itertools.product(range(20), "0123456789"):
        wrong = receipt[:place] + digit + receipt[place + 1 :]
        if wrong != receipt:
            assert fault_of(wrong) is ReceiptFault.CHECK_DIGIT


@given(token=tokens)
def test_check_digit_finds_every_swap_of_neighbours(token: bytes) -> None:
    receipt = receipts.derive(token, KEY)
    for place in range(19):
        swapped = receipt[:place] + receipt[place + 1] + receipt[place] + receipt[place + 2 :]
        if swapped != receipt:
            assert fault_of(swapped) is ReceiptFault.CHECK_DIGIT


def test_check_digit_agrees_with_the_published_example() -> None:
    """Damm's own example: 572 has the check digit 4."""
    assert receipts._damm("572") == 4
    assert receipts._damm("5724") == 0


def test_receipt_is_shown_in_five_groups_of_four() -> None:
    assert receipts.grouped("12345678901234567890") == "1234 5678 9012 3456 7890"


@pytest.mark.parametrize("separator", [" ", "", ".", "-", " – ", "\u00a0", "\u200b", "\n", "\t", "_", "/", "  ·  "])
def test_receipt_is_understood_however_its_groups_are_parted(separator: str) -> None:
    receipt = receipts.derive(TOKEN, KEY)
    groups = [receipt[start : start + 4] for start in range(0, 20, 4)]
    assert receipts.parse(separator.join(groups)) == receipt
    assert receipts.parse(f"  {separator.join(receipt)}\r\n") == receipt


def test_receipt_is_understood_in_full_width_digits() -> None:
    receipt = receipts.derive(TOKEN, KEY)
    wide = receipts.grouped(receipt).translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    assert receipts.parse(wide) == receipt


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", ReceiptFault.EMPTY),
        (" - . ", ReceiptFault.EMPTY),
        ("1234 5678", ReceiptFault.TOO_SHORT),
        ("1234 5678 9012 3456 789O", ReceiptFault.NOT_DIGITS),
        ("1234 5678 9012 3456 789o", ReceiptFault.NOT_DIGITS),
        ("l234 5678 9012 3456 7890", ReceiptFault.NOT_DIGITS),
        ("1234 5678 9012 3456 789²", ReceiptFault.NOT_DIGITS),
        ("mã 1234", ReceiptFault.NOT_DIGITS),
        ("1234 5678 9012 3456 7890 1", ReceiptFault.TOO_LONG),
        ("1" * 10_000, ReceiptFault.TOO_LONG),
    ],
)
def test_receipt_is_refused_with_the_very_fault(typed: str, fault: ReceiptFault) -> None:
    assert fault_of(typed) is fault


def test_receipt_fault_repeats_no_digit_that_was_typed() -> None:
    with pytest.raises(ReceiptMistyped) as raised:
        receipts.parse("9876 5432")
    assert raised.value.field == "receipt"
    assert raised.value.params == {"count": 8}
    assert "9876" not in str(raised.value)


def test_receipt_is_found_under_an_older_key_by_the_same_work_for_all() -> None:
    receipt = receipts.derive(TOKEN, OTHER_KEY)
    stored = receipts.digest(receipt, OTHER_KEY)
    found = receipts.digests(receipt, [KEY, OTHER_KEY])
    assert found[1] == stored
    assert len(set(found)) == 2
    assert len(receipts.digests("0" * 20, [KEY, OTHER_KEY])) == 2


def fault_of(typed: str) -> ReceiptFault:
    with pytest.raises(ReceiptMistyped) as raised:
        receipts.parse(typed)
    return raised.value.fault
