"""How people's own words for a place lead to a commune of today, on the shipped tables."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.adapters import shipped
from forum.domain.place_mentions import Everyday
from forum.domain.places import Commune, Gazetteer, LegacyPlace, PlaceReason, Province, Successor
from forum.domain.text import fold, readable

GAZETTEER = shipped.gazetteer(fold)
CLUSTER = {province.code: province for province in shipped.provinces() if province.is_in_cluster}
COMMUNES = [commune for commune in shipped.communes() if commune.province_code in CLUSTER]
LEGACY = {place.id: place for place in shipped.legacy_places()}


def _codes(text: str, province_code: str | None = None) -> list[str]:
    return [found.commune_code for found in GAZETTEER.resolve(text, province_code=province_code).candidates]


CERTAIN = [
    ("xã Vân Hồ", "04048"),
    ("xa sa phin", "00733"),
    ("nha o xa sa phin gan mo nước", "00733"),
    ("tà xùa", "03868"),
    ("đặt phòng homestay tà xùa 2tr3", "03868"),
    ("phường Kỳ Lừa, 9h sáng nay", "06187"),
    ("KARAOKE ĐẾN 1H SÁNG, PHƯỜNG TÔ HIỆU KHÔNG AI XUỐNG", "03646"),
    ("trực ban phường Tô Hiệu", "03646"),
    ("khu xã Trà Lĩnh", "01447"),
    ("đường mòn sát chợ Đồng Đăng", "06184"),
    ("trong ngõ cạnh chợ Thất Khê", "06040"),
    ("nha hang xom o mu ca co sung kip", "03451"),
    ("Nhà ở Tìa Dình cách trụ sở hơn 20 cây số", "03385"),
    ("các chú công an xã Mường Lai đã lội lũ", "04345"),
    ("p. Thục Phán", "01273"),
    ("Mường Lai", "04345"),
    ("Mường Lay", "03151"),
    ("tt Mèo Vạc", "00769"),
    ("thị trấn Việt Lâm", "00913"),
    ("Sơn Vĩ, Mèo Vạc, Hà Giang", "00778"),
    ("Hồng Phong, Bình Gia, Lạng Sơn", "06079"),
    ("ở Tân Tiến, Hoàng Su Phì", "01051"),
    ("xa bao lam cao bang", "01290"),
    ("xa bao lam, lang son", "06184"),
    ("Xã Minh Quân, huyện Trấn Yên, Yên Bái", "04543"),
    ("chị Thanh Sơn ở xã Mường Lai", "04345"),
    ("xã Chiêm Hoá", "02287"),
    ("xã Chiêm Hóa", "02287"),
    ("phường Ba Đình, Hà Nội", "00004"),
]


@pytest.mark.parametrize(("text", "code"), CERTAIN)
def test_gazetteer_is_certain_when_one_commune_remains(text: str, code: str) -> None:
    match = GAZETTEER.resolve(text)
    assert [found.commune_code for found in match.candidates] == [code]
    assert match.is_certain
    assert match.likely == match.candidates[0]
    assert match.province_code == match.candidates[0].province_code


@pytest.mark.parametrize(
    ("text", "likely", "among"),
    [
        # A commune that has the name of the old district around it.
        ("Mèo Vạc, Hà Giang", "00769", "00778"),
        ("MÈO VẠC HÀ GIANG", "00769", "00778"),
        ("cho Muong Khuong", "02761", "02788"),
        ("o cho Muong Khuong, 1 nguoi cam dao", "02761", "02788"),
        ("ban huoi lanh van ho toi nao cung co xe la ra vao mua ban", "04048", "04006"),
        ("Sy Ma Cai", "02809", "02824"),
        # An old district alone: its namesake leads, the others are offered.
        ("thị xã Nghĩa Lộ, Yên Bái", "04288", "04681"),
        ("Nghĩa Lộ, Yên Bái", "04288", "04663"),
        ("nghia lo yen bai", "04288", "04663"),
        ("huyện Bảo Yên", "02947", "02989"),
        ("TP. Lào Cai", "02647", "02671"),
        # A name of today that also was a commune elsewhere.
        ("xã Bảo Lâm", "01290", "06184"),
        ("xã Hồng Phong", "06079", "06184"),
        # Two places in one text.
        ("từ Mộc Châu về xã Vân Hồ có người bán", "04048", "03980"),
    ],
)
def test_gazetteer_offers_a_choice_when_a_name_has_several_readings(text: str, likely: str, among: str) -> None:
    match = GAZETTEER.resolve(text)
    assert not match.is_certain
    assert match.likely is not None
    assert match.likely.commune_code == likely
    assert among in _codes(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("xã Yên Định", ["00700", "00994"]),
        ("xã Yên Định, Bắc Mê", ["00700", "00994"]),
        ("thành phố Lai Châu", ["03388", "03408"]),
    ],
)
def test_gazetteer_prefers_nothing_when_parts_rank_alike(text: str, codes: list[str]) -> None:
    match = GAZETTEER.resolve(text)
    assert [found.commune_code for found in match.candidates] == codes
    assert match.likely is None
    assert not match.is_certain


@pytest.mark.parametrize("text", ["thôn Nà Tấu", "xom na tau co quan ruou ban ca dem khong ai ngu duoc"])
def test_gazetteer_suggests_nothing_when_a_village_has_the_name_of_a_commune(text: str) -> None:
    match = GAZETTEER.resolve(text)
    assert [found.commune_code for found in match.candidates] == ["03316"]
    assert match.likely is None
    assert match.province_code is None
    assert not match.is_certain


def test_gazetteer_is_not_certain_when_words_without_marks_may_mean_something_else() -> None:
    match = GAZETTEER.resolve("trau nha hang xom pha nuong ngo cua toi o ban bo din, noi thi bi doa")
    assert not match.is_certain


@pytest.mark.parametrize(
    ("text", "province_code", "code"),
    [("xóm tôi thuộc xã Bảo Lâm", "04", "01290"), ("xa Bao Lam", "20", "06184"), ("Ba Đình", "01", "00004")],
)
def test_gazetteer_is_certain_when_the_chosen_province_leaves_one_reading(
    text: str, province_code: str, code: str
) -> None:
    match = GAZETTEER.resolve(text, province_code=province_code)
    assert [found.commune_code for found in match.candidates] == [code]
    assert match.is_certain


def test_gazetteer_doubts_when_the_commune_lies_outside_the_chosen_province() -> None:
    match = GAZETTEER.resolve("xã Vân Hồ", province_code="08")
    assert [found.commune_code for found in match.candidates] == ["04048"]
    assert not match.is_certain
    assert match.province_code == "08"


def test_gazetteer_doubts_when_the_text_names_another_province() -> None:
    match = GAZETTEER.resolve("xe biển Hà Nội đỗ ở xã Vân Hồ suốt đêm")
    assert [found.commune_code for found in match.candidates] == ["04048"]
    assert not match.is_certain
    assert match.province_code == "14"


@pytest.mark.parametrize(
    ("text", "province_code"),
    [
        ("Hà Giang", "08"),
        ("tỉnh Yên Bái", "15"),
        ("Lai Châu", "12"),
        ("ở gần Hồ Chí Minh", "79"),
        ("tuong cao bang 2 met", None),
        ("dien bien phuc tap", None),
        ("Kính gửi Công an Sơn La, nhà tôi bị mất xe đêm qua", "14"),
    ],
)
def test_gazetteer_finds_the_province_when_only_that_is_named(text: str, province_code: str | None) -> None:
    match = GAZETTEER.resolve(text)
    assert match.province_code == province_code
    assert match.candidates == ()
    assert not match.is_certain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "xã",
        "việc này bảo lâm nghiệp làm",
        "gia đình tôi sống hạnh phúc, đoàn kết",
        "anh ta nói thành công rồi",
        "van ban nay minh an khong hieu nam muoi trieu",
        "đào mỏ vàng ngay trên đồi từ tháng trước đến giờ",
        "họp ở đường Trần Phú nhé các anh",
        "thôn Nà Lốc xã Mường Lống",
        "ma tuy ban o quan nuoc, co ba nguoi dong tien cho no",
        "Tôi không nhất trí với việc công an xã trả hồ sơ, không giải quyết đăng ký thường trú",
        "Phường Phú Thọ, cùng tên với một tỉnh",
        "xe chay tu 2h sang den sang, ban co nha van hoa rong rai",
    ],
)
def test_gazetteer_finds_nothing_when_the_words_are_no_place(text: str) -> None:
    assert _codes(text) == []


def test_gazetteer_reads_raw_telex_when_it_was_decoded_before() -> None:
    assert _codes(readable("trong quans karaoke phuwowngf Thucj Phans, xe mays dduwngf kins vias hef")) == ["01273"]


@pytest.mark.parametrize("spell", [str, fold, str.upper], ids=["as-written", "without-marks", "capitals"])
def test_gazetteer_finds_every_commune_of_the_cluster_when_named_in_full(spell) -> None:
    for commune in COMMUNES:
        match = GAZETTEER.resolve(spell(f"{commune.name_full}, {CLUSTER[commune.province_code].name_full}"))
        assert match.likely is not None, commune
        assert match.likely.commune_code == commune.code
        assert match.province_code == commune.province_code


def test_gazetteer_finds_every_commune_of_the_country_when_named_in_full() -> None:
    names = {province.code: province.name_full for province in shipped.provinces()}
    for commune in shipped.communes():
        likely = GAZETTEER.resolve(f"{commune.name_full}, {names[commune.province_code]}").likely
        assert likely is not None, commune
        assert likely.commune_code == commune.code


def test_gazetteer_offers_all_successors_when_an_old_address_is_given_in_full() -> None:
    for place in (place for place in LEGACY.values() if place.level == "commune"):
        district = LEGACY[place.parent_id or ""]
        match = GAZETTEER.resolve(
            f"{place.name_full}, {district.name_full}, {LEGACY[district.parent_id or ''].name_full}"
        )
        offered = {found.commune_code for found in match.candidates}
        wanted = {successor.commune_code for successor in place.successors}
        assert offered >= wanted, place
        assert not match.is_certain or (offered == wanted and len(wanted) == 1), place


def test_gazetteer_offers_exactly_the_successors_when_an_old_district_is_given() -> None:
    for place in (place for place in LEGACY.values() if place.level == "district"):
        match = GAZETTEER.resolve(f"{place.name_full}, {LEGACY[place.parent_id or ''].name_full}")
        assert {found.commune_code for found in match.candidates} == {after.commune_code for after in place.successors}
        assert match.is_certain == (len(place.successors) == 1)


def test_candidate_says_which_old_place_led_to_it() -> None:
    found = GAZETTEER.resolve("xa Kan Ho").candidates[0]
    assert found.label == "Xã Bum Tở, Tỉnh Lai Châu"
    assert found.former == "Xã Kan Hồ, Huyện Mường Tè, Tỉnh Lai Châu"
    assert found.why is PlaceReason.LEGACY_WHOLE


def test_gazetteer_finds_the_same_when_a_place_stands_deep_in_a_long_text() -> None:
    filler = "Bà con chúng tôi rất lo, mong cán bộ xem xét giúp. " * 90
    match = GAZETTEER.resolve(f"{filler}Việc xảy ra ở xã Vân Hồ. {filler}")
    assert [found.commune_code for found in match.candidates] == ["04048"]
    assert match.is_certain


@given(st.text(max_size=300))
def test_gazetteer_accepts_any_text(text: str) -> None:
    match = GAZETTEER.resolve(text)
    assert match.is_certain <= (len(match.candidates) == 1)
    assert len({found.commune_code for found in match.candidates}) == len(match.candidates)


@given(
    st.sampled_from(COMMUNES),
    st.sampled_from(["", "Kính gửi công an. ", "toi o ", "chợ "]),
    st.sampled_from(["", ". Xin giúp"]),
)
def test_gazetteer_never_takes_a_wrong_commune_for_certain(commune: Commune, before: str, after: str) -> None:
    for name in (commune.name_full, fold(commune.name_full)):
        match = GAZETTEER.resolve(f"{before}{name}{after}", province_code=commune.province_code)
        if match.is_certain:
            assert match.candidates[0].commune_code == commune.code


DAY = date(2025, 7, 1)


def _small(everyday: dict[str, Everyday] | None = None) -> Gazetteer:
    """Build a land of one province, two communes, and an old one split between them."""
    return Gazetteer(
        [Province("99", "Tỉnh Thử", "Thử", "tỉnh", 20.0, 105.0, is_in_cluster=True, valid_from=DAY)],
        [
            Commune("90001", "99", "Xã Đồi Cao", "Đồi Cao", "xã", 20.0, 105.0, DAY),
            Commune("90002", "99", "Xã Suối Sâu", "Suối Sâu", "xã", 20.0, 105.0, DAY),
        ],
        [
            LegacyPlace("p98", "province", "Tỉnh Xưa", "Xưa", "tỉnh", None, "99", DAY, ()),
            LegacyPlace(
                "d1",
                "district",
                "Huyện Rừng Già",
                "Rừng Già",
                "huyện",
                "p98",
                "99",
                DAY,
                (Successor("90001", is_part=True), Successor("90002", is_part=True)),
            ),
            LegacyPlace(
                "c1",
                "commune",
                "Xã Bờ Rào",
                "Bờ Rào",
                "xã",
                "d1",
                "99",
                DAY,
                (Successor("90001", is_part=True), Successor("90002", is_part=True)),
            ),
        ],
        fold=fold,
        everyday=everyday or {},
    )


def test_gazetteer_gives_the_reason_of_each_candidate() -> None:
    small = _small()
    assert [found.why for found in small.resolve("xã Bờ Rào").candidates] == [PlaceReason.LEGACY_PART] * 2
    assert [found.why for found in small.resolve("huyện Rừng Già").candidates] == [PlaceReason.LEGACY_DISTRICT] * 2
    assert [found.why for found in small.resolve("xã Đồi Cao").candidates] == [PlaceReason.EXACT]


@pytest.mark.parametrize(
    ("text", "when", "is_found", "is_certain"),
    [
        ("tôi đứng trên một đồi cao nhìn xuống phía dưới làng", None, True, True),
        ("tôi đứng trên một đồi cao nhìn xuống phía dưới làng", Everyday.ALWAYS, False, False),
        ("tôi đứng trên một đồi cao nhìn xuống phía dưới làng", Everyday.UNMARKED, True, True),
        ("toi dung tren mot doi cao nhin xuong phia duoi lang", Everyday.UNMARKED, False, False),
        ("nhà tôi ở đồi cao có nhiều cây lắm các anh ạ", Everyday.ALWAYS, True, False),
        ("nhà tôi ở Đồi Cao có nhiều cây lắm các anh ạ", Everyday.ALWAYS, True, True),
        ("nha toi o xa doi cao co nhieu cay lam cac anh a", Everyday.ALWAYS, True, True),
    ],
)
def test_gazetteer_asks_more_of_a_name_when_it_is_made_of_ordinary_words(
    text: str, when: Everyday | None, *, is_found: bool, is_certain: bool
) -> None:
    match = _small({"Đồi Cao": when} if when else None).resolve(text)
    assert (bool(match.candidates), match.is_certain) == (is_found, is_certain)
