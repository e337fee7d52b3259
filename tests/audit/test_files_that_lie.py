"""Files that are not what they say: pictures that are pages, pages that are pictures, and two things at once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.http import parse_options_header
from werkzeug.test import TestResponse

from forum.domain.vocabulary import Role
from forum.extensions import db, house
from forum.models import Attachment, Tip
from tests.citizen import Citizen, digits_of
from tests.papers import paper
from tests.web.desk import Officer

SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
PAGE = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
HANDED_OUT = {"image/jpeg", "image/png", "image/webp", "application/pdf"}
CALLED = (("anh.jpg", "image/jpeg"), ("anh.jpg.html", "text/html"))


def drawn(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 16), "green").save(out, kind, **options)
    return out.getvalue()


REFUSED = {
    "svg": SVG,
    "svg after a blank": b"\n \t" + SVG,
    "svg without a head": b"<svg onload=alert(1)>",
    "compressed svg": b"\x1f\x8b\x08\x00" + b"\x00" * 40,
    "page": PAGE,
    "page with a mark of order": b"\xef\xbb\xbf" + PAGE,
    "page in two octets a letter": PAGE.decode().encode("utf-16"),
    "xml with a stylesheet": b'<?xml-stylesheet type="text/xsl" href="#x"?>' + PAGE,
    "web archive": b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + PAGE,
    "gif in name only": b"GIF89a=1;" + SCRIPT,
    "jpeg in its first octets only": b"\xff\xd8\xff\xe0" + PAGE,
    "png in its first octets only": b"\x89PNG\r\n\x1a\n" + PAGE,
    "script": b"/*%PDF-1.7*/alert(1)",
    "gif with a page behind": drawn("GIF") + PAGE,
    "gif whose palette is a script": drawn("GIF", comment=b"*/=1;" + SCRIPT),
    "page before a paper": PAGE + paper(),
    "program": b"MZ" + b"\x00" * 60 + PAGE,
}
TWO_AT_ONCE = {
    "jpeg with a page behind": drawn("JPEG") + PAGE,
    "jpeg with a page as its comment": drawn("JPEG", comment=PAGE),
    "png with a page behind": drawn("PNG") + PAGE,
    "webp with a page behind": drawn("WEBP") + PAGE,
    "paper with a page behind": paper() + PAGE,
}


def send(app: Flask, content: bytes, name: str, said: str = "image/jpeg") -> tuple[Citizen, TestResponse]:
    citizen = Citizen(app.test_client())
    file = FileStorage(io.BytesIO(content), filename=name, content_type=said)
    return citizen, citizen.send(files=[file], province="14", category="other")


def stored() -> list[Path]:
    files = house().config.files_path
    return [path for path in files.rglob("*") if path.is_file()]


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)  # refused before anything is stored
@pytest.mark.parametrize("kind", REFUSED)
def test_what_no_picture_is_is_refused_whatever_it_is_called(app: Flask, kind: str) -> None:
    for name, said in CALLED:
        _citizen, answer = send(app, REFUSED[kind], name, said)
        assert answer.status_code == 400, (name, said)
        assert "“anh.jpg" in answer.text
    assert db.session.scalars(select(Attachment.id)).all() == []
    assert db.session.scalars(select(Tip.id)).all() == []
    assert stored() == []


@pytest.mark.parametrize("seeded", ["sqlite"], indirect=True)  # files lie beside either database
@pytest.mark.parametrize("kind", TWO_AT_ONCE)
def test_what_is_two_things_at_once_is_handed_out_as_one_that_cannot_run(app: Flask, kind: str) -> None:
    citizen, answer = send(app, TWO_AT_ONCE[kind], "anh.html", "text/html")
    assert answer.status_code == 200
    db.session.expire_all()
    file = db.session.scalars(select(Attachment)).one()
    number = db.session.scalars(select(Tip.number)).one()
    desk = Officer(app, ("14/desk", Role.INTAKE))
    address = f"/tips/{number}/files/{file.uid}"
    receipt = digits_of(answer)
    given = {
        "saved by an officer": desk.client.get(f"{address}?confirmed=1"),
        "shown to an officer": desk.client.get(f"{address}?confirmed=1&inline=1"),
        "saved by the citizen": citizen.post("/follow/file", receipt, file=file.uid),
    }
    for how, handed in given.items():
        check(handed, how)


def check(handed: TestResponse, how: str) -> None:
    """Whatever else a file is: a browser takes it for what we say, and lets nothing of it run."""
    headers = handed.headers
    assert handed.status_code == 200, how
    assert handed.mimetype in HANDED_OUT
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"sandbox", "default-src 'none'"} <= set(headers["Content-Security-Policy"].split("; "))
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    content = handed.get_data()
    is_picture = handed.mimetype in {"image/jpeg", "image/png"}
    assert headers["Content-Disposition"].startswith("attachment") or ("shown" in how and is_picture)
    assert not (is_picture and b"<script" in content), "made anew from its pixels"


def test_a_file_with_script_for_a_name_is_handed_out_under_it_and_nothing_else(app: Flask) -> None:
    """The name stands in a header: it must neither end there nor add another."""
    name = "'><svg onload=x>%0d%0aSet-Cookie: a=b; .jpg"
    citizen, answer = send(app, drawn("JPEG"), name)
    file = db.session.scalars(select(Attachment)).one()
    number = db.session.scalars(select(Tip.number)).one()
    desk = Officer(app, ("14/desk", Role.INTAKE))
    for handed in (
        desk.client.get(f"/tips/{number}/files/{file.uid}"),
        citizen.post("/follow/file", digits_of(answer), file=file.uid),
    ):
        assert "a=b" not in handed.headers.get("Set-Cookie", "")
        value, given = parse_options_header(handed.headers["Content-Disposition"])
        assert (value, set(given)) == ("attachment", {"filename"})
        assert given["filename"] == name
