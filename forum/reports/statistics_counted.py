"""What was counted of a scope in one period: from the facts of closed days, and with what the open ones add."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from forum.domain.figures import Totals
from forum.domain.measures import MEASURES
from forum.domain.periods import EARLIEST, Period
from forum.reports.statistics_flows import durations, sums
from forum.reports.statistics_live import Divided
from forum.reports.statistics_view import Grouping, View

STANDING = ("open_delta", "overdue_delta")


@dataclass(frozen=True, slots=True)
class Counted:
    """The groups of one period and all of them together; what has been made is not written into again."""

    groups: Mapping[str, Totals]
    total: Totals

    def with_live(self, view: View, period: Period, divided: Divided) -> Counted:
        """Return the same with what the open days add, in totals of their own."""
        fresh: dict[str, Totals] = {}
        total = _copy(self.total)
        for (day, key), added in divided.items():
            if period.first <= day <= period.last:
                for totals in (_fresh(fresh, self.groups, key), total):
                    totals.add(added)
            if day <= period.last and any(added.measures[measure] for measure in STANDING):
                for group in _standing_in(view, period, key):
                    _stand(_fresh(fresh, self.groups, group), added.measures)
                _stand(total, added.measures)
        return Counted({**self.groups, **fresh}, total)


def counted(session: Session, view: View, period: Period, *, closed: date) -> Counted:
    """Read what was counted on the closed days of a period, and what stood at its end."""
    groups: dict[str, Totals] = defaultdict(Totals)
    for key, amounts in sums(session, view, period, closed=closed, measures=MEASURES).items():
        groups[key].measures.update(amounts)
    for key, spans in durations(session, view, period, closed=closed).items():
        groups[key].durations.update(spans)
    total = Totals()
    for totals in groups.values():
        total.add(totals)
    history = Period(EARLIEST, period.last)
    for key, changed in sums(session, view, history, closed=closed, measures=STANDING).items():
        for group in _standing_in(view, period, key):
            _stand(groups[group], changed)
        _stand(total, changed)
    return Counted(dict(groups), total)


def _standing_in(view: View, period: Period, key: str) -> Sequence[str]:
    """Return the groups of a period in which a change under `key` still stands at their end.

    What stands open does not add up over time: a month shows what stood at its end, from whatever month it came.
    """
    if view.grouping is not Grouping.MONTH:
        return (key,)
    return [name for month in period.months if (name := month.isoformat()) >= key]


def _stand(totals: Totals, changed: Mapping[str, int]) -> None:
    totals.open += changed["open_delta"]
    totals.overdue += changed["overdue_delta"]


def _fresh(fresh: dict[str, Totals], groups: Mapping[str, Totals], key: str) -> Totals:
    if key not in fresh:
        fresh[key] = _copy(groups.get(key, Totals()))
    return fresh[key]


def _copy(totals: Totals) -> Totals:
    copied = Totals()
    copied.add(totals)
    return copied
