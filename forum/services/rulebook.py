"""The rules in force, read from their tables once for each version of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from forum.adapters.policy_table import shipped_hours
from forum.adapters.shipped import gazetteer
from forum.domain.consent import ConsentRule
from forum.domain.lexicon import Lexicon
from forum.domain.places import Gazetteer
from forum.domain.routing import Rule
from forum.domain.sla import ApprovalRule, Policy, PolicyClock, PolicyUnit
from forum.domain.teams import TeamDirectory, TeamRef
from forum.domain.text import fold
from forum.domain.vocabulary import Category, Kind, Priority, Restriction, TeamKind
from forum.domain.working_time import DayKind, WorkCalendar, day_of
from forum.models import (
    ApprovalPolicy,
    CalendarDay,
    CategoryEntry,
    ClusterLead,
    ConsentPolicy,
    PolicyRow,
    RoutingRuleRow,
    SettingEvent,
    Tag,
    Team,
)

Row = TypeVar("Row", CategoryEntry, Tag)
_VERSION = select(func.max(SettingEvent.__table__.c.seq))


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that decides without being a tip: one consistent reading of the settings.

    `on` is the day of the reading: rows that are valid from and to certain days need another on the next.
    """

    version: int
    on: date
    calendar: WorkCalendar
    policies: tuple[Policy, ...]
    approvals: tuple[ApprovalRule, ...]
    consents: tuple[ConsentRule, ...]
    rules: tuple[Rule, ...]
    teams: TeamDirectory
    categories: tuple[CategoryEntry, ...]
    tags: Mapping[str, Tag]
    gazetteer: Gazetteer
    lexicon: Lexicon


def is_current(rulebook: Rulebook, session: Session, now: datetime) -> bool:
    """Whether the rules that were read still hold: no change of settings since, and no new day."""
    return rulebook.version == settings_version(session) and rulebook.on == day_of(now)


def settings_version(session: Session) -> int:
    """Return the number of the latest change of settings."""
    return session.connection().execute(_VERSION).scalar() or 0


def load_rulebook(session: Session, lexicon: Lexicon, now: datetime) -> Rulebook:
    """Read the rules in force at `now`."""
    return Rulebook(
        version=settings_version(session),
        on=day_of(now),
        calendar=load_calendar(session),
        policies=tuple(_policy(row) for row in session.scalars(select(PolicyRow).order_by(PolicyRow.id))),
        approvals=tuple(_approval(row) for row in session.scalars(select(ApprovalPolicy))),
        consents=live_consents(session),
        rules=live_rules(session, now),
        teams=_teams(session, now),
        categories=tuple(_apart(session, select(CategoryEntry).order_by(CategoryEntry.sort))),
        tags={tag.code: tag for tag in _apart(session, select(Tag).order_by(Tag.code))},
        gazetteer=gazetteer(fold),
        lexicon=lexicon,
    )


def load_calendar(session: Session) -> WorkCalendar:
    """Read the work calendar."""
    exceptions = {row.day: DayKind(row.kind) for row in session.scalars(select(CalendarDay))}
    return WorkCalendar(exceptions, shipped_hours())


def live_consents(session: Session) -> tuple[ConsentRule, ...]:
    """Return the decisions in force on who must agree before a name is opened."""
    in_force = select(ConsentPolicy).where(ConsentPolicy.since.is_not(None), ConsentPolicy.until.is_(None))
    return tuple(_consent(row) for row in session.scalars(in_force.order_by(ConsentPolicy.id)))


def live_rules(session: Session, now: datetime) -> tuple[Rule, ...]:
    """Return the rules of the version that went live last, in their order."""
    live = select(func.max(RoutingRuleRow.version)).where(RoutingRuleRow.live_from <= now).scalar_subquery()
    rows = session.scalars(select(RoutingRuleRow).where(RoutingRuleRow.version == live).order_by(RoutingRuleRow.number))
    return tuple(Rule.from_json(row.body) for row in rows)


def _apart(session: Session, query: Select[Row]) -> list[Row]:
    """Return rows that outlive the session: neither its rollback nor a change under way in it touches them."""
    rows = list(session.scalars(query))
    for row in rows:
        session.expunge(row)
    return rows


def _teams(session: Session, now: datetime) -> TeamDirectory:
    on = day_of(now)
    leading = session.scalars(
        select(ClusterLead.lead_province_code)
        .where(ClusterLead.valid_from <= on)
        .order_by(ClusterLead.valid_from.desc())
        .limit(1)
    ).first()
    refs = [_team_ref(team) for team in session.scalars(select(Team))]
    return TeamDirectory(refs, on=on, lead_province_code=leading)


def _team_ref(team: Team) -> TeamRef:
    return TeamRef(
        team.id,
        team.code,
        team.kind,
        team.name_vi,
        team.name_en,
        team.province_code,
        team.commune_code,
        team.department_code,
        team.parent_id,
        team.valid_from,
        team.valid_to,
    )


def _policy(row: PolicyRow) -> Policy:
    return Policy(
        id=row.id,
        clock=PolicyClock(row.clock),
        kind=Kind(row.kind) if row.kind else None,
        team_kind=TeamKind(row.team_kind) if row.team_kind else None,
        priority=Priority(row.priority) if row.priority else None,
        is_remote=row.is_remote,
        amount=row.amount,
        unit=PolicyUnit(row.unit),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        is_verified=row.is_verified,
        name_vi=row.name_vi,
        name_en=row.name_en,
    )


def _consent(row: ConsentPolicy) -> ConsentRule:
    return ConsentRule(
        kind=Kind(row.kind) if row.kind else None,
        category=Category(row.category) if row.category else None,
        restriction=Restriction(row.restriction) if row.restriction else None,
        needs_consent=row.needs_consent,
        valid_hours=row.valid_hours,
        source=row.source,
    )


def _approval(row: ApprovalPolicy) -> ApprovalRule:
    team_kind = TeamKind(row.team_kind) if row.team_kind else None
    return ApprovalRule(Kind(row.kind), team_kind, row.needs_approval, row.source)
