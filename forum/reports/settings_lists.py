"""What the pages of departments, categories, tags, deadlines, calendar, terms and rules list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.domain.vocabulary import TeamKind
from forum.models import (
    ApprovalPolicy,
    CalendarDay,
    CategoryEntry,
    ClusterLead,
    ConsentPolicy,
    Department,
    PolicyRow,
    Province,
    RoutingRuleRow,
    Tag,
    Team,
)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the routing rules."""

    version: int
    rules: int
    live_from: datetime


def departments(session: Session) -> Sequence[Department]:
    """Return the kinds of departments by code."""
    return session.scalars(select(Department).order_by(Department.code)).all()


def department_teams(session: Session) -> dict[tuple[str, str], int]:
    """Return the team of each department in each province that has no end yet."""
    query = select(Team.province_code, Team.department_code, Team.id).where(
        Team.department_code.is_not(None), Team.valid_to.is_(None), Team.kind != TeamKind.COMMUNE_POLICE
    )
    return {(row.province_code or "", row.department_code or ""): row.id for row in session.execute(query)}


def categories(session: Session) -> Sequence[CategoryEntry]:
    """Return all categories in the order shown."""
    return session.scalars(select(CategoryEntry).order_by(CategoryEntry.sort, CategoryEntry.code)).all()


def tags(session: Session) -> Sequence[Tag]:
    """Return all tags by code."""
    return session.scalars(select(Tag).order_by(Tag.code)).all()


def policies(session: Session) -> Sequence[PolicyRow]:
    """Return all deadline policies, past ones included, those of one clock together."""
    return session.scalars(select(PolicyRow).order_by(PolicyRow.clock, PolicyRow.id)).all()


def approvals(session: Session) -> Sequence[ApprovalPolicy]:
    """Return what is decided on approval, the rule of a kind before its exceptions."""
    order = (ApprovalPolicy.kind, ApprovalPolicy.team_kind.is_not(None), ApprovalPolicy.team_kind)
    return session.scalars(select(ApprovalPolicy).order_by(*order)).all()


def consents(session: Session) -> tuple[Sequence[ConsentPolicy], Sequence[ConsentPolicy]]:
    """Return what is decided, or proposed, on who must agree to open a name, and the last of what held before."""
    order = (ConsentPolicy.kind, ConsentPolicy.category, ConsentPolicy.restriction, ConsentPolicy.id)
    present = select(ConsentPolicy).where(ConsentPolicy.until.is_(None)).order_by(*order)
    over = select(ConsentPolicy).where(ConsentPolicy.until.is_not(None)).order_by(ConsentPolicy.until.desc()).limit(50)
    return session.scalars(present).all(), session.scalars(over).all()


def calendar_days(session: Session, year: int) -> Sequence[CalendarDay]:
    """Return the exceptional days of a year in order."""
    within = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return session.scalars(select(CalendarDay).where(within).order_by(CalendarDay.day)).all()


def calendar_years(session: Session) -> tuple[int, int]:
    """Return the first and the last year of which days are entered."""
    first, last = session.execute(select(func.min(CalendarDay.day), func.max(CalendarDay.day))).one()
    return first.year, last.year


def terms(session: Session) -> Sequence[tuple[ClusterLead, str, str]]:
    """Return the terms of leadership with the names of lead and deputy, the latest first."""
    names = {row.code: row.name for row in session.execute(select(Province.code, Province.name))}
    rows = session.scalars(select(ClusterLead).order_by(ClusterLead.valid_from.desc()))
    return [(row, names[row.lead_province_code], names[row.deputy_province_code]) for row in rows]


def rule_versions(session: Session) -> Sequence[VersionRow]:
    """Return the versions that have gone live, the latest first."""
    query = (
        select(RoutingRuleRow.version, func.count(), func.min(RoutingRuleRow.live_from))
        .where(RoutingRuleRow.live_from.is_not(None))
        .group_by(RoutingRuleRow.version)
        .order_by(RoutingRuleRow.version.desc())
    )
    return [VersionRow(version, rules, live) for version, rules, live in session.execute(query) if live is not None]
