"""Which team gets a tip, and why: an ordered list of rules of which the first that fits decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from forum.domain.errors import DomainError, InvalidInput
from forum.domain.phrases import PhraseBook, read
from forum.domain.text import fold
from forum.domain.vocabulary import Category, Kind, Priority, Restriction

INTAKE = "intake"
CLUSTER_DESK = "cluster-desk"
COMMUNE_POLICE = "commune-police"
INSPECTORATE = "inspectorate"
LEAD_INSPECTORATE = "lead-inspectorate"
ROLES = frozenset({INTAKE, CLUSTER_DESK, COMMUNE_POLICE, INSPECTORATE, LEAD_INSPECTORATE})
"""Targets that name the duty of a team; any other target is the code of a department ("PC04")."""

# Whoever could look into a tip against these sits beside them, so another province's inspectorate must.
_LEADERSHIP = PhraseBook(
    (phrase, True)
    for phrase in (
        "lãnh đạo công an tỉnh",
        "lãnh đạo tỉnh",
        "ban giám đốc",
        "giám đốc công an",
        "phó giám đốc",
        "giám đốc",
        "thanh tra",
        "bộ phận tiếp nhận",
        "phòng tham mưu",
        "tham mưu",
        "pv01",
    )
)


class NoRuleFits(DomainError):
    """The rules have no last rule that takes every tip."""

    message = "No routing rule fits this tip. The last rule must take every tip."


class BrokenRule(InvalidInput):
    """A rule names an unknown word, has no target, or gives no reason."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a rule asks for: all sets that are filled must be met.

    Of kinds, categories, provinces, communes, tags and words (phrases sought in the text) any one suffices; of flags
    every one must be there, so that "about police" and "place unknown" can be asked for together.
    """

    kinds: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, list[str]]:
        """Return the filled sets only, sorted, as the database keeps them."""
        return {field.name: sorted(held) for field in fields(self) if (held := getattr(self, field.name))}

    @classmethod
    def from_json(cls, data: Mapping[str, Iterable[str]]) -> Conditions:
        """Read what `to_json` gave; raise TypeError for an unknown name."""
        return cls(**{name: frozenset(values) for name, values in data.items()})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: if the conditions fit, the target is accountable; a responder may run beside it."""

    number: int
    version: int
    conditions: Conditions
    target: str
    first_responder: str | None
    priority: Priority | None
    restriction: Restriction | None
    reason_vi: str
    reason_en: str

    def __post_init__(self) -> None:
        """Refuse what could never work, before it is kept."""
        unknown = (self.conditions.kinds - set(Kind)) | (self.conditions.categories - set(Category))
        if unknown:
            words = ", ".join(sorted(unknown))
            raise BrokenRule("Rule %(number)s names an unknown word: %(words)s.", number=self.number, words=words)
        if not self.target:
            raise BrokenRule("Rule %(number)s names no team.", number=self.number)
        if self.first_responder not in (None, COMMUNE_POLICE):
            raise BrokenRule("Rule %(number)s: only the commune police can come first.", number=self.number)
        if not (self.reason_vi.strip() and self.reason_en.strip()):
            raise BrokenRule("Rule %(number)s gives no reason in both languages.", number=self.number)

    @classmethod
    def from_row(cls, row: Mapping[str, str], *, version: int) -> Rule:
        """Read one line of the shipped table: lists are divided by spaces, words by "|", empty cells ask nothing."""
        listed = ("kinds", "categories", "provinces", "communes", "tags", "flags")
        words = frozenset(filter(None, (word.strip() for word in row["words"].split("|"))))
        return cls(
            number=int(row["number"]),
            version=version,
            conditions=Conditions(**{name: frozenset(row[name].split()) for name in listed}, words=words),
            target=row["target"],
            first_responder=row["first_responder"] or None,
            priority=Priority(row["priority"]) if row["priority"] else None,
            restriction=Restriction(row["restriction"]) if row["restriction"] else None,
            reason_vi=row["reason_vi"],
            reason_en=row["reason_en"],
        )

    def to_json(self) -> dict[str, Any]:
        """Return the rule as the database keeps it."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {
            "conditions": self.conditions.to_json()
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Rule:
        """Read what `to_json` gave."""
        values = dict(body)
        values["conditions"] = Conditions.from_json(values["conditions"])
        values["priority"] = Priority(values["priority"]) if values["priority"] else None
        values["restriction"] = Restriction(values["restriction"]) if values["restriction"] else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class RoutingFacts:
    """What the rules may look at. `text` is only for rules with words and may stay empty."""

    kind: Kind
    category: Category
    priority: Priority = Priority.NORMAL
    province_code: str | None = None
    commune_code: str | None = None
    tags: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    text: str = ""


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """Who is accountable and who comes first, with the rule that said so."""

    target: str
    first_responder: str | None
    priority: Priority
    restriction: Restriction | None
    rule_number: int
    rule_version: int
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A past tip, by its place in the list, that two sets of rules would treat differently."""

    index: int
    before: RoutingDecision
    after: RoutingDecision


