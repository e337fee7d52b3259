"""Routes: Finding tips by their words."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.domain.errors import InvalidInput, NotFound
from forum.domain.permissions import Permission
from forum.domain.text import Query, parse_query
from forum.extensions import reading, unit_of_work
from forum.models.access_log import AccessAction
from forum.reports.search import SearchPage, search
from forum.reports.tip_rows import Cursor
from forum.services.access_log import record
from forum.services.submission import NUMBER_ALPHABET, NUMBER_LENGTH
from forum.services.tips import find_tip
from forum.web.access import actor, requires
from forum.web.clock_words import row_chip
from forum.web.errors import say
from forum.web.search.forms import SearchForm

blueprint = Blueprint("search", __name__)

_NUMBER = re.compile(f"[{NUMBER_ALPHABET}]{{{NUMBER_LENGTH}}}")


@blueprint.get("/search")
@requires(Permission.READ_TIPS)
def index() -> str:
    """Show the empty form."""
    return _page(_form())


@blueprint.post("/search")
@requires(Permission.READ_TIPS)
def find() -> Response | str | tuple[str, int]:
    """Look for words, which travel in the body of the request alone; they are kept sealed in the access log."""
    form = _form()
    if not form.validate():
        return _page(form), 400
    words = form.words.data or ""
    direct = _direct(words)
    if direct is not None:
        return redirect(direct)
    try:
        query = _query(words)
    except InvalidInput as fault:
        form.words.errors = [say(fault)]
        return _page(form), 400
    work, person = reading(), actor()
    filters = form.filters()
    found: SearchPage | None = None
    try:
        found = search(work.session, work.secrets, person, query, filters=filters, after=Cursor.read(form.after.data))
    finally:  # a search that fails has been tried
        with unit_of_work() as writing:
            data = {"filters": form.chosen(), "rows": len(found.rows) if found else None}
            record(writing, AccessAction.SEARCHED, account_id=person.account_id, data=data, words=words)
    return _page(form, found)


def _form() -> SearchForm:
    return SearchForm(request.form, rulebook=reading().rulebook, actor=actor())


def _query(words: str) -> Query:
    query = parse_query(words)
    if not query.index_terms:
        raise InvalidInput("Please give at least one word that says more: a name, a thing, a place.", field="words")
    return query


def _direct(words: str) -> str | None:
    """Return the page of a tip whose number was typed, as far as the officer may see it."""
    number = words.strip().upper()
    if not _NUMBER.fullmatch(number):
        return None
    try:
        find_tip(reading().session, number, actor())
    except NotFound:
        return None
    return url_for("tips.show", number=number)


def _page(form: SearchForm, found: SearchPage | None = None) -> str:
    work = reading()
    return render_template(
        "search/index.html",
        form=form,
        found=found,
        further=found.further.spell() if found and found.further else "",
        chips={row.id: row_chip(row, work.rulebook, work.now) for row in found.rows} if found else {},
        teams=work.rulebook.teams,
        categories={entry.code: entry for entry in work.rulebook.categories},
    )
