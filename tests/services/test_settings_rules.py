"""Routing rules change as a whole, tried without telling of any tip, and never against the promise about the police."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from forum.adapters import shipped
from forum.adapters.lexicon_table import routing_rules
from forum.domain.errors import InvalidInput, NotFound, NotPermitted
from forum.domain.routing import Conditions
from forum.domain.routing_safety import check_rules
from forum.domain.submissions import PoliceConcern
from forum.domain.vocabulary import Category, Role
from forum.models import AccessAction, AccessRow, RoutingRuleRow, SettingEvent
from forum.services import routing, settings_rules
from forum.services.settings_rules import find_draft
from forum.services.settings_trial import STEP, Trial, record_trial, try_rules
from tests.conftest import fresh_work
from tests.factories import make_actor, send_tip, tip_of

DEPARTMENTS = frozenset(d.code for d in shipped.departments())
CLUSTER = frozenset(p.code for p in shipped.provinces() if p.is_in_cluster)


def administrator(work):
    return make_actor(work, ("cluster", Role.ADMINISTRATOR))


def drug_rule(rules):
    """Return the rule for drugs alone."""
    return next(rule for rule in rules if rule.conditions == Conditions(categories=frozenset({"drugs"})))


def with_drugs_to(work, target: str):
    """Begin a draft in which drugs go to another department; return the administrator."""
    by = administrator(work)
    settings_rules.start_draft(work, by)
    rule = drug_rule(find_draft(work.session).rules)
    settings_rules.keep_rule(work, by, rule.number, replace(rule, target=target))
    return by


def test_a_draft_decides_nothing_until_it_goes_live_and_then_everything(app):
    with fresh_work() as work:
        by = with_drugs_to(work, "PC02")
        tip = tip_of(work, send_tip(work))
    with fresh_work() as work:
        assert routing.propose(work, tip).team.code == "14/PC04"
        settings_rules.go_live(work, by)
    with fresh_work() as work:
        assert find_draft(work.session) is None
        proposal = routing.propose(work, tip)
        assert (proposal.team.code, proposal.decision.rule_version) == ("14/PC02", 2)
        assert work.session.scalar(select(func.count()).where(RoutingRuleRow.version == 1)) == len(routing_rules())


def test_a_draft_can_be_edited_and_thrown_away_with_an_event_for_each_step(app):
    with fresh_work() as work:
        by = with_drugs_to(work, "PC02")
        rule = drug_rule(find_draft(work.session).rules)
        with pytest.raises(InvalidInput, match="draft already"):
            settings_rules.start_draft(work, by)
        with pytest.raises(InvalidInput, match="has this number"):
            settings_rules.keep_rule(work, by, None, rule)
        settings_rules.keep_rule(work, by, None, replace(rule, number=rule.number + 5))
        settings_rules.drop_rule(work, by, rule.number)
        assert rule.number not in {other.number for other in find_draft(work.session).rules}
        settings_rules.discard_draft(work, by)
        assert find_draft(work.session) is None
        with pytest.raises(NotFound):
            settings_rules.go_live(work, by)
        kinds = work.session.scalars(select(SettingEvent.subject_key).order_by(SettingEvent.seq)).all()
        assert kinds == ["2", f"2/{rule.number}", f"2/{rule.number + 5}", f"2/{rule.number}", "2"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"number": 0}, "number from 1"),
        ({"conditions": Conditions(communes=frozenset({"99999"}))}, "no commune"),
        ({"conditions": Conditions(words=frozenset({"…"}))}, "words or short phrases"),
        ({"reason_vi": "x" * 301}, "at most 300"),
    ],
)
def test_a_rule_is_refused_when_it_could_never_work(work, values, says):
    by = administrator(work)
    settings_rules.start_draft(work, by)
    rule = find_draft(work.session).rules[5]
    with pytest.raises(InvalidInput, match=says):
        settings_rules.keep_rule(work, by, rule.number, replace(rule, **values))
    assert rule in find_draft(work.session).rules


def test_the_shipped_rules_can_go_live():
    check_rules(routing_rules(), departments=DEPARTMENTS, provinces=CLUSTER)


def _first(**conditions):
    """Return a rule put before all others, for any tip that meets the conditions."""
    last = routing_rules()[-1]
    return replace(last, number=1, conditions=Conditions(**{k: frozenset(v) for k, v in conditions.items()}))


@pytest.mark.parametrize(
    "first",
    [
        _first(categories={"drugs"}),
        _first(words={"kỳ lạ"}),
        _first(tags={"alcohol"}),
        _first(kinds={"question"}),
        _first(provinces={"14"}),
        _first(flags={"outside-cluster"}),
        _first(flags={"about-police"}),
        replace(_first(flags={"about-police"}), target="inspectorate"),
    ],
    ids=lambda rule: str(rule.conditions.to_json()) + rule.target,
)
def test_rules_are_refused_when_a_tip_about_the_police_could_reach_others(first):
    with pytest.raises(InvalidInput, match="By rule 1 a tip about the police"):
        check_rules([first, *routing_rules()], departments=DEPARTMENTS, provinces=CLUSTER)


def test_a_rule_for_praise_may_stand_before_those_about_the_police():
    check_rules([_first(kinds={"praise"}), *routing_rules()], departments=DEPARTMENTS, provinces=CLUSTER)


def test_rules_are_refused_when_some_tip_would_find_none_or_no_team():
    with pytest.raises(InvalidInput, match="every tip"):
        check_rules(routing_rules()[:-1], departments=DEPARTMENTS, provinces=CLUSTER)
    with pytest.raises(InvalidInput, match="does not exist: PX99"):
        check_rules(
            [*routing_rules()[:-1], replace(routing_rules()[-1], target="PX99")],
            departments=DEPARTMENTS,
            provinces=CLUSTER,
        )


def trial(work, by) -> Trial:
    rules = find_draft(work.session).rules
    found = try_rules(work, by, rules, newest=100)
    record_trial(work, by, rules, found)
    return found


def test_a_trial_counts_in_steps_by_way_province_category_and_kind_and_is_recorded(app):
    with fresh_work() as work:
        for number in range(STEP + 3):
            send_tip(work, body=f"Cuối bản có người bán ma túy {number}", province_code="15", commune_code=None)
        send_tip(work, category=Category.FIRE, body="Nhà hàng không có bình chữa cháy.")
        by = with_drugs_to(work, "PC02")
        found = trial(work, by)
        assert (found.looked_at, found.at_least) == (STEP + 4, STEP)
        assert [(share.name, share.at_least) for share in found.ways] == [("PC04 → PC02", STEP)]
        assert [(share.name, share.at_least) for share in found.provinces] == [("15", STEP)]
        assert [(share.name, share.at_least) for share in found.categories] == [("drugs", STEP)]
        row = work.session.scalars(select(AccessRow)).one()
        assert (row.action, row.chain) == (AccessAction.LIST_SHOWN, by.account_id)
        assert row.data == {"page": "routing-trial", "version": 2, "tips": STEP + 4}


def test_a_trial_cannot_be_used_to_ask_whether_some_tip_holds_a_word(app):
    with fresh_work() as work:
        for number in range(STEP):
            send_tip(work, body=f"Mất trộm trâu {number}", category=Category.CRIME)
        secret = "Thào A Pó"
        by = administrator(work)
        settings_rules.start_draft(work, by)
        last = find_draft(work.session).rules[-1]
        probing = replace(last, number=5, conditions=Conditions(words=frozenset({secret})))
        settings_rules.keep_rule(work, by, None, probing)
        without = trial(work, by)
        send_tip(work, body=f"{secret} lấy trộm trâu", category=Category.CRIME)
        held = trial(work, by)
        assert held.looked_at == without.looked_at + 1
        assert replace(held, looked_at=without.looked_at) == without


def test_a_trial_leaves_restricted_tips_out(app):
    with fresh_work() as work:
        for number in range(STEP):
            send_tip(work, body=f"Cán bộ xã đòi tiền {number}", police=PoliceConcern.COMMUNE)
        by = with_drugs_to(work, "PC02")
        assert trial(work, by) == Trial(0, 0, (), (), (), ())


def test_nobody_without_the_right_changes_or_tries_rules(work):
    lead = make_actor(work, ("14", Role.LEAD))
    with pytest.raises(NotPermitted):
        settings_rules.start_draft(work, lead)
    with pytest.raises(NotPermitted):
        try_rules(work, lead, work.rulebook.rules, newest=10)
