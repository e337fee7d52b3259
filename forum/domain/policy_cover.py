"""Whether the dated policies leave a day on which some clock would have no deadline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forum.domain.sla import NoPolicy, Policy, PolicyClock, pick
from forum.domain.vocabulary import Kind, TeamKind

_ACCOUNTABLE = tuple(kind for kind in TeamKind if kind is not TeamKind.PROVINCE)


@dataclass(frozen=True, slots=True)
class Gap:
    """A clock that would start without a policy on a day."""

    clock: PolicyClock
    kind: Kind
    team_kind: TeamKind | None
    on: date


def first_gap(policies: Sequence[Policy], *, since: date) -> Gap | None:
    """Return the first day from `since` on which a clock that every tip needs has no policy; None when all have.

    Only days on which a policy begins, or the last has just ended, can be the first of a gap.
    """
    turns = (
        {since} | {p.valid_from for p in policies} | {p.valid_to + timedelta(days=1) for p in policies if p.valid_to}
    )
    for on in sorted(day for day in turns if day >= since):
        for gap in _needed(on):
            try:
                pick(policies, clock=gap.clock, kind=gap.kind, team_kind=gap.team_kind, on=on)
            except NoPolicy:
                return gap
    return None


def _needed(on: date) -> Iterator[Gap]:
    for kind in Kind:
        yield Gap(PolicyClock.CITIZEN, kind, None, on)
        yield Gap(PolicyClock.FIRST_RESPONDER, kind, TeamKind.COMMUNE_POLICE, on)
        for team_kind in _ACCOUNTABLE:
            yield Gap(PolicyClock.TEAM, kind, team_kind, on)
