"""The shipped rules case by case, the order of rules, and the trial of changed rules on past tips."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.adapters.lexicon_table import routing_rules
from forum.adapters.shipped import departments
from forum.domain.routing import (
    COMMUNE_POLICE,
    ROLES,
    BrokenRule,
    Conditions,
    NoRuleFits,
    RoutingFacts,
    Rule,
    compare,
    place_flags,
    police_flags,
    route,
)
from forum.domain.vocabulary import Category, Kind, Priority, Restriction

CLUSTER = frozenset({"04", "08", "11", "12", "14", "15", "20"})
RULES = routing_rules()
LAST = Rule(900, 1, Conditions(), "intake", None, None, None, reason_vi="còn lại", reason_en="the rest")


def facts(
    kind: Kind = Kind.CRIME_REPORT,
    category: Category = Category.CRIME,
    *flags: str,
    province: str | None = "14",
    tags: frozenset[str] = frozenset(),
) -> RoutingFacts:
    return RoutingFacts(
        kind=kind,
        category=category,
        province_code=province,
        commune_code="04048" if province == "14" else None,
        tags=tags,
        flags=frozenset(flags) | place_flags(province, CLUSTER),
    )


@pytest.mark.parametrize(
    ("given_facts", "target", "responder", "restriction"),
    [
        (facts(category=Category.DRUGS), "PC04", COMMUNE_POLICE, None),
        (facts(category=Category.CRIME), "PC02", COMMUNE_POLICE, None),
        (facts(category=Category.ONLINE), "PA05", COMMUNE_POLICE, None),
        (facts(category=Category.TRAFFICKING_BORDER), "PA08", COMMUNE_POLICE, None),
        (facts(category=Category.TRAFFIC), "PC08", COMMUNE_POLICE, None),
        (facts(category=Category.ECONOMY_ENVIRONMENT), "PC03", COMMUNE_POLICE, None),
        (facts(category=Category.WEAPONS_FIREWORKS), "PC06", COMMUNE_POLICE, None),
        (facts(category=Category.FIRE), "PC07", COMMUNE_POLICE, None),
        (facts(category=Category.RESIDENCE_ID), "PC06", COMMUNE_POLICE, None),
        (facts(category=Category.SECURITY), "PA02", COMMUNE_POLICE, Restriction.SECURITY),
        (facts(category=Category.PUBLIC_ORDER), "commune-police", COMMUNE_POLICE, None),
        (facts(category=Category.OTHER), "intake", None, None),
        (facts(category=Category.POLICE_CONDUCT), "inspectorate", None, Restriction.POLICE_CONDUCT),
        (facts(Kind.PRAISE, Category.POLICE_CONDUCT), "PX03", COMMUNE_POLICE, None),
        (facts(Kind.PRAISE, Category.POLICE_CONDUCT, "about-police"), "PX03", COMMUNE_POLICE, None),
        (facts(Kind.COMPLAINT, Category.TRAFFIC), "intake", None, Restriction.FORMAL_WAY),
        (facts(Kind.DENUNCIATION, Category.OTHER), "inspectorate", None, Restriction.FORMAL_WAY),
        (
            facts(Kind.FEEDBACK, Category.PUBLIC_ORDER, "criticises-police"),
            "inspectorate",
            None,
            Restriction.POLICE_CONDUCT,
        ),
        (facts(Kind.FEEDBACK, Category.DRUGS, "about-police"), "inspectorate", None, Restriction.POLICE_CONDUCT),
        (facts(Kind.COMPLAINT, Category.TRAFFIC, "about-police"), "inspectorate", None, Restriction.POLICE_CONDUCT),
        (
            facts(Kind.DENUNCIATION, Category.DRUGS, "about-police", "about-leadership"),
            "lead-inspectorate",
            None,
            Restriction.POLICE_CONDUCT,
        ),
        (facts(province=None), "cluster-desk", None, None),
        (facts(province="19"), "cluster-desk", None, None),
        (facts(Kind.PRAISE, province=None), "cluster-desk", None, None),
        (
            facts(Kind.FEEDBACK, Category.DRUGS, "about-police", province=None),
            "lead-inspectorate",
            None,
            Restriction.POLICE_CONDUCT,
        ),
        (facts(Kind.DENUNCIATION, Category.OTHER, province="19"), "lead-inspectorate", None, Restriction.FORMAL_WAY),
        (facts(Kind.COMPLAINT, Category.OTHER, province=None), "cluster-desk", None, Restriction.FORMAL_WAY),
        (facts(category=Category.SECURITY, province=None), "cluster-desk", None, Restriction.SECURITY),
        (
            facts(category=Category.TRAFFICKING_BORDER, tags=frozenset({"human-trafficking"})),
            "PC02",
            COMMUNE_POLICE,
            None,
        ),
        (
            facts(category=Category.PUBLIC_ORDER, tags=frozenset({"domestic-violence"})),
            "commune-police",
            COMMUNE_POLICE,
            None,
        ),
    ],
)
def test_shipped_rules_name_the_team_responder_and_restriction(
    given_facts: RoutingFacts, target: str, responder: str | None, restriction: Restriction | None
) -> None:
    decision = route(given_facts, RULES)
    assert (decision.target, decision.first_responder, decision.restriction) == (target, responder, restriction)
    assert decision.reason_vi
    assert decision.reason_en


def test_shipped_rules_are_numbered_upward_and_end_with_one_that_takes_all() -> None:
    numbers = [rule.number for rule in RULES]
    assert numbers == sorted(set(numbers))
    assert RULES[-1].conditions == Conditions()
    assert all(rule.conditions != Conditions() for rule in RULES[:-1])


def test_shipped_rules_name_only_teams_that_exist() -> None:
    assert {rule.target for rule in RULES} <= ROLES | {department.code for department in departments()}


FLAG_SETS = st.frozensets(st.sampled_from(["about-police", "criticises-police", "emergency", "protect-identity"]))


@given(st.sampled_from(Kind), st.sampled_from(Category), FLAG_SETS, st.sampled_from(["14", "19", None]))
def test_shipped_rules_never_show_misconduct_to_the_police_it_names(
    kind: Kind, category: Category, flags: frozenset[str], province: str | None
) -> None:
    decision = route(facts(kind, category, *flags, province=province), RULES)
    assert decision.first_responder is None or decision.restriction in {None, Restriction.SECURITY}
    if kind is not Kind.PRAISE and flags & {"about-police", "criticises-police"} and kind is not Kind.COMPLAINT:
        assert decision.target in {"inspectorate", "lead-inspectorate"}
        assert decision.restriction is not None


@pytest.mark.parametrize(("kind", "category"), list(itertools.product(Kind, Category)))
def test_shipped_rules_give_every_tip_exactly_one_team(kind: Kind, category: Category) -> None:
    assert route(facts(kind, category), RULES).target


@pytest.mark.parametrize(
    ("unit", "flags"),
    [
        ("công an xã Vân Hồ", {"about-police"}),
        ("", {"about-police"}),
        ("Giám đốc Công an tỉnh", {"about-police", "about-leadership"}),
        ("pho giam doc cong an tinh", {"about-police", "about-leadership"}),
        ("Thanh tra công an tỉnh", {"about-police", "about-leadership"}),
        ("bộ phận tiếp nhận, PV01", {"about-police", "about-leadership"}),
    ],
)
def test_police_flags_know_who_could_hold_a_tip_back(unit: str, flags: set[str]) -> None:
    assert police_flags(about_police=True, unit=unit) == flags


def test_police_flags_are_empty_when_no_police_is_meant() -> None:
    assert police_flags(about_police=False, unit="Giám đốc") == frozenset()


@pytest.mark.parametrize(
    ("province", "flags"),
    [
        ("14", set()),
        ("19", {"not-in-cluster", "outside-cluster"}),
        (None, {"not-in-cluster", "place-unknown"}),
    ],
)
def test_place_flags_tell_unknown_from_outside(province: str | None, flags: set[str]) -> None:
    assert place_flags(province, CLUSTER) == flags


def test_route_takes_the_first_rule_that_fits() -> None:
    first = replace(LAST, number=1, target="PC03", conditions=Conditions(categories=frozenset({"crime"})))
    second = replace(LAST, number=2, target="PC02", conditions=Conditions(kinds=frozenset({"crime-report"})))
    assert route(facts(), [first, second, LAST]).rule_number == 1
    assert route(facts(), [second, first, LAST]).rule_number == 2
    assert route(facts(Kind.QUESTION, Category.FIRE), [first, second, LAST]).rule_number == 900


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        (Conditions(provinces=frozenset({"14", "15"})), True),
        (Conditions(provinces=frozenset({"15"})), False),
        (Conditions(communes=frozenset({"04048"})), True),
        (Conditions(communes=frozenset({"04057"})), False),
        (Conditions(tags=frozenset({"border", "weapon"})), True),
        (Conditions(tags=frozenset({"border"})), False),
        (Conditions(flags=frozenset({"emergency"})), True),
        (Conditions(flags=frozenset({"emergency", "on-behalf"})), False),
        (Conditions(words=frozenset({"đò ngang"})), True),
        (Conditions(words=frozenset({"cáp treo"})), False),
        (Conditions(words=frozenset({"đò ngang"}), provinces=frozenset({"15"})), False),
    ],
)
def test_route_asks_for_every_condition_of_a_rule(conditions: Conditions, *, fits: bool) -> None:
    tip = replace(facts(), tags=frozenset({"weapon"}), flags=frozenset({"emergency"}), text="bến do ngang quá tải")
    rule = replace(LAST, number=1, target="PC08", conditions=conditions)
    assert (route(tip, [rule, LAST]).target == "PC08") is fits


def test_route_keeps_the_suggested_priority_unless_the_rule_sets_one() -> None:
    tip = replace(facts(), priority=Priority.HIGH)
    assert route(tip, [LAST]).priority is Priority.HIGH
    assert route(tip, [replace(LAST, priority=Priority.URGENT)]).priority is Priority.URGENT


def test_route_names_no_responder_when_the_commune_is_unknown() -> None:
    rule = replace(LAST, first_responder=COMMUNE_POLICE)
    assert route(facts(), [rule]).first_responder == COMMUNE_POLICE
    assert route(replace(facts(), commune_code=None), [rule]).first_responder is None


def test_route_refuses_rules_that_leave_a_tip_without_a_team() -> None:
    with pytest.raises(NoRuleFits):
        route(facts(), [replace(LAST, conditions=Conditions(provinces=frozenset({"15"})))])


def test_compare_shows_only_the_tips_whose_treatment_changes() -> None:
    own = replace(LAST, number=1, version=2, target="PC03", conditions=Conditions(provinces=frozenset({"14"})))
    past = [facts(Kind.QUESTION, Category.OTHER), replace(facts(), province_code="15"), facts()]
    renamed = replace(LAST, version=2, reason_en="all others")
    differences = compare([LAST], [own, renamed], past)
    assert [(item.index, item.before.target, item.after.target) for item in differences] == [
        (0, "intake", "PC03"),
        (2, "intake", "PC03"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"conditions": Conditions(kinds=frozenset({"gossip"}))},
        {"conditions": Conditions(categories=frozenset({"drug"}))},
        {"target": ""},
        {"first_responder": "PC02"},
        {"reason_vi": " "},
        {"reason_en": ""},
    ],
)
def test_rule_refuses_what_could_never_work(change: dict[str, object]) -> None:
    with pytest.raises(BrokenRule) as caught:
        replace(LAST, **change)
    assert "900" in str(caught.value)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.number))
def test_rule_comes_back_equal_from_json(rule: Rule) -> None:
    assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule


def test_conditions_keep_only_what_is_filled_when_written_as_json() -> None:
    conditions = Conditions(kinds=frozenset({"petition"}), words=frozenset({"đò", "bến"}))
    assert conditions.to_json() == {"kinds": ["petition"], "words": ["bến", "đò"]}
    assert Conditions.from_json(conditions.to_json()) == conditions


def test_conditions_refuse_an_unknown_name() -> None:
    with pytest.raises(TypeError):
        Conditions.from_json({"colours": ["red"]})
