"""What must never break anything: each is answered in words, keeps what was typed and stores nothing by halves."""

from __future__ import annotations

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from forum.extensions import db, house
from forum.models import Attachment, Tip, TipEventRow
from tests.citizen import BODY, Citizen, Page, application_with, digits_of, picture, tips

ROOT = Path(__file__).parents[2]
MEBIBYTE = 1024 * 1024
SHORTER_LIMIT = 3 * MEBIBYTE


@pytest.fixture
def citizen(client):
    return Citizen(client)


def stored() -> int:
    """Count everything that a submission leaves behind."""
    db.session.expire_all()
    rows = sum(db.session.scalar(select(func.count()).select_from(table)) for table in (Tip, TipEventRow, Attachment))
    return rows + sum(path.is_file() for path in house().config.files_path.rglob("*"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "vài lời cũng được"),
        ("   \n ", "vài lời cũng được"),
        ("...!?", "vài lời cũng được"),
        ("\x00\x01", "vài lời cũng được"),
        ("x" * 10_001, "dài quá"),
        ("mất trâu \ufffd\ufffd", "gõ lại"),
    ],
)
def test_text_that_cannot_be_taken_is_refused_in_words_and_kept(citizen, body, words):
    response = citizen.send(body=body, place="cạnh chợ")
    page = Page(response.text)
    assert response.status_code == 400
    assert words in page.words
    assert page.values["place"] == "cạnh chợ"
    assert stored() == 0


def test_too_long_text_comes_back_whole(citizen):
    body = "ă" * 10_001
    assert Page(citizen.send(body=body).text).values["body"] == body


def test_longest_text_is_taken(citizen):
    assert len(digits_of(citizen.send(body="ă" * 10_000))) == 20


def test_nul_bytes_are_taken_out_of_an_otherwise_readable_text(citizen):
    receipt = digits_of(citizen.send(body="Mất\x00 trâu", place="bản\x00 Páo"))
    assert "Mất trâu" in citizen.follow(receipt).text


@pytest.mark.parametrize(
    "raw",
    ["Mất trâu".encode("utf-16"), b"M\xe9o V\xe1c", b"\xff\xfe\xfd"],
    ids=["utf-16", "latin-1", "noise"],
)
@pytest.mark.parametrize("field", ["body", "commune", "place", "name", "contact", "police_unit"])
def test_letters_in_another_encoding_are_refused_in_words(citizen, raw, field):
    fields = {**citizen.form(), "body": BODY, field: raw}
    response = post_parts(citizen, {name: _bytes(value) for name, value in fields.items()})
    assert response.status_code == 400
    assert "gõ lại" in Page(response.text).words
    assert stored() == 0


def post_parts(citizen, fields, *, file_name=""):
    """Send a form as bytes; the test client would put large ones into a file that it leaves open."""
    named = f'; filename="{file_name}"' if file_name else ""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"{named if name == "files" else ""}\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in fields.items()
    ]
    data = b"".join(parts) + b"--x--\r\n"
    return citizen.client.post("/submit", data=data, content_type="multipart/form-data; boundary=x")


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


@pytest.mark.parametrize("field", ["commune", "place", "police_unit", "name", "contact", "notice_address"])
def test_each_field_has_its_bound(citizen, field):
    response = citizen.send(**{field: "x" * 1000})
    assert response.status_code == 400
    assert Page(response.text).values[field] == "x" * 1000
    assert stored() == 0


def test_hundred_files_are_refused_in_words_and_the_text_is_kept(citizen):
    response = citizen.send(files=[(picture(), f"{n}.jpg") for n in range(100)])
    page = Page(response.text)
    assert response.status_code == 400
    assert "nhiều nhất 10 tệp" in page.words
    assert page.values["body"] == BODY
    assert stored() == 0


def test_parts_without_end_are_refused(citizen):
    response = citizen.send(**{f"x{n}": "y" for n in range(500)})
    assert response.status_code == 413
    assert "gửi lớn quá" in Page(response.text).words
    assert stored() == 0


