"""What is read or tried leaves its row also when the rest fails: no way to look without a trace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from forum.adapters.sealed_stream import SealedSpool
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Role
from forum.extensions import db
from forum.models import AccessAction, AccessRow, Attachment, Tip, TipEventRow
from forum.services.attachments import Incoming, attach
from forum.services.timeline import open_key
from tests.conftest import fresh_work
from tests.factories import PASSWORD, make_account, send_tip, tip_of
from tests.web.desk import Officer

BROKEN = b"\x00" * 60


@pytest.fixture
def desk(app: Flask) -> Officer:
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a failing page is answered as by a real server
    return Officer(app, ("14/desk", Role.INTAKE))


@pytest.fixture
def tip(app: Flask) -> Tip:
    """Return a tip with a file."""
    with fresh_work() as work:
        tip = tip_of(work, send_tip(work))
        spool = SealedSpool(work.files.spool_directory)
        spool.write(b"%PDF-1.7 words")
        file = Incoming("don.pdf", "application/pdf", 14, spool, is_cleaned=True)
        attach(work, tip, open_key(work, tip), event_seq=1, files=[file], is_public=True)
    return tip


def rows(account_id: int) -> list[tuple[AccessAction, int | None]]:
    db.session.expire_all()
    query = select(AccessRow.action, AccessRow.tip_id).where(AccessRow.chain == account_id).order_by(AccessRow.seq)
    found = [(action, tip_id) for action, tip_id in db.session.execute(query)]
    return found[2:]  # the first two are the sign-in: password and code


def break_texts() -> None:
    with fresh_work() as work:
        work.session.execute(update(TipEventRow).values(text_sealed=BROKEN, folded_sealed=BROKEN))


def break_files() -> None:
    with fresh_work() as work:
        work.session.execute(update(Attachment).values(name_sealed=BROKEN, file_key_sealed=BROKEN))


@pytest.mark.parametrize(
    ("spoil", "look", "action"),
    [
        (break_texts, lambda desk, tip: desk.client.get(f"/tips/{tip.number}"), AccessAction.TIP_OPENED),
        (break_texts, lambda desk, _tip: desk.client.post("/search", data={"words": "ma túy"}), AccessAction.SEARCHED),
        (break_files, lambda desk, tip: desk.client.get(_file_of(tip)), AccessAction.FILE_OPENED),
    ],
)
def test_a_look_that_fails_is_recorded_all_the_same(
    desk: Officer, tip: Tip, spoil: Callable[[], None], look: Callable[[Officer, Tip], object], action: AccessAction
) -> None:
    spoil()
    assert look(desk, tip).status_code >= 400
    recorded = rows(desk.id)
    assert [row[0] for row in recorded] == [action]
    assert action is AccessAction.SEARCHED or recorded[0][1] == tip.id


def _file_of(tip: Tip) -> str:
    uid = db.session.scalars(select(Attachment.uid).where(Attachment.tip_id == tip.id)).one()
    return f"/tips/{tip.number}/files/{uid}?confirmed=1"


def test_words_of_a_search_that_failed_are_sealed(desk: Officer, tip: Tip) -> None:
    break_texts()
    desk.client.post("/search", data={"words": "ma túy"})
    row = db.session.scalars(select(AccessRow).where(AccessRow.chain == desk.id).order_by(AccessRow.seq.desc())).first()
    assert row.words_sealed is not None
    assert "túy" not in str(row.data)


def test_a_refused_tip_is_named_in_the_record_while_the_officer_is_told_nothing(desk: Officer) -> None:
    with fresh_work() as work:
        hidden = tip_of(work, send_tip(work, police=PoliceConcern.COMMUNE, police_unit="Công an xã"))
    desk.tip(hidden.number, 404)
    desk.client.post(f"/tips/{hidden.number}/note")
    desk.tip("ZZZZZZZZZZ", 404)
    assert rows(desk.id) == [
        (AccessAction.REFUSED, hidden.id),
        (AccessAction.REFUSED, hidden.id),
        (AccessAction.REFUSED, None),
    ]


def test_a_number_typed_to_find_out_is_recorded_as_refused(desk: Officer, tip: Tip) -> None:
    with fresh_work() as work:
        hidden = tip_of(work, send_tip(work, police=PoliceConcern.COMMUNE, police_unit="Công an xã"))
    desk.act(tip.number, "link", master=hidden.number, status=400)
    assert (AccessAction.REFUSED, hidden.id) in rows(desk.id)


def test_every_way_of_failing_to_sign_in_is_recorded(app: Flask) -> None:
    with fresh_work() as work:
        account = make_account(work, ("14/desk", Role.INTAKE))
    client = app.test_client()
    for _each in range(7):
        client.post("/sign-in", data={"username": account.username, "password": "sai mat khau roi"})
    client.post("/sign-in", data={"username": "khong-co-ai", "password": PASSWORD})
    db.session.expire_all()
    query = select(AccessRow.chain, AccessRow.data).where(AccessRow.action == AccessAction.SIGN_IN_FAILED)
    found = list(db.session.execute(query))
    assert [chain for chain, _data in found].count(account.id) == 7
    assert [chain for chain, _data in found].count(0) == 1
    assert any(data.get("throttled") for _chain, data in found), "also what is turned away unseen"
    assert "khong-co-ai" not in str(found), "a password typed into the wrong field must not be kept"
