"""Receipts: twenty digits that a citizen can write on paper, derived, checked, grouped and looked up here."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from forum.domain.errors import InvalidInput

LENGTH = 20
GROUP = 4
TOKEN_BYTES = 16
LONGEST_INPUT = 200

# Damm's quasigroup of order 10 (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): finds every wrong digit
# and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_SEPARATORS = frozenset(".,_·•/|:")
# Dashes, spaces, invisible marks and line ends that come with pasted or dictated digits.
_SEPARATOR_CATEGORIES = frozenset({"Pd", "Zs", "Zl", "Zp", "Cf", "Cc"})


class ReceiptFault(StrEnum):
    """What is wrong with the digits that were typed."""

    EMPTY = "empty"
    NOT_DIGITS = "not-digits"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    CHECK_DIGIT = "check-digit"


_MESSAGES = {
    ReceiptFault.EMPTY: "Please type the 20 digits of your receipt.",
    ReceiptFault.NOT_DIGITS: "A receipt has digits only. Please type the 20 digits again.",
    ReceiptFault.TOO_SHORT: "A receipt has 20 digits; %(count)s were typed. Please look for the missing ones.",
    ReceiptFault.TOO_LONG: "A receipt has 20 digits; more were typed. Please take away what is too much.",
    ReceiptFault.CHECK_DIGIT: "One of the digits is wrong, or two have changed places. Please compare group by group.",
}


class ReceiptMistyped(InvalidInput):
    """What was typed cannot be a receipt. It carries no digit of what was typed, so it may be logged."""

    def __init__(self, fault: ReceiptFault, **params: object) -> None:
        self.fault = fault
        super().__init__(_MESSAGES[fault], field="receipt", **params)


def derive(token: bytes, key: bytes) -> str:
    """Return the receipt of a form's random 16-byte token; the same token and key give the same receipt.

    After a change of keys a repeated form must be tried under the older keys too. Raise ValueError for a token of
    another length.
    """
    if len(token) != TOKEN_BYTES:
        raise ValueError(len(token))
    mac = hmac.digest(key, b"receipt-digits\x00" + token, "sha256")
    # 256 bits over 10**19 values: no digit is likelier than another by more than 2**-192.
    body = f"{int.from_bytes(mac, 'big') % 10 ** (LENGTH - 1):0{LENGTH - 1}d}"
    return body + str(_damm(body))


def digest(receipt: str, key: bytes) -> bytes:
    """Return the keyed digest under which a receipt is stored and found; the receipt itself is stored nowhere."""
    return hmac.digest(key, b"receipt-lookup\x00" + receipt.encode("ascii"), "sha256")


def digests(receipt: str, keys: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the digests under every key, whichever fits, so that a look-up does the same work for all receipts."""
    return tuple(digest(receipt, key) for key in keys)


def parse(text: str) -> str:
    """Return the 20 digits of what a person typed, pasted or dictated; raise ReceiptMistyped.

    Spaces, dots, dashes and full-width digits are understood; a letter is never guessed to be a digit.
    """
    if len(text) > LONGEST_INPUT:
        raise ReceiptMistyped(ReceiptFault.TOO_LONG)
    digits = _digits(text)
    if not digits:
        raise ReceiptMistyped(ReceiptFault.EMPTY)
    if len(digits) < LENGTH:
        raise ReceiptMistyped(ReceiptFault.TOO_SHORT, count=len(digits))
    if len(digits) > LENGTH:
        raise ReceiptMistyped(ReceiptFault.TOO_LONG)
    if _damm(digits) != 0:
        raise ReceiptMistyped(ReceiptFault.CHECK_DIGIT)
    return digits


def grouped(receipt: str) -> str:
    """Return the receipt in groups of four, as it is shown and printed."""
    return " ".join(receipt[start : start + GROUP] for start in range(0, len(receipt), GROUP))


def _digits(text: str) -> str:
    found = []
    for character in text:
        value = unicodedata.decimal(character, None)
        if value is not None:
            found.append(str(value))
        elif character not in _SEPARATORS and unicodedata.category(character) not in _SEPARATOR_CATEGORIES:
            raise ReceiptMistyped(ReceiptFault.NOT_DIGITS)
    return "".join(found)


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
