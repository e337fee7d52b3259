"""Addresses of stylesheets, scripts and pictures that name their content: kept by browsers for a year, never stale."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

FOR_GOOD = "public, max-age=31536000, immutable"
LENGTH = 12


def init_static_files(app: Flask) -> None:
    """Put the fingerprint of each file into its address, and let such addresses be kept for good."""
    app.jinja_env.globals["static_url"] = _addresses(app)
    app.url_defaults(_add_fingerprint)
    app.after_request(_keep)


def _addresses(app: Flask) -> Callable[[str], str]:
    """Return what does the same as `url_for("static", …)` without its searching: each address is put together once."""
    path, folder = app.static_url_path, app.static_folder or ""

    @cache
    def address(root: str, filename: str) -> str:
        found = _fingerprint(folder, filename)
        return f"{root}{path}/{filename}{f'?v={found}' if found else ''}"

    return lambda filename: address(request.script_root, filename)


def _add_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values:
        found = _fingerprint(current_app.static_folder or "", values["filename"])
        if found:
            values["v"] = found


def _keep(response: Response) -> Response:
    """Keep for good what was asked for by its present fingerprint; anything else is asked for again each time."""
    if request.endpoint == "static" and response.status_code in {200, 304}:
        found = _fingerprint(current_app.static_folder or "", (request.view_args or {})["filename"])
        if found and request.args.get("v") == found:
            response.headers["Cache-Control"] = FOR_GOOD
    return response


@cache
def _fingerprint(folder: str, name: str) -> str:
    """Return the beginning of the SHA-256 of a file, nothing for one that is not there; read once in a process."""
    path = Path(folder) / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:LENGTH] if path.is_file() else ""
