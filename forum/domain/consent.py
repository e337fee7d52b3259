"""Whether opening who sent a tip needs the consent of a second person: the rules, and which of them decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from forum.domain.vocabulary import Category, Kind, Restriction


class RequestState(StrEnum):
    """How far a request to open a name has come; that it has run out follows from the time."""

    WAITING = "waiting"
    CONSENTED = "consented"
    REFUSED = "refused"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """What holds for the tips of a kind, category and restriction (None: any)."""

    kind: Kind | None
    category: Category | None
    restriction: Restriction | None
    needs_consent: bool
    valid_hours: int
    """How long a request waits, and how long a consent may then be used."""
    source: str

    @property
    def span(self) -> timedelta:
        """The hours as a span of time."""
        return timedelta(hours=self.valid_hours)

    def fits(self, kind: Kind, category: Category, restriction: Restriction | None) -> bool:
        """Whether the rule speaks of such tips."""
        return (
            self.kind in {None, kind}
            and self.category in {None, category}
            and (self.restriction is None or self.restriction is restriction)
        )

    @property
    def weight(self) -> tuple[int, bool, int]:
        """Order of rules: who names more decides; among equals who asks for consent, and leaves less time."""
        named = sum(part is not None for part in (self.kind, self.category, self.restriction))
        return named, self.needs_consent, -self.valid_hours


STRICTEST = ConsentRule(None, None, None, needs_consent=True, valid_hours=72, source="")
"""What holds where no rule speaks: silence opens nothing."""


def rule_for(
    rules: Iterable[ConsentRule], *, kind: Kind, category: Category, restriction: Restriction | None
) -> ConsentRule:
    """Return the rule that decides for a tip."""
    fitting = [rule for rule in rules if rule.fits(kind, category, restriction)]
    return max(fitting, key=lambda rule: rule.weight, default=STRICTEST)
