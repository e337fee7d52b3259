"""Routes: Pages of the auditor, each reading of which is recorded as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select

from forum.domain.errors import NotFound
from forum.domain.permissions import Permission
from forum.extensions import house, reading, snapshot, unit_of_work
from forum.models import AccessAction, Tip
from forum.reports import audit_logs
from forum.reports.audit_logs import PAGE, Cursor, Line
from forum.services.access_log import record
from forum.services.audit_recent import NEWEST_ROWS, NEWEST_TIPS, recent_faults
from forum.services.chains import Chain
from forum.services.checkpoints import LATE_AFTER, noted_checkpoints
from forum.services.verification import Verified, keep_result
from forum.web.access import actor, requires
from forum.web.audit.forms import LogForm
from forum.web.audit.words import ACCESSES, ACTORS, EVENTS, FIELDS, SUBJECT_BY_VALUE, SUBJECTS
from forum.web.navigation import MenuItem
from forum.web.readers import readers_of
from forum.web.translations import lazy_gettext as _

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

TABS: Mapping[str, Any] = {
    "index": _("Events of tips"),
    "accesses": _("Accesses"),
    "settings": _("Settings"),
    "integrity": _("Integrity"),
}
CHAINS: Mapping[Chain, Any] = {
    Chain.TIP: _("Events of tips"),
    Chain.ACCESS: _("Accesses"),
    Chain.SETTING: _("Settings"),
    Chain.ERASURE: _("Erasures"),
}


@blueprint.context_processor
def _tabs() -> dict[str, object]:
    here = {"verify": "integrity", "who_can_see": "accesses"}.get(
        page := (request.endpoint or "").rpartition(".")[2], page
    )
    return {"log_tabs": [MenuItem(str(text), url_for(f"audit.{name}"), name == here) for name, text in TABS.items()]}


@blueprint.get("/")
@requires(Permission.READ_LOGS)
def index() -> str:
    """Show the events of all tips."""
    return _log_page("audit/events.html", "events", EVENTS, audit_logs.event_log, actors=ACTORS, words=EVENTS)


@blueprint.get("/accesses")
@requires(Permission.READ_LOGS)
def accesses() -> str:
    """Show who read or tried what."""
    return _log_page("audit/accesses.html", "accesses", ACCESSES, audit_logs.access_log, words=ACCESSES, fields=FIELDS)


@blueprint.get("/settings")
@requires(Permission.READ_LOGS)
def settings() -> str:
    """Show what administrators have changed."""
    return _log_page(
        "audit/settings.html", "settings", SUBJECTS, audit_logs.setting_log, words=SUBJECT_BY_VALUE, fields=FIELDS
    )


@blueprint.get("/who-can-see/<number>")
@requires(Permission.READ_LOGS)
def who_can_see(number: str) -> str:
    """Show who can see a tip and why, and who has opened it; nothing of what it says."""
    work = reading()
    tip = work.session.scalars(select(Tip).where(Tip.number == number)).first()
    if tip is None:
        raise NotFound
    return render_template("audit/who_can_see.html", **readers_of(work, actor(), tip))


@blueprint.get("/integrity")
@requires(Permission.READ_LOGS)
def integrity() -> str:
    """Show the latest verifications."""
    return _integrity_page(None)


@blueprint.post("/integrity")
@requires(Permission.READ_LOGS)
def verify() -> str:
    """Verify what is newest, and keep the result."""
    with snapshot() as session:
        tips, faults = recent_faults(session, house().secrets)
    with unit_of_work() as work:
        keep_result(work, Verified(tips=tips, faults=len(faults), is_full=False), by=actor())
    return _integrity_page(faults)


def _log_page(
    template: str, log: str, kinds: Mapping[Any, Any], read: Callable[..., Sequence[Line]], **words: Mapping[Any, Any]
) -> str:
    form = LogForm(kinds, has_tips=log != "settings")
    session = reading().session
    wanted = form.wanted(session)
    if wanted is None:
        return render_template(template, form=form, rows=[], older_url="", is_narrowed=True, **words)
    asked = {name: value for name, value in form.data.items() if value}
    _record_reading(log, asked)
    after = Cursor.read(request.args.get("after", ""))
    rows = read(session, wanted, after=after)
    older_url = ""
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        shown: dict[str, Any] = {name: str(value) for name, value in asked.items()}
        older_url = url_for(request.endpoint or "audit.index", **shown, after=str(Cursor(last.at, last.id)))
    return render_template(template, form=form, rows=rows[:PAGE], older_url=older_url, is_narrowed=bool(asked), **words)


def _integrity_page(faults: Sequence[object] | None) -> str:
    _record_reading("verifications", {})
    work = reading()
    latest = next(iter(noted_checkpoints(work.session, at_most=1)), None)
    return render_template(
        "audit/integrity.html",
        rows=audit_logs.verifications(work.session),
        checkpoint=latest,
        is_checkpoint_late=latest is None or work.now - latest.at > LATE_AFTER,
        faults=faults,
        chains=CHAINS,
        newest_tips=NEWEST_TIPS,
        newest_rows=NEWEST_ROWS,
    )


def _record_reading(log: str, asked: Mapping[str, object]) -> None:
    narrowed = {name: value.value if isinstance(value, StrEnum) else str(value) for name, value in asked.items()}
    with unit_of_work() as work:
        data = {"log": log, **narrowed}
        record(work, AccessAction.LOG_READ, account_id=actor().account_id, data=data)
