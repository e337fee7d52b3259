"""Routes: Following a tip with its receipt."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("follow", __name__)
