from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import bindparam, literal, select
from sqlalchemy.types import LargeBinary

from forum.adapters.blind_index import CODE_BYTES, BlindIndex, code_of, holds, index_key_id, with_added
from forum.adapters.keyring import Key, Keyring, KeyringFault, Purpose
from forum.extensions import db
from forum.models import tip_search
from forum.models.tip import BigId

BORN_AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SYLLABLES = [f"tieng{number}" for number in range(1_000)]
PAIRS = [f"{one} {two}" for one, two in itertools.pairwise(SYLLABLES)]


def pieces(codes: bytes) -> list[bytes]:
    return [codes[at : at + CODE_BYTES] for at in range(0, len(codes), CODE_BYTES)]


def test_codes_are_ascending_distinct_and_the_same_again(keyring: Keyring) -> None:
    index = BlindIndex(keyring)
    terms = ["ma", "tuy", "ma tuy", "ma"]
    codes = index.codes("14", 7, terms)
    assert pieces(codes) == sorted(set(pieces(codes)))
    assert len(pieces(codes)) == 3
    assert codes == BlindIndex(keyring).codes("14", 7, reversed(terms))
    assert index.codes("14", 7, []) == b""


def test_codes_show_nothing_that_two_tips_provinces_or_keyrings_share(keyring: Keyring) -> None:
    index, other = BlindIndex(keyring), BlindIndex(Keyring.fresh(BORN_AT))
    seen = [index.codes("14", 7, SYLLABLES), index.codes("14", 8, SYLLABLES), index.codes("15", 7, SYLLABLES)]
    seen.append(other.codes("14", 7, SYLLABLES))
    for one, two in itertools.combinations(map(set, map(pieces, seen)), 2):
        assert len(one & two) <= 2  # 1,000 in 2**32 meet by chance in 1 of 4,300 cases


def test_probes_find_each_term_of_a_tip_and_no_other(keyring: Keyring) -> None:
    index = BlindIndex(keyring)
    codes = index.codes("14", 7, SYLLABLES + PAIRS)
    assert all(holds(codes, probe, 7) for probe in index.probes("14", SYLLABLES + PAIRS))
    others = index.probes("14", [f"khac{number}" for number in range(1_000)])
    assert sum(holds(codes, probe, 7) for probe in others) <= 2
    assert not any(holds(codes, probe, 8) for probe in index.probes("14", SYLLABLES[:50]))


def test_probes_of_pairs_come_first_as_they_are_held_least_often(keyring: Keyring) -> None:
    index = BlindIndex(keyring)
    assert index.probes("14", ["tuy", "ma tuy", "ma"]) == [
        index.probes("14", [term])[0] for term in ("ma tuy", "ma", "tuy")
    ]


def test_added_codes_are_merged_in_order(keyring: Keyring) -> None:
    index = BlindIndex(keyring)
    one, two = index.codes("14", 7, SYLLABLES[:20]), index.codes("14", 7, SYLLABLES[10:30])
    assert with_added(one, two) == index.codes("14", 7, SYLLABLES[:30])
    assert with_added(b"", b"") == b""


def test_codes_of_another_key_are_found_by_its_name(keyring: Keyring) -> None:
    old = BlindIndex(keyring)
    newer = Key.fresh(Purpose.INDEX, BORN_AT + timedelta(days=1))
    rotated = BlindIndex(Keyring([newer, *(key for purpose in Purpose for key in keyring.all(purpose))]))
    assert rotated.index_key_id == index_key_id(newer.id) != old.index_key_id
    assert rotated.codes("14", 7, PAIRS) != old.codes("14", 7, PAIRS)
    assert rotated.codes("14", 7, PAIRS, index_key_id=old.index_key_id) == old.codes("14", 7, PAIRS)


@pytest.mark.parametrize("name", ["index-00000000.each-tip", "{}.2048.32768", "{}", "", "{}.each-tip.x"])
def test_index_refuses_when_the_stored_index_is_not_known(keyring: Keyring, name: str) -> None:
    with pytest.raises(KeyringFault):
        BlindIndex(keyring).codes("14", 7, ["ma"], index_key_id=name.format(keyring.current(Purpose.INDEX).id))


@pytest.mark.parametrize("tip_id", [1, 255, 256, 2**31, 2**63 - 1])
def test_database_works_out_the_same_codes(app: Flask, tip_id: int) -> None:
    probe, other = b"\x01" * 32, b"\x02" * 32
    codes = b"\x00" * 8 + code_of(probe, tip_id) + b"\xff" * 8
    column, sought = bindparam("codes", type_=LargeBinary), bindparam("probe", type_=LargeBinary)
    statement = select(tip_search.holds(column, sought, literal(tip_id, BigId)))
    found = [db.session.scalar(statement, {"codes": codes, "probe": tried}) for tried in (probe, other)]
    assert list(map(bool, found)) == [True, False]
