"""`python -m tests.bench`: prints this forum and a bare application side by side, at one size and at another."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.bench.driving import Measured, drive
from tests.bench.loading import Loaded, enlarge, load_played, server_address
from tests.bench.pages import PAGES, Page, Scene
from tests.serving import Served, environment, free_port

ROUNDS = 3
"""Short turns of both applications by turns, so that a busy moment of the machine strikes both."""
WARMING_SECONDS = 1.5


@click.command()
@click.option("--tips", default="1000,100000", show_default=True, help="Sizes, the smallest of them played.")
@click.option("--seconds", default=6.0, show_default=True, help="How long each page of each application is driven.")
@click.option("--connections", default=4, show_default=True, help="Connections at once.")
@click.option("--workers", default=2, show_default=True, help="Processes of each server.")
@click.option("--only", default="", help="Names of pages, divided by commas.")
def bench(tips: str, *, seconds: float, connections: int, workers: int, only: str) -> None:
    """Load tips, serve both applications, and print requests a second and latencies of each."""
    sizes = sorted(int(size) for size in tips.split(","))
    pages = [page for page in PAGES if not only or page.name in only.split(",")]
    results: dict[int, dict[str, tuple[Measured, Measured]]] = {}
    with tempfile.TemporaryDirectory(prefix="forum-bench-") as folder, _loaded(Path(folder), sizes) as databases:
        for size, loaded in databases.items():
            with _both(loaded, pages, workers=workers) as (scene, ours, bare):
                results[size] = {}
                for page in pages:
                    pair = _measure(page, scene, ours, bare, seconds=seconds, connections=connections)
                    results[size][page.name] = pair
                    _print_line(size, page.name, *pair)
    _print_growth(results)


@contextmanager
def _loaded(folder: Path, sizes: list[int]) -> Iterator[dict[int, Loaded]]:
    server = server_address()
    databases: dict[int, Loaded] = {}
    try:
        first = load_played(server, folder, sizes[0])
        databases[sizes[0]] = first
        for size in sizes[1:]:
            databases[size] = enlarge(first, size)
        yield databases
    finally:
        for loaded in databases.values():
            loaded.drop()


@contextmanager
def _both(loaded: Loaded, pages: list[Page], *, workers: int) -> Iterator[tuple[Scene, Served, Served]]:
    ours = _server(loaded, "forum", workers, ("-m", "forum", "serve"))
    ours.start()
    bare = None
    try:
        scene = Scene.of(loaded, ours)
        bare = _server(loaded, "bare", workers, ("-m", "tests.bench.bare"))
        bare.start()
        for page in pages:
            if unlike := scene.unlike(page, bare):
                raise click.ClickException(f"The two pages of {page.name} are not alike: {', '.join(unlike)}.")
        yield scene, ours, bare
    finally:
        ours.kill()
        if bare is not None:
            bare.kill()


def _server(loaded: Loaded, name: str, workers: int, arguments: tuple[str, ...]) -> Served:
    port = free_port()
    environ = environment(database_url=loaded.url, keyring=loaded.keyring, files=loaded.files, port=port)
    return Served(environ, loaded.folder / f"{name}.log", port, workers, arguments)


def _measure(
    page: Page, scene: Scene, ours: Served, bare: Served, *, seconds: float, connections: int
) -> tuple[Measured, Measured]:
    pair = Measured(), Measured()
    servers = ((ours, page.ours, page.expect), (bare, page.bare, b""))
    for _ in range(ROUNDS):
        for measured, (server, requests, expect) in zip(pair, servers, strict=True):
            turns = [_again_and_again(page, requests(scene, number)) for number in range(connections)]
            for part in (WARMING_SECONDS / ROUNDS, seconds / ROUNDS):
                found = drive(
                    server.port,
                    lambda number, turns=turns: turns[number],
                    seconds=part,
                    connections=connections,
                    expect=expect,
                )
            measured.add(found)
    return pair


def _again_and_again(page: Page, requests: Iterator[bytes]) -> Iterator[bytes]:
    """Prepare the requests before the clock runs; only forms are never sent twice."""
    prepared = list(requests)
    return iter(prepared) if page.is_sent_once else itertools.cycle(prepared)


def _print_line(size: int, name: str, ours: Measured, bare: Measured) -> None:
    click.echo(
        f"{size:>8} tips  {name:<11} forum {ours.per_second:7.0f}/s  p50 {ours.p50:6.1f}  p95 {ours.p95:6.1f} ms   "
        f"bare {bare.per_second:7.0f}/s  p50 {bare.p50:6.1f}  p95 {bare.p95:6.1f} ms   "
        f"ratio {ours.per_second / bare.per_second:.2f}   "
        f"driver {ours.driving / ours.seconds:.0%} and {bare.driving / bare.seconds:.0%} of a core"
    )


def _print_growth(results: dict[int, dict[str, tuple[Measured, Measured]]]) -> None:
    smallest, *others = sorted(results)
    for size in others:
        for name, (ours, _) in results[size].items():
            factor = ours.p50 / results[smallest][name][0].p50
            click.echo(f"p50 of {name:<11} at {size} tips is {factor:.2f} times that at {smallest}")


if __name__ == "__main__":
    bench()