def place_flags(province_code: str | None, cluster: frozenset[str]) -> frozenset[str]:
    """Return the flags under which the rules know a tip without a place, or from outside the cluster."""
    if province_code in cluster:
        return frozenset()
    return frozenset({"not-in-cluster", "place-unknown" if province_code is None else "outside-cluster"})


def police_flags(*, about_police: bool, unit: str) -> frozenset[str]:
    """Return the flags for the answer "this is about a police officer or unit", and who it named."""
    if not about_police:
        return frozenset()
    leads = any(True for _ in _LEADERSHIP.find(read(unit)))
    return frozenset({"about-police", "about-leadership"} if leads else {"about-police"})


def route(facts: RoutingFacts, rules: Sequence[Rule]) -> RoutingDecision:
    """Decide by the first rule in the given order that fits; raise NoRuleFits when none does.

    A first responder is named only where the commune is known.
    """
    rule = next((rule for rule in rules if _fits(rule.conditions, facts)), None)
    if rule is None:
        raise NoRuleFits
    return RoutingDecision(
        target=rule.target,
        first_responder=rule.first_responder if facts.commune_code else None,
        priority=rule.priority or facts.priority,
        restriction=rule.restriction,
        rule_number=rule.number,
        rule_version=rule.version,
        reason_vi=rule.reason_vi,
        reason_en=rule.reason_en,
    )


def compare(before: Sequence[Rule], after: Sequence[Rule], facts_list: Iterable[RoutingFacts]) -> list[Difference]:
    """Try both sets of rules on past tips and return those whose team, responder, priority or restriction changes."""
    pairs = ((index, route(facts, before), route(facts, after)) for index, facts in enumerate(facts_list))
    return [Difference(index, old, new) for index, old, new in pairs if _effect(old) != _effect(new)]


def _effect(decision: RoutingDecision) -> tuple[str, str | None, Priority, Restriction | None]:
    return decision.target, decision.first_responder, decision.priority, decision.restriction


def _fits(conditions: Conditions, facts: RoutingFacts) -> bool:
    return (
        _meets(conditions.kinds, {facts.kind.value})
        and _meets(conditions.categories, {facts.category.value})
        and _meets(conditions.provinces, {facts.province_code or ""})
        and _meets(conditions.communes, {facts.commune_code or ""})
        and _meets(conditions.tags, facts.tags)
        and conditions.flags <= facts.flags
        and (not conditions.words or _holds_any(facts.text, conditions.words))
    )


def _meets(wanted: frozenset[str], given: Iterable[str]) -> bool:
    return not wanted or not wanted.isdisjoint(given)


def _holds_any(text: str, words: frozenset[str]) -> bool:
    return any(True for _ in _book(words).find(read(text)))


@lru_cache(maxsize=256)
def _book(words: frozenset[str]) -> PhraseBook:
    return PhraseBook((word, True) for word in words if fold(word))
