"""Finding of phrases: strict where the writer uses marks, lenient where not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.domain.phrases import PhraseBook, read

BOOK = PhraseBook([("cháy", False), ("cháy rừng", True), ("mất # triệu", True), ("hoà giải", True), ("trẻ con", True)])


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Có cháy ở chợ", ["cháy"]),
        ("Xe chạy qua chợ rất nhanh", []),
        ("xe chay qua cho rat nhanh", []),
        ("chay rung to lam", ["cháy rừng"]),
        ("CHÁY RỪNG rồi", ["cháy", "cháy rừng"]),
        ("Đã cháy. Rừng còn ướt", ["cháy"]),
        ("Đã cháy, rừng còn ướt", ["cháy"]),
        ("mẹ bị mất 87 triệu", ["mất # triệu"]),
        ("mẹ bị mất tám triệu", []),
        ("mat 2tr3 trieu", ["mất # triệu"]),
        ("nhờ xã hòa giải giúp", ["hoà giải"]),
        ("tre con đi học dẫm phải kim, khổ lắm ạ", ["trẻ con"]),
        ("ddeem qua coos chays ruwngf owr banr", ["cháy", "cháy rừng"]),
        ("", []),
        ("!!!", []),
    ],
)
def test_find_yields_the_phrases_that_a_reader_would_see(text: str, phrases: list[str]) -> None:
    assert [found.phrase for found in BOOK.find(read(text))] == phrases


def test_find_names_the_sentence_when_a_phrase_comes_late() -> None:
    assert [found.sentence for found in BOOK.find(read("Chào chú. Nhà em ở xa! Cháy rừng rồi"))] == [2, 2]


@pytest.mark.parametrize(
    ("text", "is_accented"),
    [("Tôi muốn báo công an", True), ("toi muon bao cong an", False), ("toi muon bao công an o ban duoi", False)],
)
def test_read_tells_whether_the_writer_uses_marks(text: str, *, is_accented: bool) -> None:
    assert read(text).is_accented is is_accented


@given(st.text())
def test_find_takes_any_text(text: str) -> None:
    reading = read(text)
    assert all(len(clause.marked) == len(clause.folded) > 0 for clause in reading.clauses)
    assert all(found.phrase for found in BOOK.find(reading))
