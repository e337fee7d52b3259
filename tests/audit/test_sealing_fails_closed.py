"""What cannot be sealed is not kept: nothing readable, nothing by halves, and nobody's words are lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from nacl.public import SealedBox
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from forum.domain.vocabulary import Role
from forum.extensions import db, house
from forum.models import Base, Tip
from tests.citizen import Citizen
from tests.conftest import fresh_work
from tests.factories import send_tip
from tests.papers import paper
from tests.web.desk import Officer, state_of

WORDS = "Chữ không niêm phong được thì không được lưu"
SAID = "chưa lưu gì cả"
RECORDS = {"access_log", "sign_in_session", "throttle"}
ENDLESS = 60


class Breaking:
    """Sealing that fails at the so-and-so-manieth time, by either means of sealing."""

    def __init__(self, at: int) -> None:
        self.left = at

    @property
    def has_failed(self) -> bool:
        return self.left <= 0

    def count(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise MemoryError

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking = self

        class Cipher:
            def __init__(self, key: bytes) -> None:
                self._real = AESGCM(key)
                self.decrypt = self._real.decrypt

            def encrypt(self, *args: Any) -> bytes:
                breaking.count()
                return self._real.encrypt(*args)

        class Box(SealedBox):
            def encrypt(self, *args: Any, **kwargs: Any) -> Any:
                breaking.count()
                return super().encrypt(*args, **kwargs)

        monkeypatch.setattr("forum.adapters.vault.AESGCM", Cipher)
        monkeypatch.setattr("forum.adapters.sealed_chunks.AESGCM", Cipher)
        monkeypatch.setattr("forum.adapters.custody.SealedBox", Box)


def contents() -> dict[str, int]:
    """Return how many rows each table has, what is written of looking and trying apart."""
    db.session.expire_all()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in RECORDS]
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def files() -> list[Path]:
    root = house().config.files_path
    return [path for path in root.rglob("*") if path.is_file()]


def upload(size: int = 100) -> tuple[io.BytesIO, str]:
    return io.BytesIO(paper(b"% " + b"x" * size)), "don.pdf"


def by_citizen(app: Flask) -> Callable[[], TestResponse]:
    citizen = Citizen(app.test_client())
    form = citizen.form()
    given = {"province": "14", "category": "other", "name": "Lò Thị Mai", "notice_address": "a@example.org"}
    return lambda: citizen.send(form, body=f"{WORDS}.", files=[upload(), upload()], **given)


def by_follower(app: Flask) -> Callable[[], TestResponse]:
    with fresh_work() as work:
        receipt = send_tip(work).receipt
    citizen = Citizen(app.test_client())
    return lambda: citizen.post("/follow/write", receipt, text=WORDS)


def by_officer(app: Flask) -> Callable[[], TestResponse]:
    with fresh_work() as work:
        number = send_tip(work).tip_number
    desk = Officer(app, ("14/desk", Role.INTAKE))
    seen = state_of(number).event_count

    def note() -> TestResponse:
        data = {"note-seen": str(seen), "note-text": WORDS, "note-files": upload(70_000)}  # more than one chunk
        return desk.client.post(f"/tips/{number}/note", data=data)

    return note


@pytest.mark.parametrize("begin", [by_citizen, by_follower, by_officer])
def test_nothing_is_kept_wherever_sealing_fails(app: Flask, monkeypatch, begin: Callable[..., Any]) -> None:
    send = begin(app)
    before, lying = contents(), files()
    house().secrets.vault._wrappers.clear()
    kept_words = 0
    for at in range(1, ENDLESS):
        with monkeypatch.context() as patched:
            breaking = Breaking(at)
            breaking.install(patched)
            answer = send()
            house().secrets.vault._wrappers.clear()
        page = answer.get_data(as_text=True)
        if not breaking.has_failed:
            break
        assert answer.status_code == 503, (at, page)
        assert SAID in page, at
        kept_words += WORDS in page
        assert contents() == before, at
        assert files() == lying, at
    assert at > 2, "so often something is sealed"
    assert kept_words >= at - 1 - 12, "but where the form itself did not come in, what was typed is shown again"
    assert answer.status_code in {200, 302}
    assert contents() != before


def test_a_keyring_without_the_key_of_a_tip_opens_and_keeps_nothing(app: Flask) -> None:
    with fresh_work() as work:
        sent = send_tip(work)
    desk = Officer(app, ("14/desk", Role.INTAKE))
    tip = state_of(sent.tip_number)
    with fresh_work() as work:
        work.session.get_one(Tip, tip.id).kek_id = "kek-lost"
    before = contents()
    citizen = Citizen(app.test_client())
    answers = [
        desk.client.get(f"/tips/{tip.number}"),
        desk.client.post(f"/tips/{tip.number}/note", data={"note-seen": "1", "note-text": WORDS}),
        citizen.follow(sent.receipt),
        citizen.post("/follow/write", sent.receipt, text=WORDS),
    ]
    assert [answer.status_code for answer in answers] == [503] * 4
    assert WORDS in answers[3].text
    assert contents() == before
    assert Citizen(app.test_client()).send(body="Tin mới vẫn được nhận bình thường.").status_code == 200


def test_a_full_disk_keeps_nothing_and_says_so(app: Flask, monkeypatch) -> None:
    send = by_citizen(app)
    before, lying = contents(), files()

    def full(*_args: Any, **_kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        answer = send()
    assert answer.status_code == 503
    assert WORDS in answer.text
    assert (contents(), files()) == (before, lying)
    assert send().status_code == 200
