"""What no set of routing rules may give up: a tip about the police never reaches those it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from forum.domain.errors import InvalidInput
from forum.domain.routing import INSPECTORATE, LEAD_INSPECTORATE, ROLES, RoutingFacts, Rule, place_flags, route
from forum.domain.vocabulary import Category, Kind, Restriction

OUTSIDE = "--"
"""Stands for any province outside the cluster."""
PLACE_FLAGS = place_flags(None, frozenset()) | place_flags(OUTSIDE, frozenset())


def check_rules(rules: Sequence[Rule], *, departments: frozenset[str], provinces: frozenset[str]) -> None:
    """Raise InvalidInput unless the rules, in their order, can go live.

    Every target must exist, the last rule must take every tip, and whatever else a tip about the police says, it must
    be restricted and go to an inspectorate; about the leadership, to that of the lead province.
    """
    for rule in rules:
        if rule.target not in ROLES | departments:
            raise InvalidInput(
                "Rule %(number)s names a team that does not exist: %(target)s.", number=rule.number, target=rule.target
            )
    if not rules or rules[-1].conditions.to_json():
        raise InvalidInput("The last rule must take every tip: it asks for nothing.")
    for flags, targets in (
        (frozenset({"about-police"}), frozenset({INSPECTORATE, LEAD_INSPECTORATE})),
        (frozenset({"about-police", "about-leadership"}), frozenset({LEAD_INSPECTORATE})),
    ):
        for rule in rules:
            if rule.target in targets and rule.restriction is Restriction.POLICE_CONDUCT:
                continue
            for facts in _least_facts(rule, flags, provinces):
                if route(facts, rules).rule_number == rule.number:
                    raise InvalidInput(
                        "By rule %(number)s a tip about the police would reach others than the inspectorate.",
                        number=rule.number,
                    )


def _least_facts(rule: Rule, flags: frozenset[str], provinces: frozenset[str]) -> Iterator[RoutingFacts]:
    """Yield the poorest facts under which a rule fits, one for each kind, category and place; praise is no accusation.

    A richer tip that the rule would decide is decided by it in this form as well: fewer tags, words and flags only make
    fewer of the earlier rules fit.
    """
    asked = rule.conditions
    kinds = [kind for kind in Kind if kind is not Kind.PRAISE and kind.value in (asked.kinds or set(Kind))]
    categories = [category for category in Category if category.value in (asked.categories or set(Category))]
    places: list[str | None] = [*sorted(asked.provinces)] or [None, OUTSIDE, *sorted(provinces)]
    communes, tags, words = (sorted(held) or [""] for held in (asked.communes, asked.tags, asked.words))
    for place in places:
        given = place_flags(place, provinces)
        if asked.flags & PLACE_FLAGS <= given:
            for kind, category, commune, tag, word in product(kinds, categories, communes, tags, words):
                yield RoutingFacts(
                    kind=kind,
                    category=category,
                    province_code=place,
                    commune_code=commune or None,
                    tags=frozenset(filter(None, (tag,))),
                    flags=flags | asked.flags | given,
                    text=word,
                )
