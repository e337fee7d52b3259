"""Routing rules in versions: a draft copied from what is live, edited, tried, and put live as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor, Permission
from forum.domain.routing import Rule
from forum.domain.routing_safety import check_rules
from forum.domain.text import syllables
from forum.domain.vocabulary import TeamKind
from forum.models import Commune, Department, RoutingRuleRow
from forum.services.setting_events import Subject, record
from forum.services.work import Work

STEP = 10
HIGHEST = 9_999
MOST_RULES = 200
MOST_WORDS = 50
LONGEST_WORD = 60
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is not live."""

    version: int
    rules: tuple[Rule, ...]


def find_draft(session: Session) -> Draft | None:
    """Return the draft; there is one at most."""
    rows = session.scalars(_draft_rows()).all()
    return Draft(rows[0].version, tuple(Rule.from_json(row.body) for row in rows)) if rows else None


def start_draft(work: Work, actor: Actor) -> None:
    """Copy the live rules into a draft, numbered in steps so that rules fit between."""
    actor.require(Permission.ADMINISTER)
    if find_draft(work.session) is not None:
        raise InvalidInput("There is a draft already.")
    version = (work.session.scalar(select(func.max(RoutingRuleRow.version))) or 0) + 1
    for number, rule in enumerate(work.rulebook.rules, start=1):
        _add(work, replace(rule, number=number * STEP, version=version))
    record(work, actor, subject=Subject.ROUTING, key=str(version), after={"draft_of": _live_version(work)})


def keep_rule(work: Work, actor: Actor, number: int | None, rule: Rule) -> None:
    """Put a rule into the draft: a new one (no number), or in place of the one with this number."""
    actor.require(Permission.ADMINISTER)
    draft = _locked_draft(work)
    checked = replace(rule, version=draft.version)
    _check(work, checked)
    held = {other.number: other for other in draft.rules}
    if checked.number != number and checked.number in held:
        raise InvalidInput("Another rule has this number.", field="number")
    if number is None and len(held) >= MOST_RULES:
        raise InvalidInput("There are %(most)s rules already.", most=MOST_RULES)
    before = _remove(work, draft, number) if number is not None else None
    _add(work, checked)
    key = f"{draft.version}/{checked.number}"
    record(work, actor, subject=Subject.ROUTING, key=key, before=before, after=checked.to_json())


def drop_rule(work: Work, actor: Actor, number: int) -> None:
    """Take a rule out of the draft."""
    actor.require(Permission.ADMINISTER)
    draft = _locked_draft(work)
    if len(draft.rules) == 1:
        raise InvalidInput("The only rule of a draft stays; it can be changed.")
    before = _remove(work, draft, number)
    record(work, actor, subject=Subject.ROUTING, key=f"{draft.version}/{number}", before=before)


def discard_draft(work: Work, actor: Actor) -> None:
    """Throw the draft away."""
    actor.require(Permission.ADMINISTER)
    draft = _locked_draft(work)
    work.session.execute(delete(RoutingRuleRow).where(RoutingRuleRow.version == draft.version))
    before = {"rules": [rule.to_json() for rule in draft.rules]}
    record(work, actor, subject=Subject.ROUTING, key=str(draft.version), before=before)


def go_live(work: Work, actor: Actor) -> None:
    """Let the draft decide from now on; raise InvalidInput when it would lose a tip or break a promise."""
    actor.require(Permission.ADMINISTER)
    draft = _locked_draft(work)
    check_draft(work, draft.rules)
    for row in work.session.scalars(_draft_rows()):
        row.live_from = work.now
    before, after = {"live": _live_version(work)}, {"live": draft.version}
    record(work, actor, subject=Subject.ROUTING, key=str(draft.version), before=before, after=after)


def check_draft(work: Work, rules: Sequence[Rule]) -> None:
    """Raise InvalidInput unless these rules can go live."""
    provinces = {t.province_code for t in work.rulebook.teams.current if t.kind is TeamKind.PROVINCE}
    departments = frozenset(work.session.scalars(select(Department.code)))
    check_rules(rules, departments=departments, provinces=frozenset(code for code in provinces if code))


def _check(work: Work, rule: Rule) -> None:
    """Refuse what could never fit, or what does not exist."""
    if not 1 <= rule.number <= HIGHEST:
        raise InvalidInput("Please write a number from 1 to %(highest)s.", field="number", highest=HIGHEST)
    words = rule.conditions.words
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD or not syllables(word) for word in words):
        raise InvalidInput(
            "At most %(most)s words or short phrases, each on a line of its own.", field="words", most=MOST_WORDS
        )
    wanted = rule.conditions.communes
    if wanted and set(work.session.scalars(select(Commune.code).where(Commune.code.in_(wanted)))) != wanted:
        raise InvalidInput("There is no commune with this code.", field="communes")
    if max(len(rule.reason_vi), len(rule.reason_en)) > LONGEST_REASON:
        raise InvalidInput(
            "Please give the reason in at most %(most)s characters.", field="reason_vi", most=LONGEST_REASON
        )


def _locked_draft(work: Work) -> Draft:
    rows = work.session.scalars(_draft_rows().with_for_update()).all()
    if not rows:
        raise NotFound("There is no draft.")
    return Draft(rows[0].version, tuple(Rule.from_json(row.body) for row in rows))


def _draft_rows() -> Select[RoutingRuleRow]:
    return select(RoutingRuleRow).where(RoutingRuleRow.live_from.is_(None)).order_by(RoutingRuleRow.number)


def _remove(work: Work, draft: Draft, number: int) -> dict[str, object]:
    rule = next((rule for rule in draft.rules if rule.number == number), None)
    if rule is None:
        raise NotFound
    where = (RoutingRuleRow.version == draft.version, RoutingRuleRow.number == number)
    work.session.execute(delete(RoutingRuleRow).where(*where))
    return rule.to_json()


def _add(work: Work, rule: Rule) -> None:
    work.session.add(RoutingRuleRow(version=rule.version, number=rule.number, body=rule.to_json(), live_from=None))
    work.session.flush()


def _live_version(work: Work) -> int:
    return work.rulebook.rules[0].version if work.rulebook.rules else 0
