"""Collects the steps of one course on a running clock, so that each falls where people really act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forum.cli.demo.course import Step, StepData, StepKind
from forum.cli.demo.office_hours import add_office_hours, at_waking_hour

_APART = timedelta(minutes=2)


@dataclass(slots=True)
class Timeline:
    """Steps by instant; never two closer than two minutes, never one before another that was put down earlier."""

    received_at: datetime
    _at: list[tuple[datetime, StepKind, StepData]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The instant of the last step, of receipt before the first."""
        return self._at[-1][0] if self._at else self.received_at

    def office(self, kind: StepKind, data: StepData = None, *, hours: float) -> None:
        """Put down an officer's step so many office hours after the last step."""
        self._put(add_office_hours(self.now, hours), kind, data)

    def by_office_hour(self, kind: StepKind, data: StepData = None, *, hours: float, apart: float) -> None:
        """Put down an officer's step at so many office hours after receipt, at least `apart` after the last step."""
        self._put(max(add_office_hours(self.received_at, hours), add_office_hours(self.now, apart)), kind, data)

    def duty(self, kind: StepKind, data: StepData = None, *, minutes: float) -> None:
        """Put down a step of the officer on duty, at any hour of day or night."""
        self._put(self.now + timedelta(minutes=minutes), kind, data)

    def citizen(self, kind: StepKind, data: StepData = None, *, hours: float) -> None:
        """Put down a citizen's step so many hours after the last one, moved out of the night."""
        self._put(at_waking_hour(self.now + timedelta(hours=hours)), kind, data)

    def at_once(self, kind: StepKind, data: StepData = None) -> None:
        """Put down what belongs to the step before it."""
        self._put(self.now, kind, data)

    def steps(self, until: datetime, *, at_most: int | None = None) -> tuple[Step, ...]:
        """Return the steps up to `until`, or only the first `at_most` of them."""
        return tuple(_delayed(self._at[:at_most], self.received_at, until))

    def _put(self, at: datetime, kind: StepKind, data: StepData) -> None:
        self._at.append((max(at, self.now + _APART).replace(microsecond=0), kind, data))

    def __len__(self) -> int:
        """Count the steps so far."""
        return len(self._at)


def _delayed(
    entries: Iterable[tuple[datetime, StepKind, StepData]], start: datetime, until: datetime
) -> Iterable[Step]:
    before = start
    for at, kind, data in entries:
        if at > until:
            return
        yield Step(kind, at - before, data)
        before = at
