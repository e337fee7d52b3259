"""`forum stats`: the facts from which statistics come."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from forum.cli.context import running_app
from forum.domain.periods import Period, last_of_month
from forum.domain.working_time import day_of
from forum.extensions import house, transaction, unit_of_work
from forum.services import facts

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def stats() -> None:
    """Keep the facts from which statistics come."""


@stats.command()
@click.option("--from", "first", type=_DAY, help="First day to count again; the day of the first tip if left out.")
@click.option("--to", "last", type=_DAY, help="Last day to count again; yesterday if left out.")
@click.pass_context
def rebuild(context: click.Context, first: datetime | None, last: datetime | None) -> None:
    """Count closed days again from the events; running it twice changes nothing."""
    with running_app(context):
        period = _period(first, last)
        if period is None:
            click.echo("There is no closed day to count yet.")
            return
        counted = 0
        with click.progressbar(period.months, label="Counting") as months:
            for month in months:
                counted += _rebuild_month(month, period)
        click.echo(f"{counted} days counted, {period.first.isoformat()} to {period.last.isoformat()}.")


def _period(first: datetime | None, last: datetime | None) -> Period | None:
    yesterday = day_of(house().clock()) - timedelta(days=1)
    with transaction() as session:
        begin = facts.first_day(session)
    if begin is None or begin > yesterday:
        return None
    period = Period(max(first.date(), begin) if first else begin, last.date() if last else yesterday)
    if period.last > yesterday:
        raise click.BadParameter("Only days that have ended can be counted.", param_hint="--to")
    if period.first > period.last:
        raise click.BadParameter("It is later than the last day.", param_hint="--from")
    return period


def _rebuild_month(month: date, period: Period) -> int:
    """Count one month in a transaction of its own, so that nobody waits long for the others."""
    first, last = max(month, period.first), min(last_of_month(month), period.last)
    with unit_of_work() as work:
        return facts.rebuild_range(work, first, last, horizon=period.last)
