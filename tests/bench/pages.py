"""The pages that are measured: what is sent to either application, and what a right answer holds."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from forum.adapters.shipped import gazetteer
from forum.cli.demo.corpus import generate
from forum.cli.demo.seeding import MONTHS, communes
from forum.domain.text import fold
from forum.domain.urgency import sounds_urgent
from forum.web.submit.form_token import FormToken
from forum.web.submit.places import read_place
from tests.bench.driving import answer_to, request
from tests.bench.likeness import Build
from tests.bench.loading import PEOPLE, PROVINCE, Loaded
from tests.serving import SECRET, Served
from tests.visitor import Visitor, multipart, urlencoded

TIPS_OPENED = 200
FEWEST_EVENTS, MOST_EVENTS = 8, 12
FORMS_A_TURN = 3_000
"""Enough for a turn of some seconds: every form has a token of its own."""
WORDS = ("ma túy", "xe máy", "trộm", "đánh bạc", "pháo", "lừa đảo", "khai thác cát", "căn cước", "biển số", "karaoke")


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody signed in, and what they look for."""

    officers: Sequence[Visitor]
    supervisors: Sequence[Visitor]
    citizens: Sequence[Visitor]
    tokens: Sequence[str]
    """The CSRF tokens of the officers and then of the citizens."""
    numbers: Sequence[str]
    bodies: Sequence[dict[str, str]]
    port: int

    @classmethod
    def of(cls, loaded: Loaded, ours: Served) -> Scene:
        """Sign everybody in and choose the tips."""
        officers = [_signed_in(ours, loaded, f"desk-{number}") for number in range(PEOPLE)]
        supervisors = [_signed_in(ours, loaded, f"figures-{number}") for number in range(PEOPLE)]
        citizens = [Visitor(ours.port) for _ in range(PEOPLE)]
        tokens = [person.get("/password").form("/password").fields["csrf_token"] for person in officers]
        tokens += [person.get("/submit").form("/submit").fields["csrf_token"] for person in citizens]
        with loaded.connect() as connection:
            numbers = connection.execute(
                "SELECT number FROM tip WHERE province_code = %s AND restriction IS NULL "
                "AND event_count BETWEEN %s AND %s ORDER BY md5(number) LIMIT %s",
                (PROVINCE, FEWEST_EVENTS, MOST_EVENTS, TIPS_OPENED),
            ).fetchall()
        return cls(officers, supervisors, citizens, tokens, [row[0] for row in numbers], _forms(), ours.port)

    def unlike(self, page: Page, bare: Served) -> list[str]:
        """Return in what the first answers of both applications are too far apart to be compared."""
        mine, theirs = answer_to(self.port, next(page.ours(self, 0))), answer_to(bare.port, next(page.bare(self, 0)))
        return Build.of(mine).unlike(Build.of(theirs)) if page.is_alike else []


Prepare = Callable[[Scene, int], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its requests to the forum and to the bare application, and words of a right answer."""

    name: str
    ours: Prepare
    bare: Prepare
    expect: bytes
    is_sent_once: bool = False
    is_alike: bool = True


def _queue(scene: Scene, number: int) -> Iterator[bytes]:
    yield request("GET", "/queue", scene.officers[number].headers())


def _bare_queue(scene: Scene, number: int) -> Iterator[bytes]:
    yield request("GET", "/queue", {})


def _tip(scene: Scene, number: int) -> Iterator[bytes]:
    headers = scene.officers[number].headers()
    for tip in scene.numbers[number:] + scene.numbers[:number]:
        yield request("GET", f"/tips/{tip}", headers)


def _bare_tip(scene: Scene, number: int) -> Iterator[bytes]:
    for tip in scene.numbers[number:] + scene.numbers[:number]:
        yield request("GET", f"/tips/{tip}", {})


def _search(scene: Scene, number: int) -> Iterator[bytes]:
    for words in WORDS:
        body, headers = urlencoded({"csrf_token": scene.tokens[number], "words": words})
        yield request("POST", "/search", {**scene.officers[number].headers(), **headers}, body)


def _bare_search(scene: Scene, number: int) -> Iterator[bytes]:
    for words in WORDS:
        body, headers = urlencoded({"csrf_token": scene.tokens[number], "words": words})
        yield request("POST", "/search", headers, body)


def _statistics(scene: Scene, number: int) -> Iterator[bytes]:
    yield request("GET", "/statistics", scene.supervisors[number].headers())


def _bare_statistics(scene: Scene, number: int) -> Iterator[bytes]:
    yield request("GET", "/statistics", {})


def _submit(scene: Scene, number: int, address: str = "/submit") -> Iterator[bytes]:
    """Spell forms as a browser does; the callers differ, as the limit of sendings counts each."""
    citizen, csrf = scene.citizens[number], scene.tokens[PEOPLE + number]
    issued = FormToken.issue(datetime.now(UTC))
    for fields in itertools.islice(itertools.cycle(scene.bodies), FORMS_A_TURN):
        token = FormToken(secrets.token_bytes(16), issued.issued_at).sign(SECRET)
        body, headers = multipart({"csrf_token": csrf, "token": token, **fields}, [])
        caller = ".".join(str(secrets.randbelow(250) + 1) for _ in range(4))
        yield request("POST", address, {**citizen.headers(), **headers, "X-Forwarded-For": caller}, body)


def _submit_unpictured(scene: Scene, number: int) -> Iterator[bytes]:
    return _submit(scene, number, "/submit?unpictured")


PAGES = (
    Page("queue", _queue, _bare_queue, b"/tips/"),
    Page("tip", _tip, _bare_tip, b"</html>"),
    Page("search", _search, _bare_search, b"</html>"),
    Page("statistics", _statistics, _bare_statistics, b"</html>"),
    Page("submission", _submit, _submit, b"receipt-digits", is_sent_once=True),
    Page("unpictured", _submit, _submit_unpictured, b"receipt-digits", is_sent_once=True, is_alike=False),
)
"""Submission comes last, as it makes the tables grow: once with QR pictures on both sides, once with ours only."""


def _signed_in(ours: Served, loaded: Loaded, username: str) -> Visitor:
    visitor = Visitor(ours.port)
    visitor.sign_in(username, loaded.password, loaded.app_secret)
    return visitor


def _forms() -> list[dict[str, str]]:
    """Return forms of the demo's corpus that bring a receipt at once, without a question back."""
    places = gazetteer(fold)
    forms = []
    until = datetime.now(UTC)
    for tip in generate(600, until=until - timedelta(days=1), months=MONTHS, communes=communes(), seed=7):
        reading = read_place(places, commune="", words=tip.place_text, province_code=tip.province_code)
        if reading.choices or sounds_urgent(tip.text) or tip.about_police:
            continue
        forms.append(
            {
                "body": tip.text,
                "category": tip.category.value if tip.category else "",
                "province": tip.province_code or "",
                "commune": "",
                "place": tip.place_text[:190],
                "moment": "unsure",
                "police": "none",
            }
        )
    return forms
