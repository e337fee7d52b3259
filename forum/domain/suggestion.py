"""The suggestion made to the desk for a new tip: category, kind, priority, tags and flags, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from forum.domain.lexicon import Aim, Evidence, Lexicon
from forum.domain.phrases import read
from forum.domain.urgency import Hotline, urgent_in
from forum.domain.vocabulary import Category, Kind, Priority

# Weights against which the lexicon (3 = clear, 5 = unmistakable) is balanced.
_CHOICE_OF_CITIZEN = 4
_ABOUT_POLICE = 6
_HIGH_FROM = 3

_USUAL_KIND: Mapping[Category, tuple[Kind, int]] = {
    Category.DRUGS: (Kind.CRIME_REPORT, 3),
    Category.CRIME: (Kind.CRIME_REPORT, 3),
    Category.ONLINE: (Kind.CRIME_REPORT, 3),
    Category.TRAFFICKING_BORDER: (Kind.CRIME_REPORT, 3),
    Category.WEAPONS_FIREWORKS: (Kind.CRIME_REPORT, 3),
    Category.SECURITY: (Kind.CRIME_REPORT, 3),
    Category.ECONOMY_ENVIRONMENT: (Kind.CRIME_REPORT, 2),
    Category.FIRE: (Kind.FEEDBACK, 2),
    Category.TRAFFIC: (Kind.FEEDBACK, 2),
    Category.PUBLIC_ORDER: (Kind.FEEDBACK, 2),
    Category.POLICE_CONDUCT: (Kind.FEEDBACK, 2),
    Category.OTHER: (Kind.FEEDBACK, 2),
    Category.RESIDENCE_ID: (Kind.FEEDBACK, 1),
}


@dataclass(frozen=True, slots=True)
class _Escalation:
    """Signs that together raise the priority, in one category or in any."""

    signs: frozenset[str]
    priority: Priority
    category: Category | None = None
    flag: str | None = None


_ESCALATIONS = (
    _Escalation(frozenset({"emergency"}), Priority.URGENT),
    _Escalation(frozenset({"weapon", "threat"}), Priority.URGENT, flag="danger-to-life"),
    _Escalation(frozenset({"domestic-violence", "injury"}), Priority.URGENT, flag="danger-to-life"),
    _Escalation(frozenset({"missing-person", "recent"}), Priority.URGENT, flag="time-critical"),
    _Escalation(frozenset({"money-lost", "recent"}), Priority.URGENT, category=Category.ONLINE, flag="time-critical"),
    _Escalation(frozenset({"dealing"}), Priority.HIGH, category=Category.DRUGS),
    _Escalation(frozenset({"children"}), Priority.HIGH, category=Category.DRUGS),
    _Escalation(frozenset({"children"}), Priority.HIGH, category=Category.WEAPONS_FIREWORKS),
    _Escalation(frozenset({"threat"}), Priority.HIGH, category=Category.CRIME),
    _Escalation(frozenset({"injury"}), Priority.HIGH, category=Category.CRIME),
    _Escalation(frozenset({"domestic-violence"}), Priority.HIGH),
    _Escalation(frozenset({"human-trafficking"}), Priority.HIGH),
    _Escalation(frozenset({"border"}), Priority.HIGH, category=Category.ECONOMY_ENVIRONMENT),
    _Escalation(frozenset(), Priority.HIGH, category=Category.TRAFFICKING_BORDER),
    _Escalation(frozenset(), Priority.HIGH, category=Category.SECURITY),
    _Escalation(frozenset(), Priority.HIGH, category=Category.FIRE),
)
_ORDER = list(Priority)


_V = TypeVar("_V", Category, Kind, Priority)
_Heard = Mapping[tuple[Aim, str], Evidence]


@dataclass(frozen=True, slots=True)
class _Choice(Generic[_V]):
    """A value with what spoke for it."""

    value: _V
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for one suggested value: phrases of the lexicon, or a named rule such as "citizen-choice"."""

    aim: str
    value: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the desk sees beside a new tip; a person decides."""

    category: Category
    kind: Kind
    priority: Priority
    tags: frozenset[str]
    flags: frozenset[str]
    hotlines: tuple[Hotline, ...]
    reasons: tuple[Reason, ...]


def suggest(text: str, *, chosen_category: str | None, about_police: bool, lexicon: Lexicon) -> Suggestion:
    """Suggest how to classify a tip from its words, the citizen's choice and the question about police.

    An empty or unintelligible text yields the choice, or "other", as feedback of normal priority.
    """
    reading = read(text)
    evidence = lexicon.evidence(reading)
    hotlines = urgent_in(reading)
    tags = _values(evidence, Aim.TAG) - ({"money-lost"} if (Aim.SIGNAL, "not-lost") in evidence else set())
    flags = _flags(evidence, is_emergency=bool(hotlines), about_police=about_police)
    category = _category(evidence, chosen=chosen_category, about_police=about_police)
    kind = _kind(evidence, category=category.value, flags=flags, has_question_mark="?" in text)
    if kind.value is Kind.PRAISE:
        flags.discard("criticises-police")
        if (Aim.SIGNAL, "police-actor") in evidence:
            category = _Choice(Category.POLICE_CONDUCT, ("praise",))
    signs = tags | flags | _values(evidence, Aim.SIGNAL)
    priority, raised = _priority(evidence, category=category.value, kind=kind.value, signs=signs)
    reasons = (
        Reason("category", category.value, category.because),
        Reason("kind", kind.value, kind.because),
        Reason("priority", priority.value, priority.because),
    )
    return Suggestion(
        category=category.value,
        kind=kind.value,
        priority=priority.value,
        tags=tags,
        flags=frozenset(flags | raised),
        hotlines=hotlines,
        reasons=reasons,
    )


def _values(evidence: _Heard, aim: Aim) -> frozenset[str]:
    return frozenset(value for heard, value in evidence if heard is aim)


def _flags(evidence: _Heard, *, is_emergency: bool, about_police: bool) -> set[str]:
    flags = set(_values(evidence, Aim.FLAG))
    if is_emergency:
        flags.add("emergency")
    if about_police:
        flags.add("about-police")
    if about_police or _criticises(evidence, "police-actor"):
        flags.add("criticises-police")
    return flags


def _criticises(evidence: _Heard, actor: str) -> bool:
    """Tell whether an actor and a criticism stand in the same or in neighbouring sentences, and no impostor does."""
    if (Aim.SIGNAL, actor) not in evidence or (Aim.SIGNAL, "criticism") not in evidence:
        return False
    if (Aim.SIGNAL, "impostor") in evidence:
        return False
    actors = evidence[Aim.SIGNAL, actor].sentences
    return any({at - 1, at, at + 1} & actors for at in evidence[Aim.SIGNAL, "criticism"].sentences)


def _category(evidence: _Heard, *, chosen: str | None, about_police: bool) -> _Choice[Category]:
    scores = {category: _weight(evidence, Aim.CATEGORY, category.value) for category in Category}
    rules: dict[Category, tuple[str, ...]] = {}
    if chosen is not None and chosen != Category.OTHER:
        scores[Category(chosen)] += _CHOICE_OF_CITIZEN
        rules[Category(chosen)] = ("citizen-choice",)
    if about_police:
        scores[Category.POLICE_CONDUCT] += _ABOUT_POLICE
        rules[Category.POLICE_CONDUCT] = (*rules.get(Category.POLICE_CONDUCT, ()), "about-police")
    best = max(Category, key=lambda category: scores[category])
    if scores[best] <= 0:
        return _Choice(Category.OTHER, ("no-evidence",))
    return _Choice(best, (*rules.get(best, ()), *_phrases(evidence, Aim.CATEGORY, best.value)))


def _kind(evidence: _Heard, *, category: Category, flags: set[str], has_question_mark: bool) -> _Choice[Kind]:
    scores = {kind: _weight(evidence, Aim.KIND, kind.value) for kind in Kind}
    usual, weight = _USUAL_KIND[category]
    scores[usual] += weight
    scores[Kind.QUESTION] += 2 if has_question_mark and scores[Kind.QUESTION] > 0 else 0
    rules: dict[Kind, tuple[str, ...]] = {usual: ("usual-in-category",)}
    if (Aim.SIGNAL, "accuses") in evidence:
        # People write "tố cáo" for any wrong; in law it is a denunciation only of officials in their duty.
        against_official = "criticises-police" in flags or _criticises(evidence, "official-actor")
        accused = Kind.DENUNCIATION if against_official else Kind.CRIME_REPORT
        scores[accused] += 6 if against_official else 1
        rules[accused] = (*rules.get(accused, ()), "accuses-official" if against_official else "accuses")
    best = max(Kind, key=lambda kind: scores[kind])
    return _Choice(best, (*rules.get(best, ()), *_phrases(evidence, Aim.KIND, best.value)))


def _priority(
    evidence: _Heard, *, category: Category, kind: Kind, signs: frozenset[str]
) -> tuple[_Choice[Priority], frozenset[str]]:
    """Return the highest priority that the signs call for, and the flags of the escalations that applied."""
    choices = [_Choice(Priority.LOW if kind is Kind.PRAISE else Priority.NORMAL, ("usual",))]
    applying = [
        rule for rule in _ESCALATIONS if rule.signs <= signs and (rule.category is None or rule.category is category)
    ]
    if kind is Kind.DENUNCIATION:
        choices.append(_Choice(Priority.HIGH, ("denunciation",)))
    if _weight(evidence, Aim.PRIORITY, "high") >= _HIGH_FROM:
        choices.append(_Choice(Priority.HIGH, _phrases(evidence, Aim.PRIORITY, "high")))
    choices += [_Choice(rule.priority, tuple(sorted(rule.signs)) or (category.value,)) for rule in applying]
    if kind in (Kind.PRAISE, Kind.QUESTION, Kind.COMPLAINT):
        choices = [choice for choice in choices if choice.value is not Priority.HIGH]
    best = max(choices, key=lambda choice: _ORDER.index(choice.value))
    return best, frozenset(rule.flag for rule in applying if rule.flag is not None)


def _weight(evidence: _Heard, aim: Aim, value: str) -> int:
    found = evidence.get((aim, value))
    return found.weight if found else 0


def _phrases(evidence: _Heard, aim: Aim, value: str) -> tuple[str, ...]:
    found = evidence.get((aim, value))
    return found.phrases if found else ()
