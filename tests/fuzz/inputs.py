"""Strategies for requests: now and then what a browser would send, mostly what none would."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.surface import METHODS, Door

MEBIBYTE = 1024 * 1024
NASTY = (
    "", " ", "\x00", "a\x00b", "\ufeff", "\u202e gnud nuht", "\u200b", "\ufffd", "\r\n\r\nSet-Cookie: a=b", "%00",
    "%", "../../etc/passwd", "' OR 1=1 --", '"; DROP TABLE tip; --', "{{ 7*7 }}", "{% raw %}", "%(num)d %s", "${x}",
    "<script>alert(1)</script>", "javascript:x", "-1", "0", "1", "2", "00", "1e9", "NaN", "inf", "²", "٣", "१",
    "2147483648", "9223372036854775807", "9223372036854775808", "9" * 400, "2026-02-30", "0000-00-00", "9999-12-31",
    "10000-01-01", "2026-11-24", "2026-11-24T00:00:00+00:00~1", "9999-12-31T23:59:59-23:59~1",
    "0001-01-01T00:00:00+23:59~1", "24/11/2026", "08:30", "99:99", "ma túy", '"hồng phiến" -trộm', "a" * 300,
    "ă" * 20_001, "e\u0301" * 500, "y", "on", "true", "yes", "no", "x" * 70_000, "a@b.example", "0900 000 001",
    "//evil.example", "https://evil.example/", "/tips/", "[]", "{}", "null",
)  # fmt: skip
SENSIBLE = (
    "drugs", "other", "police-conduct", "crime-report", "feedback", "normal", "urgent", "14", "15", "00001",
    "14/desk", "14/PC04", "PC04", "intake", "handler", "lead", "web", "now", "date", "unsure", "commune",
    "leadership", "vi", "en", "dark", "light", "week", "month", "open", "closed", "answer", "note", "1", "2", "3",
    "4", "5", "2026-11-24", "2027-01-01", "2026-10", "Mất xe máy ở chợ, mong công an giúp.", "Lý do đủ rõ ràng.",
    "Rất hài lòng", "sessions", "close", "founded",
)  # fmt: skip
CONTENT_TYPES = (
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "y" * 80, "application/json", "text/plain",
    "application/x-www-form-urlencoded; charset=utf-16", "", "\x7f/\x7f", "multipart/mixed; boundary=x",
    "application/xml",
)  # fmt: skip
HEADERS = (
    ("Accept-Language", "vi;q=x, *;q=" + "9" * 50), ("Accept", "application/json"), ("Range", "bytes=5-1"),
    ("Range", "bytes=0-" + "9" * 30), ("If-None-Match", '"' + "x" * 3000), ("If-Modified-Since", "Tue, 99 Foo"),
    ("Referer", "\udce9".encode("utf-8", "surrogateescape").decode("latin-1")), ("Content-Length", "5"),
    ("Expect", "100-continue"), ("X-Forwarded-For", "a" * 500), ("Origin", "null"),
    ("Cookie", "session=.eJx; theme=\x01; lang=%00"), ("Cookie", "=;;;=" * 50), ("Host", "localhost"),
    ("X-HTTP-Method-Override", "DELETE"), ("Content-Encoding", "gzip"), ("Transfer-Encoding", "identity"),
)  # fmt: skip
FILES = (
    b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, b"\xff\xd8\xff\xe0" + b"\x00" * 50,
    b"PK\x03\x04" + b"\x00" * 30, b"GIF89a" + b"\xff" * 20, b"<svg onload=alert(1)>", b"RIFF\x00\x00\x00\x00WEBP",
    b"\x00\x00\x00\x18ftypmp42", b"ID3\x04", b"OggS", b"\x1a\x45\xdf\xa3", b"MZ", b"a" * 3000,
)  # fmt: skip
FILE_NAMES = ("a.jpg", "đơn.pdf", "", "../../x", "a\x00.png", "x" * 500 + ".mp4", "\u202egpj.exe", '"><b>.svg', "con")

_letters = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
texts = st.one_of(st.sampled_from(NASTY), st.sampled_from(NASTY), _letters)
_raw = st.one_of(
    st.binary(max_size=40), st.sampled_from([b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", "mất".encode("utf-16"), b"M\xe9o"])
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, told so that it can be sent again."""

    who: str
    method: str
    endpoint: str
    path: bytes
    query: bytes
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...]


