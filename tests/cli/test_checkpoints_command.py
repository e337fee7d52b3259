"""Checkpoints against whoever holds database and keyring: what no chain can tell is found by what was signed before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, delete, insert, select, text, update

from config import Config
from forum.adapters.chain import GENESIS
from forum.adapters.checkpoints import SigningKey, read_folder
from forum.cli.checkpoints import DailyCheckpoint, RecordsDiffer, write_checkpoint
from forum.domain.lifecycle import fold
from forum.extensions import db, house
from forum.models import (
    AccessAction,
    AccessRow,
    SettingEvent,
    Tip,
    TipEventRow,
    TipGrant,
    TipSearch,
)
from forum.services import access_log, setting_events, triage
from forum.services.setting_events import Subject
from forum.services.timeline import COLUMNS, as_event, event_mac
from forum.services.tips import lock_tip
from tests.cli.conftest import Run, environ_of
from tests.conftest import FixedClock, fresh_work
from tests.factories import Cast, send_tip, to_routed

CHAINED = (Tip, TipEventRow, TipGrant, AccessRow, SettingEvent)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return SigningKey.create(tmp_path / "checkpoint-key")


@pytest.fixture
def environ(app: Flask, config: Config, folder: Path, key: SigningKey, tmp_path: Path) -> dict[str, str]:
    named = {"FORUM_CHECKPOINTS": str(folder), "FORUM_CHECKPOINT_KEY": str(tmp_path / "checkpoint-key")}
    return {**environ_of(config), **named}


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Fill each record."""
    with fresh_work() as work:
        cast = Cast(work)
        to_routed(work, cast)
        send_tip(work)
        happen(work, cast)
    return cast


def happen(work: Any, cast: Cast) -> None:
    """Let one thing more happen in each record."""
    access_log.record(work, AccessAction.SEARCHED, account_id=cast.desk.account_id, words="ma túy", data={})
    access_log.record(work, AccessAction.SIGN_IN_FAILED, account_id=None)
    before, after = {"name_vi": "Không"}, {"name_vi": f"Có {work.now}"}
    setting_events.record(work, cast.lead, subject=Subject.TAG, key="alcohol", before=before, after=after)
    send_tip(work)


def keep_state(connection: Connection) -> dict[Any, list[Any]]:
    return {model: [row._asdict() for row in connection.execute(select(model.__table__))] for model in CHAINED}


def roll_back(connection: Connection, kept: dict[Any, list[Any]]) -> None:
    """Put the records back as they were, as a restored backup does."""
    for model in (TipSearch, TipGrant, TipEventRow, AccessRow, SettingEvent):
        connection.execute(delete(model))
    ids = [row["id"] for row in kept[Tip]]
    connection.execute(delete(Tip).where(Tip.id.not_in(ids)))
    for row in kept[Tip]:
        connection.execute(update(Tip.__table__).where(Tip.id == row["id"]).values(row))
    for model in CHAINED[1:]:
        if kept[model]:
            connection.execute(insert(model.__table__), kept[model])


def cut_accesses(connection: Connection) -> None:
    last = select(text("max(seq)")).select_from(AccessRow).where(AccessRow.chain == 0).scalar_subquery()
    connection.execute(delete(AccessRow).where(AccessRow.chain == 0, AccessRow.seq == last))


def drop_accesses(connection: Connection) -> None:
    connection.execute(delete(AccessRow).where(AccessRow.chain == 0))


def cut_settings(connection: Connection) -> None:
    connection.execute(text("DELETE FROM setting_event WHERE seq = (SELECT max(seq) FROM setting_event)"))


def drop_tip(connection: Connection) -> None:
    """Remove a tip with all that names it."""
    tip_id = connection.scalar(select(Tip.id).order_by(Tip.id.desc()).limit(1))
    for model in (TipSearch, TipGrant, TipEventRow):
        connection.execute(delete(model).where(model.tip_id == tip_id))
    connection.execute(delete(Tip).where(Tip.id == tip_id))


def cut_tip(connection: Connection) -> None:
    """Remove the last event of a tip and put the row back as it was before it."""
    tip = connection.execute(select(Tip.id, Tip.event_count).order_by(Tip.event_count.desc()).limit(1)).one()
    connection.execute(delete(TipEventRow).where(TipEventRow.tip_id == tip.id, TipEventRow.seq == tip.event_count))
    rows = connection.execute(select(TipEventRow.__table__).where(TipEventRow.tip_id == tip.id)).all()
    events = sorted(rows, key=lambda row: row.seq)
    state = fold([as_event(row) for row in events])
    values = {name: getattr(state, name) for name in COLUMNS} | {"tags": list(state.tags), "queue_at": state.queue_at}
    connection.execute(update(Tip).where(Tip.id == tip.id).values(**values, head_mac=events[-1].mac))


