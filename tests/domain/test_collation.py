"""The order of names in the Vietnamese alphabet."""

from __future__ import annotations

import random
import unicodedata

import pytest

from forum.domain.collation import sort_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["An", "Ăn", "Ân", "Ba"],
        ["Dương", "Đà Vị", "Đồng Văn", "E"],
        ["O", "Ô", "Ơ", "P"],
        ["Ma", "Mà", "Mả", "Mã", "Má", "Mạ"],
        ["Hà", "Hà Giang 1", "Hà Giang 2", "Hạ Lang"],
        ["Mường La", "Mường Lai", "Mường Lạn", "Mường Lay"],
        ["Bà Chẽ", "Bà Rịa", "Ba Vì"],
        ["ma", "Ma"],
        ["2 Tháng 9", "An", "Zô"],
    ],
)
def test_sort_key_orders_as_the_collation_of_icu(ordered: list[str]) -> None:
    shuffled = ordered.copy()
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == ordered


def test_sort_key_looks_at_tones_only_when_all_letters_are_equal() -> None:
    assert sort_key("Bản Lang") < sort_key("Bàn Lanh")
    assert sort_key("Bàn Lang") < sort_key("Bản Lang")


def test_sort_key_puts_both_places_of_the_tone_mark_together() -> None:
    assert sort_key("Hoà")[:2] != sort_key("Hoá")[:2]
    assert sort_key("Hòa An") < sort_key("Hoà Bình")


def test_sort_key_is_the_same_for_composed_and_decomposed_letters() -> None:
    assert sort_key(unicodedata.normalize("NFD", "Điện Biên"))[:2] == sort_key("Điện Biên")[:2]
