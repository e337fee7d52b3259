"""What sounds as if it happened right now and so must be phoned; one word list for server and page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from forum.domain.phrases import ACCENTED_SHARE, PhraseBook, Reading, read


class Hotline(StrEnum):
    """The national emergency numbers."""

    POLICE = "113"
    FIRE = "114"
    AMBULANCE = "115"
    RESCUE = "112"
    CHILDREN = "111"


@dataclass(frozen=True, slots=True)
class _Rule:
    """Rings when two neighbouring sentences hold a phrase of each group and no sign of the past."""

    hotline: Hotline
    groups: tuple[tuple[str, ...], ...]


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in listed.split(",") if part.strip())


_NOW = _phrases(
    """đang, ngay bây giờ, bây giờ, đến ngay, tới ngay, xuống ngay, lên ngay, ra ngay, qua ngay, đến nhanh, tới nhanh,
    lên nhanh, xuống nhanh, đến gấp, đến mau, lên mau, mau lên, nhanh lên, cứu với, cứu tôi, cứu em, khẩn cấp,
    vẫn còn, chưa đi, không thoát được"""
)
_INJURED = _phrases(
    """chảy máu, máu chảy, chảy nhiều máu, bất tỉnh, ngất xỉu, nguy kịch, sắp chết, gãy tay, gãy chân, gẫy tay,
    gẫy chân, thủng bụng, vỡ đầu, thở không được, co giật"""
)
_TODAY = _phrases(
    "đang, hôm nay, sáng nay, chiều nay, tối nay, đêm nay, vừa xong, vừa mới, đến ngay, tới ngay, xuống ngay"
)
_PAST = _phrases(
    """hôm qua, hôm kia, hôm trước, tuần trước, tháng trước, năm trước, năm ngoái, tháng rồi, tuần rồi, dạo trước,
    ngày xưa, đêm nào, tối nào, ngày nào, hôm nào, thường xuyên, suốt mấy tháng, hàng đêm, hàng ngày"""
)

_RULES = (
    _Rule(
        Hotline.POLICE,
        (
            _phrases(
                """đánh nhau, chém nhau, đâm nhau, bắn nhau, đâm chém, đánh hội đồng, ẩu đả, hỗn chiến, cầm dao,
                cầm súng, cầm mã tấu, vác dao, vác súng, nổ súng, cướp, cướp giật, đột nhập, cạy cửa, phá cửa,
                bắt cóc, hiếp dâm,
                bị chém, bị đâm, bị bắn, bị đánh, chồng đánh, bố đánh, đánh vợ, đánh mẹ, trộm vào nhà, đuổi chém,
                đập phá, tự tử, nhảy cầu"""
            ),
            _NOW,
        ),
    ),
    _Rule(
        Hotline.POLICE,
        (_phrases("bị chém, bị đâm, bị bắn, bị đánh, chồng đánh, bố đánh, đánh vợ, đánh mẹ, chém người"), _INJURED),
    ),
    _Rule(
        Hotline.POLICE,
        (_phrases("bị đánh, chồng đánh, bố đánh, đánh vợ, đánh mẹ, đánh con, bị nhốt, bị bắt giữ"), _TODAY),
    ),
    _Rule(Hotline.POLICE, (_phrases("dọa bắn, doạ bắn, dọa giết, doạ giết, dọa chém, doạ chém, dọa đâm, doạ đâm"),)),
    _Rule(
        Hotline.FIRE,
        (
            _phrases(
                """cháy nhà, nhà cháy, cháy rừng, rừng cháy, cháy chợ, cháy quán, cháy kho, cháy xe, cháy to,
                cháy lớn, đám cháy, bốc cháy, hỏa hoạn, hoả hoạn, lửa cháy, có cháy, nổ bình gas, nổ gas, rò gas"""
            ),
            (*_NOW, "cháy to", "cháy lớn", "gió to", "không dập được", "lan sang", "lan xuống", "khói mù mịt"),
        ),
    ),
    _Rule(
        Hotline.FIRE,
        (_phrases("""đang cháy, nhà đang cháy, rừng đang cháy, lửa đang lan, đang bốc cháy, kẹt trong đám cháy"""),),
    ),
    _Rule(
        Hotline.AMBULANCE,
        (
            (
                *_INJURED,
                "tai nạn",
                "bị thương",
                "uống thuốc sâu",
                "uống lá ngón",
                "ăn lá ngón",
                "điện giật",
                "rắn cắn",
                "đột quỵ",
            ),
            _TODAY + _NOW,
        ),
    ),
    _Rule(
        Hotline.AMBULANCE,
        (_phrases("bị chém, bị đâm, bị bắn, bị đánh, chồng đánh, tai nạn, tông xe, đâm xe"), _INJURED),
    ),
    _Rule(
        Hotline.RESCUE,
        (
            _phrases(
                """lũ quét, lũ cuốn, nước cuốn, bị cuốn trôi, sạt lở, đất lở, sập hầm, sập nhà, đuối nước, chìm thuyền,
                lật thuyền, mắc kẹt, bị vùi lấp, lạc trong rừng, rơi xuống vực, rơi xuống giếng, nước dâng"""
            ),
            _NOW,
        ),
    ),
    _Rule(
        Hotline.CHILDREN,
        (
            _phrases("trẻ em, trẻ con, em bé, đứa bé, cháu bé, bé gái, bé trai, con bé, thằng bé"),
            _phrases(
                "bị đánh, bị xâm hại, bị hiếp dâm, bị bạo hành, bị nhốt, bị bỏ đói, bị bỏ rơi, bị bán, bị bắt cóc"
            ),
            _TODAY + _NOW,
        ),
    ),
)

# Without marks these read as other everyday words ("đang chạy", "có chạy", "chạy xe"), so they count with marks only.
_NEEDS_MARKS = frozenset(_phrases("đang cháy, có cháy, cháy xe, cháy chợ, cháy quán"))


def _book() -> PhraseBook:
    listed = {phrase for rule in _RULES for group in rule.groups for phrase in group} | set(_PAST)
    return PhraseBook((phrase, phrase not in _NEEDS_MARKS) for phrase in sorted(listed))


_BOOK = _book()


def sounds_urgent(text: str) -> tuple[Hotline, ...]:
    """Return the numbers to call for what the text says is happening now; empty when nothing is."""
    return urgent_in(read(text))


def urgent_in(reading: Reading) -> tuple[Hotline, ...]:
    """Return the numbers to call for a text already read."""
    sentences: dict[int, set[str]] = {}
    for found in _BOOK.find(reading):
        sentences.setdefault(found.sentence, set()).add(found.phrase)
    begins = {start for number in sentences for start in (number - 1, number) if start >= 0}
    windows = [sentences.get(start, set()) | sentences.get(start + 1, set()) for start in begins]
    rung = {rule.hotline for rule in _RULES if any(_rings(rule, window) for window in windows)}
    return tuple(hotline for hotline in Hotline if hotline in rung)


def urgent_patterns() -> dict[str, object]:
    """Return the rules as JSON-ready data for the page, which folds and compares as `forum.domain.phrases` does.

    A rule rings when, within two neighbouring sentences, each list of `all` has a phrase and `unless` has none. In a
    text with less than `accented_share` of words with marks, phrases are compared folded, save those of `needs_marks`.
    """
    return {
        "accented_share": ACCENTED_SHARE,
        "needs_marks": sorted(_NEEDS_MARKS),
        "unless": list(_PAST),
        "rules": [{"hotline": rule.hotline.value, "all": [list(group) for group in rule.groups]} for rule in _RULES],
    }


def _rings(rule: _Rule, held: Iterable[str]) -> bool:
    held = set(held)
    return held.isdisjoint(_PAST) and all(not held.isdisjoint(group) for group in rule.groups)
