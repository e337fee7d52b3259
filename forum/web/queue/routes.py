"""Routes: The list of tips that wait for somebody."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from forum.domain.permissions import Permission
from forum.extensions import reading, unit_of_work
from forum.models.access_log import AccessAction
from forum.reports.consent import counts_for
from forum.reports.queue import COUNTED_UP_TO, Tab, queue_page, tab_counts, tabs_of
from forum.reports.tip_rows import Cursor
from forum.services.access_log import record
from forum.services.work import Work
from forum.web.access import actor, requires
from forum.web.clock_words import row_chip
from forum.web.tip_filters import FilterForm
from forum.web.translations import gettext

blueprint = Blueprint("queue", __name__)


@blueprint.get("/queue")
@requires(Permission.READ_TIPS)
def index() -> str:
    """Show one page of one list; who looked at which list is written down."""
    work, person = reading(), actor()
    tabs = tabs_of(person)
    tab = next((tab for tab in tabs if tab == request.args.get("list")), tabs[0])
    form = FilterForm(request.args, rulebook=work.rulebook, actor=person)
    after = Cursor.read(request.args.get("after"))
    page = queue_page(work.session, person, tab, filters=form.filters(), after=after)
    chosen = {field.name: field.data for field in form if field.data}
    with unit_of_work() as writing:
        data = {"list": tab.value, "filters": chosen, "rows": len(page.rows)}
        record(writing, AccessAction.LIST_SHOWN, account_id=person.account_id, data=data)
    older = url_for("queue.index", list=tab.value, after=page.older.spell(), **chosen) if page.older else ""
    return render_template(
        "queue/index.html",
        tab=tab,
        tabs=_tab_items(work, tabs, tab),
        titles=tab_titles(),
        form=form,
        is_filtered=bool(chosen),
        rows=page.rows,
        requests=counts_for(work.session, person, now=work.now),
        chips={row.id: row_chip(row, work.rulebook, work.now) for row in page.rows},
        teams=work.rulebook.teams,
        categories={entry.code: entry for entry in work.rulebook.categories},
        older_url=older,
        first_url=url_for("queue.index", list=tab.value, **chosen) if after else "",
    )


def tab_titles() -> dict[Tab, str]:
    """Return what each list is called."""
    return {
        Tab.TEAM: gettext("My unit"),
        Tab.MINE: gettext("Given to me"),
        Tab.RESPONSES: gettext("First on the spot"),
        Tab.LEAD: gettext("For the lead"),
        Tab.TO_CLOSE: gettext("To be closed"),
        Tab.PROVINCE: gettext("Whole province"),
        Tab.ARCHIVE: gettext("All and closed"),
    }


def _tab_items(work: Work, tabs: tuple[Tab, ...], current: Tab) -> list[dict[str, object]]:
    counts = tab_counts(work.session, actor(), tabs)
    titles = tab_titles()
    return [
        {
            "text": titles[tab],
            "url": url_for("queue.index", list=tab.value),
            "is_current": tab is current,
            "count": _bounded(counts.get(tab)),
        }
        for tab in tabs
    ]


def _bounded(count: int | None) -> str | None:
    if count is None:
        return None
    return f"{COUNTED_UP_TO - 1}+" if count >= COUNTED_UP_TO else str(count)
