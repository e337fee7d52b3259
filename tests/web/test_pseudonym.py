"""What those who handle a tip call a sender who left a name: by a code that says nothing but "the same as before"."""

from __future__ import annotations

import re

from flask import Flask

from forum.domain.vocabulary import Role
from forum.services.conversation import find_by_receipt, write
from tests.conftest import fresh_work
from tests.factories import send_tip
from tests.web.desk import Officer, readable

CODE = re.compile(r"Người báo tin ([A-Z][2-9]-[A-Z][2-9])")
NAME = "Lò Văn Mẫu"


def said_twice(**fields: str) -> str:
    """Hand in a tip, and add something to it; return its number."""
    with fresh_work() as work:
        acknowledged = send_tip(work, **fields)
        write(work, find_by_receipt(work, acknowledged.receipt or "", lock=True), text="Còn một người nữa")
    return acknowledged.tip_number


def test_conversation_and_timeline_call_a_named_sender_by_one_code_that_no_other_tip_has(app: Flask) -> None:
    numbers = [said_twice(name=NAME, contact="0912 345 678") for _ in range(3)]
    desk, other_desk = Officer(app, ("14/desk", Role.INTAKE)), Officer(app, ("14/desk", Role.LEAD))
    codes = []
    for number in numbers:
        page = readable(desk.tip(number))
        assert CODE.findall(page) == CODE.findall(readable(other_desk.tip(number)))
        assert len(CODE.findall(page)) == 2  # beside what was added, and on the timeline
        assert len(set(CODE.findall(page))) == 1
        assert not [part for part in NAME.split() if f" {part} " in page]
        codes.append(CODE.findall(page)[0])
    assert len(set(codes)) > 1


def test_anonymous_sender_has_no_code(app: Flask) -> None:
    page = readable(Officer(app, ("14/desk", Role.INTAKE)).tip(said_twice()))
    assert not CODE.search(page)
    assert "Người gửi bổ sung thông tin" in page
