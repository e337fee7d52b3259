"""Whether the place and calendar tables are what their sources give, and the command shows and writes differences."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from forum.cli import place_sources
from forum.cli.places import places, shipped_folder

PLACE_TABLES = ("provinces.csv", "communes.csv", "legacy_places.csv", "legacy_successors.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a copy of the generated tables."""
    for name in (*PLACE_TABLES, "work_calendar.csv"):
        shutil.copy(shipped_folder() / name, tmp_path)
    return tmp_path


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(places, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_regenerate_finds_no_difference_when_the_tables_are_those_of_the_sources(folder: Path) -> None:
    pytest.importorskip("vietnamadminunits", reason="the source package is a development extra")
    lines = _run("regenerate", "--folder", str(folder)).splitlines()
    assert [line.split(":")[0] for line in lines] == list(PLACE_TABLES)
    assert all("no difference" in line for line in lines)


def test_regenerate_shows_the_difference_and_keeps_the_file_when_not_told_to_write(folder: Path) -> None:
    pytest.importorskip("vietnamadminunits", reason="the source package is a development extra")
    path = folder / "communes.csv"
    changed = path.read_text(encoding="utf-8").replace("Xã Mù Cả", "Xã Mù Cà")
    path.write_text(changed, encoding="utf-8")
    output = _run("regenerate", "--folder", str(folder))
    assert "-03451,12,Xã Mù Cà" in output
    assert "+03451,12,Xã Mù Cả" in output
    assert path.read_text(encoding="utf-8") == changed


def test_regenerate_writes_the_file_when_told_to(folder: Path) -> None:
    pytest.importorskip("vietnamadminunits", reason="the source package is a development extra")
    (folder / "provinces.csv").unlink()
    assert "provinces.csv: written (34 rows)" in _run("regenerate", "--write", "--folder", str(folder))
    assert (folder / "provinces.csv").read_bytes() == (shipped_folder() / "provinces.csv").read_bytes()


def test_regenerate_says_what_to_install_when_a_source_package_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_sources.importlib.util, "find_spec", lambda name: None)
    result = CliRunner().invoke(places, ["regenerate", "--folder", str(folder)])
    assert result.exit_code == 1
    assert "Install the development extra" in result.output


def test_calendar_finds_no_difference_when_the_table_is_that_of_its_sources(folder: Path) -> None:
    pytest.importorskip("holidays", reason="the source package is a development extra")
    assert "no difference" in _run("calendar", "--folder", str(folder))


@pytest.mark.parametrize(
    ("written", "full", "kind", "name"),
    [
        ("Xã Pa ủ", "Xã Pa Ủ", "xã", "Pa Ủ"),
        ("Thị xã Thị Xã Mường Lay", "Thị xã Mường Lay", "thị xã", "Mường Lay"),
        ("Thị trấn Nông trường Thái Bình", "Thị trấn Nông trường Thái Bình", "thị trấn", "Nông trường Thái Bình"),
        ("Đặc khu Cô Tô", "Đặc khu Cô Tô", "đặc khu", "Cô Tô"),
    ],
)
def test_split_kind_corrects_slips_of_the_sources(written: str, full: str, kind: str, name: str) -> None:
    assert place_sources.split_kind(written) == (full, kind, name)
