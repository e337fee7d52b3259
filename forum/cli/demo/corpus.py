"""Generates the demo corpus: the same tips and courses for the same arguments, whatever the machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from forum.cli.demo import seasons
from forum.cli.demo.answers import Writer
from forum.cli.demo.chances import happens
from forum.cli.demo.course import CommuneLite, DemoTip, Sender
from forum.cli.demo.phrases import Line, Phrasebook, Scenario, phrasebook
from forum.cli.demo.planning import Case, plan
from forum.cli.demo.scenes import Scene, SceneMaker
from forum.cli.demo.standing import STANDING_KINDS, choose_standing
from forum.cli.demo.wording import Moment, Telling, compose, draw_moment, draw_style
from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Category, Channel, Kind
from forum.domain.working_time import VN

DUPLICATE_SHARE = 0.03
_OUTSIDE_SHARE = 0.025
_NOWHERE_SHARE = 0.015
_UNNAMED_COMMUNE_SHARE = 0.1
_CHANNELS = (Channel.WEB, Channel.QR, Channel.ZALO, Channel.HOTLINE, Channel.LETTER, Channel.IN_PERSON)
_CHANNEL_WEIGHTS = (32, 22, 20, 11, 5, 10)
_TYPED = frozenset({Channel.WEB, Channel.QR, Channel.ZALO})
_ADDRESS_SHARE, _PICTURE_SHARE = 0.09, 0.16
_NAMED_SHARE = {
    Kind.QUESTION: 0.4, Kind.PETITION: 0.3, Kind.PRAISE: 0.3, Kind.FEEDBACK: 0.15,
    Kind.CRIME_REPORT: 0.1, Kind.COMPLAINT: 0.75, Kind.DENUNCIATION: 0.2,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """What is settled about a tip before all are put into order."""

    received_at: datetime
    progress: float
    scenario: Scenario
    core: Line
    scene: Scene
    moment: Moment
    channel: Channel
    original: _Draft | None = None


def generate(
    count: int, *, until: datetime, months: int, communes: Sequence[CommuneLite], seed: int
) -> Iterator[DemoTip]:
    """Yield `count` tips received in the `months` before `until`, oldest first.

    `until` is aware; nothing happens after it. `communes` are those of the cluster; the order matters to the result.
    """
    book = phrasebook()
    start = seasons.months_before(until, months)
    drafts = _Drafter(book, start, until, communes, Random(f"{seed}:drafts")).draw(count)
    numbers = {id(draft): number for number, draft in enumerate(drafts, 1)}
    standing = _standing(drafts, until, Random(f"{seed}:standing"))
    for number, draft in enumerate(drafts, 1):
        case = Case(
            draft.received_at, until, draft.channel, draft.scenario.category, draft.scene, draft.progress,
            original=numbers[id(draft.original)] if draft.original else None,
            standing=standing.get(number),
        )  # fmt: skip
        yield _tip(number, draft, book, Random(f"{seed}:{number}"), case=case)


def _standing(drafts: Sequence[_Draft], until: datetime, rng: Random) -> dict[int, Status]:
    """Choose the tips that stay open, among those that are looked into, and return their states by number."""
    fitting = {
        number: draft.received_at
        for number, draft in enumerate(drafts, 1)
        if draft.scenario.kind in STANDING_KINDS and draft.scenario.path == "normal"
        and draft.original is None and not draft.scene.outside
    }  # fmt: skip
    chosen = choose_standing(list(fitting.values()), until, rng, tips=len(drafts))
    numbers = list(fitting)
    return {numbers[place]: status for place, status in chosen.items()}


class _Drafter:
    """Spreads stories over days, places and channels."""

    def __init__(
        self, book: Phrasebook, start: datetime, until: datetime, communes: Sequence[CommuneLite], rng: Random
    ) -> None:
        self._book = book
        self._start = start
        self._until = until
        self._rng = rng
        self._scenes = SceneMaker(communes, book, rng)
        self._days = seasons.days_between(start, until)

    def draw(self, count: int) -> list[_Draft]:
        """Return the drafts by time of receipt, duplicates after their originals."""
        second = round(count * DUPLICATE_SHARE)
        stories = [
            [seasons.story_weight(scenario, day, progress=self._progress(n)) for scenario in self._book.scenarios]
            for n, day in enumerate(self._days)
        ]
        busy = [
            sum(weights) * seasons.day_factor(day, progress=self._progress(n))
            for n, (day, weights) in enumerate(zip(self._days, stories, strict=True))
        ]
        drawn = self._rng.choices(range(len(self._days)), cum_weights=list(accumulate(busy)), k=count - second)
        drafts = [self._draft(n, self._rng.choices(self._book.scenarios, stories[n])[0]) for n in drawn]
        fitting = [d for d in drafts if d.scenario.can_repeat and not d.scene.outside and d.received_at < self._latest]
        drafts += [self._repeat(original) for original in self._rng.sample(fitting, min(second, len(fitting)))]
        return sorted(drafts, key=lambda draft: draft.received_at)

    @property
    def _latest(self) -> datetime:
        return self._until - timedelta(days=5)

    def _progress(self, day_number: int) -> float:
        return day_number / max(1, len(self._days) - 1)

    def _draft(self, day_number: int, scenario: Scenario) -> _Draft:
        rng = self._rng
        channel = rng.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0]
        received_at = seasons.moment_of(self._days[day_number], channel, rng)
        if not self._start <= received_at < self._until:
            received_at = self._start if received_at < self._start else self._until
            received_at += timedelta(minutes=rng.randint(1, 600)) * (1 if received_at == self._start else -1)
        return _Draft(
            received_at=received_at,
            progress=self._progress(day_number),
            scenario=scenario,
            core=rng.choice(scenario.cores),
            scene=self._scene(scenario),
            moment=draw_moment(scenario, received_at.astimezone(VN), self._book, rng),
            channel=channel,
        )

    def _scene(self, scenario: Scenario) -> Scene:
        if scenario.path == "normal" and not scenario.police:
            if scenario.kind is Kind.CRIME_REPORT and happens(self._rng, _OUTSIDE_SHARE):
                return self._scenes.draw_outside()
            if happens(self._rng, _NOWHERE_SHARE):
                return self._scenes.draw_nowhere(scenario)
        return self._scenes.draw(scenario)

    def _repeat(self, original: _Draft) -> _Draft:
        """Let a second person tell the same story, some hours to days later and in other words."""
        rng = self._rng
        delay = timedelta(hours=rng.uniform(0.5, 96))
        others = [core for core in original.scenario.cores if core is not original.core]
        return _Draft(
            received_at=(original.received_at + delay).replace(microsecond=0),
            progress=original.progress,
            scenario=original.scenario,
            core=rng.choice(others or [original.core]),
            scene=original.scene,
            moment=original.moment,
            channel=rng.choice((Channel.WEB, Channel.QR, Channel.ZALO)),
            original=original,
        )


def _tip(number: int, draft: _Draft, book: Phrasebook, rng: Random, *, case: Case) -> DemoTip:
    scenario, scene = draft.scenario, draft.scene
    slots = {**scene.slots, "luc": draft.moment.words}
    sender = _sender(scenario.kind, draft.channel, book, rng)
    is_typed = draft.channel in _TYPED
    telling = Telling(
        scenario, draft.core.text, slots, draft.channel, draw_style(draft.channel, rng),
        is_named=sender is not None, is_second=draft.original is not None,
    )  # fmt: skip
    knows_commune = scene.commune and rng.random() > _UNNAMED_COMMUNE_SHARE
    return DemoTip(
        number=number,
        received_at=draft.received_at,
        text=compose(telling, book, rng),
        category=_picked_category(scenario, rng),
        true_category=scenario.category,
        kind=scenario.kind,
        province_code=scene.province_code,
        commune_code=scene.commune.code if scene.commune and knows_commune else None,
        place_text=_place_text(scene, book, rng),
        when=draft.moment.when,
        when_on=draft.moment.on,
        when_text=draft.moment.words,
        channel=draft.channel,
        about_police=scenario.police.format_map(slots) or None,
        wants_name=sender,
        notice_address=f"nguoi-gui-{number}@example.com" if is_typed and happens(rng, _ADDRESS_SHARE) else "",
        has_picture=is_typed and scenario.kind in STANDING_KINDS and happens(rng, _PICTURE_SHARE),
        course=plan(case, Writer(scenario, draft.core.topic, slots, book, rng), rng),
    )


def _picked_category(scenario: Scenario, rng: Random) -> Category:
    """Draw what the citizen chooses: mostly right, else "other" or a neighbour."""
    if happens(rng, 0.09):
        return Category.OTHER
    if scenario.mistaken and happens(rng, 0.08):
        return rng.choice(scenario.mistaken)
    return scenario.category


def _place_text(scene: Scene, book: Phrasebook, rng: Random) -> str:
    slots = scene.slots
    if scene.province_code is None:
        return book.pick(rng, "no-place")
    if scene.commune is None:
        return slots["xa"]
    forms = [slots["ban"], f"{slots['moc']}, {slots['ban']}", f"{slots['ban']}, {slots['xa']}", slots["moc"], ""]
    place = rng.choice(forms)
    return f"{place}, {scene.commune.name}, {scene.old_province}" if place and scene.old_province else place


def _sender(kind: Kind, channel: Channel, book: Phrasebook, rng: Random) -> Sender | None:
    likely = _NAMED_SHARE[kind] * (1.6 if channel in {Channel.LETTER, Channel.IN_PERSON} else 1)
    if rng.random() > likely:
        return None
    name = book.pick(rng, "fictional-name").format(k=rng.randint(1, 400))
    return Sender(name, f"0900 000 {rng.randrange(1000):03d}")
