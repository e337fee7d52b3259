"""What the pages say of who can see a tip: for its lead and for the auditor alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from forum.domain.permissions import Actor, Ground
from forum.extensions import unit_of_work
from forum.models import AccessAction, Tip
from forum.reports import readers
from forum.services.access_log import record
from forum.services.work import Work
from forum.web.translations import lazy_gettext as _

LONGEST_PAGE = 3
GROUNDS: Mapping[Ground, Any] = {
    Ground.TEAM: _("The unit has the tip"),
    Ground.RESPONDER: _("The unit takes the first steps"),
    Ground.PROVINCE: _("Reads all tips of the province that are not restricted"),
    Ground.LISTED: _("The unit is on the list of this restricted tip"),
}


def readers_of(work: Work, person: Actor, tip: Tip) -> dict[str, Any]:
    """Return what the template is given; that somebody asked is written down first."""
    with unit_of_work() as writing:
        data = {"list": "who-can-see"}
        record(writing, AccessAction.LIST_SHOWN, account_id=person.account_id, tip_id=tip.id, data=data)
    spelled = request.args.get("page", "1")
    page = int(spelled) if spelled.isdecimal() and 0 < len(spelled) <= LONGEST_PAGE else 1
    rows = readers.readers(work.session, tip.id, page=max(page, 1))

    def address(number: int) -> str:
        return url_for(request.endpoint or "tips.who_can_see", number=tip.number, page=number)

    return {
        "tip": tip,
        "rows": rows[: readers.PAGE],
        "older_url": address(page + 1) if len(rows) > readers.PAGE else "",
        "newer_url": address(page - 1) if page > 1 else "",
        "openers": readers.openers(work.session, tip.id),
        "grounds": GROUNDS,
        "teams": work.rulebook.teams,
    }
