"""The blueprint of submitting a tip."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("submit", __name__)
