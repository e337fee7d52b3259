"""Every key can be replaced while the forum serves; who has only the old keyring opens nothing sealed since."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from config import Config
from forum.adapters import keyring_edit
from forum.adapters.keyring import Keyring, KeyState, KeyUnknown, Purpose
from forum.adapters.secrets import Secrets
from forum.adapters.vault import SealBroken
from forum.domain.errors import NotFound
from forum.domain.text import parse_query
from forum.domain.vocabulary import Role
from forum.extensions import db, house, reading, snapshot, unit_of_work
from forum.models import AccessAction, AccessRow, Identity, NoticeAddress, SettingEvent, Tip, TipSearch
from forum.reports.search import search
from forum.reports.tip_rows import Filters
from forum.services import access_log, consent, jobs, keys, notices
from forum.services.audit import Fault, access_faults, next_tip_ids, setting_faults, tip_faults
from forum.services.conversation import find_by_receipt, write
from forum.services.custody_keys import identity_place
from forum.services.identity import IdentityCard, open_identity
from forum.services.key_use import count_left, count_use
from forum.services.keys import KeyNeeded
from forum.services.rekeying import STEPS, Batch, reindex_tips, rewrap_tips
from forum.services.routing import text_of
from forum.services.submission import find_repeated, submit
from forum.services.tips import lock_by_id
from tests.factories import PASSPHRASE, make_actor, make_custodian, make_submission, send_tip

ADDRESS = "ba.con@example.org"
CARD = IdentityCard("Lò Văn Mẫu", "0912 345 678")
WORDS = "hồng phiến"
REASON = "Cần mời làm chứng"


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    """Return the configuration with a keyring that only this test changes."""
    own = tmp_path / "own" / "keyring.json"
    own.parent.mkdir()
    shutil.copy(config.keyring_path, own)
    return replace(config, keyring_path=own)


def replace_key(purpose: Purpose) -> tuple[str, str]:
    """Let a new key seal; return the ids of the old and the new one."""
    path, now = house().config.keyring_path, house().clock()
    old = house().secrets.keyring.current(purpose)
    keyring_edit.stage(path, purpose, now)
    new = keyring_edit.activate(path, purpose, now)
    with unit_of_work() as work:
        keys.note_replaced(work, old, new)
    return old.id, new.id


def bring_over(purpose: Purpose, *, at_most: int = 2) -> int:
    """Bring all rows under the current key; return how many that were."""
    moved = 0
    for step in STEPS[purpose]:
        batch = Batch(0)
        while batch.last is not None:
            with unit_of_work() as work:
                batch = step(work, batch.last, at_most)
            moved += batch.moved
            assert batch.broken == 0
    return moved


def take_away(key_id: str) -> None:
    with unit_of_work() as work:
        keys.retire(work, key_id)
    keyring_edit.remove(house().config.keyring_path, key_id)


def send_everything() -> str:
    """Send a tip with a name and an address, and search for words; return its number."""
    with unit_of_work() as work:
        number = send_tip(work, notice_address=ADDRESS, name=CARD.name, contact=CARD.contact).tip_number
        access_log.record(work, AccessAction.SEARCHED, account_id=None, words=WORDS)
    return number


def faults() -> list[Fault]:
    secrets = house().secrets
    with snapshot() as session:
        of_tips = tip_faults(session, secrets, next_tip_ids(session))
        return [*of_tips, *access_faults(session, secrets), *setting_faults(session, secrets)]


def left(purpose: Purpose) -> int:
    with snapshot() as session:
        return count_left(session, house().secrets.keyring, purpose)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_stolen_keyring_opens_nothing_after_the_keys_were_rotated_and_retired(
    app: Flask, clock, tmp_path: Path
) -> None:
    before = send_everything()
    stolen_path = tmp_path / "stolen.json"
    shutil.copy(house().config.keyring_path, stolen_path)
    old = [replace_key(purpose)[0] for purpose in STEPS]
    after = send_everything()
    assert {purpose: bring_over(purpose) for purpose in STEPS} == {
        Purpose.KEK: 2, Purpose.IDENTITY: 1, Purpose.NOTICE: 1, Purpose.INDEX: 1
    }  # fmt: skip
    clock.advance(hours=2)
    for key_id in old:
        take_away(key_id)
    stolen = Secrets.open(Keyring.load(stolen_path))
    for secrets, opens in ((stolen, False), (house().secrets, True)):
        assert [opens_all(secrets, number) for number in (before, after)] == [[opens] * 5] * 2
    assert faults() == []


def opens_all(secrets: Secrets, number: str) -> list[bool]:
    """Return whether the text, the address, the box of the identity, the searched words and the index open."""
    with snapshot() as session:
        tip = session.scalars(select(Tip).where(Tip.number == number)).one()
        notice = session.get_one(NoticeAddress, tip.id)
        identity = session.get_one(Identity, tip.id)
        rows = session.scalars(select(AccessRow).where(AccessRow.words_sealed.is_not(None))).all()
        index = session.get_one(TipSearch, tip.id)
    vault, place = secrets.vault, identity_place(number)
    tries = (
        lambda: vault.open_tip_key(tip.wrapped_key, tip.kek_id, ref=number),
        lambda: vault.unseal_record("notice", notice.sealed, where=notices.where(number)),
        lambda: vault.unseal_record("identity", identity.sealed, where=place, scope=identity.scope),
        lambda: [
            vault.unseal_record("kek", row.words_sealed, where=access_log.words_where(row.chain, row.seq))
            for row in rows
        ],
        lambda: secrets.index.probes(index.scope, ["ma"], index_key_id=index.key_id),
    )
    opened = []
    for attempt in tries:
        try:
            attempt()
        except (SealBroken, KeyUnknown):
            opened.append(False)
        else:
            opened.append(True)
    return opened


def test_everything_is_read_as_before_when_all_keys_were_replaced(app: Flask, clock, recovery: str) -> None:
    number = send_everything()
    with unit_of_work() as work:
        custodian = make_custodian(work, recovery, ("14", Role.CUSTODIAN))
        request = consent.ask(work, custodian, number, reason=REASON)
        consent.decide(work, make_actor(work, ("14", Role.CUSTODIAN)), request.id, agrees=True, reason=REASON)
    old = {purpose: replace_key(purpose)[0] for purpose in Purpose}
    for purpose in STEPS:
        bring_over(purpose)
    clock.advance(hours=2)
    for purpose in {*Purpose} - {Purpose.RECEIPT, Purpose.CHAIN}:
        take_away(old[purpose])
    with unit_of_work() as work:
        tip = work.session.scalars(select(Tip).where(Tip.number == number)).one()
        assert "ma túy" in text_of(work, tip).body
        assert jobs.notice_address(work, tip.id) == ADDRESS
        assert open_identity(work, custodian, number, reason="", passphrase=PASSPHRASE) == CARD
    assert faults() == []


@pytest.mark.parametrize("purpose", STEPS)
def test_rotation_goes_on_where_it_stopped(app: Flask, purpose: Purpose) -> None:
    for _ in range(3):
        send_everything()
    replace_key(purpose)
    total = left(purpose)
    with unit_of_work() as work:
        assert STEPS[purpose][0](work, 0, 1).moved == 1
    assert left(purpose) == total - 1
    assert bring_over(purpose, at_most=1) == total - 1
    assert (left(purpose), bring_over(purpose)) == (0, 0)


def test_row_is_left_as_it_is_when_somebody_changed_it_after_it_was_read(app: Flask) -> None:
    send_everything()
    replace_key(Purpose.KEK)

    changed = []

    def change(connection, _cursor, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE tip ") and not changed:
            changed.append(statement)
            connection.execute(update(Tip.__table__).values(wrapped_key=b"another"))

    event.listen(db.engine, "before_cursor_execute", change)
    with unit_of_work() as work:
        assert rewrap_tips(work, 0, 10).moved == 0
    event.remove(db.engine, "before_cursor_execute", change)
    assert changed
    with snapshot() as session:
        assert session.scalars(select(Tip.wrapped_key)).all() == [b"another"]


def test_row_that_cannot_be_opened_is_told_and_stops_no_other(app: Flask) -> None:
    numbers = [send_everything() for _ in range(3)]
    with unit_of_work() as work:
        work.session.execute(update(Tip).where(Tip.number == numbers[1]).values(wrapped_key=b"\x01" * 61))
    replace_key(Purpose.KEK)
    with unit_of_work() as work:
        batch = rewrap_tips(work, 0, 10)
    assert (batch.moved, batch.broken) == (2, 1)


def test_tip_that_somebody_works_on_is_passed_over_and_nobody_waits(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("writers of SQLite come one after the other")
    numbers = [send_everything() for _ in range(2)]
    replace_key(Purpose.KEK)
    with unit_of_work() as busy:
        tip_id = busy.session.scalars(select(Tip.id).where(Tip.number == numbers[0])).one()
        write(busy, lock_by_id(busy, tip_id), text="Tối qua lại có người đến.")
        with unit_of_work() as work:
            assert rewrap_tips(work, 0, 10).moved == 1
            assert reindex_tips(work, 0, 10) == Batch(None)
    with unit_of_work() as work:
        assert rewrap_tips(work, 0, 10).moved == 1
    assert faults() == []


def test_search_finds_old_and_new_tips_through_the_whole_of_a_new_index(app: Flask, clock) -> None:
    with unit_of_work() as work:
        actor = make_actor(work, ("14/desk", Role.INTAKE))
        receipt = send_tip(work).receipt
        for _ in range(4):
            send_tip(work)

    def found(query: str = "ma túy") -> int:
        work = reading()
        return len(search(work.session, work.secrets, actor, parse_query(query), filters=Filters()).rows)

    old, _ = replace_key(Purpose.INDEX)
    with unit_of_work() as work:
        send_tip(work)
    batch, seen = Batch(0), [found()]
    while batch.last is not None:
        with unit_of_work() as work:
            batch = reindex_tips(work, batch.last, 2)
        with unit_of_work() as work:
            write(work, find_by_receipt(work, receipt, lock=True), text=f"Thêm xe số {len(seen)} màu xanh lá.")
        seen.append(found())
    assert seen == [6] * 5
    assert found("xanh lá") == 1
    with snapshot() as session:
        assert {row.key_id for row in session.scalars(select(TipSearch))} == {house().secrets.index.index_key_id}
    clock.advance(hours=2)
    take_away(old)
    assert (found(), found('"xanh lá"'), found("trâu bò")) == (6, 1, 0)


def test_receipts_of_every_key_are_found_with_the_same_work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    forms = [make_submission() for _ in range(2)]
    with unit_of_work() as work:
        first = submit(work, forms[0])
    replace_key(Purpose.RECEIPT)
    with unit_of_work() as work:
        second = submit(work, forms[1])
        assert [submit(work, form).receipt for form in forms] == [first.receipt, second.receipt]
        assert find_repeated(work, forms[0].token).tip_number == first.tip_number
    hashed: list[bytes] = []
    digest = hmac.digest
    monkeypatch.setattr(hmac, "digest", lambda key, *rest: hashed.append(key) or digest(key, *rest))
    spent = []
    for receipt, number in ((first.receipt, first.tip_number), (second.receipt, second.tip_number), ("0" * 20, None)):
        hashed.clear()
        with statements() as sent:
            work = reading()
            try:
                assert find_by_receipt(work, receipt).number == number
            except NotFound:
                assert number is None
        spent.append((len(hashed), [statement for statement in sent if "receipt_digest" in statement]))
    assert spent[0] == spent[1] == spent[2]
    assert (spent[0][0], len(spent[0][1])) == (2, 1)


@pytest.mark.parametrize("purpose", [Purpose.RECEIPT, Purpose.CHAIN])
def test_key_stays_as_long_as_receipts_or_records_need_it(app: Flask, clock, purpose: Purpose) -> None:
    send_everything()
    old, _ = replace_key(purpose)
    clock.advance(days=400)
    with unit_of_work() as work, pytest.raises(KeyNeeded, match="without it, nobody could"):
        keys.retire(work, old)
    assert house().secrets.keyring.by_id(old)


def test_key_is_not_taken_away_while_it_seals_was_just_replaced_or_rows_are_under_it(app: Flask, clock) -> None:
    send_everything()
    with unit_of_work() as work, pytest.raises(KeyNeeded, match="seals at present"):
        keys.retire(work, work.secrets.keyring.current(Purpose.KEK).id)
    old, _ = replace_key(Purpose.KEK)
    with unit_of_work() as work, pytest.raises(KeyNeeded, match="until 03:00Z"):
        keys.retire(work, old)
    clock.advance(hours=2)
    with unit_of_work() as work, pytest.raises(KeyNeeded, match="2 rows are under this key"):
        keys.retire(work, old)
    with unit_of_work() as work, pytest.raises(KeyUnknown):
        keys.retire(work, "kek-00000000")
    bring_over(Purpose.KEK)
    take_away(old)
    with snapshot() as session:
        events = session.scalars(select(SettingEvent).order_by(SettingEvent.seq)).all()
    assert [(row.subject, row.subject_key) for row in events] == [("keyring", "kek")] * 2
    assert events[1].data == {"before": {}, "after": {"retired": old}}


def test_records_verify_under_the_key_that_each_row_names(app: Flask) -> None:
    send_everything()
    _, new = replace_key(Purpose.CHAIN)
    send_everything()
    assert faults() == []
    with snapshot() as session:
        rows = session.scalars(select(AccessRow).order_by(AccessRow.seq)).all()
        used = count_use(session, house().secrets.keyring, Purpose.CHAIN)
    assert [row.chain_key_id for row in rows] == [None, new]
    assert used[new] == 3  # the change of the key, a tip, a search


def test_row_chained_by_a_key_that_was_stolen_before_it_was_replaced_is_found(
    app: Flask, clock, tmp_path: Path
) -> None:
    send_everything()
    shutil.copy(house().config.keyring_path, tmp_path / "stolen.json")
    stolen = Secrets.open(Keyring.load(tmp_path / "stolen.json"))
    replace_key(Purpose.CHAIN)
    assert faults() == []
    clock.advance(hours=2)
    with unit_of_work() as work:
        forger = replace(work, secrets=stolen)
        access_log.record(forger, AccessAction.SIGNED_IN, account_id=None)
    assert [fault.params for fault in faults()] == [{"seq": 2}]


def test_words_sealed_before_records_could_be_wrapped_anew_stay_and_hold_their_key(app: Flask, clock) -> None:
    """Of the first version: the chain covers them whole, with their key."""
    with unit_of_work() as work:
        row = AccessRow(chain=0, seq=1, at=work.now, action=AccessAction.SEARCHED, tip_id=None, data={})
        sealed = work.secrets.vault.seal_record("kek", WORDS, where=access_log.words_where(0, 1))
        row.words_sealed = b"\x01" + sealed[1:]
        row.mac = access_log.access_mac(work.secrets, bytes(32), row)
        work.session.add(row)
    old, _ = replace_key(Purpose.KEK)
    assert bring_over(Purpose.KEK) == 0
    assert (faults(), left(Purpose.KEK)) == ([], 1)
    clock.advance(hours=2)
    with unit_of_work() as work, pytest.raises(KeyNeeded, match="1 rows are under this key"):
        keys.retire(work, old)


def test_staged_key_seals_nothing_and_may_be_taken_away(app: Flask) -> None:
    staged = keyring_edit.stage(house().config.keyring_path, Purpose.KEK, house().clock())
    send_everything()
    keyring = house().secrets.keyring
    assert keyring.state(staged) is KeyState.STAGED
    with snapshot() as session:
        assert count_use(session, keyring)[staged.id] == 0
    take_away(staged.id)
    assert house().secrets.keyring.all(Purpose.KEK) == (keyring.current(Purpose.KEK),)
