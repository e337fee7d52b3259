"""Routes: Pages of the administrator."""

from __future__ import annotations

from flask import render_template

from forum.domain.permissions import Permission
from forum.web.access import requires
from forum.web.settings import accounts, catalogue, consents, deadlines, rules, teams  # noqa: F401 - for their routes
from forum.web.settings.blueprint import blueprint

__all__ = ["blueprint"]


@blueprint.get("/")
@requires(Permission.ADMINISTER)
def index() -> str:
    """Lead to the sections."""
    return render_template("settings/index.html")
