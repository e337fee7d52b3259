"""The attack by time: `python -m tests.attack.timing`. Does how long an answer takes tell what the answer does not?

For each pair of cases the forum is asked in random order, from within its own process: no network hides a difference.
Times are compared by Welch's test after the slowest fifth was left out, with the threshold of "dudect"
(Reparaz, Balasch and Verbauwhede, 2017). One pair may be told apart, and shows that it would be seen.
"""

from __future__ import annotations

import gc
import math
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import click
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from config import Config
from forum.adapters.keyring import Keyring
from forum.app import create_app
from forum.cli.migrate import upgrade
from forum.domain import receipts
from forum.domain.errors import InvalidInput
from forum.domain.vocabulary import Role
from forum.extensions import db, transaction, unit_of_work
from forum.models import Throttle
from forum.services.organisation import load_shipped
from tests.factories import make_account, send_tip, sign_in

THRESHOLD = 4.5
KEPT = 0.8
"""The slowest are those in which something else ran."""
WARM = 10
PEOPLE = 40
TIPS = 200
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, by whom; without a form, a page is asked for."""

    client: FlaskClient
    path: str
    form: Mapping[str, str] | None = None

    def send(self) -> int:
        """Send it, read the answer and return its status."""
        sent = self.client.get(self.path) if self.form is None else self.client.post(self.path, data=self.form)
        sent.get_data()
        return sent.status_code


@dataclass(frozen=True, slots=True)
class Pair:
    """Two kinds of requests that must not be told apart; each call makes one that was not sent before."""

    name: str
    one: Callable[[], Request]
    other: Callable[[], Request]
    differs: bool = False
    """Whether anybody may see the difference: it shows that the measurement would see one."""


@dataclass(frozen=True, slots=True)
class Told:
    """Medians in milliseconds, and Welch's t."""

    one: float
    other: float
    t: float

    @property
    def is_apart(self) -> bool:
        """Whether the times tell the halves apart."""
        return abs(self.t) > THRESHOLD


def measure(pair: Pair, samples: int, random: Random) -> Told:
    """Send both kinds so often, in random order."""
    order = [True] * samples + [False] * samples
    random.shuffle(order)
    for _ in range(WARM):
        pair.one().send()
        pair.other().send()
    times: dict[bool, list[int]] = {True: [], False: []}
    for half in order:
        request = pair.one() if half else pair.other()
        gc.collect(0)
        begun = time.perf_counter_ns()
        request.send()
        times[half].append(time.perf_counter_ns() - begun)
    one, other = (sorted(times[half])[: int(samples * KEPT)] for half in (True, False))
    return Told(statistics.median(one) / 1e6, statistics.median(other) / 1e6, welch(one, other))


def welch(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Welch's t of two samples."""
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread)


@contextmanager
def forum() -> Iterator[Flask]:
    """Set up a forum of its own; nobody is slowed down but by what the pairs take away again."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        Keyring.create(place / "keyring.json")
        config = Config(
            mode="test",
            secret_key=secrets.token_hex(32),
            database_url=f"sqlite:///{place / 'forum.db'}",
            keyring_path=place / "keyring.json",
            files_path=place / "files",
            base_url="http://localhost:8000",
            extra={"WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False},
        )
        upgrade(config.database_url)
        app = create_app(config, clock=lambda: NOW)
        with app.app_context(), transaction() as session:
            load_shipped(session, NOW)
        yield app
        with app.app_context():
            db.engine.dispose()


def pairs(app: Flask, random: Random) -> list[Pair]:
    """Return what is compared, of a forum with some people and tips."""
    with app.app_context(), unit_of_work() as work:
        known = [make_account(work, ("14/desk", Role.INTAKE)).username for _ in range(PEOPLE)]
        former = [make_account(work, ("14/desk", Role.INTAKE)) for _ in range(PEOPLE)]
        for account in former:
            account.is_active = False
        left = [account.username for account in former]
        sent = [send_tip(work) for _ in range(TIPS)]
        looking = make_account(work, ("12/desk", Role.INTAKE)).username
    officer = app.test_client()
    with app.app_context():
        sign_in(officer, looking)

    def trying(name: str) -> Request:
        with app.app_context(), transaction() as session:
            session.execute(delete(Throttle))
        return Request(app.test_client(), "/sign-in", {"username": name, "password": "một câu sai hẳn"})

    def following(receipt: str) -> Request:
        return Request(app.test_client(), "/follow", {"receipt": receipt})

    def receipt() -> str:
        return random.choice(sent).receipt or ""

    def number() -> str:
        return "".join(random.sample("23456789ABCDEFGHJKMNPQRSTUVWXYZ", len(sent[0].tip_number)))

    def unknown() -> Request:
        return trying(f"can-bo-{secrets.token_hex(4)}")

    return [
        Pair("sign-in: a name that exists / that does not", lambda: trying(random.choice(known)), unknown),
        Pair("sign-in: a name that may no longer / that does not exist", lambda: trying(random.choice(left)), unknown),
        Pair(
            "follow: unknown receipts, near to one / far from all",
            lambda: following(well_formed(receipt()[:16], random)),
            lambda: following(well_formed("", random)),
        ),
        Pair(
            "tip: a number out of sight / of no tip",
            lambda: Request(officer, f"/tips/{random.choice(sent).tip_number}"),
            lambda: Request(officer, f"/tips/{number()}"),
        ),
        Pair(
            "follow: receipts in good form / mistyped (may differ)",
            lambda: following(well_formed("", random)),
            lambda: following(mistyped(well_formed("", random))),
            differs=True,
        ),
    ]


def well_formed(beginning: str, random: Random) -> str:
    """Return digits with a fitting check digit that begin so."""
    while True:
        typed = beginning + "".join(random.choices("0123456789", k=receipts.LENGTH - len(beginning)))
        with suppress(InvalidInput):
            return receipts.parse(typed)


def mistyped(receipt: str) -> str:
    """Return a receipt with another last digit."""
    return receipt[:-1] + str((int(receipt[-1]) + 1) % 10)


@click.command()
@click.option("--samples", default=2_000, show_default=True, type=click.IntRange(100), help="Of each half.")
@click.option("--seed", default=1, show_default=True)
@click.pass_context
def main(context: click.Context, samples: int, seed: int) -> None:
    """Measure every pair; fail when one is told apart that should not be, or the one that should is not."""
    random = Random(seed)
    is_sound = True
    with forum() as app:
        for pair in pairs(app, random):
            told = measure(pair, samples, random)
            is_sound &= told.is_apart == pair.differs
            click.echo(f"{pair.name}: {told.one:.3f} / {told.other:.3f} ms, t = {told.t:+.2f}")
    context.exit(0 if is_sound else 1)


if __name__ == "__main__":
    main()
