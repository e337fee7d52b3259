"""Plans what happens to a demo tip after its receipt: who touches it when, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from forum.cli.demo.answers import Writer
from forum.cli.demo.chances import happens, skewed
from forum.cli.demo.course import Answer, DuplicateOf, Outcome, Rating, Routing, Step, StepKind, Triage, Words
from forum.cli.demo.office_hours import HOURS_A_DAY, office_hours_between
from forum.cli.demo.outcomes import draw_outcome, draw_rating
from forum.cli.demo.scenes import Scene
from forum.cli.demo.seasons import season_factor
from forum.cli.demo.standing import cut
from forum.cli.demo.timeline import Timeline
from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Category, Channel, Kind, Priority
from forum.domain.working_time import VN

K = StepKind

_ALLOWED_DAYS = {
    Kind.QUESTION: 5,
    Kind.PRAISE: 5,
    Kind.FEEDBACK: 10,
    Kind.PETITION: 10,
    Kind.COMPLAINT: 8,
    Kind.DENUNCIATION: 7,
}
_CRIME_REPORT_LIMIT = timedelta(days=20)
_NOTICE_SHARE = {Kind.CRIME_REPORT: 0.5, Kind.FEEDBACK: 0.2, Kind.PETITION: 0.3}
_DEPARTMENTS = {
    Category.DRUGS: "PC04",
    Category.CRIME: "PC02",
    Category.ONLINE: "PA05",
    Category.TRAFFICKING_BORDER: "PA08",
    Category.TRAFFIC: "PC08",
    Category.ECONOMY_ENVIRONMENT: "PC03",
    Category.WEAPONS_FIREWORKS: "PC06",
    Category.FIRE: "PC07",
    Category.RESIDENCE_ID: "PC06",
}
_SEALED_TEAMS = frozenset({"inspectorate", "lead-inspectorate", "intake", "PA02", "PX03"})
"""Teams to which the desk never sends by mistake, nor away from."""
_HURRIED = frozenset({Status.WAITING, Status.ANSWERED, Status.REOPENED})
_SHARE_HURRIED = 0.3
_LATEST = 1.2
"""Even the slowest office answers within about twice the days that it has."""


@dataclass(frozen=True, slots=True)
class Case:
    """One tip as the planner sees it; `progress` runs from 0 (oldest) to 1 and makes officers better."""

    received_at: datetime
    until: datetime
    channel: Channel
    category: Category
    scene: Scene
    progress: float
    original: int | None = None
    standing: Status | None = None
    """The state in which the tip is still open at `until`."""


def plan(case: Case, writer: Writer, rng: Random) -> tuple[Step, ...]:
    """Return the course of one tip up to `until`."""
    scenario = writer.scenario
    line = Timeline(case.received_at)
    is_urgent = scenario.priority is Priority.URGENT
    _triage(line, case, writer, rng)
    if case.original is not None:
        line.duty(K.DUPLICATE, DuplicateOf(case.original), minutes=rng.uniform(3, 25))
    elif case.scene.outside:
        line.office(K.TRANSFER_OUT, writer.referral_outside(case.scene.outside), hours=skewed(rng, 4))
    elif scenario.path == "decline":
        line.office(K.DECLINE, writer.refusal(), hours=skewed(rng, 2))
    elif scenario.path.startswith("transfer-out"):
        line.office(K.TRANSFER_OUT, writer.referral(), hours=skewed(rng, 7))
    else:
        _handle(line, case, writer, rng, is_urgent=is_urgent)
    steps = line.steps(case.until)
    return steps if case.standing is None else cut(steps, case.standing)


def _triage(line: Timeline, case: Case, writer: Writer, rng: Random) -> None:
    scenario = writer.scenario
    triage = Triage(
        scenario.kind,
        scenario.category,
        scenario.priority,
        tags=_tags(case, writer),
        province_code=case.scene.home_province or case.scene.province_code,
        commune_code=case.scene.commune.code if case.scene.commune else None,
    )
    if scenario.priority is Priority.URGENT:
        line.duty(K.TRIAGE, triage, minutes=rng.uniform(4, 35))
    else:
        line.office(K.TRIAGE, triage, hours=skewed(rng, 0.6 if scenario.priority is Priority.HIGH else 1.3))


def _tags(case: Case, writer: Writer) -> tuple[str, ...]:
    """Tag what a desk would want to find again: the season's business, and what was said at a meeting."""
    season, day = writer.scenario.season, case.received_at.astimezone(VN).date()
    keys = [season] if season_factor(season, day) > 1 else []
    keys += [case.channel] if case.channel is Channel.IN_PERSON else []
    return tuple(writer.line("tag", key) for key in keys if ("tag", key) in writer.book.pools)


