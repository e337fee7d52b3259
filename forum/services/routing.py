"""Routing from the desk: the suggestion with its reason, derived on the server, and the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from forum.adapters.bindings import event_where
from forum.domain.errors import InvalidInput
from forum.domain.events import ActorRef, EventKind
from forum.domain.lifecycle import LIMIT
from forum.domain.permissions import Actor, Permission
from forum.domain.routing import (
    CLUSTER_DESK,
    COMMUNE_POLICE,
    INSPECTORATE,
    INTAKE,
    LEAD_INSPECTORATE,
    RoutingDecision,
    RoutingFacts,
    place_flags,
    police_flags,
    route,
)
from forum.domain.suggestion import Suggestion, suggest
from forum.domain.teams import TeamRef
from forum.domain.text import clean_input
from forum.domain.tip_text import TipText
from forum.domain.vocabulary import Priority, Restriction, TeamKind
from forum.models import Province, Tip, TipEventRow
from forum.services.officers import officer
from forum.services.timeline import move, open_key
from forum.services.transfers import LONGEST_REASON, hand_over
from forum.services.work import Work

_HANDED_IN = select(TipEventRow.text_sealed).where(TipEventRow.tip_id == bindparam("tip"), TipEventRow.seq == 1)
_CLUSTER = select(Province.code).where(Province.is_in_cluster)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a tip should go by the rules, and what the words suggest about its class."""

    team: TeamRef
    responder: TeamRef | None
    decision: RoutingDecision
    suggestion: Suggestion


def text_of(work: Work, tip: Tip) -> TipText:
    """Unseal what the citizen handed in."""
    sealed = work.session.scalars(_HANDED_IN, {"tip": tip.id}).one()
    key = open_key(work, tip)
    where = event_where(tip.number, 1, "text")
    return TipText.from_json(work.secrets.vault.unseal_text(key, sealed or b"", where=where))


def propose(work: Work, tip: Tip) -> Proposal:
    """Return the routing that the live rules give for a tip as it is classified now."""
    return propose_for(work, tip, text_of(work, tip))


def propose_for(work: Work, tip: Tip, text: TipText) -> Proposal:
    """Return the same for a text that has been unsealed already."""
    accuses = tip.is_about_police and tip.restriction is Restriction.POLICE_CONDUCT
    found = suggest(text.body, chosen_category=tip.category.value, about_police=accuses, lexicon=work.rulebook.lexicon)
    decision = route(facts_of(work, tip, text, found), work.rulebook.rules)
    team = _team_for(work, tip, decision.target)
    responder = _team_for(work, tip, decision.first_responder) if decision.first_responder else None
    if decision.restriction is not None or responder == team:
        responder = None
    return Proposal(team, responder, decision, found)


def facts_of(work: Work, tip: Tip, text: TipText, found: Suggestion) -> RoutingFacts:
    """Return what the rules look at."""
    cluster = frozenset(work.session.scalars(_CLUSTER))
    return facts_within(cluster, tip, text, found=found)


def facts_within(cluster: frozenset[str], tip: Tip, text: TipText, *, found: Suggestion) -> RoutingFacts:
    """Return the same where the provinces of the cluster are known already."""
    accuses = tip.is_about_police and tip.restriction is Restriction.POLICE_CONDUCT
    flags = set(found.flags) | police_flags(about_police=accuses, unit=text.police_unit)
    if tip.restriction is not Restriction.POLICE_CONDUCT:
        # The inspectorate has looked and lifted the restriction, or the citizen praised: the words decide no more.
        flags -= {"criticises-police", "about-police"}
    return RoutingFacts(
        kind=tip.kind,
        category=tip.category,
        priority=tip.priority,
        province_code=tip.province_code,
        commune_code=tip.commune_code,
        tags=found.tags | frozenset(tip.tags),
        flags=frozenset(flags) | place_flags(tip.province_code, cluster),
        text=text.body,
    )


def route_tip(
    work: Work, actor: Actor, tip: Tip, *, team_id: int | None = None, responder_id: int | None = None, reason: str = ""
) -> None:
    """Route a tip from the desk: as the rules say (no team given), or elsewhere with a reason.

    What the rules restrict stays restricted whoever is chosen; a restricted tip has no first responder.
    """
    by = officer(actor, tip, Permission.TRIAGE)
    proposal = propose(work, tip)
    decision = proposal.decision
    team, responder = proposal.team, proposal.responder
    if team_id is not None:
        team, responder = _chosen(work, tip, team_id), _chosen(work, tip, responder_id) if responder_id else None
    said = clean_input(reason, limit=LONGEST_REASON, field="reason").strip()
    if team != proposal.team and not said:
        raise InvalidInput("Please say why the tip goes to another team than suggested.", field="reason")
    details = {
        "rule": decision.rule_number,
        "rule_version": decision.rule_version,
        "as_suggested": team == proposal.team,
    }
    changes = _limits(tip, decision, team)
    if decision.priority is not tip.priority:
        changes["priority"] = max(decision.priority, tip.priority, key=list(Priority).index)
    if team.id == tip.team_id:
        _stay(work, tip, by, changes)
        return
    is_limited = tip.restriction is not None or "restriction" in changes
    extra: dict[str, Any] = {"changes": changes, "details": details}
    hand_over(work, tip, by, team=team, reason=said, extra=extra, responder=None if is_limited else responder)


def _stay(work: Work, tip: Tip, by: ActorRef, changes: dict[str, Any]) -> None:
    limits = {name: value for name, value in changes.items() if name in LIMIT}
    if tip.restriction is not None or not limits:
        raise InvalidInput("The rules leave this tip here. Please choose a team, or answer from here.", field="team")
    move(work, tip, EventKind.RESTRICTED, by, changes=limits)


def _limits(tip: Tip, decision: RoutingDecision, team: TeamRef) -> dict[str, Any]:
    restriction = tip.restriction or decision.restriction
    return {} if restriction is None else {"restriction": restriction, "granted_team_ids": (team.id,)}


def _chosen(work: Work, tip: Tip, team_id: int) -> TeamRef:
    team = work.rulebook.teams.get(team_id)
    if team.province_code != tip.province_code or team.kind in {TeamKind.PROVINCE, TeamKind.CLUSTER_DESK}:
        raise InvalidInput("Please choose a team of this province.", field="team")
    return team


def _team_for(work: Work, tip: Tip, target: str) -> TeamRef:
    teams = work.rulebook.teams
    if target == CLUSTER_DESK:
        return teams.cluster_desk
    if target == LEAD_INSPECTORATE:
        return teams.inspectorate(teams.lead_province_code)
    if target == INSPECTORATE:
        return teams.inspectorate(tip.province_code)
    desk = teams.desk(tip.province_code)
    if target == INTAKE or tip.province_code is None:
        return desk
    if target == COMMUNE_POLICE:
        return (teams.commune_police(tip.commune_code) if tip.commune_code else None) or desk
    return teams.department(tip.province_code, target) or desk
