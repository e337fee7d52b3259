"""The symbols of pages, each drawn once: a list shows a hundred of a few kinds."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup


def init_icons(app: Flask) -> None:
    """Give `macros/icons.html` its drawing; the addresses of static files must be known by then."""
    static_url: Callable[[str], str] = app.jinja_env.globals["static_url"]  # type: ignore[assignment]  # any object there

    def draw_icon(name: str, large: bool = False, label: str = "") -> Markup:  # noqa: FBT001, FBT002 - for templates
        return _drawn(static_url("pictograms.svg"), name, large=large, label=label)

    app.jinja_env.globals["draw_icon"] = draw_icon


@lru_cache(maxsize=2048)
def _drawn(url: str, name: str, *, large: bool, label: str) -> Markup:
    """Return one symbol of static/pictograms.svg, hidden from screen readers unless it has a label."""
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="icon{}" width="24" height="24" {} focusable="false"><use href="{}#{}"></use></svg>'
    ).format(" icon--l" if large else "", spoken, url, name)
