"""The routes of the style page."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from forum.domain.lifecycle import Status
from forum.web.access import public
from forum.web.style.forms import SampleForm, refused_form
from forum.web.translations import gettext as _

blueprint = Blueprint("style", __name__)
THEMES = ("auto", "light", "dark")

# Stands for a QR code: a picture of squares that encodes nothing.
SAMPLE_QR = Markup(
    '<svg viewBox="0 0 21 21" shape-rendering="crispEdges">'
    '<path fill="currentColor" d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0z'
    'M9 1h2v3H9zM12 5h1v4h-1zM8 9h4v2H8zM15 10h3v2h-3zM9 14h3v2H9zM14 15h2v4h-2zM18 17h2v3h-2zM10 18h2v2h-2z"/>'
    '<path fill="#fff" d="M1 1h5v5H1zM15 1h5v5h-5zM1 15h5v5H1z"/>'
    '<path fill="currentColor" d="M2 2h3v3H2zM16 2h3v3h-3zM2 16h3v3H2z"/></svg>'
)


@blueprint.get("/style")
@public
def index() -> str:
    """Show every component in all its states, as citizens see it."""
    return _page("layouts/citizen.html")


@blueprint.get("/style/desk")
@public
def desk() -> str:
    """Show the same at the density of the desk; "?theme=dark" by night."""
    theme = request.args.get("theme", "")
    return _page("layouts/desk.html", theme=theme if theme in THEMES else THEMES[0])


@blueprint.get("/style/places.json")
@public
def places() -> dict[str, list[str]]:
    """Return a few communes in the form in which place fields want them."""
    return {"14": ["Xã Tà Xùa", "Xã Mộc Châu"], "15": ["Xã Bắc Hà", "Phường Sa Pa"]}


def _page(layout: str, **extra: object) -> str:
    menu = [
        {"text": _("First tab"), "url": url_for("style.index"), "is_current": layout == "layouts/citizen.html"},
        {
            "text": _("Second tab"),
            "url": url_for("style.desk"),
            "is_current": layout == "layouts/desk.html",
            "count": 3,
        },
    ]
    return render_template(
        "style/index.html",
        layout=layout,
        site_navigation=menu,
        desk_navigation=menu,
        form=SampleForm(formdata=None),
        refused=refused_form(words="", category=None, commune="Tà Xùa"),
        statuses=list(Status),
        qr=SAMPLE_QR,
        **extra,
    )