def test_file_over_its_bound_is_refused_by_name(citizen):
    fields = {name: value.encode() for name, value in citizen.form().items()}
    video = b"\x00\x00\x00\x18ftypmp42" + bytes(20 * MEBIBYTE)
    response = post_parts(citizen, {**fields, "body": BODY.encode(), "files": video}, file_name="dài.mp4")
    assert response.status_code == 400
    assert "“dài.mp4”: Tệp này lớn quá" in Page(response.text).words
    assert stored() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"MZ" + bytes(200), "chương trình", id="program"),
        (b"\x7fELF" + bytes(200), "chương trình"),
        (b"#!/bin/sh\nrm -rf /\n", "lệnh"),
        (b"<svg xmlns='x'><script/></svg>", "trang web"),
        (b"PK\x03\x04" + bytes(200), "tệp nén"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "hỏng"),
        (b"", "không có gì"),
    ],
)
def test_picture_that_is_none_is_refused_by_name_with_what_to_do(citizen, content, words):
    response = citizen.send(files=[(io.BytesIO(content), "anh.jpg")])
    page = Page(response.text)
    assert response.status_code == 400
    assert "“anh.jpg”" in page.words
    assert words in page.words
    assert page.values["body"] == BODY
    assert stored() == 0


def test_file_field_without_a_file_is_no_file(citizen):
    assert len(digits_of(citizen.send(files=[(io.BytesIO(b""), "")]))) == 20
    assert [tip.number for tip in tips()]
    assert db.session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize("body", [b"", b"\x00", b"--x", b"--x\r\nContent-Disposition: form-data", b"{}"])
def test_broken_form_is_answered_in_words(client, body):
    response = client.post("/submit", data=body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 400
    assert stored() == 0


@pytest.mark.parametrize("path", ["/submit", "/follow", "/follow/write", "/follow/rate", "/follow/file", "/language"])
def test_form_sent_as_something_else_is_never_a_fault_of_ours(client, path):
    response = client.post(path, data=b"\xff" * 100, content_type="application/json")
    assert response.status_code < 500


def test_request_over_the_bound_is_answered_in_words(config, clock):
    with application_with(config, clock, MAX_CONTENT_LENGTH=SHORTER_LIMIT) as application:
        citizen = Citizen(application.test_client())
        response = post_parts(citizen, {"files": bytes(2 * SHORTER_LIMIT)}, file_name="x.mp4")
        assert response.status_code == 413
        assert "Những gì bà con gửi lớn quá" in Page(response.text).words
        with application.app_context():
            assert stored() == 0


SERVE = """
from pathlib import Path
from config import Config
from forum.app import create_app

app = create_app(Config(mode="test", secret_key="s" * 40, database_url={url!r},
                        keyring_path=Path({keyring!r}), files_path=Path({files!r}), base_url="http://localhost"))
"""


@pytest.fixture
def address(config, tmp_path):
    """Serve the application by gunicorn and return where."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    source = SERVE.format(url=config.database_url, keyring=str(config.keyring_path), files=str(config.files_path))
    (tmp_path / "served.py").write_text(source)
    command = [sys.executable, "-m", "gunicorn", "served:app", "-b", f"127.0.0.1:{port}", "--no-control-socket"]
    process = subprocess.Popen(
        [*command, "--threads", "2", "--chdir", str(tmp_path), "--pythonpath", str(ROOT)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    _wait_for(port)
    yield ("127.0.0.1", port)
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the server did not start")


def test_upload_of_a_gigabyte_gets_its_answer_instead_of_a_broken_connection(address):
    size = 1024 * MEBIBYTE
    head = (
        "POST /submit HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {size}\r\n\r\n"
    )
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(head.encode())
        piece = bytes(4 * MEBIBYTE)
        for _ in range(size // len(piece)):
            connection.sendall(piece)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert re.match(rb"HTTP/1.1 413 ", answer)
    assert "Những gì bà con gửi lớn quá" in answer.decode()
