"""`forum suggest` prints what was suggested beside what was wanted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from forum.cli.suggest import suggest

SAMPLES = Path(__file__).parents[1] / "samples"


def test_suggest_command_prints_both_tables_with_the_accuracy_of_each_column() -> None:
    result = CliRunner().invoke(suggest, [str(SAMPLES / "tips.json"), str(SAMPLES / "own_tips.json")])
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("tips.json: 16 tips")
    assert [line.split()[0] for line in lines if line.startswith(("S", "T"))] == [
        tip["id"] for name in ("tips", "own_tips") for tip in json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    ]
    assert sum(line.startswith("right") for line in lines) == 2


def test_suggest_command_shows_the_wanted_value_when_a_suggestion_is_wrong(tmp_path: Path) -> None:
    sample = json.loads((SAMPLES / "tips.json").read_text("utf-8"))[0]
    sample["wanted"]["category"] = "fire"
    path = tmp_path / "one.json"
    path.write_text(json.dumps([sample]), encoding="utf-8")
    output = CliRunner().invoke(suggest, [str(path)]).output
    assert "drugs [fire]" in output
    assert "0/1 = 0%" in output


def test_suggest_command_asks_for_a_file_when_there_are_no_samples_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(suggest, [])
    assert result.exit_code == 2
    assert "Name a file" in result.output


def test_suggest_command_takes_the_samples_of_the_source_tree_when_no_file_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(SAMPLES.parents[1])
    assert CliRunner().invoke(suggest, []).output.count("right") == 2