def rewrite_tip(connection: Connection) -> None:
    """Change who did something and compute every code anew, as the keyring allows."""
    tip = connection.execute(select(Tip.id, Tip.number).order_by(Tip.event_count.desc()).limit(1)).one()
    team = connection.scalar(text("SELECT max(id) FROM team"))
    where = TipEventRow.tip_id == tip.id
    connection.execute(update(TipEventRow).where(where, TipEventRow.seq == 2).values(team_id=team))
    before = GENESIS
    for row in connection.execute(select(TipEventRow.__table__).where(where).order_by(TipEventRow.seq)).all():
        before = event_mac(house().secrets, tip.number, before, row)  # type: ignore[arg-type]  # columns as of the row
        connection.execute(update(TipEventRow).where(TipEventRow.id == row.id).values(mac=before))
    connection.execute(update(Tip).where(Tip.id == tip.id).values(head_mac=before))


ATTACKS = (cut_accesses, drop_accesses, cut_settings, drop_tip, cut_tip, rewrite_tip)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("goes_on", [False, True])
def test_a_verification_finds_what_only_checkpoints_can_tell(
    run: Run,
    environ: Mapping[str, str],
    cast: Cast,
    clock: FixedClock,
    attack: Callable[[Connection], None],
    *,
    goes_on: bool,
) -> None:
    made = run(environ, "audit", "checkpoint")
    assert made.exit_code == 0, made.output
    with db.engine.begin() as connection:
        attack(connection)
    if goes_on:  # the forum serves on, and the gap is grown over
        clock.advance(minutes=1)
        with fresh_work() as work:
            happen(work, cast)
            happen(work, cast)
    without = run({**environ, "FORUM_CHECKPOINTS": ""}, "audit", "verify")
    assert without.exit_code == 0, "nothing but a checkpoint tells"

    result = run(environ, "audit", "verify")

    assert result.exit_code == 1
    assert result.output.count("Checkpoint 1 knows ") == 1, result.output


def test_a_rolled_back_database_is_found_and_signed_no_more_until_it_is_begun_anew(
    run: Run, environ: Mapping[str, str], cast: Cast, folder: Path, key: SigningKey
) -> None:
    run(environ, "audit", "checkpoint")
    with db.engine.connect() as connection:
        kept = keep_state(connection)
    with fresh_work() as work:
        happen(work, cast)
    assert run(environ, "audit", "checkpoint").exit_code == 0
    with db.engine.begin() as connection:
        roll_back(connection, kept)

    found, refused = run(environ, "audit", "verify"), run(environ, "audit", "checkpoint")
    assert (found.exit_code, refused.exit_code) == (1, 1)
    assert found.output.count("Checkpoint 2 knows ") == 4, "a tip, two accounts, the settings"
    assert "The records differ from the checkpoints before: 4 faults." in refused.output

    assert run(environ, "audit", "checkpoint", "--begin-anew", "Bản sao ngày 24/11").exit_code == 0
    after = run(environ, "audit", "verify")
    assert after.exit_code == 0
    assert "Checkpoint 3 of " in after.output
    assert "begins anew: Bản sao ngày 24/11" in after.output
    assert len(read_folder(folder, [key.public])[0][2].heads["tip-event"]) == len(kept[Tip]), "all are listed"


def test_records_that_grow_fit_all_their_checkpoints_and_each_lists_only_what_has_grown(
    run: Run, environ: Mapping[str, str], cast: Cast, folder: Path, key: SigningKey
) -> None:
    for _day in range(3):
        assert run(environ, "audit", "checkpoint").exit_code == 0
        with fresh_work() as work:
            happen(work, cast)
    result = run(environ, "audit", "verify")
    assert result.exit_code == 0, result.output
    assert "hold what 3 checkpoints say" in result.output
    checkpoints, _faults = read_folder(folder, [key.public])
    assert [len(each.heads["tip-event"]) for each in checkpoints] == [3, 1, 1]
    assert [len(each.heads["access-log"]) for each in checkpoints] == [2, 3, 3], "the program notes each checkpoint"


def test_a_verification_elsewhere_needs_copies_and_the_public_key_alone(
    run: Run, environ: Mapping[str, str], cast: Cast, folder: Path, key: SigningKey, tmp_path: Path
) -> None:
    run(environ, "audit", "checkpoint")
    elsewhere = shutil.copytree(folder, tmp_path / "usb")
    bare = {name: value for name, value in environ.items() if not name.startswith("FORUM_CHECKPOINT")}
    asked = ("audit", "verify", "--checkpoints", str(elsewhere))
    assert run(bare, *asked, "--public-key", key.public).exit_code == 0
    unnamed, other = run(bare, *asked), run(bare, *asked, "--public-key", "ab" * 32)
    assert (unnamed.exit_code, other.exit_code) == (1, 1)
    assert "--public-key" in unnamed.output
    assert "signed with an unknown key" in other.output
    with db.engine.begin() as connection:
        cut_settings(connection)
    assert run(bare, *asked, "--public-key", key.public).exit_code == 1


