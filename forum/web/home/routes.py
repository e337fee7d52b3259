"""Routes: The first page, the language, what we promise."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.web.access import public
from forum.web.cookies import keep_cookie
from forum.web.translations import COOKIE, LANGUAGES, gettext

blueprint = Blueprint("home", __name__)

A_YEAR = 365 * 24 * 3600


@blueprint.get("/")
@public
def index() -> str:
    """Say what this is, whom to phone at once, and lead to the two things one can do."""
    return render_template("home/index.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """Say what is kept, who sees it and for how long."""
    return render_template("home/privacy.html")


@blueprint.get("/formal-way")
@public
def formal_way() -> str:
    """Say how a complaint or a denunciation is handed in."""
    return render_template("home/formal_way.html")


@blueprint.get("/healthz")
@public
def healthz() -> tuple[str, dict[str, str]]:
    """Tell a probe that the process answers; nothing else is told here."""
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.post("/language")
@public
def language() -> Response:
    """Remember the language and go back to where the visitor was."""
    chosen = request.form.get("language", "")
    response = redirect(own_path(request.form.get("next", "")), 303)
    if chosen in LANGUAGES:
        keep_cookie(response, COOKIE, chosen, seconds=A_YEAR)
    return response


@blueprint.app_context_processor
def navigation() -> dict[str, object]:
    """Give the citizens' pages their menu."""
    items = (
        ("home.index", gettext("First page")),
        ("submit.index", gettext("Send a tip")),
        ("follow.index", gettext("Follow")),
    )
    current = request.blueprint if request else None
    return {
        "site_navigation": [
            {"text": text, "url": url_for(endpoint), "is_current": _is_current(endpoint, current)}
            for endpoint, text in items
        ]
    }


def own_path(path: str) -> str:
    """Return the page of this site that a path leads to, the first page for anything else.

    Nobody is led away from here; and a page that was the answer to a form has no address of its own, so the page of
    the form is shown instead.
    """
    routes = current_app.url_map.bind("", url_scheme="http")
    while path.startswith("/") and path != "/":
        if routes.test(path, method="GET"):
            return path
        path = path.rpartition("/")[0]
    return url_for("home.index")


def _is_current(endpoint: str, blueprint_name: str | None) -> bool:
    return request.endpoint == endpoint if endpoint == "home.index" else endpoint.startswith(f"{blueprint_name}.")