def _handle(line: Timeline, case: Case, writer: Writer, rng: Random, *, is_urgent: bool) -> None:
    """Plan the common way: route, accept, work, answer, close, rate."""
    scenario = writer.scenario
    budget = _budget(case, scenario.kind, rng, is_urgent=is_urgent)
    _route(line, case, writer, rng, is_urgent=is_urgent)
    _work(line, writer, rng, budget=budget, must_ask=case.standing is Status.WAITING)
    outcome = draw_outcome(scenario, rng)
    line.by_office_hour(K.PROPOSE_ANSWER, writer.answer(outcome), hours=budget - 1, apart=skewed(rng, 1))
    line.office(K.APPROVE, hours=skewed(rng, 1))
    line.office(K.CLOSE, outcome, hours=skewed(rng, 5))
    if case.standing is Status.REOPENED:
        _dispute(line, writer, rng)
    else:
        _afterwards(line, writer, rng, outcome=outcome)


def _route(line: Timeline, case: Case, writer: Writer, rng: Random, *, is_urgent: bool) -> None:
    """Send to the right team, now and then by way of a wrong one."""
    scenario = writer.scenario
    team = (
        scenario.team
        if case.scene.commune or scenario.team != "commune-police"
        else _DEPARTMENTS.get(scenario.category, "PC02")
    )
    with_responder = (
        scenario.kind is Kind.CRIME_REPORT
        and case.scene.commune is not None
        and team not in {"commune-police", *_SEALED_TEAMS}
    )
    right = Routing(team, with_first_responder=with_responder)
    wrong = _wrong_team(team, case, rng) if happens(rng, 0.085 - 0.04 * case.progress) else None
    if wrong and team not in _SEALED_TEAMS:
        line.duty(K.ROUTE, Routing(wrong), minutes=rng.uniform(2, 20))
        line.office(
            K.TRANSFER, replace(right, reason=writer.line("transfer")), hours=skewed(rng, 1.5 if is_urgent else 5)
        )
    else:
        line.duty(K.ROUTE, right, minutes=rng.uniform(2, 20))
    if is_urgent:
        line.duty(K.ACCEPT, minutes=rng.uniform(5, 50))
    else:
        line.office(K.ACCEPT, hours=skewed(rng, 1.7))


def _wrong_team(team: str, case: Case, rng: Random) -> str | None:
    teams = {
        _DEPARTMENTS.get(case.category, "PC02"),
        "PC02",
        "PC08",
        *(["commune-police"] if case.scene.commune else []),
    }
    others = sorted(teams - {team})
    return rng.choice(others)


