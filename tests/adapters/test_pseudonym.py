"""What a sender is called who left a name: the same within a tip, another in every other, and easy to read out."""

from __future__ import annotations

import re
import secrets

from forum.adapters.pseudonym import pseudonym


def test_pseudonym_is_the_same_for_the_same_tip() -> None:
    assert pseudonym(bytes(range(32))) == pseudonym(bytes(range(32))) == "U8-S3"


def test_pseudonyms_differ_between_tips_and_use_signs_that_nobody_mistakes() -> None:
    drawn = [pseudonym(secrets.token_bytes(32)) for _ in range(1_000)]
    assert all(re.fullmatch(r"(?:[ABCDEGHKLMNPQRSTUVXY][2-9]-?){2}", code) for code in drawn)
    assert len(set(drawn)) > 900  # of 25,600; chance alone makes about twenty pairs
