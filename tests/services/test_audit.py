# ruff: noqa: S608 - the statements of a forger, over names from the lists below
"""Whoever changes a stored record by hand is found out, whatever they change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    Connection,
    Enum,
    String,
    Table,
    delete,
    func,
    insert,
    inspect,
    null,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError

from forum.domain.submissions import PoliceConcern
from forum.extensions import db, house, snapshot
from forum.models import AccessAction, AccessRow, SettingEvent, Tip, TipEventRow, TipGrant
from forum.models.base import CanonicalJson, UtcDateTime
from forum.services import access_log, setting_events
from forum.services.audit import access_faults, next_tip_ids, orphan_faults, setting_faults, tip_faults
from forum.services.chains import Fault
from forum.services.setting_events import Subject
from forum.services.timeline import COLUMNS
from tests.conftest import fresh_work
from tests.factories import Cast, send_tip, team_id, tip_of, to_closed, to_routed

SURROGATES = {"id"}
"""Numbers of rows that mean nothing: order and belonging are told by `seq` and the owner."""
UNCHAINED = {"receipt_kept_at"}
"""Of a tip: whether its receipt may be shown again, for a day, to the very form that was sent; no event says that."""


@pytest.fixture
def records(app: Flask) -> int:
    """Fill each chain; return the id of a tip that went through its whole life."""
    with fresh_work() as work:
        cast = Cast(work)
        tip = to_closed(work, cast)
        to_routed(work, cast)
        send_tip(work)
        send_tip(work, police=PoliceConcern.COMMUNE, police_unit="Công an xã")
        send_tip(work, police=PoliceConcern.LEADERSHIP, police_unit="Giám đốc công an tỉnh")
        for account_id in (cast.desk.account_id, cast.lead.account_id, None):
            for action in (AccessAction.SIGNED_IN, AccessAction.TIP_OPENED, AccessAction.SEARCHED):
                access_log.record(work, action, account_id=account_id, tip_id=tip.id, words="ma túy", data={"n": 1})
        for name in ("Một", "Hai", "Ba"):
            values = {"before": {"name_vi": "Không"}, "after": {"name_vi": name}}
            setting_events.record(work, cast.lead, subject=Subject.TAG, key="alcohol", **values)
    return tip.id


def all_faults() -> list[Fault]:
    secrets = house().secrets
    with snapshot() as session:
        faults = tip_faults(session, secrets, next_tip_ids(session))
        faults += orphan_faults(session)
        return faults + list(access_faults(session, secrets)) + list(setting_faults(session, secrets))


@pytest.fixture
def by_hand(app: Flask, records: int) -> Iterator[Connection]:
    """Return a connection as a thief of the database has it: no constraint holds it back."""
    engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
        else:
            _drop_constraints(connection)
        yield connection
        if engine.dialect.name == "sqlite":
            for pragma in ("foreign_keys=ON", "ignore_check_constraints=OFF"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")


def _drop_constraints(connection: Connection) -> None:
    look = inspect(connection)
    for table in look.get_table_names():
        for key in look.get_foreign_keys(table):
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{key["name"]}"'))
    for table in ("tip", "tip_event", "tip_grant", "access_log", "setting_event"):
        names = [c["name"] for c in look.get_check_constraints(table)]
        names += [c["name"] for c in look.get_unique_constraints(table)]
        for name in names:
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        for column in look.get_columns(table):
            if not column["nullable"] and column["name"] not in {"id", "tip_id", "team_id"}:
                connection.execute(text(f'ALTER TABLE {table} ALTER COLUMN "{column["name"]}" DROP NOT NULL'))


def _another(column: Any, value: Any) -> Any:
    """Return a value that the column could hold as well."""
    if isinstance(column.type, Enum):
        return next(member for member in column.type.enum_class if member != value)
    if isinstance(column.type, CanonicalJson):
        return ["forged"] if isinstance(value, list) else {**(value or {}), "forged": 1}
    if isinstance(column.type, UtcDateTime):
        return (value or datetime.fromisoformat("2026-11-24T00:00:00+00:00")) + timedelta(seconds=1)
    kind = column.type.python_type
    if kind is bool:
        return not value
    if kind is bytes:
        return b"\x00" * 40 if value is None else bytes([value[0] ^ 1]) + value[1:]
    return (value or 0) + 41 if kind is int else f"x{value or ''}"[:2]


def _names(table: Table, without: set[str]) -> list[str]:
    return [column.name for column in table.columns if column.name not in without]


def test_faults_are_none_when_nobody_has_touched_the_records(records):
    assert all_faults() == []


def test_a_fault_is_found_when_any_column_of_an_event_is_changed(by_hand, records):
    for seq in (1, 3):
        where = (TipEventRow.tip_id == records, TipEventRow.seq == seq)
        assert _unnoticed(by_hand, TipEventRow.__table__, SURROGATES, where, chain="tip-event") == []


def test_a_fault_is_found_when_any_column_of_an_access_is_changed(by_hand):
    where = (AccessRow.chain == 0, AccessRow.seq == 2)
    assert _unnoticed(by_hand, AccessRow.__table__, SURROGATES, where, chain="access-log") == []


def test_a_fault_is_found_when_any_column_of_a_setting_event_is_changed(by_hand):
    where = (SettingEvent.seq == 2,)
    assert _unnoticed(by_hand, SettingEvent.__table__, SURROGATES, where, chain="setting-event") == []


def test_a_fault_is_found_when_any_column_of_a_tip_is_changed(by_hand, records):
    assert _unnoticed(by_hand, Tip.__table__, UNCHAINED, (Tip.id == records,), chain="tip-event") == []


def _unnoticed(
    connection: Connection, table: Table, without: set[str], where: tuple[Any, ...], *, chain: str
) -> list[str]:
    """Change one column after the other, each put back, and return those whose change shows no fault there."""
    surrogate = connection.execute(select(table.c.id).where(*where)).scalar_one()
    this = (table.c.id == surrogate,)
    missed = []
    for name in _names(table, without | {"id"}):
        before = _change(connection, table, name, this)
        if chain not in {fault.chain for fault in all_faults()}:
            missed.append(name)
        connection.execute(update(table).where(*this).values({name: before}))
        assert all_faults() == []
    return missed


EVERY_CHAINED = (
    (TipEventRow, SURROGATES, "tip-event"),
    (Tip, UNCHAINED, "tip-event"),
    (TipGrant, set(), "tip-event"),
    (AccessRow, SURROGATES, "access-log"),
    (SettingEvent, SURROGATES, "setting-event"),
)


@pytest.mark.parametrize(("model", "without", "chain"), EVERY_CHAINED)
class TestEveryColumn:
    def test_a_fault_is_found_when_a_value_is_taken_away(self, by_hand, model, without, chain):
        table = model.__table__
        missed, refused = [], []
        for name in _names(table, without | {"id"}):
            rows = _rows(by_hand, table)
            row = next((each for each in rows if each[name] is not None), None)
            if row is None:
                continue  # the column is empty everywhere: nothing can be taken away
            try:
                by_hand.execute(update(table).where(*_this(table, row)).values({name: null()}))
            except IntegrityError:  # SQLite knows no way to drop NOT NULL; a primary key has it anywhere
                refused.append(name)
                continue
            if chain not in {fault.chain for fault in all_faults()}:
                missed.append(name)
            _put_back(by_hand, table, rows)
        assert missed == []
        assert all(not table.c[name].nullable for name in refused)

    def test_a_fault_is_found_when_two_rows_change_a_value(self, by_hand, model, without, chain):
        table = model.__table__
        missed, swapped = [], []
        for name in _names(table, without):
            rows = _rows(by_hand, table)
            pair = next(((a, b) for a, b in combinations(rows, 2) if a[name] != b[name]), None)
            if pair is None:
                continue  # alike everywhere: there is nothing to swap
            swapped.append(name)
            others = [row for row in rows if row not in pair]
            _put_back(by_hand, table, [*others, {**pair[0], name: pair[1][name]}, {**pair[1], name: pair[0][name]}])
            if chain not in {fault.chain for fault in all_faults()}:
                missed.append(name)
            _put_back(by_hand, table, rows)
            assert all_faults() == []
        assert missed == []
        assert set(swapped) >= {column.name for column in table.columns if column.primary_key} - without

    def test_a_fault_is_found_when_any_row_is_removed(self, by_hand, model, without, chain):
        table = model.__table__
        rows = _rows(by_hand, table)
        missed = []
        for row in rows:
            by_hand.execute(delete(table).where(*_this(table, row)))
            if not all_faults() and not _is_last(row, rows, model):
                missed.append(row)
            _put_back(by_hand, table, rows)
        assert missed == []


def _is_last(row: dict[str, Any], rows: list[dict[str, Any]], model: type) -> bool:
    """Whether the row ends a chain that nothing else names: that is the matter of checkpoints."""
    if model is Tip:
        return False
    if model is AccessRow:
        rows = [each for each in rows if each["chain"] == row["chain"]]
    return model in {AccessRow, SettingEvent} and row["seq"] == max(each["seq"] for each in rows)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]


def _this(table: Table, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key]


def _put_back(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(delete(table))
    connection.execute(insert(table), rows)


def test_a_fault_is_found_when_a_tip_takes_the_receipt_of_another(by_hand, records):
    rows = _rows(by_hand, Tip.__table__)
    one, other = rows[:2]
    names = ("receipt_digest", "receipt_key_id")
    forged = [{**one, **{n: other[n] for n in names}}, {**other, **{n: one[n] for n in names}}, *rows[2:]]
    _put_back(by_hand, Tip.__table__, forged)
    assert [fault.message for fault in all_faults()] == ["The tip has another receipt than it was received with."] * 2


def test_the_columns_of_the_fold_are_all_among_those_changed():
    assert set(COLUMNS) <= set(_names(Tip.__table__, UNCHAINED))


def _change(connection: Connection, table: Table, name: str, where: tuple[Any, ...]) -> Any:
    """Write another value; return the one that was there."""
    column = table.c[name]
    before = connection.execute(select(column).where(*where)).scalar_one()
    after = _another(column, before)
    assert after != before
    assert connection.execute(update(table).where(*where).values({name: after})).rowcount == 1
    return before


def test_a_fault_is_found_when_a_team_is_added_to_the_list_of_a_tip(by_hand, records):
    team = by_hand.execute(select(func.min(Tip.team_id))).scalar_one()
    by_hand.execute(TipGrant.__table__.insert(), {"tip_id": records, "team_id": team})
    assert [fault.params["columns"] for fault in all_faults()] == ["granted_team_ids"]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("tip_event", "kind", "never-heard-of"),
        ("tip_event", "data", "{"),
        ("tip_event", "data", '{"changes": {}, "details": {}}'),
        ("tip", "status", "never-heard-of"),
        ("tip", "tags", "["),
    ],
)
def test_a_fault_is_told_rather_than_raised_when_a_value_cannot_be_read(by_hand, table, column, value):
    by_hand.execute(text(f"UPDATE {table} SET {column} = :value"), {"value": value})
    assert len({fault.key for fault in all_faults()}) == 5


@pytest.mark.parametrize(
    ("table", "column", "value", "chain"),
    [
        ("access_log", "action", "never-heard-of", "access-log"),
        ("access_log", "data", "{", "access-log"),
        ("setting_event", "data", "{", "setting-event"),
    ],
)
def test_each_row_that_cannot_be_read_is_told_and_the_walk_goes_on(by_hand, table, column, value, chain):
    by_hand.execute(text(f"UPDATE {table} SET {column} = :value WHERE seq = 2"), {"value": value})
    faults = all_faults()
    assert {fault.chain for fault in faults} == {chain}
    assert {fault.params["seq"] for fault in faults} == {2}


def test_a_fault_is_found_when_stored_data_is_only_spelled_otherwise(by_hand, records):
    column = type_coerce(TipEventRow.__table__.c.data, String)
    where = (TipEventRow.tip_id == records, TipEventRow.seq == 2)
    data = by_hand.execute(select(column).where(*where)).scalar_one()
    by_hand.execute(
        text("UPDATE tip_event SET data = :data WHERE tip_id = :tip AND seq = 2"),
        {"data": json.dumps(json.loads(data), indent=1), "tip": records},
    )
    assert [fault.params for fault in all_faults()] == [{"seq": 2}]


@pytest.mark.parametrize(
    ("table", "owner"),
    [("tip_event", "tip_id = {tip}"), ("access_log", "chain = 0"), ("setting_event", "1 = 1")],
)
class TestOrder:
    @pytest.mark.parametrize("seq", [1, 2])
    def test_a_fault_is_found_when_a_row_is_deleted(self, by_hand, records, table, owner, seq):
        by_hand.execute(text(f"DELETE FROM {table} WHERE {owner.format(tip=records)} AND seq = {seq}"))
        assert all_faults()

    def test_a_fault_is_found_when_the_rows_after_a_deleted_one_close_ranks(self, by_hand, records, table, owner):
        where = owner.format(tip=records)
        by_hand.execute(text(f"DELETE FROM {table} WHERE {where} AND seq = 2"))
        by_hand.execute(text(f"UPDATE {table} SET seq = -seq WHERE {where} AND seq > 2"))
        by_hand.execute(text(f"UPDATE {table} SET seq = -seq - 1 WHERE {where} AND seq < 0"))
        assert all_faults()

    def test_a_fault_is_found_when_a_row_is_put_in_between(self, by_hand, records, table, owner):
        where = owner.format(tip=records)
        by_hand.execute(text(f"UPDATE {table} SET seq = -seq WHERE {where} AND seq > 1"))
        by_hand.execute(text(f"UPDATE {table} SET seq = 1 - seq WHERE {where} AND seq < 0"))
        look = inspect(by_hand)
        listed = ", ".join(c["name"] for c in look.get_columns(table) if c["name"] not in {"id", "seq"})
        found = f"FROM {table} WHERE {where} AND seq = 1"
        by_hand.execute(text(f"INSERT INTO {table} (seq, {listed}) SELECT 2, {listed} {found}"))
        assert all_faults()

    def test_a_fault_is_found_when_two_rows_change_places(self, by_hand, records, table, owner):
        where = owner.format(tip=records)
        for old, new in ((1, -1), (2, 1), (-1, 2)):
            by_hand.execute(text(f"UPDATE {table} SET seq = {new} WHERE {where} AND seq = {old}"))
        assert all_faults()

    def test_a_fault_is_found_when_a_row_is_repeated_at_the_end(self, by_hand, records, table, owner):
        where = owner.format(tip=records)
        look = inspect(by_hand)
        names = [c["name"] for c in look.get_columns(table) if c["name"] not in {"id", "seq"}]
        last = by_hand.execute(text(f"SELECT max(seq) FROM {table} WHERE {where}")).scalar_one()
        listed, found = ", ".join(names), f"FROM {table} WHERE {where} AND seq = {last}"
        by_hand.execute(text(f"INSERT INTO {table} (seq, {listed}) SELECT {last + 1}, {listed} {found}"))
        assert all_faults()


def test_a_fault_is_found_when_the_last_event_of_a_tip_is_removed(by_hand, records):
    last = by_hand.execute(select(Tip.event_count).where(Tip.id == records)).scalar_one()
    by_hand.execute(text("DELETE FROM tip_event WHERE tip_id = :tip AND seq = :seq"), {"tip": records, "seq": last})
    assert "The tip names another last event than there is." in {fault.message for fault in all_faults()}


def test_nothing_is_found_when_the_last_accesses_are_gone_as_no_chain_can_tell(by_hand):
    by_hand.execute(text("DELETE FROM access_log WHERE chain = 0 AND seq = 3"))
    assert all_faults() == []


def test_one_fault_is_told_when_one_row_among_many_is_changed(by_hand, records):
    _change(by_hand, TipEventRow.__table__, "at", (TipEventRow.tip_id == records, TipEventRow.seq == 2))
    broken = [fault for fault in all_faults() if "has been changed" in fault.message]
    assert [fault.params["seq"] for fault in broken] == [2]


def test_a_list_of_a_restricted_tip_belongs_to_its_fold(app):
    with fresh_work() as work:
        tip = tip_of(work, send_tip(work, police=PoliceConcern.COMMUNE, police_unit="Công an xã"))
        assert tip.restriction is not None
        assert team_id(work, "14/TT") == tip.team_id
    assert all_faults() == []
