"""Composes the text of a demo tip from its scenario, scene, channel and way of typing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random

from forum.cli.demo import typing_styles
from forum.cli.demo.chances import happens
from forum.cli.demo.course import When
from forum.cli.demo.phrases import Phrasebook, Scenario
from forum.domain.vocabulary import Channel, Kind


class Style(StrEnum):
    """How a text is typed."""

    MARKED = "marked"
    PLAIN = "plain"
    TEEN = "teen"
    TELEX = "telex"
    CAPITALS = "capitals"
    LETTER = "letter"


_STYLES = tuple(Style)
_STYLE_WEIGHTS: dict[Channel, tuple[int, ...]] = {
    Channel.WEB: (59, 21, 8, 4, 4, 4),
    Channel.QR: (53, 29, 9, 4, 4, 1),
    Channel.ZALO: (38, 35, 19, 3, 4, 1),
    Channel.HOTLINE: (1, 0, 0, 0, 0, 0),
    Channel.IN_PERSON: (1, 0, 0, 0, 0, 0),
    Channel.LETTER: (30, 0, 0, 0, 0, 70),
}
_NOON = 12
_RECORDED = frozenset({Channel.HOTLINE, Channel.IN_PERSON})


@dataclass(frozen=True, slots=True)
class Moment:
    """When a story happened: what the form says and how the text puts it."""

    when: When
    on: date | None
    words: str


def draw_style(channel: Channel, rng: Random) -> Style:
    """Draw how somebody on this channel types; what officers write down is always marked."""
    return rng.choices(_STYLES, _STYLE_WEIGHTS[channel])[0]


def draw_moment(scenario: Scenario, received: datetime, book: Phrasebook, rng: Random) -> Moment:
    """Draw when it happened, never after receipt, which is given in local time."""
    if scenario.tense == "none":
        return Moment(When.UNSURE, None, "")
    if scenario.tense == "habit" and scenario.kind is Kind.CRIME_REPORT and happens(rng, 0.06):
        return Moment(When.NOW, None, book.pick(rng, "now"))
    if scenario.tense == "habit":
        return Moment(When.UNSURE, None, book.pick(rng, "habit"))
    is_early = received.hour < _NOON  # "today" has hardly begun
    days_ago = rng.choices((0, 1, rng.randint(2, 14)), (0 if is_early else 3, 3, 4))[0]
    on = received.date() - timedelta(days_ago)
    if days_ago <= 1:
        words = book.pick(rng, "event-yesterday" if days_ago else "event-today", scenario.tense)
    else:
        forms, weekdays = book.pools["event-earlier", scenario.tense], book.pools["weekday", "any"]
        recent = [form for form in forms if "{thu}" not in form or days_ago < len(weekdays)]
        words = rng.choice(recent).format(d=f"{on.day}/{on.month}", thu=weekdays[on.weekday()])
    return Moment(When.DATE, on, words)


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything that decides one text except chance."""

    scenario: Scenario
    core: str
    slots: Mapping[str, str]
    channel: Channel
    style: Style
    is_named: bool
    is_second: bool = False


def compose(telling: Telling, book: Phrasebook, rng: Random) -> str:
    """Write the text, typed in its style."""
    marked = _letter(telling, book, rng) if telling.style is Style.LETTER else _message(telling, book, rng)
    text = typing_styles.with_sentence_capitals(marked.format_map(telling.slots))
    match telling.style:
        case Style.PLAIN:
            return typing_styles.without_marks(typing_styles.carelessly(text, rng))
        case Style.TEEN:
            emoji = " " + book.pick(rng, "emoji") if happens(rng, 0.6) else ""
            return typing_styles.in_teencode(text, book.teencode, rng) + emoji
        case Style.TELEX:
            return typing_styles.in_telex(typing_styles.carelessly(text, rng))
        case Style.CAPITALS:
            return typing_styles.in_capitals(text, rng)
        case _:
            is_careless = telling.channel not in _RECORDED and happens(rng, 0.12)
            return typing_styles.carelessly(text, rng) if is_careless else text


def _message(telling: Telling, book: Phrasebook, rng: Random) -> str:
    scenario = telling.scenario
    if scenario.path == "decline":
        return telling.core
    details = rng.sample(scenario.details, min(len(scenario.details), rng.choices((0, 1, 2, 3), (1, 4, 4, 2))[0]))
    wishes = _wishes(telling, book, rng, at_most=rng.choices((0, 1, 2), (3, 6, 1))[0])
    parts = [_opening(telling, book, rng), telling.core, *details, *wishes, _closing(telling, book, rng)]
    return " ".join(_ended(part) for part in parts if part)


def _letter(telling: Telling, book: Phrasebook, rng: Random) -> str:
    scenario = telling.scenario
    details = rng.sample(scenario.details, len(scenario.details))
    story = [telling.core, *details[:2]]
    paragraphs = [
        [
            _framing(telling, book, rng, use="opening", tone="formal"),
            book.pick(rng, "letter-start", _key(book, "letter-start", scenario.kind)),
        ],
        story,
        book.some(rng, "letter-middle", _key(book, "letter-middle", scenario.kind), at_most=rng.randint(1, 3)),
        [*details[2:], *_wishes(telling, book, rng, at_most=2)],
        [book.pick(rng, "letter-end"), _framing(telling, book, rng, use="closing", tone="formal")],
    ]
    return "\n\n".join(" ".join(_ended(part) for part in paragraph) for paragraph in paragraphs if paragraph)


def _opening(telling: Telling, book: Phrasebook, rng: Random) -> str:
    if telling.channel in _RECORDED:
        return book.pick(rng, "opening", telling.channel)
    if telling.is_second and happens(rng, 0.4):
        return book.pick(rng, "later-words", "formal")
    if telling.style is Style.TEEN:
        return _framing(telling, book, rng, use="opening", tone="teen")
    if happens(rng, 0.38):
        return ""
    is_formal = happens(rng, 0.5)
    return _framing(telling, book, rng, use="opening", tone="formal" if is_formal else "casual")


def _wishes(telling: Telling, book: Phrasebook, rng: Random, *, at_most: int) -> list[str]:
    """Draw wishes; only who gives no name may ask to stay unnamed."""
    scenario = telling.scenario
    if at_most and ("wish-unnamed", scenario.manner) in book.pools and not telling.is_named and happens(rng, 0.25):
        return [book.pick(rng, "wish-unnamed", scenario.manner)]
    return book.some(rng, "wish", scenario.manner, at_most=at_most)


def _closing(telling: Telling, book: Phrasebook, rng: Random) -> str:
    if telling.channel in _RECORDED or not happens(rng, 0.45):
        return ""
    if telling.style is Style.TEEN:
        return _framing(telling, book, rng, use="closing", tone="teen")
    return _framing(telling, book, rng, use="closing", tone=rng.choice(("formal", "casual")))


def _framing(telling: Telling, book: Phrasebook, rng: Random, *, use: str, tone: str) -> str:
    """Draw a polite phrase; praise asks for nothing."""
    asking = () if telling.scenario.kind is Kind.PRAISE else book.pools[use, f"{tone}-request"]
    return rng.choice(book.pools[use, tone] + asking)


def _key(book: Phrasebook, use: str, kind: Kind) -> str:
    return kind if (use, kind) in book.pools else "any"


def _ended(part: str) -> str:
    return part if part[-1] in ".?!:," else f"{part}."
