"""The menu of the desk and the first page of each role, by what the signed-in person may do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, g, request, url_for
from flask_login import current_user

from forum.domain.permissions import Actor, Permission
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu."""

    text: str
    url: str
    is_current: bool


PAGES = (
    ("queue.index", Permission.READ_TIPS, _("Tips")),
    ("search.index", Permission.READ_TIPS, _("Search")),
    ("custody.index", Permission.OPEN_IDENTITY, _("Identities")),
    ("consent.index", Permission.CONSENT, _("Requests")),
    ("statistics.index", Permission.READ_STATISTICS, _("Figures")),
    ("retention.index", Permission.ERASE, _("Retention")),
    ("settings.index", Permission.ADMINISTER, _("Settings")),
    ("audit.index", Permission.READ_LOGS, _("Logs")),
)
FIRST_PAGES = tuple((endpoint, permission) for endpoint, permission, _text in PAGES if endpoint != "search.index")


def init_navigation(app: Flask) -> None:
    """Give the desk's layout its menu and theme."""
    app.context_processor(_desk_context)


def first_page(actor: Actor) -> str:
    """Return where somebody lands after signing in; whoever may do nothing yet sees their own account."""
    endpoints = (endpoint for endpoint, permission in FIRST_PAGES if actor.holds(permission))
    return url_for(next(endpoints, "auth.password"))


def _desk_context() -> dict[str, object]:
    if not g.get("is_desk"):
        return {}
    person = current_user
    items = [
        MenuItem(str(text), url_for(endpoint), _is_current(endpoint))
        for endpoint, permission, text in PAGES
        if person.actor.holds(permission)
    ]
    items.append(MenuItem(gettext("My account"), url_for("auth.password"), _is_current("auth.password")))
    return {"desk_navigation": items, "theme": person.account.theme}


def _is_current(endpoint: str) -> bool:
    feature = endpoint.partition(".")[0]
    return feature == ("queue" if request.blueprint == "tips" else request.blueprint)
