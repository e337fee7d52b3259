"""Routes: One tip as officers see it, and what they do to it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("tips", __name__)
