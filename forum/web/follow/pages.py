"""The pages of following: where the digits are typed, and the tip as its sender sees it."""

from __future__ import annotations

from datetime import datetime

from flask import render_template

from forum.domain import receipts
from forum.domain.due_words import describe_due
from forum.domain.lifecycle import Status
from forum.domain.vocabulary import Kind
from forum.extensions import house, reading
from forum.reports.citizen_view import CitizenView, citizen_view
from forum.services.conversation import MOST_REOPENINGS, find_by_receipt
from forum.services.splitting import parts_of
from forum.services.work import Work
from forum.web.filters import say_due
from forum.web.follow.forms import RateForm, ReceiptForm, WriteForm
from forum.web.follow.words import STATES, heading, reason_of
from forum.web.labels import name_of

FORMAL_KINDS = frozenset({Kind.COMPLAINT, Kind.DENUNCIATION})


def ask_page(form: ReceiptForm, *, said: str = "") -> str:
    """Render the page that asks for the receipt; `said` is what must be told before anything else."""
    return render_template("follow/index.html", form=form, said=said)


def tip_page(
    receipt: str,
    *,
    write_form: WriteForm | None = None,
    rate_form: RateForm | None = None,
    done: str = "",
    fault: str = "",
) -> str:
    """Render the tip of a receipt, with what was typed into one of its forms; raise NotFound."""
    work = reading()
    tip = find_by_receipt(work, receipt)
    view = citizen_view(work.session, work.secrets, tip)
    parts = [citizen_view(work.session, work.secrets, part) for part in parts_of(work.session, tip)]
    writing = write_form or WriteForm(formdata=None)
    rating = rate_form or RateForm(formdata=None)
    for form in (writing, rating):
        form.receipt.data, form.seen.data = receipt, str(view.event_count)
    return render_template(
        "follow/tip.html",
        view=view,
        receipt=receipt,
        groups=receipts.grouped(receipt).split(),
        state=STATES[view.status],
        parts=[(part, _due(work, part.due_at)) for part in parts],
        team_names={team_id: name_of(work.rulebook.teams.get(team_id)) for team_id in _teams(view, *parts)},
        due=_due(work, view.due_at),
        is_overdue=view.due_at is not None and view.due_at < house().clock(),
        heading=heading,
        reason_of=reason_of,
        write_form=writing,
        rate_form=rating,
        is_formal=view.kind in FORMAL_KINDS and view.status is not Status.CLOSED,
        may_reopen=view.reopened_count < MOST_REOPENINGS,
        done=done,
        fault=fault,
    )


def _teams(*views: CitizenView) -> set[int]:
    talking = {message.team_id for view in views for message in view.messages if message.team_id is not None}
    return talking | {station.team_id for view in views for station in view.stations}


def _due(work: Work, due_at: datetime | None) -> str:
    if due_at is None:
        return ""
    return say_due(describe_due(due_at, house().clock(), calendar=work.rulebook.calendar))
