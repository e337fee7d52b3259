"""How demo tips end and how satisfied their senders are."""

from __future__ import annotations

from random import Random

from forum.cli.demo.answers import Writer
from forum.cli.demo.chances import happens
from forum.cli.demo.course import Outcome, Rating
from forum.cli.demo.phrases import Scenario
from forum.domain.vocabulary import Category, Kind

_FOUNDED_SHARE = {Kind.CRIME_REPORT: 0.64, Kind.FEEDBACK: 0.74, Kind.PETITION: 0.8}
_VALUABLE_SHARE = {Kind.CRIME_REPORT: 0.45, Kind.FEEDBACK: 0.14, Kind.PETITION: 0.08}
_CASE_CATEGORIES = frozenset(
    {
        Category.DRUGS,
        Category.CRIME,
        Category.ONLINE,
        Category.TRAFFICKING_BORDER,
        Category.WEAPONS_FIREWORKS,
        Category.ECONOMY_ENVIRONMENT,
    }
)
_SCORE_WEIGHTS = {True: (2, 4, 12, 36, 46), None: (1, 3, 10, 38, 48), False: (9, 14, 28, 32, 17)}
"""For scores 1 to 5, by whether the matter was found true: who hears that nothing was found is less content."""
_SOLVED_SHARE = {1: 0.15, 2: 0.4, 3: 0.88, 4: 0.99, 5: 1.0}


def draw_outcome(scenario: Scenario, rng: Random) -> Outcome:
    """Draw an outcome; cases and offenders only where a crime report proved true."""
    if scenario.kind not in _FOUNDED_SHARE or scenario.path != "normal":
        return Outcome()
    is_founded = scenario.category is Category.RESIDENCE_ID or happens(rng, _FOUNDED_SHARE[scenario.kind])
    if not is_founded:
        return Outcome(is_founded=False)
    is_local = scenario.team == "commune-police" or happens(rng, 0.3)
    is_case = scenario.kind is Kind.CRIME_REPORT and scenario.category in _CASE_CATEGORIES and happens(rng, 0.6)
    is_valuable = is_case or happens(rng, _VALUABLE_SHARE[scenario.kind])
    return Outcome(
        is_founded=True,
        is_valuable=is_valuable,
        is_grassroots=is_local,
        cases=rng.choices((1, 2, 3), (88, 9, 3))[0] if is_case else 0,
        offenders=rng.choices((1, 2, 3, 4, 6), (45, 28, 14, 9, 4))[0] if is_case else 0,
    )


def draw_rating(outcome: Outcome, writer: Writer, rng: Random) -> Rating:
    """Draw what the citizen says; praise is never met with anger."""
    weights = (0, 0, 0, 1, 3) if writer.scenario.kind is Kind.PRAISE else _SCORE_WEIGHTS[outcome.is_founded]
    score = rng.choices((1, 2, 3, 4, 5), weights)[0]
    words = writer.line("rating-words", str(score)) if happens(rng, 0.55) else ""
    return Rating(is_solved=happens(rng, _SOLVED_SHARE[score]), score=score, words=words)
