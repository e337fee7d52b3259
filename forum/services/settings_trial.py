"""Trying a draft of the routing rules on past tips, so that no administrator learns anything of a single one.

The tips are unsealed for the rules alone. Restricted ones are left out, as they are from everything that people outside
their list see. Counts are told in steps of five: rules with words would otherwise be questions to the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from forum.adapters.bindings import event_where
from forum.domain.permissions import Actor, Permission
from forum.domain.routing import Difference, RoutingFacts, Rule, compare
from forum.domain.suggestion import suggest
from forum.domain.tip_text import TipText
from forum.models import AccessAction, Province, Tip, TipEventRow
from forum.services.access_log import record
from forum.services.routing import facts_within
from forum.services.timeline import open_key
from forum.services.work import Work

STEP = 5
MOST_TIPS = 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """At least so many tips (a multiple of STEP) of one sort would go otherwise."""

    name: str | None
    at_least: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What would differ; each list holds only sorts of which there are STEP tips, the most frequent first.

    `ways` names targets before and after, such as "PC02 → PC04".
    """

    looked_at: int
    at_least: int
    ways: Sequence[Share]
    provinces: Sequence[Share]
    categories: Sequence[Share]
    kinds: Sequence[Share]


def try_rules(work: Work, actor: Actor, draft: Sequence[Rule], *, newest: int) -> Trial:
    """Compare a draft with the live rules on the newest unrestricted tips.

    This takes seconds, so it only reads: no writer waits for it. `record_trial` must follow before anybody sees more.
    """
    actor.require(Permission.ADMINISTER)
    facts = list(_past_facts(work, min(newest, MOST_TIPS)))
    return _sum_up(facts, compare(work.rulebook.rules, draft, facts))


def record_trial(work: Work, actor: Actor, draft: Sequence[Rule], trial: Trial) -> None:
    """Leave a row in the access log of what has been tried."""
    data = {"page": "routing-trial", "version": draft[0].version, "tips": trial.looked_at}
    record(work, AccessAction.LIST_SHOWN, account_id=actor.account_id, data=data)


def _past_facts(work: Work, newest: int) -> Iterator[RoutingFacts]:
    cluster = frozenset(work.session.scalars(select(Province.code).where(Province.is_in_cluster)))
    query = (
        select(Tip, TipEventRow.text_sealed)
        .join(TipEventRow, (TipEventRow.tip_id == Tip.id) & (TipEventRow.seq == 1))
        .where(Tip.restriction.is_(None))
        .order_by(Tip.id.desc())
        .limit(newest)
    )
    for tip, sealed in work.session.execute(query):
        where = event_where(tip.number, 1, "text")
        text = TipText.from_json(work.secrets.vault.unseal_text(open_key(work, tip), sealed or b"", where=where))
        found = suggest(
            text.body, chosen_category=tip.category.value, about_police=False, lexicon=work.rulebook.lexicon
        )
        yield facts_within(cluster, tip, text, found=found)


def _sum_up(facts: Sequence[RoutingFacts], differences: Sequence[Difference]) -> Trial:
    def shares(name_of: Callable[[Difference], str | None]) -> Sequence[Share]:
        return _shares(map(name_of, differences))

    return Trial(
        looked_at=len(facts),
        at_least=_rounded(len(differences)),
        ways=shares(lambda d: f"{d.before.target} → {d.after.target}"),
        provinces=shares(lambda d: facts[d.index].province_code),
        categories=shares(lambda d: facts[d.index].category),
        kinds=shares(lambda d: facts[d.index].kind),
    )


def _shares(names: Iterable[str | None]) -> Sequence[Share]:
    found = [Share(name, _rounded(count)) for name, count in Counter(names).most_common()]
    return tuple(share for share in found if share.at_least)


def _rounded(count: int) -> int:
    return count // STEP * STEP
