"""Which rule decides whether a second person must agree before a name is opened."""

from __future__ import annotations

import pytest

from forum.adapters.policy_table import shipped_consent_rules
from forum.domain.consent import STRICTEST, ConsentRule, rule_for
from forum.domain.vocabulary import Category, Kind, Restriction

ANY = ConsentRule(None, None, None, needs_consent=False, valid_hours=24, source="")
QUESTION = ConsentRule(Kind.QUESTION, None, None, needs_consent=False, valid_hours=72, source="")
DRUGS = ConsentRule(None, Category.DRUGS, None, needs_consent=True, valid_hours=48, source="")
SECRET_DRUGS = ConsentRule(None, Category.DRUGS, Restriction.SECURITY, needs_consent=True, valid_hours=12, source="")


@pytest.mark.parametrize(
    ("rules", "kind", "category", "restriction", "expected"),
    [
        ([], Kind.PRAISE, Category.OTHER, None, STRICTEST),
        ([QUESTION], Kind.PRAISE, Category.OTHER, None, STRICTEST),
        ([ANY], Kind.PRAISE, Category.OTHER, None, ANY),
        ([ANY, QUESTION], Kind.QUESTION, Category.OTHER, None, QUESTION),
        ([QUESTION, DRUGS], Kind.QUESTION, Category.DRUGS, None, DRUGS),
        ([DRUGS, SECRET_DRUGS], Kind.QUESTION, Category.DRUGS, None, DRUGS),
        ([DRUGS, SECRET_DRUGS, ANY], Kind.QUESTION, Category.DRUGS, Restriction.SECURITY, SECRET_DRUGS),
        ([DRUGS, SECRET_DRUGS], Kind.QUESTION, Category.DRUGS, Restriction.FORMAL_WAY, DRUGS),
    ],
)
def test_rule_that_names_most_decides_and_silence_opens_nothing(rules, kind, category, restriction, expected) -> None:
    for order in (rules, rules[::-1]):
        assert rule_for(order, kind=kind, category=category, restriction=restriction) is expected


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("restriction", [None, *Restriction])
def test_shipped_rules_let_one_person_alone_open_only_names_left_to_be_called_back(kind, restriction) -> None:
    found = rule_for(shipped_consent_rules(), kind=kind, category=Category.TRAFFIC, restriction=restriction)
    is_harmless = kind in {Kind.FEEDBACK, Kind.QUESTION, Kind.PRAISE} and restriction is None
    assert found.needs_consent is not is_harmless
    assert rule_for(
        shipped_consent_rules(), kind=kind, category=Category.POLICE_CONDUCT, restriction=restriction
    ).needs_consent