def test_one_tip_is_compared_with_the_checkpoints_too(run: Run, environ: Mapping[str, str], cast: Cast) -> None:
    run(environ, "audit", "checkpoint")
    numbers = list(db.session.scalars(select(Tip.number).order_by(Tip.event_count)))
    with db.engine.begin() as connection:
        cut_tip(connection)
    assert run(environ, "audit", "verify", "--tip", numbers[-1]).exit_code == 1
    assert run(environ, "audit", "verify", "--tip", numbers[0]).exit_code == 0


def test_a_checkpoint_that_is_taken_away_is_missed_by_the_records(
    run: Run, environ: Mapping[str, str], cast: Cast, folder: Path
) -> None:
    run(environ, "audit", "checkpoint")
    run(environ, "audit", "checkpoint")
    (folder / "00000002.checkpoint").unlink()
    verified, signed = run(environ, "audit", "verify"), run(environ, "audit", "checkpoint")
    assert (verified.exit_code, signed.exit_code) == (1, 1)
    assert "Checkpoint 2 was written, and is not there as it was written." in verified.output


class TestWorker:
    @pytest.fixture
    def daily(self, config: Config, folder: Path, key: SigningKey, tmp_path: Path) -> DailyCheckpoint:
        return DailyCheckpoint(
            replace(config, checkpoints_path=folder, checkpoint_key_path=tmp_path / "checkpoint-key")
        )

    def days(self, folder: Path, key: SigningKey) -> list[str]:
        return [each.day.isoformat() for each in read_folder(folder, [key.public])[0]]

    def test_a_checkpoint_is_written_once_on_each_day_in_viet_nam(
        self, app: Flask, cast: Cast, daily: DailyCheckpoint, clock: FixedClock, folder: Path, key: SigningKey
    ) -> None:
        clock.now = clock.now.replace(hour=16, minute=30)  # 23:30
        daily.write_when_due()
        daily.write_when_due()
        clock.advance(hours=1)
        daily.write_when_due()
        clock.advance(hours=2)
        daily.write_when_due()
        assert self.days(folder, key) == ["2026-11-24", "2026-11-25"]

    def test_another_worker_of_the_same_folder_writes_none_on_that_day(
        self,
        app: Flask,
        cast: Cast,
        daily: DailyCheckpoint,
        config: Config,
        folder: Path,
        key: SigningKey,
        tmp_path: Path,
    ) -> None:
        daily.write_when_due()
        named = replace(config, checkpoints_path=folder, checkpoint_key_path=tmp_path / "checkpoint-key")
        DailyCheckpoint(named).write_when_due()
        assert len(self.days(folder, key)) == 1

    def test_a_worker_that_cannot_sign_says_so_goes_on_and_tries_again_later(
        self,
        app: Flask,
        cast: Cast,
        daily: DailyCheckpoint,
        clock: FixedClock,
        folder: Path,
        key: SigningKey,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        folder.write_text("no folder")
        daily.write_when_due()
        folder.unlink()
        daily.write_when_due()
        assert not folder.exists(), "not before an hour has gone by"
        assert "No checkpoint could be written" in capsys.readouterr().err
        clock.advance(hours=1)
        daily.write_when_due()
        assert len(self.days(folder, key)) == 1

    def test_a_worker_signs_nothing_that_is_no_continuation(
        self,
        app: Flask,
        cast: Cast,
        daily: DailyCheckpoint,
        clock: FixedClock,
        folder: Path,
        key: SigningKey,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        daily.write_when_due()
        with db.engine.begin() as connection:
            cut_settings(connection)
        clock.advance(days=1)
        daily.write_when_due()
        assert len(self.days(folder, key)) == 1
        assert "The records differ from the checkpoints before: 1 faults." in capsys.readouterr().err
        with pytest.raises(RecordsDiffer):
            write_checkpoint(folder, key)

    def test_the_command_writes_one_when_it_has_nothing_else_to_do(
        self, run: Run, environ: Mapping[str, str], cast: Cast, folder: Path, key: SigningKey
    ) -> None:
        result = run(environ, "worker", "--once")
        assert "Checkpoint 1 of the records is written." in result.output
        assert len(self.days(folder, key)) == 1


def test_events_of_a_tip_after_its_checkpoint_belong_to_the_next(
    run: Run, environ: Mapping[str, str], cast: Cast, clock: FixedClock, folder: Path, key: SigningKey
) -> None:
    with fresh_work() as work:
        number = send_tip(work).tip_number
    run(environ, "audit", "checkpoint")
    clock.now += timedelta(minutes=5)
    with fresh_work() as work:
        tip = lock_tip(work, number, cast.desk)
        wanted = triage.Classification(tip.kind, tip.category, tip.priority, commune_code=tip.commune_code)
        triage.classify(work, cast.desk, tip, wanted)
    run(environ, "audit", "checkpoint")
    heads = [each.heads["tip-event"][number].length for each in read_folder(folder, [key.public])[0]]
    assert heads == [1, 2]
