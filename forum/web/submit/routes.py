"""Routes: Submitting a tip and keeping its receipt."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("submit", __name__)