def _work(line: Timeline, writer: Writer, rng: Random, *, budget: float, must_ask: bool) -> None:
    """Plan what the team does between accepting and answering; `budget` in office hours since receipt."""
    kind = writer.scenario.kind
    if happens(rng, 0.8):
        line.office(K.ASSIGN, hours=skewed(rng, 1))
    notice = writer.notice() if happens(rng, _NOTICE_SHARE.get(kind, 0)) else None
    if notice:
        line.office(K.INFORM, Words(notice), hours=skewed(rng, 2))
    if kind in {Kind.PRAISE, Kind.QUESTION} or writer.scenario.path == "formal-way":
        return
    if happens(rng, 0.55):
        _note(line, Words(writer.note("note")), rng, hours=budget * rng.uniform(0.3, 0.45))
    if must_ask or happens(rng, 0.17):
        question, reply = writer.question()
        hours = budget * rng.uniform(0.35, 0.5)
        line.by_office_hour(K.ASK, Words(question), hours=hours, apart=skewed(rng, 1))
        line.citizen(K.REPLY, Words(reply), hours=skewed(rng, 9))
    elif happens(rng, 0.06):
        line.citizen(K.ADD, Words(writer.addition()), hours=skewed(rng, 20))
    if happens(rng, 0.3):
        _note(line, Words(writer.note("note-follow-up")), rng, hours=budget * rng.uniform(0.65, 0.85))


def _note(line: Timeline, words: Words, rng: Random, *, hours: float) -> None:
    line.by_office_hour(K.NOTE, words, hours=hours, apart=skewed(rng, 1))


def _afterwards(line: Timeline, writer: Writer, rng: Random, *, outcome: Outcome) -> None:
    """Plan the rating, and a second round when the matter is not solved."""
    if not happens(rng, 0.4):
        return
    rating = draw_rating(outcome, writer, rng)
    line.citizen(K.RATE, rating, hours=skewed(rng, 22))
    if not rating.is_solved:
        _second_round(line, writer, rng, outcome=outcome)


def _dispute(line: Timeline, writer: Writer, rng: Random) -> None:
    """Let the citizen open the tip again, with nobody having taken it on yet."""
    rating = Rating(is_solved=False, score=2, words=writer.line("rating-words", "2"))
    line.citizen(K.RATE, rating, hours=skewed(rng, 22))
    line.at_once(K.REOPEN, Words(writer.objection()))


def _second_round(line: Timeline, writer: Writer, rng: Random, *, outcome: Outcome) -> None:
    line.at_once(K.REOPEN, Words(writer.objection()))
    line.office(K.ACCEPT, hours=skewed(rng, 4))
    line.office(K.ASSIGN, hours=skewed(rng, 1))
    line.office(K.NOTE, Words(writer.note("note")), hours=skewed(rng, 8))
    answer = writer.second_answer() if writer.scenario.path == "normal" else writer.answer(outcome)
    line.office(K.PROPOSE_ANSWER, Answer(answer.text, answer.is_formal_way), hours=skewed(rng, 14))
    line.office(K.APPROVE, hours=skewed(rng, 1))
    line.office(K.CLOSE, outcome, hours=skewed(rng, 5))
    if happens(rng, 0.5):
        score = rng.choice((3, 4, 4, 5))
        line.citizen(
            K.RATE,
            Rating(is_solved=True, score=score, words=writer.line("rating-words", str(score))),
            hours=skewed(rng, 30),
        )


def _budget(case: Case, kind: Kind, rng: Random, *, is_urgent: bool) -> float:
    """Draw the office hours from receipt to the final answer; late ones become rarer over the months."""
    if kind is Kind.CRIME_REPORT:
        allowed = office_hours_between(case.received_at, case.received_at + _CRIME_REPORT_LIMIT)
    else:
        allowed = _ALLOWED_DAYS[kind] * HOURS_A_DAY
    if case.standing in _HURRIED:  # its answer or question lies behind it
        return min(allowed, _SHARE_HURRIED * office_hours_between(case.received_at, case.until))
    if happens(rng, 0.055 - 0.035 * case.progress):
        return allowed * (1.12 + min(rng.expovariate(2.5), _LATEST)) + HOURS_A_DAY
    share = rng.betavariate(1.5, 4.0 if is_urgent else 1.7)
    return max(2.0, allowed * 0.93 * share * (1.06 - 0.12 * case.progress))
