from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from forum.adapters.blind_index import NO_BUCKETS, BlindIndex, Buckets
from forum.adapters.keyring import Key, Keyring, KeyringFault, Purpose

BORN_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
INT4_MAX = 2**31 - 1
SYLLABLES = [f"tieng{number}" for number in range(5_000)]
PAIRS = [f"{one} {two}" for one, two in itertools.pairwise(SYLLABLES)]


def test_index_terms_are_sorted_distinct_and_the_same_again(keyring: Keyring) -> None:
    index = BlindIndex(keyring)
    terms = ["ma", "tuy", "ma tuy", "ma"]
    numbers = index.terms_for("14", terms)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 3
    assert numbers == BlindIndex(keyring).terms_for("14", reversed(terms))
    assert index.terms_for("14", []) == []


def test_index_keeps_syllables_and_pairs_in_ranges_of_their_own(keyring: Keyring) -> None:
    index = BlindIndex(keyring)
    singles, pairs = index.terms_for("14", SYLLABLES), index.terms_for("14", PAIRS)
    assert singles[0] >= 0
    assert singles[-1] < 2_048
    assert pairs[0] >= 2_048
    assert pairs[-1] < 34_816
    # 5,000 throws into 2,048 buckets leave about 9 % empty; far fewer filled ones would mean a skewed hash.
    assert len(singles) > 1_800
    assert len(pairs) > 4_500


def test_index_numbers_tell_nothing_across_scopes_or_keyrings(keyring: Keyring) -> None:
    index, other = BlindIndex(keyring, NO_BUCKETS), BlindIndex(Keyring.fresh(BORN_AT), NO_BUCKETS)
    seen = [index.terms_for("14", SYLLABLES), index.terms_for("15", SYLLABLES), other.terms_for("14", SYLLABLES)]
    shared = [len(set(one) & set(two)) for one, two in [(seen[0], seen[1]), (seen[0], seen[2]), (seen[1], seen[2])]]
    assert max(shared) <= 3  # 5,000 in 2**30 meet by chance in 1 of 43 cases


def test_index_hides_no_term_in_a_bucket_when_buckets_are_off(keyring: Keyring) -> None:
    numbers = BlindIndex(keyring, NO_BUCKETS).terms_for("cluster", SYLLABLES + PAIRS)
    assert len(numbers) >= len(SYLLABLES + PAIRS) - 3
    assert numbers[0] >= 0
    assert numbers[-1] <= INT4_MAX


def test_index_searches_rows_of_an_older_key_or_bucket_plan(keyring: Keyring) -> None:
    old = BlindIndex(keyring, Buckets(1_024, 4_096))
    newer = Key.fresh(Purpose.INDEX, BORN_AT + timedelta(days=1))
    rotated = BlindIndex(Keyring([newer, *(key for purpose in Purpose for key in keyring.all(purpose))]))
    terms = SYLLABLES[:50] + PAIRS[:50]
    assert rotated.index_key_id != old.index_key_id
    assert rotated.terms_for("14", terms) != old.terms_for("14", terms)
    assert rotated.terms_for("14", terms, index_key_id=old.index_key_id) == old.terms_for("14", terms)


@pytest.mark.parametrize("index_key_id", ["index-00000000.2048.32768", "index-00000000", "{}.1", "{}.a.b", "{}"])
def test_index_refuses_when_the_stored_index_is_not_known(keyring: Keyring, index_key_id: str) -> None:
    named = index_key_id.format(keyring.current("index").id)
    with pytest.raises(KeyringFault):
        BlindIndex(keyring).terms_for("14", ["ma"], index_key_id=named)
