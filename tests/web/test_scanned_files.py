"""Files and the scanner for harmful programs: what officers see, who gets what, and that doubt counts as doubt."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from forum.adapters.scanner import Scanner
from forum.cli.scanner import scan_due
from forum.domain.vocabulary import Role, Scan
from forum.extensions import db, house
from forum.models import AccessRow, Attachment, OutboxJob, Tip
from forum.models.access_log import AccessAction
from forum.services.attachments import SCAN_FILE
from tests.citizen import Citizen
from tests.clamd import HARMFUL
from tests.conftest import FixedClock, fresh_work
from tests.factories import send_tip
from tests.papers import paper
from tests.web.desk import Officer, state_of

DESK = ("14/desk", Role.INTAKE)
AWAY = Scanner(path="/nowhere/clamd.ctl")
NOT_CHECKED = "Chưa kiểm tra chương trình gây hại."
CHECKED = "Đã kiểm tra: không thấy chương trình gây hại."
HARMFUL_WORDS = "Có chương trình gây hại; không phát ra."
TRIED_AGAIN = "Chưa kiểm tra được chương trình gây hại; máy sẽ thử lại."


@pytest.fixture
def desk(app: Flask) -> Officer:
    return Officer(app, DESK)


@pytest.fixture
def number(app: Flask) -> str:
    with fresh_work() as work:
        return send_tip(work).tip_number


def attach(desk: Officer, number: str, content: bytes) -> str:
    """Note something with a PDF; return the address of the file."""
    data = {"note-seen": str(state_of(number).event_count), "note-text": "Kèm tệp",
            "note-files": (BytesIO(content), "don.pdf")}  # fmt: skip
    assert desk.client.post(f"/tips/{number}/note", data=data).status_code == 302
    return f"/tips/{number}/files/{the_file().uid}"


def the_file() -> Attachment:
    db.session.expire_all()
    return db.session.scalars(select(Attachment)).one()


def the_job() -> OutboxJob:
    db.session.expire_all()
    return db.session.scalars(select(OutboxJob).where(OutboxJob.kind == SCAN_FILE)).one()


def openings() -> int:
    return len(db.session.scalars(select(AccessRow).where(AccessRow.action == AccessAction.FILE_OPENED)).all())


def test_file_that_was_not_checked_is_said_so_and_handed_out_only_when_wanted_all_the_same(
    desk: Officer, number: str
) -> None:
    address = attach(desk, number, paper())
    assert the_file().scan is Scan.NOT_SCANNED
    assert NOT_CHECKED in desk.tip(number)
    asked = desk.see(address)
    assert NOT_CHECKED in asked
    assert f"{address}?confirmed=1" in asked
    assert openings() == 0
    given = desk.client.get(f"{address}?confirmed=1")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.get_data().startswith(b"%PDF")
    assert openings() == 1


def test_file_that_was_found_clean_is_handed_out_without_a_question(desk: Officer, number: str, clamd: str) -> None:
    address = attach(desk, number, paper())
    assert scan_due(Scanner.at(clamd)) == 1
    assert (the_file().scan, the_file().scanned_at) == (Scan.CLEAN, house().clock())
    assert the_job().done_at is not None
    assert CHECKED in desk.tip(number)
    assert desk.client.get(address).get_data().startswith(b"%PDF")
    assert scan_due(Scanner.at(clamd)) == 0


def test_harmful_file_is_handed_to_nobody_and_stays_as_evidence(desk: Officer, number: str, clamd: str) -> None:
    address = attach(desk, number, paper(b"% " + HARMFUL))
    assert scan_due(Scanner.at(clamd)) == 1
    assert the_file().scan is Scan.INFECTED
    page = desk.tip(number)
    assert HARMFUL_WORDS in page
    assert f'href="{address}"' not in page
    for wish in ("", "?confirmed=1", "?inline=1"):
        desk.see(address + wish, 403)
    assert openings() == 0
    kept = [path.name for path in house().config.files_path.glob("objects/??/??/*")]
    assert kept == [the_file().storage_key]


def test_harmful_file_is_not_given_back_to_its_sender(app: Flask, clamd: str) -> None:
    citizen = Citizen(app.test_client())
    receipt = citizen.receipt(province="14", files=[(BytesIO(paper(b"% " + HARMFUL)), "don.pdf")])
    uid = the_file().uid
    assert citizen.post("/follow/file", receipt, file=uid).status_code == 200
    desk, number = Officer(app, DESK), db.session.scalars(select(Tip.number)).one()
    assert f"/files/{uid}" in desk.tip(number)
    assert scan_due(Scanner.at(clamd)) == 1
    assert citizen.post("/follow/file", receipt, file=uid).status_code == 403
    assert f"/files/{uid}" not in desk.tip(number), "neither among the files nor in the conversation"


def test_file_counts_as_not_checked_while_the_scanner_is_away_and_is_tried_again(
    desk: Officer, number: str, clamd: str, clock: FixedClock
) -> None:
    address = attach(desk, number, paper())
    assert scan_due(AWAY) == 1
    assert (the_file().scan, the_job().done_at) == (Scan.FAILED, None)
    assert TRIED_AGAIN in desk.tip(number)
    assert TRIED_AGAIN in desk.see(address)
    assert scan_due(Scanner.at(clamd)) == 0, "not before its time"
    clock.advance(minutes=2)
    assert scan_due(Scanner.at(clamd)) == 1
    assert the_file().scan is Scan.CLEAN


def test_scanner_that_goes_away_does_not_undo_what_it_said(desk: Officer, number: str, clamd: str) -> None:
    attach(desk, number, paper(b"% " + HARMFUL))
    assert scan_due(Scanner.at(clamd)) == 1
    with fresh_work() as work:
        work.session.scalars(select(OutboxJob).where(OutboxJob.kind == SCAN_FILE)).one().done_at = None
        work.session.scalars(select(OutboxJob).where(OutboxJob.kind == SCAN_FILE)).one().available_at = work.now
    assert scan_due(AWAY) == 1
    assert the_file().scan is Scan.INFECTED


def test_jobs_wait_where_no_scanner_is_configured(desk: Officer, number: str) -> None:
    attach(desk, number, paper())
    assert scan_due(None) == 0
    assert (the_job().attempts, the_job().done_at) == (0, None)


def test_job_ends_when_the_file_is_gone(desk: Officer, number: str, clamd: str) -> None:
    attach(desk, number, paper())
    house().files.delete(the_file().storage_key)
    assert scan_due(Scanner.at(clamd)) == 1
    assert (the_job().failure, the_file().scan) == ("no-file", Scan.NOT_SCANNED)
