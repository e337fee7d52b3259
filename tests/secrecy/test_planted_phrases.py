"""A tip with unmistakable words goes through its whole life over HTTP; afterwards no byte on the disk tells of it."""

from __future__ import annotations

import io
import os
import re
import secrets
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from PIL import ExifTags, Image

from config import Config
from forum.app import create_app
from forum.domain.vocabulary import Role
from forum.extensions import db, unit_of_work
from tests.conftest import Seeded
from tests.factories import APP_SECRET, PASSPHRASE, PASSWORD, give_passphrase, make_account
from tests.papers import paper
from tests.secrecy.places import Disk, unnamed_files
from tests.secrecy.raw_bytes import needles_of, search
from tests.serving import SECRET, Served, environment, free_port
from tests.visitor import Page, Visitor, multipart

UPLOAD_BYTES = 19 * 1024 * 1024
"""Just under what one file may have; together with the form it makes 20 MB."""
PEOPLE = {
    "desk": (("14/desk", Role.INTAKE),),
    "handler": (("14/PC04", Role.HANDLER),),
    "lead": (("14/PC04", Role.LEAD),),
    "custodian": (("14", Role.CUSTODIAN),),
}
PHRASES = {
    "body": "con quạ khoang đậu trên cây gạo cụt ngọn trước cửa nhà ông Lò Văn Xuyến bán hồng phiến",
    "place": "Sau khe Nước Ỷ Ngàn, cạnh hòn đá Mặt Ngựa",
    "name": "Đỗ Quyên Thị Ngọc Xương",
    "contact": "0912 345 678",
    "notice_address": "hoa.ban.tim@thu-kin.example",
    "file_name": "ảnh chụp lén ở Kho Vải Thiều",
    "upload_name": "bản ghi Đèo Khau Cọ Xát",
    "upload": "Ruộng bậc thang tím ngắt dưới chân đèo",
    "exif": "Anh chup o nha ong Lo Van Xuyen",
    "more": "thêm nữa: xe ba gác màu cánh sen biển lạ",
    "route_reason": "Chuyển vì có dấu hiệu Bướm Đêm Xứ Lạnh",
    "note": "Trinh sát báo: mật danh Cá Chuối Ngủ Đông",
    "question": "Bác nhớ lại giúp: ai cầm Chiếc Đèn Bão Xanh?",
    "reply": "Dạ người cầm là chú Út Gù Bến Sậy",
    "words": 'quạ khoang "cây gạo cụt ngọn"',
    "passphrase": PASSPHRASE,
    "consent_reason": "Đồng ý vì Chim Khướu Bạc Má đang bị dọa",
    "identity_reason": "Cần gặp để bảo vệ bác Hạt Dẻ Trùng Khánh",
    "answer": "Đã bắt quả tang tại Lán Gỗ Mốc Thếch, cảm ơn bác",
    "comment": "Cảm ơn các chú, nhà tôi hết lo Ma Xó Gõ Cửa",
}
SHOWN_ELSEWHERE = frozenset(
    {"name", "contact", "notice_address", "identity_reason", "passphrase", "exif", "words", "upload", "upload_name"}
)
"""What the page of the tip does not show to those who handle it."""
SEARCHED_FOR = ("quạ khoang", "cây gạo cụt ngọn")


@pytest.fixture
def disk(seeded: Seeded, tmp_path: Path) -> Iterator[Disk]:
    url = seeded.copy(tmp_path)
    yield Disk.begin(tmp_path, url)
    seeded.drop(url)


@pytest.fixture
def served(disk: Disk, keyring_path: Path, recovery: str) -> Iterator[Served]:
    temporary = disk.folder / "tmp"
    temporary.mkdir()
    port = free_port()
    environ = environment(
        database_url=disk.database_url,
        keyring=keyring_path,
        files=disk.folder / "files",
        port=port,
        temporary=temporary,
    )
    make_people(disk, keyring_path, recovery)
    server = Served(environ, disk.folder / "server.log", port)
    server.start()
    yield server
    server.kill()


def make_people(disk: Disk, keyring: Path, recovery: str) -> None:
    config = Config("test", SECRET, disk.database_url, keyring, disk.folder / "files", "http://localhost")
    app = create_app(config)
    with app.app_context():
        with unit_of_work() as work:
            for username, grants in PEOPLE.items():
                account = make_account(work, *grants, username=username)
                if username == "custodian":
                    give_passphrase(work, recovery, account)
        db.session.remove()
        db.engine.dispose()


