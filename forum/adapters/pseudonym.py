"""What officers call somebody who left a name: a short code of the tip, with nothing of the name in it."""

from __future__ import annotations

import hmac

LETTERS = "ABCDEGHKLMNPQRSTUVXY"
DIGITS = "23456789"
"""Letters and digits that nobody mistakes for each other, written or read out."""
_LABEL = b"forum/pseudonym"


def pseudonym(tip_key: bytes) -> str:
    """Return the code that belongs to the key of a tip, such as "K7-M2".

    It is the same for as long as the tip lives and another for every other tip, also of the same person; without
    the key nobody can tell which code belongs to which tip.
    """
    number = int.from_bytes(hmac.digest(tip_key, _LABEL, "sha256"), "big")
    signs = []
    for alphabet in (LETTERS, DIGITS, LETTERS, DIGITS):
        number, place = divmod(number, len(alphabet))
        signs.append(alphabet[place])
    return "".join(signs[:2]) + "-" + "".join(signs[2:])
