"""Routes: Desks and team queues."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("queue", __name__)
