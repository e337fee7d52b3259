"""Setting up the organisation from the shipped tables: places, departments, teams, rules."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from forum.adapters import shipped
from forum.adapters.lexicon_table import routing_rules
from forum.adapters.policy_table import (
    shipped_approval_rules,
    shipped_consent_rules,
    shipped_days,
    shipped_policies,
)
from forum.adapters.shipped import read_table
from forum.domain.places import Commune as CommuneEntry
from forum.domain.places import Province as ProvinceEntry
from forum.domain.vocabulary import TeamKind
from forum.models import (
    ApprovalPolicy,
    CalendarDay,
    CategoryEntry,
    ClusterLead,
    Commune,
    ConsentPolicy,
    Department,
    PolicyRow,
    Province,
    RoutingRuleRow,
    Tag,
    Team,
)

TEAMS_SINCE = date(2025, 3, 1)
"""Since when the police has two levels; teams of the forum begin with it."""
LONG_AGO = date(2020, 1, 1)
CLUSTER_TERMS = ((LONG_AGO, "20", "04"),)
"""Lead and deputy since the handover of 2023, as far as published; an administrator adds each later year."""


def is_set_up(session: Session) -> bool:
    """Whether the shipped tables are in the database."""
    return bool(session.scalar(select(exists().where(Province.code.is_not(None)))))


def load_shipped(session: Session, now: datetime) -> None:
    """Fill an empty database with the shipped tables."""
    session.add_all(_province(entry) for entry in shipped.provinces())
    session.flush()
    session.add_all(_commune(entry) for entry in shipped.communes())
    session.add_all(
        Department(code=d.code, name_vi=d.name_vi, name_en=d.name_en, is_active=True) for d in shipped.departments()
    )
    session.flush()
    session.add_all(_categories())
    session.add_all(_rules(now))
    session.add_all(
        ClusterLead(valid_from=since, lead_province_code=lead, deputy_province_code=deputy)
        for since, lead, deputy in CLUSTER_TERMS
    )
    _add_teams(session)
    _move_sequence(session)


def _move_sequence(session: Session) -> None:
    """Let PostgreSQL number further policies after the shipped ones, which bring their ids along."""
    if session.get_bind().dialect.name == "postgresql":
        session.flush()
        highest = select(func.max(PolicyRow.id)).scalar_subquery()
        session.execute(select(func.setval(func.pg_get_serial_sequence("policy", "id"), highest)))


def _add_teams(session: Session) -> None:
    root = _team(None, "cluster", TeamKind.CLUSTER_DESK, "Bộ phận tiếp nhận Cụm thi đua số II", "Cluster desk")
    session.add(root)
    session.flush()
    departments = {d.code: d for d in shipped.departments()}
    inside = [p for p in shipped.provinces() if p.is_in_cluster]
    heads = {
        p.code: _team(
            root.id,
            p.code,
            TeamKind.PROVINCE,
            f"Công an {_lower(p.name_full)}",
            f"Police of {p.name}",
            province=p.code,
        )
        for p in inside
    }
    session.add_all(heads.values())
    session.flush()
    names = {p.code: p.name_full for p in inside}
    for entry in shipped.province_departments():
        department = departments[entry.department_code]
        short = {TeamKind.INTAKE_DESK: "desk"}.get(department.kind, department.code)
        session.add(
            _team(
                heads[entry.province_code].id,
                f"{entry.province_code}/{short}",
                department.kind,
                f"{_title(department)} – Công an {_lower(names[entry.province_code])}",
                f"{department.name_en}, {names[entry.province_code]}",
                province=entry.province_code,
                department=department.code,
            )
        )
    for commune in shipped.communes():
        if commune.province_code in heads:
            session.add(_commune_team(heads[commune.province_code].id, commune))


def _title(department: shipped.ShippedDepartment) -> str:
    return "Bộ phận tiếp nhận" if department.kind is TeamKind.INTAKE_DESK else department.name_vi


def _commune_team(parent_id: int, commune: CommuneEntry) -> Team:
    return _team(
        parent_id,
        f"{commune.province_code}/{commune.code}",
        TeamKind.COMMUNE_POLICE,
        f"Công an {_lower(commune.name_full)}",
        f"Police of {commune.name}",
        province=commune.province_code,
        commune=commune.code,
    )


def _team(
    parent_id: int | None,
    code: str,
    kind: TeamKind,
    name_vi: str,
    name_en: str,
    *,
    province: str | None = None,
    commune: str | None = None,
    department: str | None = None,
) -> Team:
    return Team(
        parent_id=parent_id,
        code=code,
        kind=kind,
        name_vi=name_vi,
        name_en=name_en,
        province_code=province,
        commune_code=commune,
        department_code=department,
        valid_from=LONG_AGO,
    )


def _lower(name_full: str) -> str:
    return name_full[:1].lower() + name_full[1:]


def _province(entry: ProvinceEntry) -> Province:
    return Province(
        code=entry.code,
        name=entry.name,
        name_full=entry.name_full,
        latitude=entry.latitude,
        longitude=entry.longitude,
        is_in_cluster=entry.is_in_cluster,
        valid_from=entry.valid_from,
    )


def _commune(entry: CommuneEntry) -> Commune:
    return Commune(
        code=entry.code,
        province_code=entry.province_code,
        kind=entry.kind,
        name=entry.name,
        name_full=entry.name_full,
        latitude=entry.latitude,
        longitude=entry.longitude,
        valid_from=entry.valid_from,
    )


def _categories() -> list[CategoryEntry]:
    return [
        CategoryEntry(
            code=entry.code,
            name_vi=entry.name_vi,
            name_en=entry.name_en,
            hint_vi=entry.hint_vi,
            hint_en=entry.hint_en,
            pictogram=entry.pictogram,
            default_department=entry.default_department,
            sort=entry.sort,
            is_active=True,
        )
        for entry in shipped.categories()
    ]


def _rules(now: datetime) -> list[object]:
    policies: list[object] = [
        PolicyRow(
            id=p.id,
            clock=p.clock,
            kind=p.kind,
            team_kind=p.team_kind,
            priority=p.priority,
            is_remote=p.is_remote,
            amount=p.amount,
            unit=p.unit,
            valid_from=p.valid_from,
            valid_to=p.valid_to,
            source=p.source,
            is_verified=p.is_verified,
            name_vi=p.name_vi,
            name_en=p.name_en,
        )
        for p in shipped_policies()
    ]
    approvals = [
        ApprovalPolicy(kind=a.kind, team_kind=a.team_kind, needs_approval=a.needs_approval, source=a.source)
        for a in shipped_approval_rules()
    ]
    days = [
        CalendarDay(day=d.day, kind=d.kind, name_vi=d.name_vi, source=d.source, is_verified=d.is_verified)
        for d in shipped_days()
    ]
    rules = [
        RoutingRuleRow(version=1, number=rule.number, body=rule.to_json(), live_from=now) for rule in routing_rules()
    ]
    tags = [Tag(is_active=True, **row) for row in read_table("tags.csv")]
    return policies + approvals + _consents(now) + days + rules + tags


def _consents(now: datetime) -> list[object]:
    return [
        ConsentPolicy(
            kind=c.kind,
            category=c.category,
            restriction=c.restriction,
            needs_consent=c.needs_consent,
            valid_hours=c.valid_hours,
            source=c.source,
            proposed_at=now,
            since=now,
        )
        for c in shipped_consent_rules()
    ]
