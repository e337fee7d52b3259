"""What the bare application knows by heart: its names for codes, its choices, and how it spells times and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VN = ZoneInfo("Asia/Ho_Chi_Minh")
MENU = (("show_queue", "Tin"), ("search", "Tìm kiếm"), ("statistics", "Số liệu"))
PERSON = "Cán bộ tiếp nhận (thử)"
HOTLINES = (
    ("113", "Công an"),
    ("114", "Chữa cháy"),
    ("115", "Cấp cứu y tế"),
    ("112", "Tìm kiếm cứu nạn"),
    ("111", "Bảo vệ trẻ em"),
)
KINDS = {
    "crime-report": "Tố giác, tin báo về tội phạm",
    "feedback": "Phản ánh",
    "petition": "Kiến nghị",
    "complaint": "Khiếu nại",
    "denunciation": "Tố cáo",
    "question": "Hỏi đáp",
    "praise": "Khen",
}
PRIORITIES = {"low": "Thấp", "normal": "Thường", "high": "Cao", "urgent": "Khẩn"}
STATUSES = {
    "received": "Đã tiếp nhận",
    "triaged": "Đã phân loại",
    "routed": "Đã chuyển đơn vị",
    "accepted": "Đã thụ lý",
    "in-progress": "Đang giải quyết",
    "waiting-for-citizen": "Chờ người gửi trả lời",
    "answered": "Đã trả lời",
    "closed": "Đã kết thúc",
    "reopened": "Mở lại",
    "duplicate": "Đã gộp vào tin khác",
    "transferred-out": "Đã chuyển cơ quan khác",
    "declined": "Không thụ lý",
}
HAPPENED = {
    "received": "nhận tin được gửi tới, giao cho bộ phận tiếp nhận của công an tỉnh",
    "triaged": "phân loại tin theo loại đơn, lĩnh vực và mức ưu tiên",
    "routed": "chuyển tin tới đơn vị có trách nhiệm giải quyết, theo quy tắc của lĩnh vực",
    "accepted": "thụ lý tin",
    "assigned": "giao tin cho cán bộ giải quyết",
    "noted": "ghi chú nội bộ",
    "informed": "thông báo tình hình cho người gửi",
    "asked": "hỏi thêm người gửi",
    "replied": "trả lời câu hỏi",
    "added": "viết thêm",
    "answer-proposed": "trình chỉ huy dự thảo trả lời",
    "answered": "đã trả lời người gửi",
    "closed": "kết thúc tin",
    "rated": "đánh giá kết quả",
    "reopened": "mở lại tin vì người gửi cho là chưa giải quyết",
    "sent-to-desk": "gửi tin về bộ phận tiếp nhận",
    "duplicated": "gộp tin vào tin khác",
    "transferred-out": "chuyển tin tới cơ quan khác",
    "declined": "không thụ lý tin",
}
SPOKEN = {
    "informed": "message--police",
    "asked": "message--police",
    "answered": "message--police message--answer",
    "replied": "message--citizen",
    "added": "message--citizen",
}
NOTED = frozenset({"noted", "answer-proposed", "routed", "rated"})
MEASURES = (
    ("Đã tiếp nhận", "received", None),
    ("Đã trả lời", "answered", None),
    ("Đã kết thúc", "closed", None),
    ("Còn mở thêm trong kỳ", "open_delta", None),
    ("Quá hạn thêm trong kỳ", "overdue_delta", "received"),
    ("Giải quyết đúng hạn", "settled_on_time", "settled_with_deadline"),
    ("Phản hồi lần đầu trên số tin tiếp nhận", "first_responses", "received"),
    ("Phản hồi lần đầu trên số tin đã trả lời", "first_responses", "answered"),
    ("Giải quyết trên số tin tiếp nhận", "settled", "received"),
    ("Giải quyết trên số tin có thời hạn", "settled_with_deadline", "settled"),
    ("Mở lại", "reopened", "answered"),
    ("Điểm hài lòng trung bình", "score_sum", "rated"),
    ("Người gửi cho là đã giải quyết", "solved", "rated"),
    ("Có giá trị", "valuable", "closed"),
    ("Số vụ làm rõ", "cases", None),
    ("Số đối tượng", "offenders", None),
    ("Có cơ sở", "founded", "closed"),
    ("Giải quyết ngay tại cơ sở", "grassroots", "closed"),
    ("Người gửi có đánh giá", "rated", "answered"),
    ("Đơn vị nhận chuyển tới", "arrived", "received"),
    ("Đơn vị nhận vào sổ", "entered", "received"),
    ("Đơn vị chuyển đi", "left_team", "received"),
)
COLUMNS = tuple(dict.fromkeys(name for _, *pair in MEASURES for name in pair if name))


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as shown, with what it is a share of."""

    value: str
    of: str
    number: float


def cell(row: Mapping[str, int], part: str, whole: str | None) -> Cell:
    """Return a count, or a share with its denominator."""
    if whole is None:
        return Cell(thousands(row[part]), "", row[part])
    share = row[part] / row[whole] if row[whole] else 0
    return Cell(f"{share:.1%}".replace(".", ",").replace("%", " %"), f"{row[part]}/{row[whole]} tin", share)


def moment(at: datetime) -> str:
    """Spell an instant."""
    return at.astimezone(VN).strftime("%d/%m/%Y %H:%M")


def month(day: date) -> str:
    """Spell a month."""
    return day.strftime("%m/%Y")


def remaining(due: datetime) -> str:
    """Say how long there is still time."""
    hours = (due - datetime.now(UTC)).total_seconds() / 3600
    if hours < 0:
        return "quá hạn"
    return f"còn {hours:.0f} giờ" if hours < 48 else f"còn {hours / 24:.0f} ngày"


def thousands(number: float) -> str:
    """Spell a count."""
    return f"{number:,.0f}".replace(",", ".")


def periods(today: date) -> list[tuple[str, str]]:
    """Return the periods that can be chosen: years, quarters and two years of months."""
    months = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(24)]
    quarters = [(today.year - back // 4, 4 - back % 4) for back in range(8)]
    return [
        ("12-months", "12 tháng gần đây"),
        *((f"{year}-{number + 1:02}", f"Tháng {number + 1:02}/{year}") for year, number in months),
        *((f"{year}-q{number}", f"Quý {number}/{year}") for year, number in quarters),
        *((str(today.year - back), f"Năm {today.year - back}") for back in range(5)),
    ]
