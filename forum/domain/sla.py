"""Deadline policies as dated rows, the choice among them, and which answers a lead approves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from forum.domain.errors import DomainError, InvalidInput
from forum.domain.vocabulary import Kind, Priority, TeamKind
from forum.domain.working_time import WorkCalendar


class PolicyClock(StrEnum):
    """Which promise a policy is about; each amount counts from the start of its own clock."""

    CITIZEN = "citizen"
    CITIZEN_EXTENDED = "citizen-extended"
    CITIZEN_EXTENDED_AGAIN = "citizen-extended-again"
    TEAM = "team"
    FIRST_RESPONDER = "first-responder"
    FIRST_RESPONSE = "first-response"
    NOTIFY = "notify"
    ACCEPTANCE = "acceptance"
    ACCEPTANCE_EXTENDED = "acceptance-extended"
    HANDOVER = "handover"
    CLOSING = "closing"


class PolicyUnit(StrEnum):
    """What a policy counts."""

    WORKING_DAYS = "working-days"
    CALENDAR_DAYS = "calendar-days"
    MONTHS = "months"
    HOURS = "hours"
    WORKING_HOURS = "working-hours"


class NoPolicy(DomainError):
    """No policy row covers the case on that day."""

    message = "There is no deadline policy for %(clock)s on %(on)s."


@dataclass(frozen=True, slots=True)
class Policy:
    """How long one clock may run; a field that is None means "any". Valid from and to, both days included."""

    id: int
    clock: PolicyClock
    kind: Kind | None
    team_kind: TeamKind | None
    priority: Priority | None
    is_remote: bool | None
    amount: int
    unit: PolicyUnit
    valid_from: date
    valid_to: date | None
    source: str
    is_verified: bool
    name_vi: str
    name_en: str

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise InvalidInput("A deadline must be at least 1.", field="amount")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise InvalidInput("The last day of validity lies before the first.", field="valid_to")
        if self.clock is PolicyClock.FIRST_RESPONDER and self.unit is not PolicyUnit.HOURS:
            # A tip keeps no policy of its first responder, so a change of the calendar must not matter to it.
            raise InvalidInput("The first responder's clock runs day and night: give its time in hours.", field="unit")

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, date, int]:
        """Order policies that cover one case: the later wins over the earlier, as names in a style sheet do.

        Naming the team's kind weighs more than naming the priority, that more than the kind of tip, that more
        than remoteness; then the newer row wins.
        """
        named = (self.team_kind, self.priority, self.kind, self.is_remote)
        team_kind, priority, kind, is_remote = (value is not None for value in named)
        return team_kind, priority, kind, is_remote, self.valid_from, self.id

    def is_valid(self, on: date) -> bool:
        """Whether clocks that start on this day run under the policy."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Whether a lead approves the answers to one kind of tip, in one kind of team (None: any)."""

    kind: Kind
    team_kind: TeamKind | None
    needs_approval: bool
    source: str


def pick(
    policies: Iterable[Policy],
    *,
    clock: PolicyClock,
    on: date,
    kind: Kind | None = None,
    team_kind: TeamKind | None = None,
    priority: Priority | None = None,
    is_remote: bool = False,
) -> Policy:
    """Return the most specific policy valid on a day; raise NoPolicy when none covers the case."""
    covering = [
        policy
        for policy in policies
        if policy.clock is clock
        and policy.is_valid(on)
        and policy.kind in {None, kind}
        and policy.team_kind in {None, team_kind}
        and policy.priority in {None, priority}
        and policy.is_remote in {None, is_remote}
    ]
    if not covering:
        raise NoPolicy(clock=clock.value, on=on.isoformat())
    return max(covering, key=lambda policy: policy.rank)


def due_at(policy: Policy, start: datetime, calendar: WorkCalendar) -> datetime:
    """Return the instant (UTC) until which a clock started at `start` is kept."""
    match policy.unit:
        case PolicyUnit.WORKING_DAYS:
            return calendar.add_working_days(start, policy.amount)
        case PolicyUnit.CALENDAR_DAYS:
            return calendar.add_calendar_days(start, policy.amount)
        case PolicyUnit.MONTHS:
            return calendar.add_months(start, policy.amount)
        case PolicyUnit.HOURS:
            return calendar.add_hours(start, policy.amount)
        case PolicyUnit.WORKING_HOURS:
            return calendar.add_working_hours(start, policy.amount)


def extended_due(
    due: datetime, asked_at: datetime, replied_at: datetime, *, unit: PolicyUnit, calendar: WorkCalendar
) -> datetime:
    """Return a team's deadline moved by the time it waited for the citizen.

    Clocks of working days and hours move by the working time of the pause, the others by its wall time, to the
    second: rounding a pause up to days would reward a needless question.
    """
    if unit in {PolicyUnit.WORKING_DAYS, PolicyUnit.WORKING_HOURS}:
        return calendar.add_working_seconds(due, calendar.working_seconds(asked_at, replied_at))
    return due + (replied_at - asked_at)


def answer_needs_approval(kind: Kind, team_kind: TeamKind, rules: Iterable[ApprovalRule]) -> bool:
    """Whether a lead approves this answer first; when no rule speaks, one does."""
    speaking = [rule for rule in rules if rule.kind is kind and rule.team_kind in {None, team_kind}]
    return max(speaking, key=lambda rule: rule.team_kind is not None).needs_approval if speaking else True
