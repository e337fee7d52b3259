"""Requests for any other host than ours are refused before anything looks at them."""

from __future__ import annotations

from flask import Flask, current_app, request
from werkzeug.exceptions import MisdirectedRequest
from werkzeug.sansio.utils import host_is_trusted


def init_host_check(app: Flask) -> None:
    """Check the host before everything else; nothing ever takes it over into an address or a mail."""
    app.before_request(_check)


def _check() -> None:
    if not host_is_trusted(request.headers.get("Host", "").lower(), current_app.config["FORUM"].hosts):
        raise MisdirectedRequest
