"""Folding, Telex, index terms and the query language, on hand-written cases and on generated ones."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forum.domain.function_words import ABBREVIATIONS, FUNCTION_WORDS
from forum.domain.text import (
    Query,
    QueryTooLong,
    TextTooLong,
    clean_input,
    expand_abbreviations,
    fold,
    looks_like_telex,
    matches_query,
    parse_query,
    search_text,
    segments,
    syllables,
    terms,
    to_nfc,
    untelex,
)

VIETNAMESE_LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
WORDS = st.text(alphabet=VIETNAMESE_LETTERS + VIETNAMESE_LETTERS.upper(), min_size=1, max_size=7)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Hòa Bình", "duong hoa binh"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("ĐỪNG   ĐI\n\tĐÂU", "dung di dau"),
        ("Ð" + "ông Kinh", "dong kinh"),
        (unicodedata.normalize("NFD", "Thục Phán"), "thuc phan"),
        ("ma\u200b túy", "ma tuy"),
        ("ma\u00adtúy", "matuy"),
        ("１１３", "113"),
        ("𝐜𝐚̂𝐧 sa", "can sa"),
        ("", ""),
    ],
)
def test_fold_gives_what_any_keyboard_can_type(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_is_idempotent_for_any_text(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_fold_is_equal_for_composed_and_decomposed_text(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(to_nfc(text))


@given(st.text())
def test_to_nfc_is_stable(text: str) -> None:
    assert to_nfc(to_nfc(text)) == to_nfc(text)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("mot\r\nhai\rba", "mot\nhai\nba"),
        ("tin\x00 nhắn\x07", "tin nhắn"),
        ("giữ\tnguyên\n", "giữ\tnguyên\n"),
        ("\u202eđảo ngược\u2066", "đảo ngược"),
        (unicodedata.normalize("NFD", "Tiếng Việt"), "Tiếng Việt"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("hỏng \ud800 mã", "hỏng  mã"),
    ],
)
def test_clean_input_removes_only_what_no_writer_meant(typed: str, cleaned: str) -> None:
    assert clean_input(typed, limit=100) == cleaned


@given(st.text(alphabet=st.characters(), max_size=60))
def test_clean_input_is_idempotent_and_can_always_be_stored(typed: str) -> None:
    cleaned = clean_input(typed, limit=1000)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean_input(cleaned, limit=1000) == cleaned


def test_clean_input_names_both_lengths_when_the_text_is_too_long() -> None:
    with pytest.raises(TextTooLong) as caught:
        clean_input("dài" * 5, limit=14, field="body")
    assert (caught.value.params, caught.value.field) == ({"length": 15, "limit": 14}, "body")


def test_clean_input_takes_a_text_of_exactly_the_limit() -> None:
    assert clean_input("a" * 14, limit=14) == "a" * 14


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Tooi muoosn baso coong an", "Tôi muốn báo công an"),
        ("ddeem qua nhaf em bij maats xe masy", "đêm qua nhà em bị mất xe máy"),
        ("toio ddi lamf veef", "tôi đi làm về"),
        ("cuwowif quas gif giowf quyeets muaw", "cười quá gì giờ quyết mưa"),
        ("COONG AN DDEESN NGAY", "CÔNG AN ĐẾN NGAY"),
        ("hoaf khoer thuyr mias cuar ddoof", "hoà khoẻ thuỷ mía của đồ"),
        ("quangw quays giaf nguwowif ngoaif", "quăng quáy già người ngoài"),
        ("hats karaoke owr phoos", "hát karaoke ở phố"),
    ],
)
def test_untelex_reads_the_keys_as_the_keyboard_would(typed: str, meant: str) -> None:
    assert untelex(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "ban huoi lanh toi nao cung co xe la ra vao mua ban",
        "e bị lừa tiền cọc r, có bill ck, báo ở đâu dc ạ",
        "This is a house for her and his sister",
        "Tôi muốn báo công an",
        "wifi",
        "",
    ],
)
def test_untelex_leaves_a_text_alone_when_it_is_no_telex(text: str) -> None:
    assert not looks_like_telex(text)
    assert untelex(text) == text


def test_expand_abbreviations_writes_out_whole_words_only() -> None:
    assert expand_abbreviations("Csgt k cho e đi dc, kk") == "cảnh sát giao thông không cho em đi được, kk"


def test_abbreviations_are_never_words_of_the_language_themselves() -> None:
    assert not {"ca", "da", "ma", "la", "no"} & set(ABBREVIATIONS)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Có cháy! Đến ngay.", [["co", "chay"], ["den", "ngay"]]),
        ("mất 1.234,5 đồng", [["mat", "1", "234", "5", "dong"]]),
        ("Kính gửi\nCông an", [["kinh", "gui"], ["cong", "an"]]),
        ("...!!!", []),
    ],
)
def test_segments_end_at_sentence_punctuation_but_not_inside_numbers(text: str, parts: list[list[str]]) -> None:
    assert list(segments(text)) == parts


def test_terms_are_content_syllables_and_neighbouring_pairs() -> None:
    assert terms("Nó bán hồng phiến. Báo ngay") == {
        *("no", "ban", "hong", "phien", "bao", "ngay"),
        *("no ban", "ban hong", "hong phien", "bao ngay"),
    }


def test_terms_pair_the_neighbours_of_a_dropped_function_word() -> None:
    assert "trom xe" in terms("trộm cái xe")


def test_terms_hold_both_spellings_when_the_text_is_raw_telex() -> None:
    assert {"bongs", "bong cuoi"} <= terms("huts bongs cuwowif trong quans")


def test_terms_hold_no_function_word_alone_or_in_a_pair() -> None:
    found = terms("Tôi không biết là nó có ở trong nhà của anh ấy hay không nhưng mà xe thì vẫn còn")
    assert not {part for term in found for part in term.split()} & FUNCTION_WORDS


@given(SENTENCES)
def test_every_content_word_of_a_text_is_indexed_without_marks(text: str) -> None:
    assert {word for word in syllables(text) if word not in FUNCTION_WORDS} <= terms(text)


@given(st.lists(WORDS, min_size=1, max_size=9), st.data())
def test_every_stretch_of_a_sentence_is_found_as_a_phrase(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(words) - 1))
    phrase = " ".join(words[start : data.draw(st.integers(start + 1, len(words)))])
    assume(not looks_like_telex(fold(phrase)))
    query = parse_query(f'"{fold(phrase)}"')
    assert query.index_terms <= terms(text)
    assert matches_query(search_text(text), query)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("ma túy", Query(words=("ma", "tuy"))),
        ('"hồng phiến" xe', Query(words=("xe",), phrases=(("hong", "phien"),))),
        ('xe -tải -"xe đạp"', Query(words=("xe",), negated=(("tai",), ("xe", "dap")))),
        ("ma-túy", Query(phrases=(("ma", "tuy"),))),
        ('"chưa đóng', Query(phrases=(("chua", "dong"),))),
        ("xe xe XE", Query(words=("xe",))),
        ("csgt", Query(words=("csgt",))),
        ('- "" !!', Query()),
    ],
)
def test_parse_query_reads_words_phrases_and_negations(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize("typed", ["a" * 201, " ".join(f"tu{i}" for i in range(13)), '"' + "xe " * 13 + '"'])
def test_parse_query_refuses_what_is_too_long(typed: str) -> None:
    with pytest.raises(QueryTooLong):
        parse_query(typed)


def test_parse_query_takes_the_bounds_themselves() -> None:
    assert len(parse_query(" ".join(f"tu{i}" for i in range(12))).words) == 12
    assert parse_query("a" * 200).words == ("a" * 200,)


@given(st.text(max_size=40))
def test_parse_query_and_its_terms_never_fail_on_short_texts(typed: str) -> None:
    try:
        query = parse_query(typed)
    except QueryTooLong:
        return
    matches_query(search_text(typed), query)
    assert not query.index_terms & FUNCTION_WORDS


@pytest.mark.parametrize(
    ("text", "typed", "is_hit"),
    [
        ("Họ bán hồng phiến ở bản", "hong phien", True),
        ("Họ bán hồng phiến ở bản", '"phien hong"', False),
        ("Họ bán hồng. Phiến đá to", '"hong phien"', False),
        ("Họ bán hồng. Phiến đá to", "hong phien", True),
        ("xe tải chở gỗ", "go -tải", False),
        ("xe máy chở gỗ", "go -tải", True),
        ("xe", "x", False),
        ("xe", "", True),
        ("cos nhoms thanh nieen huts bongs cuwowif", "bóng cười", True),
        ("csgt xin lỗi", '"cảnh sát giao thông"', True),
        ("csgt xin lỗi", "csgt", True),
        ("nó k trả", "không", True),
    ],
)
def test_matches_query_decides_on_the_folded_text(text: str, typed: str, *, is_hit: bool) -> None:
    assert matches_query(search_text(text), parse_query(typed)) is is_hit
