"""Words that carry grammar, not matter, and the abbreviations of chat; both are lists to read, not rules."""

from __future__ import annotations

# Folded, because texts come with and without marks. A word is listed if nearly all its readings in such texts are
# grammar. The rare others ("cờ" in "cờ bạc") lose nothing but speed: the unsealed text is compared for every word.
# "ma" (ma túy), "no" (nợ, nổ), "ha" and "van" (place names), "da", "ban" and "toi" stay in the index for their matter.
_LISTED = """
    a ah ak ad aj anh ay bi cac cai cho chu chua chung co con cua cung cu dang day de deu di do duoc em gi hay hoac
    khi khong la lai len luon minh moi mot nay neu nen nhe nhi nhu nhung noi o oi qua ra rang rat roi sao se sau
    the thi theo thoi tren trong tung u va vao vay ve vi voi xin
"""
FUNCTION_WORDS = frozenset(_LISTED.split())

# Only spellings that are no other Vietnamese word, with or without marks: "ca" may be công an, but also cá or cả.
ABBREVIATIONS = {
    "k": "không",
    "ko": "không",
    "kh": "không",
    "hok": "không",
    "khum": "không",
    "dc": "được",
    "đc": "được",
    "đk": "đăng ký",
    "r": "rồi",
    "rùi": "rồi",
    "e": "em",
    "m": "mình",
    "mk": "mình",
    "mn": "mọi người",
    "ng": "người",
    "ngta": "người ta",
    "j": "gì",
    "z": "vậy",
    "vs": "với",
    "ntn": "như thế nào",
    "bt": "biết",
    "bít": "biết",
    "trc": "trước",
    "hqua": "hôm qua",
    "hnay": "hôm nay",
    "qa": "qua",
    "sdt": "số điện thoại",
    "sđt": "số điện thoại",
    "stk": "số tài khoản",
    "tk": "tài khoản",
    "ck": "chuyển khoản",
    "nt": "nhắn tin",
    "ib": "nhắn tin",
    "fb": "facebook",
    "tele": "telegram",
    "cccd": "căn cước công dân",
    "cmnd": "chứng minh nhân dân",
    "hk": "hộ khẩu",
    "csgt": "cảnh sát giao thông",
    "pccc": "phòng cháy chữa cháy",
    "antt": "an ninh trật tự",
    "catp": "công an thành phố",
    "cax": "công an xã",
    "qđ": "quyết định",
    "tq": "trung quốc",
    "hs": "học sinh",
    "sv": "sinh viên",
    "xm": "xe máy",
    "oto": "ô tô",
    "tks": "cảm ơn",
    "thank": "cảm ơn",
    "thanks": "cảm ơn",
    "camon": "cảm ơn",
}
