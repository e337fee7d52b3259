"""Deadline policies as dated rows, added and ended on days, never edited; and which answers a lead approves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Select, select

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Actor, Permission
from forum.domain.policy_cover import first_gap
from forum.domain.sla import Policy, PolicyClock, PolicyUnit
from forum.domain.vocabulary import Kind, Priority, TeamKind
from forum.models import ApprovalPolicy, PolicyRow
from forum.services.setting_events import Subject, record, values_of
from forum.services.settings_texts import filled, not_past
from forum.services.work import Work

LONGEST_SOURCE = 300
LONGEST_NAME = 200
MOST = 1_000
_KEPT = tuple(column.key for column in PolicyRow.__table__.columns if column.key != "id")
_APPROVAL = ("kind", "team_kind", "needs_approval", "source")


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """A row to be; a field that is None means "any"."""

    clock: PolicyClock
    kind: Kind | None
    team_kind: TeamKind | None
    priority: Priority | None
    is_remote: bool | None
    amount: int
    unit: PolicyUnit
    valid_from: date
    source: str
    is_verified: bool
    name_vi: str
    name_en: str


def add_policy(work: Work, actor: Actor, new: NewPolicy) -> int:
    """Add a row from a day on; clocks that run already keep the policy under which they began. Return its number."""
    actor.require(Permission.ADMINISTER)
    not_past(work, new.valid_from, field="valid_from")
    if new.amount > MOST:
        raise InvalidInput("Please write at most %(most)s.", field="amount", most=MOST)
    cleaned = replace(
        new,
        source=filled(new.source, limit=LONGEST_SOURCE, field="source"),
        name_vi=filled(new.name_vi, limit=LONGEST_NAME, field="name_vi"),
        name_en=filled(new.name_en, limit=LONGEST_NAME, field="name_en"),
    )
    values = {name: getattr(cleaned, name) for name in _KEPT if name != "valid_to"}
    Policy(id=0, valid_to=None, **values)  # refuses what no clock could run under
    row = PolicyRow(**values)
    work.session.add(row)
    work.session.flush()
    record(work, actor, subject=Subject.POLICY, key=str(row.id), after=values_of(row, *_KEPT))
    return row.id


def end_policy(work: Work, actor: Actor, policy_id: int, *, last_day: date) -> None:
    """Let a row hold for the last time on a day; raise InvalidInput when some clock were then left without any."""
    row = _lock(work, actor, policy_id)
    not_past(work, last_day, field="last_day")
    if last_day < row.valid_from:
        raise InvalidInput("The last day of validity lies before the first.", field="last_day")
    _check_cover(work, [replace(p, valid_to=last_day) if p.id == policy_id else p for p in work.rulebook.policies])
    before = values_of(row, "valid_to")
    row.valid_to = last_day
    record(work, actor, subject=Subject.POLICY, key=str(policy_id), before=before, after=values_of(row, "valid_to"))


def withdraw_policy(work: Work, actor: Actor, policy_id: int) -> None:
    """Take back a row that has not begun, so that no clock can run under it."""
    row = _lock(work, actor, policy_id)
    if row.valid_from <= work.rulebook.on:
        raise InvalidInput("This deadline holds already. Please end it instead.")
    _check_cover(work, [p for p in work.rulebook.policies if p.id != policy_id])
    record(work, actor, subject=Subject.POLICY, key=str(policy_id), before=values_of(row, *_KEPT))
    work.session.delete(row)


def decide_approval(
    work: Work, actor: Actor, *, kind: Kind, team_kind: TeamKind | None, needs_approval: bool, source: str
) -> None:
    """Say whether a lead approves the answers to a kind of tip, everywhere or in one kind of team."""
    actor.require(Permission.ADMINISTER)
    said = filled(source, limit=LONGEST_SOURCE, field="source")
    row = work.session.scalars(_approvals(kind, team_kind).with_for_update()).first()
    before = values_of(row, *_APPROVAL) if row else None
    if row is None:
        row = ApprovalPolicy(kind=kind.value, team_kind=team_kind.value if team_kind else None)
        work.session.add(row)
    row.needs_approval, row.source = needs_approval, said
    key = f"{kind.value}/{team_kind.value if team_kind else 'any'}"
    record(work, actor, subject=Subject.APPROVAL, key=key, before=before, after=values_of(row, *_APPROVAL))


def drop_approval(work: Work, actor: Actor, approval_id: int) -> None:
    """Take back an exception of one kind of team; what holds for the kind of tip stays."""
    actor.require(Permission.ADMINISTER)
    row = work.session.get(ApprovalPolicy, approval_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.team_kind is None:
        raise InvalidInput("Only an exception can be taken back. Please decide otherwise instead.")
    key = f"{row.kind}/{row.team_kind}"
    record(work, actor, subject=Subject.APPROVAL, key=key, before=values_of(row, *_APPROVAL))
    work.session.delete(row)


def _approvals(kind: Kind, team_kind: TeamKind | None) -> Select[ApprovalPolicy]:
    return select(ApprovalPolicy).where(
        ApprovalPolicy.kind == kind.value,
        ApprovalPolicy.team_kind.is_(None) if team_kind is None else ApprovalPolicy.team_kind == team_kind.value,
    )


def _lock(work: Work, actor: Actor, policy_id: int) -> PolicyRow:
    actor.require(Permission.ADMINISTER)
    row = work.session.get(PolicyRow, policy_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def _check_cover(work: Work, policies: list[Policy]) -> None:
    gap = first_gap(policies, since=work.rulebook.on)
    if gap is not None:
        raise InvalidInput(
            "From %(on)s on, some tips would have no deadline. Please add the new deadline first.",
            field="last_day",
            on=gap.on.strftime("%d/%m/%Y"),
        )
