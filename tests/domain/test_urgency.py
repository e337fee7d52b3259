"""What must be phoned: told from what happened before or happens every night."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forum.domain.urgency import Hotline, sounds_urgent, urgent_patterns


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Đang có đánh nhau ở chợ, đến ngay!", ("113",)),
        ("dang danh nhau o cho den ngay", ("113",)),
        ("DDang cos ddanhs nhau owr chowj, ddeens ngay", ("113",)),
        ("ĐANG CÓ ĐÁNH NHAU. ĐẾN NGAY", ("113",)),
        ("Có kẻ đột nhập nhà tôi. Nó vẫn còn trong bếp, cứu với", ("113",)),
        ("say rượu là nó mang súng ra dọa bắn vợ", ("113",)),
        ("doạ giết cả nhà", ("113",)),
        ("chị em bị chồng đánh, gãy tay rồi, hôm nay", ("113", "115")),
        ("Cháy nhà rồi các chú ơi, đến nhanh", ("114",)),
        ("rung chay gio to qua khong dap duoc", ("114",)),
        ("Có tai nạn, hai người bị thương, bất tỉnh, đến ngay", ("115",)),
        ("con bé nhà bên ăn lá ngón sáng nay", ("115",)),
        ("nước lũ lên, bà con đang mắc kẹt trên mái, lũ cuốn mất cầu", ("112",)),
        ("có cháu bé bị nhốt trong nhà hôm nay kêu khóc", ("113", "111")),
        ("Hôm qua có đánh nhau ở chợ, công an đã đến ngay", ()),
        ("tối nào cũng đánh nhau, đang đêm cũng chửi", ()),
        ("năm ngoái cháy rừng to lắm, gió to", ()),
        ("Xe chạy to, đang ầm ầm qua bản", ()),
        ("xe dang chay tren cho den ngay mai", ()),
        ("Tôi đang làm căn cước, hỏi bao lâu thì được?", ()),
        ("Đề nghị tập huấn phòng cháy cho bà con", ()),
        ("", ()),
    ],
)
def test_sounds_urgent_names_the_numbers_to_call(text: str, numbers: tuple[str, ...]) -> None:
    assert sounds_urgent(text) == tuple(map(Hotline, numbers))


def test_sounds_urgent_joins_neighbouring_sentences_but_not_distant_ones() -> None:
    assert sounds_urgent("Có đánh nhau. Đến ngay") == (Hotline.POLICE,)
    assert sounds_urgent("Có đánh nhau. Hai bên họp bản. Ông trưởng bản đến ngay") == ()


def test_sounds_urgent_hears_the_present_even_when_the_past_follows() -> None:
    assert sounds_urgent("Chào chú. Đang đánh nhau, đến ngay. Tối nào cũng thế") == (Hotline.POLICE,)


def test_urgent_patterns_travel_as_json_and_name_every_hotline() -> None:
    patterns = json.loads(json.dumps(urgent_patterns()))
    assert {rule["hotline"] for rule in patterns["rules"]} == {hotline.value for hotline in Hotline}
    listed = {phrase for rule in patterns["rules"] for group in rule["all"] for phrase in group}
    assert set(patterns["needs_marks"]) <= listed
    assert all(group for rule in patterns["rules"] for group in rule["all"])
    assert patterns["unless"]
    assert 0 < patterns["accented_share"] < 1


def test_sounds_urgent_stays_silent_on_ordinary_samples() -> None:
    folder = Path(__file__).parents[1] / "samples"
    samples = [s for name in ("tips", "own_tips") for s in json.loads((folder / f"{name}.json").read_text("utf-8"))]
    rung = {sample["id"] for sample in samples if sounds_urgent(sample["text"])}
    assert rung == {"S04", "S16", "S26", "T07", "T19"}
    assert all(sample["wanted"]["priority"] == "urgent" for sample in samples if sample["id"] in rung)
