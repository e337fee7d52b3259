"""Migrations: the head is what the models say, and every step goes down and up again with real data in the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, MetaData, create_engine, func, inspect, select, text, update

from forum.cli.migrate import alembic_config
from forum.domain.submissions import PoliceConcern
from forum.extensions import unit_of_work
from forum.models import Base, CustodyKey, Identity, NoticeAddress, Tip, TipEventRow
from tests.factories import Cast, send_tip, to_answered, to_closed

REVISIONS = [script.revision for script in ScriptDirectory.from_config(alembic_config("")).walk_revisions()][::-1]
"""From the first to the head."""
Contents = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def url(app, config) -> Iterator[str]:
    """Return the address of a database in which tips have lived."""
    with unit_of_work() as work:
        cast = Cast(work)
        to_closed(work, cast, name="Lò Văn A", notice_address="a@example.org")
        to_answered(work, cast)
        send_tip(work, police=PoliceConcern.COMMUNE, police_unit="Công an xã", notice_address="b@example.org")
        assert work.session.scalar(select(func.count()).select_from(Tip)) == 3
        assert work.session.scalar(select(func.count()).select_from(NoticeAddress)) == 1
        # As it was before custodians had keys: what is sealed to them cannot go down.
        assert work.session.execute(update(Identity).values(custody_key_id=None)).rowcount == 1
    return config.database_url


@pytest.fixture
def engine(url) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


def go(engine: Engine, revision: str) -> None:
    """Take the database to a revision, up or down."""
    config = alembic_config(engine.url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if revision == current:
        return
    is_up = revision != "base" and (current is None or REVISIONS.index(revision) > REVISIONS.index(current))
    (command.upgrade if is_up else command.downgrade)(config, revision)


def contents(engine: Engine) -> Contents:
    """Return every row of every table, as the database itself describes them."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted(
                tuple((name, str(value)) for name, value in zip(row._fields, row, strict=True))
                for row in connection.execute(select(table))
            )
            for table in metadata.sorted_tables
            if table.name != "alembic_version"
        }


def shape(engine: Engine) -> dict[str, Any]:
    """Return columns, keys, indices and constraints of every table."""
    inspector = inspect(engine)
    return {
        name: {
            "columns": sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)),
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "indices": sorted((i["name"], tuple(i["column_names"]), i["unique"]) for i in inspector.get_indexes(name)),
            "foreign": sorted(str(k["name"]) for k in inspector.get_foreign_keys(name)),
            "checks": sorted(str(k["name"]) for k in inspector.get_check_constraints(name)),
            "unique": sorted(tuple(k["column_names"]) for k in inspector.get_unique_constraints(name)),
        }
        for name in sorted(inspector.get_table_names())
    }


def test_migrations_form_one_numbered_line() -> None:
    script = ScriptDirectory.from_config(alembic_config(""))
    assert script.get_heads() == [REVISIONS[-1]]
    files = [script.get_revision(revision).path.rsplit("/", 1)[-1] for revision in REVISIONS]
    assert [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]


def test_head_equals_the_models(engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_head_holds_the_constraints_of_the_models(engine) -> None:
    """Alembic does not compare CHECK constraints, which tie the states of a tip to its columns."""
    inspector = inspect(engine)
    in_database = {
        table.name: {check["name"] for check in inspector.get_check_constraints(table.name)}
        for table in Base.metadata.sorted_tables
    }
    in_models = {
        table.name: {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint) and c.name}
        for table in Base.metadata.sorted_tables
    }
    assert in_models["tip"]
    assert in_database == in_models


@pytest.mark.parametrize("revision", REVISIONS)
def test_migration_goes_down_and_up_again_with_data(engine, revision) -> None:
    before = REVISIONS[REVISIONS.index(revision) - 1] if revision != REVISIONS[0] else "base"
    go(engine, revision)
    upper, form = contents(engine), shape(engine)
    assert upper["tip"]
    go(engine, before)
    lower = contents(engine)
    assert (lower == {}) == (before == "base")
    assert differences(upper, lower) == {}
    go(engine, revision)
    again = contents(engine)
    assert shape(engine) == form
    assert differences(again, lower) == {}
    assert [table for table in again.keys() - lower.keys() if again[table]] == []


def test_migration_does_not_go_down_when_identities_would_be_lost(engine) -> None:
    with engine.begin() as connection:
        key_id = connection.scalar(select(CustodyKey.id).limit(1))
        connection.execute(update(Identity).values(custody_key_id=key_id))
    with pytest.raises(RuntimeError, match="1 identities are sealed to custodians"):
        go(engine, "0003")


def test_migration_does_not_go_down_when_a_row_names_the_key_of_its_chain(engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(TipEventRow).where(TipEventRow.seq == 1).values(chain_key_id="chain-1"))
    with pytest.raises(RuntimeError, match="3 rows of tip_event name the key of their chain"):
        go(engine, "0009")


def differences(one: Contents, other: Contents) -> dict[str, tuple[int, int]]:
    """Return the tables of both sides whose rows differ in the columns that both have."""
    found = {}
    for table in one.keys() & other.keys():
        columns = [{name for row in side[table] for name, _ in row} for side in (one, other)]
        held = columns[0] & columns[1]
        rows = [sorted(tuple(c for c in row if c[0] in held) for row in side[table]) for side in (one, other)]
        if rows[0] != rows[1]:
            found[table] = (len(rows[0]), len(rows[1]))
    return found


def test_ids_that_records_name_are_never_given_twice_on_sqlite(engine) -> None:
    """A migration that makes such a table anew must say so: `table_kwargs={"sqlite_autoincrement": True}`."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            made = dict(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all())
        assert [name for name in ("tip", "tip_event") if "AUTOINCREMENT" not in made[name]] == []


def test_migration_does_not_go_down_when_tips_were_erased(engine) -> None:
    columns = "seq, tip_id, number, at, reason, requested_by, confirmed_by, event_count, head_mac, mac"
    values = "1, 7, 'ABC', '2026-01-01 00:00:00', 'order', 'a', 'b', 1, :code, :code"
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO erasure ({columns}) VALUES ({values})"), {"code": bytes(32)})  # noqa: S608
    with pytest.raises(RuntimeError, match="1 tips have been erased"):
        go(engine, "0012")
