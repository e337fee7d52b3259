"""The blueprint of signing in, second factors and the own account."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("auth", __name__)