def picture() -> bytes:
    """Return a photo that tells where it was taken, and by whom."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = PHRASES["exif"]
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (20.0, 41.0, 17.34)}
    )
    written = io.BytesIO()
    Image.frombytes("RGB", (96, 96), os.urandom(96 * 96 * 3)).save(written, "JPEG", exif=exif, quality=90)
    return written.getvalue()


class Life:
    """The whole life of one tip, as its people see it."""

    def __init__(self, port: int, pc04: int) -> None:
        self.port = port
        self.pc04 = pc04
        self.photo = picture()
        self.citizen = Visitor(port)
        self.people = {username: self._signed_in(username) for username in PEOPLE}
        self.number = ""
        self.receipt = ""

    def go_through(self) -> None:
        self._submit()
        self._find()
        self._act("desk", "classify", kind="crime-report", category="drugs")
        self._act("desk", "route", team=str(self.pc04), reason=PHRASES["route_reason"])
        self._act("handler", "accept")
        self._act("handler", "note", text=PHRASES["note"])
        self._follow("/follow/write", text=PHRASES["more"])
        self._act("handler", "ask", text=PHRASES["question"])
        self._follow("/follow/write", text=PHRASES["reply"])
        self._act("custodian", "ask-identity", reason=PHRASES["identity_reason"])
        self._agree("lead")
        page = self._act("custodian", "open-identity", passphrase=PHRASES["passphrase"])
        assert PHRASES["name"] in page.text
        self._act("lead", "answer", text=PHRASES["answer"])
        self._act("lead", "close", founded="yes", valuable="yes", grassroots="no", cases="1", offenders="1")
        self._follow("/follow/rate", is_solved="yes", score="5", comment=PHRASES["comment"])
        self._check_it_was_kept()

    def close(self) -> None:
        for visitor in (self.citizen, *self.people.values()):
            visitor.__exit__()

    def _submit(self) -> None:
        page = self.citizen.submit(
            self.citizen.get("/submit"),
            "/submit",
            [("files", (f"{PHRASES['file_name']}.jpg", self.photo))],
            province="14",
            category="drugs",
            **{name: PHRASES[name] for name in ("body", "place", "name", "contact", "notice_address")},
        )
        assert page.status == 200, page.text
        self.receipt = page.form("/receipt/kept").fields["receipt"]

    def _find(self) -> None:
        desk = self.people["desk"]
        page = desk.submit(desk.get("/search"), "/search", words=PHRASES["words"])
        found = {link.split("/")[2] for link in page.links if link.startswith("/tips/")}
        assert len(found) == 1, page.text
        self.number = found.pop()

    def _act(self, username: str, action: str, **typed: str) -> Page:
        visitor, address = self.people[username], f"/tips/{self.number}"
        fields = {f"{action}-{name}": value for name, value in typed.items()}
        page = visitor.submit(visitor.get(address), f"{address}/{action}", **fields)
        assert page.status in {200, 302}, page.text
        return visitor.follow(page)

    def _agree(self, username: str) -> None:
        visitor = self.people[username]
        (address,) = {link for link in visitor.get("/consent").links if re.fullmatch("/consent/[0-9]+", link)}
        page = visitor.submit(visitor.get(address), address, reason=PHRASES["consent_reason"], answer="agree")
        assert page.status == 302, page.text

    def _follow(self, action: str, **typed: str) -> None:
        shown = self.citizen.submit(self.citizen.get("/follow"), "/follow", receipt=self.receipt)
        page = self.citizen.submit(shown, action, **typed)
        assert page.status == 200, page.text

    def _check_it_was_kept(self) -> None:
        """Fail unless the words can be read by those who may: what was never stored would prove nothing."""
        shown = self.people["lead"].get(f"/tips/{self.number}")
        assert [name for name in PHRASES if name not in SHOWN_ELSEWHERE and PHRASES[name] not in shown.text] == []
        links = [link for link in shown.links if "/files/" in link]
        answer = self.people["lead"].get(links[0])
        assert answer.status == 200, answer.text
        stored = answer.body
        assert Image.open(io.BytesIO(stored)).size == (96, 96)
        assert PHRASES["exif"].encode() in self.photo
        assert PHRASES["exif"].encode() not in stored

    def _signed_in(self, username: str) -> Visitor:
        visitor = Visitor(self.port)
        visitor.sign_in(username, PASSWORD, APP_SECRET)
        return visitor


@contextmanager
def upload_under_way(port: int) -> Iterator[None]:
    """Hold a large upload half sent; it is finished, and taken, at the end."""
    with Visitor(port) as visitor:
        fields = visitor.get("/submit").form("/submit").fields | {"body": PHRASES["upload"], "province": "14"}
        line = f"{PHRASES['upload']}\n".encode()
        content = paper(line * (UPLOAD_BYTES // len(line)))
        body, headers = multipart(fields, [("files", (f"{PHRASES['upload_name']}.pdf", content))])
        head = {**visitor.headers(), **headers, "Host": "localhost", "Content-Length": len(body), "Connection": "close"}
        lines = ["POST /submit HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        with socket.create_connection(("127.0.0.1", port), 60) as link:
            link.sendall("\r\n".join(lines).encode() + body[: len(body) // 2])
            yield
            link.sendall(body[len(body) // 2 :])
            with link.makefile("rb") as answer:
                assert b"receipt-digits" in answer.read()


def test_planted_words_lie_nowhere_readable(disk, served, keyring_path):
    life = Life(served.port, pc04_of(disk))
    with closing(life):
        with upload_under_way(served.port):
            life.go_through()
            spooled = [path for path in (disk.folder / "files" / "spool").iterdir() if path.stat().st_size]
            assert spooled, "the upload did not reach the disk: nothing was tried"
            control = plant_readable(disk)
            needles = needles_of(
                [*PHRASES.values(), *SEARCHED_FOR, life.receipt, " ".join(grouped(life.receipt))],
                {"the photo as taken": life.photo[3000:3064], "the place in the photo": gps_of(life.photo)},
            )
            assert found(disk, needles) == []
            assert list(search(unnamed_files(served.process.pid), needles)) == []
        served.stop()
        assert found(disk, needles) == []
    shown = {find.place.split()[0] for find in search(disk.places(), needles_of([control]))}
    assert shown >= (
        {"PostgreSQL", "forum.dump.sql", "tmp/control"} if disk.is_postgres else {"forum.db", "tmp/control"}
    )


def found(disk: Disk, needles: dict[bytes, tuple[str, str]]) -> list[object]:
    return list(search(disk.places(), needles))


def plant_readable(disk: Disk) -> str:
    """Write words readable, as a careless program would, so that the search has something to find."""
    control = f"Chữ để ngỏ {secrets.token_hex(8)}"
    (disk.folder / "tmp" / "control").write_text(control, encoding="utf-16-le")
    create, insert = "CREATE TABLE control (words text)", "INSERT INTO control VALUES ({})"
    if disk.is_postgres:
        with psycopg.connect(disk.database_url) as connection:
            connection.execute(create)
            connection.execute(insert.format("%s"), (control,))
    else:
        with closing(sqlite3.connect(disk.folder / "forum.db")) as connection, connection:
            connection.execute(create)
            connection.execute(insert.format("?"), (control,))
    return control


def pc04_of(disk: Disk) -> int:
    """Return the id of the department that the tip is routed to."""
    query = "SELECT id FROM team WHERE code = '14/PC04'"
    if disk.is_postgres:
        with psycopg.connect(disk.database_url) as connection:
            return connection.execute(query).fetchone()[0]
    with closing(sqlite3.connect(disk.folder / "forum.db")) as connection:
        return connection.execute(query).fetchone()[0]


def gps_of(photo: bytes) -> bytes:
    """Return the seconds of the latitude as they stand in the file: two numbers of four bytes."""
    stored = Image.open(io.BytesIO(photo)).getexif().get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude][2]
    number, divisor = stored.numerator, stored.denominator
    for order in ("big", "little"):
        spelled = number.to_bytes(4, order) + divisor.to_bytes(4, order)
        if spelled in photo:
            return spelled
    raise AssertionError("the photo does not tell its place")


def grouped(receipt: str) -> list[str]:
    return [receipt[start : start + 4] for start in range(0, len(receipt), 4)]
