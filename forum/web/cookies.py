"""Cookies besides the session's: as strict as the way to the visitor allows, under names that say so."""

from __future__ import annotations

from typing import Literal

from flask import request
from werkzeug.wrappers import Response

from forum.extensions import house


def read_cookie(name: str) -> str | None:
    """Return what was kept in the browser, None where nothing was."""
    return request.cookies.get(_spelled(name))


def keep_cookie(
    response: Response, name: str, value: str, *, seconds: int, same_site: Literal["Lax", "Strict"] = "Lax"
) -> None:
    """Let the browser keep a value that no script reads and no other host sets."""
    response.set_cookie(
        _spelled(name),
        value,
        max_age=seconds,
        secure=house().config.is_https,
        httponly=True,
        samesite=same_site,
        path="/",
    )


def forget_cookie(response: Response, name: str) -> None:
    """Take a cookie out of the browser."""
    response.delete_cookie(_spelled(name), path="/", secure=house().config.is_https, httponly=True, samesite="Lax")


def _spelled(name: str) -> str:
    """Return the name; behind https browsers let nobody but this very host set one that begins with `__Host-`."""
    return f"{house().config.cookie_prefix}{name}"
