"""`forum places`: re-generate the shipped place and calendar tables and show what would change."""

from __future__ import annotations

import csv
import difflib
import io
from importlib import resources
from pathlib import Path

import click

from forum.cli.calendar_seed import generate_calendar
from forum.cli.place_sources import generate_tables


@click.group()
def places() -> None:
    """Keep the shipped tables in step with their sources."""


@places.command()
@click.option("--write", is_flag=True, help="Write the new tables instead of only showing the difference.")
@click.option("--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Other data folder.")
def regenerate(*, write: bool, folder: Path | None) -> None:
    """Derive provinces, communes and old places again from their source packages."""
    _settle(generate_tables(), folder or shipped_folder(), write=write)


@places.command()
@click.option("--write", is_flag=True, help="Write the new table instead of only showing the difference.")
@click.option("--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Other data folder.")
def calendar(*, write: bool, folder: Path | None) -> None:
    """Derive the work calendar again from the holiday package and the list of swap days."""
    _settle({"work_calendar.csv": generate_calendar()}, folder or shipped_folder(), write=write)


def shipped_folder() -> Path:
    """Return the folder of the shipped tables; only an installation from files can be rewritten."""
    folder = resources.files("forum") / "data"
    if not isinstance(folder, Path):
        raise click.ClickException("The shipped tables lie inside an archive. Use --folder.")
    return folder


def as_csv(table: list[dict[str, str]]) -> str:
    """Return a table as the text of its file."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return buffer.getvalue()


def _settle(tables: dict[str, list[dict[str, str]]], folder: Path, *, write: bool) -> None:
    """Print the unified difference of every file and write it when asked."""
    for name, table in tables.items():
        path, new = folder / name, as_csv(table)
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old == new:
            click.echo(f"{name}: no difference ({len(table)} rows)")
            continue
        lines = difflib.unified_diff(old.splitlines(), new.splitlines(), name, f"{name} (new)", lineterm="", n=0)
        click.echo("\n".join(lines))
        if write:
            path.write_text(new, encoding="utf-8", newline="\n")
            click.echo(f"{name}: written ({len(table)} rows)")
