"""How dates, spans, numbers and deadlines are said in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from flask import Flask

from forum.domain.due_words import DueKind, DueWords, describe_due
from forum.domain.working_time import VN
from forum.extensions import house
from forum.services.rulebook import Rulebook
from forum.web.labels import label, name_of
from forum.web.translations import gettext, ngettext


def init_filters(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(
        day=day, moment=moment, number=number, due_words=due_words, label=label, name_of=name_of, percent=percent
    )


def day(value: date | datetime | None) -> str:
    """Return a date as people write it here: 24/11/2026."""
    if value is None:
        return "–"
    local = value.astimezone(VN) if isinstance(value, datetime) else value
    return local.strftime("%d/%m/%Y")


def moment(value: datetime | None) -> str:
    """Return an instant in Viet Nam: 24/11/2026 08:30."""
    return "–" if value is None else value.astimezone(VN).strftime("%d/%m/%Y %H:%M")


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with the marks used here: 1.234,5; a dash for None."""
    if value is None:
        return "–"
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def percent(part: float | None, whole: float | None = None, digits: int = 1) -> str:
    """Return a share; a dash when there is nothing to share."""
    if part is None or whole == 0:
        return "–"
    return f"{number(100 * part / (1 if whole is None else whole), digits)} %"


def due_words(due_at: datetime, rulebook: Rulebook, now: datetime | None = None) -> str:
    """Return how far off a deadline is, as people say it."""
    return say_due(describe_due(due_at, now or house().clock(), calendar=rulebook.calendar))


def say_due(words: DueWords) -> str:
    """Return the sentence of a measured deadline."""
    return _DUE[words.kind](words.n)


_DUE: Mapping[DueKind, Callable[[int], str]] = {
    DueKind.TODAY: lambda _n: gettext("due today"),
    DueKind.MINUTES_LEFT: lambda n: ngettext("%(num)d minute left", "%(num)d minutes left", n),
    DueKind.HOURS_LEFT: lambda n: ngettext("%(num)d hour left", "%(num)d hours left", n),
    DueKind.WORKING_DAYS_LEFT: lambda n: ngettext("%(num)d working day left", "%(num)d working days left", n),
    DueKind.DAYS_LEFT: lambda n: ngettext("%(num)d day left", "%(num)d days left", n),
    DueKind.OVERDUE_MINUTES: lambda n: ngettext("%(num)d minute late", "%(num)d minutes late", n),
    DueKind.OVERDUE_HOURS: lambda n: ngettext("%(num)d hour late", "%(num)d hours late", n),
    DueKind.OVERDUE_DAYS: lambda n: ngettext("%(num)d day late", "%(num)d days late", n),
}
