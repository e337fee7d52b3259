"""What a browser carries for the forum for some minutes and cannot read: sealed, and good for no other purpose."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from werkzeug.wrappers import Response

from forum.adapters.keyring import Purpose
from forum.adapters.vault import SealBroken
from forum.extensions import house
from forum.web.cookies import keep_cookie, read_cookie

UNTIL = "until"


def keep_sealed(response: Response, name: str, values: Mapping[str, str], *, lifetime: timedelta) -> None:
    """Let the browser carry values; they open here alone, under this name, until their time is over."""
    kept = {**values, UNTIL: (house().clock() + lifetime).isoformat()}
    sealed = house().secrets.vault.seal_record(Purpose.SESSION_TOKEN, json.dumps(kept), where=_where(name))
    spelled = base64.urlsafe_b64encode(sealed).decode("ascii")
    keep_cookie(response, name, spelled, seconds=int(lifetime.total_seconds()))


def read_sealed(name: str) -> dict[str, str] | None:
    """Return what the browser carries; None for nothing, for what was not sealed here, and for what is too old."""
    try:
        blob = base64.urlsafe_b64decode((read_cookie(name) or "").encode("ascii", "replace"))
        opened = house().secrets.vault.unseal_record(Purpose.SESSION_TOKEN, blob, where=_where(name))
    except (SealBroken, binascii.Error):
        return None
    kept: dict[str, str] = json.loads(opened)
    return kept if house().clock() < datetime.fromisoformat(kept.pop(UNTIL)) else None


def _where(name: str) -> str:
    return f"cookie/{name}"
