"""A tip is erased by two persons or not at all; then nothing of it is left but a link that says so."""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import make_url

from config import Config
from forum.adapters.erasure_list import ListBroken
from forum.adapters.retention_table import retention_rules
from forum.adapters.sealed_stream import SealedSpool
from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.permissions import Actor
from forum.domain.retention import ErasureReason
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Kind, Priority, Role
from forum.extensions import db, house, snapshot
from forum.models import Attachment, Base, DayDuration, DayFact, Erasure, Tip
from forum.models.access_log import AccessAction
from forum.services import access_log, duplicates, erasing, facts, handling, retention, routing, triage
from forum.services.attachments import Incoming
from forum.services.audit import next_tip_ids, tip_faults
from forum.services.audit_erasures import erasure_faults
from forum.services.conversation import find_by_receipt
from forum.services.erasure_list import ListOfAnother, keep_list, replay
from forum.services.erasure_traces import clear_traces
from forum.services.submission import submit
from forum.services.tips import lock_tip
from tests.conftest import FixedClock, fresh_work
from tests.factories import Cast, make_actor, make_submission, team_id, to_closed, to_routed, to_triaged

NOTE = "Quyết định 12/2031 của Tòa án"
SUPERVISOR = ("14", Role.SUPERVISOR)


class Office:
    """Two supervisors of a province, and a tip with everything that a tip can have, closed long ago."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        with fresh_work() as work:
            self.cast = Cast(work)
            self.one, self.other = make_actor(work, SUPERVISOR), make_actor(work, SUPERVISOR)
        self.number, self.receipt = self.send()
        self.kept, self.kept_receipt = self.send()
        clock.advance(days=2)
        self.count()

    def send(self) -> tuple[str, str]:
        given = {"name": "Lò Văn Mẫu", "contact": "0912 345 678", "notice_address": "mau@example.com"}
        with fresh_work() as work:
            spool = SealedSpool(work.files.spool_directory)
            spool.write(b"%PDF-1.7 " + secrets.token_bytes(2000))
            file = Incoming("Đơn của ông Mẫu.pdf", "application/pdf", 2009, spool, is_cleaned=False)
            sent = submit(work, make_submission(**given), [file])
            spool.close()
        with fresh_work() as work:
            tip = work.session.scalars(select(Tip).where(Tip.number == sent.tip_number)).one()
            access_log.record(work, AccessAction.TIP_OPENED, account_id=self.cast.desk.account_id, tip_id=tip.id)
            close(work, self.cast, tip)
        return sent.tip_number, sent.receipt

    def count(self) -> None:
        with fresh_work() as work:
            while facts.build_due_days(work):
                pass

    def erase(self, number: str, reason: ErasureReason = ErasureReason.ORDER) -> None:
        with fresh_work() as work:
            retention.request_erasure(work, self.one, number, reason=reason, note=NOTE)
        with fresh_work() as work:
            keys = retention.confirm_erasure(work, self.other, number)
        db.session.remove()
        clear_traces(db.session(), house().files, house().erasures, keys)
        db.session.remove()


def close(work, cast: Cast, tip: Tip) -> None:
    """Take a received tip to its end."""
    tip = lock_tip(work, tip.number, cast.desk)
    triage.classify(work, cast.desk, tip, triage.Classification(Kind.PETITION, Category.DRUGS, Priority.NORMAL))
    routing.route_tip(work, cast.desk, tip, team_id=team_id(work, cast.department), reason="Đúng lĩnh vực")
    handling.accept(work, cast.handler, tip)
    handling.answer(work, cast.lead, tip, text="Công an đã kiểm tra và xử lý.")
    handling.close(work, cast.lead, tip, handling.Outcome(founded=True, valuable=True, grassroots=False, cases=1))


@pytest.fixture
def office(app: Flask, clock: FixedClock) -> Office:
    return Office(clock)


def all_faults() -> list[object]:
    with snapshot() as session:
        return [
            *tip_faults(session, house().secrets, next_tip_ids(session)),
            *erasure_faults(session, house().secrets),
        ]


def figures() -> list[tuple]:
    with snapshot() as session:
        return [
            sorted(tuple(map(str, row)) for row in session.execute(select(model.__table__)))
            for model in (DayFact, DayDuration)
        ]


def names_tip(tip_id: int, number: str) -> dict[str, int]:
    """Return the tables in which a row still belongs to the tip, and how many."""
    found = {}
    with snapshot() as session:
        for table in Base.metadata.sorted_tables:
            wanted = table.c.tip_id == tip_id if "tip_id" in table.c else None
            wanted = table.c.number == number if table.name == "tip" else wanted
            if wanted is not None and (count := session.scalar(select(func.count()).select_from(table).where(wanted))):
                found[table.name] = count
    return found


def test_erasing_leaves_the_link_and_the_accesses_alone(office: Office) -> None:
    with fresh_work() as work:
        tip = work.session.scalars(select(Tip).where(Tip.number == office.number)).one()
        tip_id, secret_values = tip.id, stored_secrets(work.session, tip)
    assert {"tip", "tip_event", "attachment", "identity", "tip_search"} <= set(names_tip(tip_id, office.number))
    files = set(stored_files())
    assert len(files) == 2
    office.erase(office.number)
    assert set(names_tip(tip_id, office.number)) == {"access_log", "erasure"}
    assert len(set(stored_files()) & files) == 1
    assert secret_values
    raw = everything_stored()
    assert office.number.encode() in raw, "the search does not see what is there"
    assert [name for name, value in secret_values.items() if value in raw] == []


def test_erased_and_unknown_receipts_are_answered_alike(office: Office) -> None:
    office.erase(office.number)
    with fresh_work() as work:
        assert find_by_receipt(work, office.kept_receipt).number == office.kept
        answers = []
        for receipt in (office.receipt, office.receipt[::-1]):
            with pytest.raises(NotFound) as refused:
                find_by_receipt(work, receipt)
            answers.append(str(refused.value))
    assert len(set(answers)) == 1


def test_figures_stay_the_same_when_days_are_counted_again(office: Office) -> None:
    before = figures()
    assert before[0]
    assert before[1]
    office.erase(office.number)
    assert figures() == before
    with fresh_work() as work:
        work.session.execute(delete(DayFact))
        first = facts.first_day(work.session)
        assert first is not None
        facts.rebuild_range(work, first, facts.closed_through(work.session))
    assert figures() == before


def test_records_are_whole_after_erasing_and_name_two_persons(office: Office) -> None:
    office.erase(office.number)
    assert all_faults() == []
    with fresh_work() as work:
        row = work.session.scalars(select(Erasure)).one()
        note = work.secrets.vault.unseal_text(
            work.secrets.chain_key(erasing.NOTE, None), row.note_sealed, where=retention.note_where(row.number)
        )
    assert note == NOTE
    assert row.requested_by != row.confirmed_by
    assert row.reason is ErasureReason.ORDER


@pytest.mark.parametrize("column", [c.key for c in Erasure.__table__.columns if c.key != "mac"])
def test_a_forged_erasure_is_found(office: Office, column: str) -> None:
    office.erase(office.number)
    office.erase(office.kept)
    value = {
        "reason": ErasureReason.REQUEST,
        "at": office.clock.now + timedelta(seconds=1),
        "head_mac": b"\1" * 32,
        "note_sealed": None,
        "seq": 7,
        "tip_id": 4711,
        "event_count": 1,
    }.get(column, "doi-khac")
    with fresh_work() as work:
        work.session.execute(update(Erasure).where(Erasure.seq == 2).values({column: value}))
    assert all_faults() != []


def test_a_tip_that_vanishes_without_an_erasure_is_found(office: Office) -> None:
    office.erase(office.number)
    with fresh_work() as work:
        erasing.remove(work, work.session.scalars(select(Tip)).one())
    assert [fault.message for fault in all_faults()] == ["A tip that was opened is gone without having been erased."]


def test_one_person_alone_erases_nothing(office: Office) -> None:
    with fresh_work() as work:
        retention.request_erasure(work, office.one, office.number, reason=ErasureReason.ORDER, note=NOTE)
    with fresh_work() as work, pytest.raises(InvalidInput, match="Another person"):
        retention.confirm_erasure(work, office.one, office.number)
    with fresh_work() as work:
        retention.withdraw_request(work, office.other, office.number)
        with pytest.raises(NotFound):
            retention.confirm_erasure(work, office.other, office.number)


def test_age_is_a_reason_only_when_the_time_has_run_out(office: Office) -> None:
    request = retention.request_erasure
    with fresh_work() as work, pytest.raises(InvalidInput, match="has not run out"):
        request(work, office.one, office.number, reason=ErasureReason.RETENTION)
    office.clock.advance(days=365 * retention_rules()[Kind.PETITION].years + 10)
    office.count()
    office.erase(office.number, ErasureReason.RETENTION)
    with fresh_work() as work:
        assert work.session.scalars(select(Erasure.reason)).all() == [ErasureReason.RETENTION]


def test_a_held_tip_is_not_erased_until_the_hold_is_lifted(office: Office) -> None:
    with fresh_work() as work:
        retention.request_erasure(work, office.one, office.number, reason=ErasureReason.ORDER, note=NOTE)
        retention.hold(work, office.one, office.number, reason="Vụ án 15/2031 còn cần")
        with pytest.raises(NotFound):
            retention.confirm_erasure(work, office.other, office.number)  # the proposal fell with the hold
        with pytest.raises(InvalidInput, match="held back"):
            retention.request_erasure(work, office.one, office.number, reason=ErasureReason.ORDER, note=NOTE)
    assert all_faults() == []
    with fresh_work() as work:
        retention.lift_hold(work, office.other, office.number, reason="Vụ án đã xét xử xong")
    office.erase(office.number)
    assert all_faults() == []


Refusal = Callable[[Office, Actor], str]


def open_tip(office: Office, _actor: Actor) -> str:
    with fresh_work() as work:
        return to_routed(work, office.cast).number


def uncounted(office: Office, _actor: Actor) -> str:
    with fresh_work() as work:
        return to_closed(work, office.cast).number


def master_of_an_open_one(office: Office, _actor: Actor) -> str:
    with fresh_work() as work:
        tip, master = to_triaged(work, office.cast), to_triaged(work, office.cast)
        duplicates.link(work, office.cast.desk, tip, master_number=master.number)
        work.session.execute(update(Tip).where(Tip.id == master.id).values(status="declined", kind="feedback",
                                                                          settled_at=work.now))  # fmt: skip
        return master.number


@pytest.mark.parametrize(
    ("make", "message"),
    [(open_tip, "still open"), (uncounted, "not counted yet"), (master_of_an_open_one, "hang on this one")],
)
def test_what_is_not_at_its_end_is_not_erased(office: Office, make: Refusal, message: str) -> None:
    number = make(office, office.one)
    with fresh_work() as work, pytest.raises(InvalidInput, match=message):
        retention.request_erasure(work, office.one, number, reason=ErasureReason.ORDER, note=NOTE)


@pytest.mark.parametrize("grant", [("15", Role.SUPERVISOR), ("14/PC02", Role.SUPERVISOR)])
def test_others_do_not_decide_over_a_tip(office: Office, grant: tuple[str, Role]) -> None:
    with fresh_work() as work, pytest.raises(NotFound):
        retention.find_kept(work, make_actor(work, grant), office.number)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERVISOR])
def test_no_other_role_decides_over_a_tip(office: Office, role: Role) -> None:
    with fresh_work() as work, pytest.raises(NotPermitted):
        retention.find_kept(work, make_actor(work, ("14", role)), office.number)


def test_a_restricted_tip_is_for_supervisors_of_the_teams_on_its_list(office: Office) -> None:
    with fresh_work() as work:
        sent = submit(work, make_submission(police=PoliceConcern.COMMUNE, police_unit="Công an xã"))
    with fresh_work() as work:
        with pytest.raises(NotFound):
            retention.find_kept(work, office.one, sent.tip_number)
        inspector = make_actor(work, ("14/TT", Role.SUPERVISOR))
        assert retention.find_kept(work, inspector, sent.tip_number).number == sent.tip_number


def test_ids_of_erased_tips_and_events_never_come_back(office: Office) -> None:
    with fresh_work() as work:
        newest = work.session.scalars(select(Tip.id).order_by(Tip.id.desc()).limit(1)).one()
    office.erase(office.kept)
    office.erase(office.number)
    with fresh_work() as work:
        assert to_routed(work, office.cast).id > newest


def test_a_restored_database_erases_again_what_the_list_names(office: Office, config: Config) -> None:
    """Before: a copy of everything. After: erased. Then the copy comes back, and the list takes the tip out again."""
    before = figures()
    old = rows_of_everything()
    office.erase(office.number)
    put_back(old)
    with fresh_work() as work:
        assert find_by_receipt(work, office.receipt)
        done = replay(work, house().erasures)
    assert (done.entries, done.erased, len(done.storage_keys)) == (1, 1, 1)
    assert all_faults() == []
    assert figures() == before
    with fresh_work() as work:
        with pytest.raises(NotFound):
            find_by_receipt(work, office.receipt)
        assert find_by_receipt(work, office.kept_receipt)
        assert replay(work, house().erasures).entries == 0


def test_the_list_betrays_nothing_and_is_refused_when_it_was_changed(office: Office) -> None:
    office.erase(office.number)
    office.erase(office.kept)
    path = house().erasures.path
    whole = path.read_bytes()
    assert office.number.encode() not in whole
    assert path.stat().st_mode & 0o077 == 0
    first, second = whole.splitlines(keepends=True)
    old = [row for row in rows_of_everything() if row[0] != "erasure"]
    for forged in (second, second + first, first[:-9] + b"AAAAAAA=\n", first.replace(b"1 ", b"2 ")):
        path.write_bytes(forged)
        with pytest.raises(ListBroken):
            list(house().erasures.entries())
    path.unlink()
    with pytest.raises(ListBroken):
        list(house().erasures.entries())
    path.write_bytes(first + second[:20])  # torn by a power cut
    with snapshot() as session:
        assert keep_list(session, house().erasures) == 1
    assert [seq for seq, _ in house().erasures.entries()] == [1, 2]
    assert old


def test_the_list_of_another_database_is_refused(office: Office) -> None:
    office.erase(office.number)
    old = rows_of_everything()
    office.erase(office.kept)
    put_back(old)
    with fresh_work() as work:
        work.session.execute(update(Erasure).values(mac=b"\1" * 32))
    with pytest.raises(ListOfAnother), fresh_work() as work:
        replay(work, house().erasures)
    with fresh_work() as work:
        assert find_by_receipt(work, office.kept_receipt)


def stored_secrets(session, tip: Tip) -> dict[str, bytes]:
    """Return every sealed value of a tip as it lies in the database, and what else must be gone."""
    found = {"wrapped": tip.wrapped_key, "receipt": tip.receipt_digest, "head": b""}
    for table in Base.metadata.sorted_tables:
        if "tip_id" in table.c and table.name not in {"access_log", "erasure"}:
            for row in session.execute(select(table).where(table.c.tip_id == tip.id)).mappings():
                found |= {f"{table.name}.{k}.{len(found)}": v for k, v in row.items() if isinstance(v, bytes)}
    key = session.scalars(select(Attachment.storage_key).where(Attachment.tip_id == tip.id)).one()
    last = next(name for name, value in reversed(found.items()) if value == tip.head_mac)
    del found["head"], found[last]  # the last code of the history stays, as the name of what was erased
    return {**found, "file": key.encode()}


def stored_files() -> list[str]:
    return [path.name for path in house().files.spool_directory.parent.glob("objects/??/??/*")]


def everything_stored() -> bytes:
    """Return the raw bytes of the database: SQLite's files, or a dump of PostgreSQL."""
    url = make_url(db.engine.url)
    db.session.remove()
    if url.get_backend_name() == "sqlite":
        return b"".join(path.read_bytes() for path in Path(url.database).parent.glob("forum.db*"))
    dump = subprocess.run(
        ["pg_dump", f"--host={url.host}", f"--port={url.port}", f"--username={url.username}", url.database],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    return dump + b"".join(bytes.fromhex(found.decode()) for found in re.findall(rb"\\\\x((?:[0-9a-f]{2})+)", dump))


def rows_of_everything() -> list[tuple[str, list[dict]]]:
    with snapshot() as session:
        return [
            (table.name, [dict(row) for row in session.execute(select(table)).mappings()])
            for table in Base.metadata.sorted_tables
        ]


def put_back(rows: list[tuple[str, list[dict]]]) -> None:
    """Make the tables what they were, as somebody does who restores a copy by hand."""
    with fresh_work() as work:
        for table in reversed(Base.metadata.sorted_tables):
            work.session.execute(delete(table))
        for name, held in rows:
            if held:
                work.session.execute(Base.metadata.tables[name].insert(), held)