def requests(surface: list[Door], people: list[str], real: dict[str, list[str]]) -> st.SearchStrategy[Request]:
    """Return requests to every door by everybody; `real` gives, by the name of a variable or field, what exists."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Request:
        door = draw(st.sampled_from(surface))
        is_plain = draw(st.integers(0, 3)) > 0
        method = draw(st.sampled_from(door.methods if is_plain else METHODS))
        pairs = draw(st.lists(st.tuples(_names(door), _values(real)), max_size=12))
        query = draw(st.lists(st.tuples(_names(door), _values(real)), max_size=3 if method == "POST" else 10))
        kind = draw(st.sampled_from(("form", "form", "form", "files", "files", "json", "raw", "wrong")))
        body, content_type = _body(draw, kind, pairs) if method not in {"GET", "HEAD"} or not is_plain else (b"", "")
        return Request(
            who=draw(st.sampled_from(people)),
            method=method,
            endpoint=door.endpoint,
            path=_path(draw, door, real),
            query=_encoded(query) if draw(st.integers(0, 9)) else draw(_raw) * draw(st.sampled_from((1, 200))),
            body=body,
            content_type=content_type,
            headers=tuple(draw(st.lists(st.sampled_from(HEADERS), max_size=2))) if not draw(st.integers(0, 3)) else (),
        )

    return drawn()


def _names(door: Door) -> st.SearchStrategy[str]:
    if not door.fields:
        return texts
    return st.one_of(*[st.sampled_from(door.fields)] * 9, texts)


def _values(real: dict[str, list[str]]) -> st.SearchStrategy[bytes]:
    existing = sorted({value for values in real.values() for value in values})
    sensible = st.sampled_from([*SENSIBLE, *existing])
    return st.one_of(*[sensible.map(_bytes)] * 4, *[texts.map(_bytes)] * 3, _raw)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _path(draw: st.DrawFn, door: Door, real: dict[str, list[str]]) -> bytes:
    """Fill in the variables of an address: mostly with what exists."""
    path = b""
    for part in door.rule.split("/")[1:]:
        if part.startswith("<"):
            name = part.strip("<>").rpartition(":")[2]
            is_real = name in real and draw(st.integers(0, 3)) > 0
            value = _bytes(draw(st.sampled_from(real[name]))) if is_real else draw(st.one_of(texts.map(_bytes), _raw))
            path += b"/" + value[:2000]
        else:
            path += b"/" + part.encode()
    return path


def _encoded(pairs: list[tuple[str, bytes]]) -> bytes:
    return b"&".join(_quoted(_bytes(name)) + b"=" + _quoted(value) for name, value in pairs)


def _quoted(value: bytes) -> bytes:
    return "".join(chr(octet) if chr(octet).isalnum() and octet < 128 else f"%{octet:02x}" for octet in value).encode()


def _body(draw: st.DrawFn, kind: str, pairs: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    match kind:
        case "form":
            return _encoded(pairs), "application/x-www-form-urlencoded"
        case "files":
            return _multipart(draw, pairs), "multipart/form-data; boundary=limit"
        case "json":
            given: Any = {name: value.decode("utf-8", "replace") for name, value in pairs}
            return json.dumps(draw(st.sampled_from([given, [given], None, 1e308]))).encode(), "application/json"
        case "raw":
            return draw(st.binary(max_size=200)), draw(st.sampled_from(CONTENT_TYPES))
        case _:
            return _encoded(pairs), draw(st.sampled_from(CONTENT_TYPES))


def _multipart(draw: st.DrawFn, pairs: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    for name, value in pairs:
        head = f'Content-Disposition: form-data; name="{_header(name)}"'
        if not draw(st.integers(0, 3)):
            head += f'; filename="{_header(draw(st.sampled_from(FILE_NAMES)))}"\r\nContent-Type: image/jpeg'
            value = draw(st.sampled_from(FILES))  # noqa: PLW2901 - a file instead of a field
        out.write(b"--limit\r\n" + _bytes(head) + b"\r\n\r\n" + value + b"\r\n")
    if draw(st.integers(0, 9)):
        out.write(b"--limit--\r\n")
    return out.getvalue()


def _header(text: str) -> str:
    return text.replace('"', "%22") if len(text) < 2000 else text[:2000]
