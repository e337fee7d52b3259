"""Random but lawful histories of tips, played through the real services, and a naive count of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from forum.domain import clocks
from forum.domain.duration_buckets import Span, bucket_of
from forum.domain.errors import DomainError
from forum.domain.events import SYSTEM, EventKind, TipEvent
from forum.domain.lifecycle import SETTLED, TipState, apply, fold
from forum.domain.measures import granted_key
from forum.domain.permissions import Actor
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Kind, Priority, Restriction, Role
from forum.domain.working_time import WorkCalendar, day_of, end_of
from forum.models import Tip, TipEventRow
from forum.services import conversation, duplicates, handling, routing, transfers, triage
from forum.services.timeline import events_of, move
from forum.services.work import Work
from tests.factories import make_actor, send_tip, team_id, tip_of

TEAMS = ("cluster", "14", "14/desk", "14/PC04", "14/PC08", "14/TT", "11", "11/desk", "11/PC04", "11/TT", "20/TT")
PLACES = (("14", "04048"), ("11", None), (None, None))


def make_everybody(work: Work) -> Actor:
    """Make one actor who leads all teams that occur in the histories."""
    return make_actor(work, *((code, Role.LEAD) for code in TEAMS))


def play(work: Work, rng: random.Random, *, tips: int, first: datetime, last: datetime) -> None:
    """Let so many tips live between two moments, each on a clock of its own, through the services."""
    actor = make_everybody(work)
    for _ in range(tips):
        at = first + (last - first) * rng.random() * 0.8
        tip = _receive(replace(work, now=at), rng)
        while (at := at + timedelta(hours=rng.expovariate(1 / 30))) < last and rng.random() < 0.95:
            _do_something(replace(work, now=at), actor, tip, rng)
    work.session.flush()


def stir(work: Work, rng: random.Random, *, tips: int) -> None:
    """Let something happen now to so many of the tips that are there, through the services."""
    actor = make_everybody(work)
    present = work.session.scalars(select(Tip).order_by(Tip.id)).all()
    for tip in rng.sample(present, min(tips, len(present))):
        _do_something(work, actor, tip, rng)
    work.session.flush()


def _receive(work: Work, rng: random.Random) -> Tip:
    province, commune = rng.choices(PLACES, (4, 2, 1))[0]
    police = rng.choices((PoliceConcern.NONE, PoliceConcern.COMMUNE), (5, 1))[0]
    return tip_of(
        work,
        send_tip(
            work, province_code=province, commune_code=commune, police=police, category=rng.choice(list(Category))
        ),
    )


def _do_something(work: Work, actor: Actor, tip: Tip, rng: random.Random) -> None:
    text = "Công an đã nắm tin của bà con."
    steps: list[Callable[[], object]] = [
        lambda: triage.classify(
            work,
            actor,
            tip,
            triage.Classification(rng.choice(list(Kind)), rng.choice(list(Category)), rng.choice(list(Priority))),
        ),
        lambda: routing.route_tip(work, actor, tip, team_id=_team(work, tip, rng), reason="Đúng việc"),
        lambda: transfers.transfer(work, actor, tip, team_id=_team(work, tip, rng), reason="Nhầm đơn vị"),
        lambda: transfers.send_to_desk(work, actor, tip, province_code=rng.choice(("14", "11")), reason="Nhầm tỉnh"),
        lambda: handling.accept(work, actor, tip),
        lambda: handling.inform(work, actor, tip, text=text),
        lambda: handling.ask(work, actor, tip, text=text),
        lambda: conversation.write(work, tip, text=text),
        lambda: handling.answer(work, actor, tip, text=text),
        lambda: handling.answer(work, actor, tip, text=text),
        lambda: handling.close(work, actor, tip, _outcome(rng)),
        lambda: conversation.rate(work, tip, is_solved=rng.random() < 0.6, score=rng.randint(1, 5)),
        lambda: transfers.decline(work, actor, tip, reason=transfers.DeclineReason.NOT_FOR_POLICE, text=text),
        lambda: _restrict(work, tip, rng),
        lambda: duplicates.link(work, actor, tip, master_number=_another(work, tip, rng)),
    ]
    weights = (2, 3, 1, 0.7, 6, 1.5, 1, 1, 4, 4, 4, 2, 0.3, 0.5, 0.5)
    for step in rng.choices(steps, weights, k=4):
        try:
            step()
        except DomainError:
            continue  # the lifecycle or the rights say no: nothing has happened
        return


def _team(work: Work, tip: Tip, rng: random.Random) -> int:
    return team_id(work, f"{tip.province_code or '14'}/{rng.choice(('PC04', 'PC08', 'TT'))}")


def _outcome(rng: random.Random) -> handling.Outcome:
    founded = rng.random() < 0.7
    return handling.Outcome(
        founded, founded and rng.random() < 0.6, rng.random() < 0.5, rng.randint(0, 2), rng.randint(0, 3)
    )


def _restrict(work: Work, tip: Tip, rng: random.Random) -> None:
    if tip.restriction is None:
        team = team_id(work, rng.choice(("14/TT", "11/TT")))
        changes = {"restriction": Restriction.FORMAL_WAY, "granted_team_ids": (team,)}
        move(work, tip, EventKind.RESTRICTED, SYSTEM, changes=changes)
    else:
        changes = {"restriction": None, "granted_team_ids": ()}
        move(work, tip, EventKind.RESTRICTION_LIFTED, SYSTEM, changes=changes)


def _another(work: Work, tip: Tip, rng: random.Random) -> str:
    numbers = work.session.scalars(select(Tip.number).where(Tip.id != tip.id).order_by(Tip.id)).all()
    return rng.choice(numbers) if numbers else ""


@dataclass(frozen=True)
class Eyes:
    """Whose figures and for whom, as plain predicates."""

    takes_in: Callable[[TipState], bool]
    coming_in: Callable[[TipState], object]
    """What must change (or be new) for a tip to count as having come in."""
    teams: frozenset[int]

    def sees(self, granted: str) -> bool:
        return not granted or any(f",{team}," in granted for team in self.teams)


def all_histories(work: Work) -> list[list[TipEvent]]:
    """Return the events of every tip."""
    ids = work.session.scalars(select(TipEventRow.tip_id).distinct().order_by(TipEventRow.tip_id)).all()
    return [events_of(work.session, tip_id) for tip_id in ids]


def count_naively(
    histories: Iterable[Sequence[TipEvent]],
    eyes: Eyes,
    calendar: WorkCalendar,
    *,
    first: date,
    last: date,
    now: datetime,
) -> Counter[str]:
    """Count tip by tip from folds of prefixes and from the clocks; durations as "span:bucket"."""
    found: Counter[str] = Counter()
    for history in histories:
        events = [event for event in history if event.at <= now]
        if events and eyes.sees(granted_key(fold(events))):
            _count_flows(found, events, eyes, calendar, first=first, last=last)
            _count_standing(found, events, eyes, moment=min(end_of(last) - timedelta(microseconds=1), now))
    return Counter({name: amount for name, amount in found.items() if amount})


@dataclass(frozen=True)
class Step:
    """One event with the states around it and the rating that the present answer had before."""

    event: TipEvent
    before: TipState | None
    after: TipState
    rating: tuple[int, int] | None


def _steps(events: Sequence[TipEvent]) -> Iterator[Step]:
    state: TipState | None = None
    rating: tuple[int, int] | None = None
    for event in events:
        after = apply(state, event)
        yield Step(event, state, after, rating)
        if event.kind is EventKind.RATED:
            rating = (int(bool(after.is_solved)), after.score or 0)
        elif event.kind is EventKind.ANSWERED:
            rating = None
        state = after


def _count_flows(
    found: Counter[str], events: list[TipEvent], eyes: Eyes, calendar: WorkCalendar, *, first: date, last: date
) -> None:
    for step in _steps(events):
        if first <= day_of(step.event.at) <= last and eyes.takes_in(step.after):
            if step.before is None or eyes.coming_in(step.before) != eyes.coming_in(step.after):
                found["coming_in"] += 1
            _count_moves(found, step)
            _count_durations(found, events, step, calendar)


def _count_moves(found: Counter[str], step: Step) -> None:
    event, after = step.event, step.after
    found[event.kind.value] += event.kind in {EventKind.ANSWERED, EventKind.CLOSED, EventKind.REOPENED}
    if event.kind is EventKind.CLOSED:
        found["valuable"] += bool(after.valuable)
        found["cases"] += after.cases - step.before.cases
    if event.kind is EventKind.RATED:
        was_solved, was_score = step.rating or (0, 0)
        found["rated"] += step.rating is None
        found["solved"] += int(bool(after.is_solved)) - was_solved
        found["score_sum"] += (after.score or 0) - was_score


def _count_durations(found: Counter[str], events: list[TipEvent], step: Step, calendar: WorkCalendar) -> None:
    if step.before is None:
        return
    if step.before.settled_at is None and step.after.settled_at is not None:
        record = clocks.citizen_clock(events, calendar, now=events[-1].at)
        found["settled"] += 1
        found["settled_on_time"] += record.is_on_time is True
        found[f"{Span.SETTLEMENT_WALL}:{bucket_of(record.wall_seconds)}"] += 1
        found[f"{Span.SETTLEMENT_WORKING}:{bucket_of(record.working_seconds)}"] += 1
    if step.before.first_response_at is None and step.after.first_response_at is not None:
        response = clocks.first_response(events, calendar)
        found[f"{Span.RESPONSE_WALL}:{bucket_of(response.wall_seconds)}"] += 1
        found[f"{Span.RESPONSE_WORKING}:{bucket_of(response.working_seconds)}"] += 1


def _count_standing(found: Counter[str], events: list[TipEvent], eyes: Eyes, *, moment: datetime) -> None:
    past = [event for event in events if event.at <= moment]
    if not past:
        return
    state = fold(past)
    if eyes.takes_in(state) and state.status not in SETTLED:
        found["open"] += 1
        record = clocks.citizen_record(past)
        found["overdue"] += record.stopped_at is None and record.due_at is not None and moment > record.due_at
