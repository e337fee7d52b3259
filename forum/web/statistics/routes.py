"""Routes: Figures for supervisors."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("statistics", __name__)
