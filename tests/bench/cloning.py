"""Multiplying played tips by COPY: every clone has its own key, seals, codes and receipt, as if it had been sent.

Clones skip the services, not the rules: what a service would compute for the same events is copied or computed here,
and `forum audit verify` holds over the result. Texts repeat: words have as many hits as in so many different tips.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import psycopg
from psycopg.rows import dict_row

from forum.adapters.bindings import event_where
from forum.adapters.chain import GENESIS
from forum.adapters.secrets import Secrets
from forum.domain import receipts
from forum.domain.text import terms_in
from forum.domain.tip_text import TipText
from forum.models import Tip, TipEventRow
from forum.services.submission import NUMBER_ALPHABET, NUMBER_LENGTH
from forum.services.timeline import event_mac

WEEK = timedelta(weeks=1)
COLUMNS = {
    "tip": tuple(column.name for column in Tip.__table__.columns),
    "tip_event": tuple(column.name for column in TipEventRow.__table__.columns if column.name != "id"),
    "tip_search": ("tip_id", "scope", "key_id", "codes"),
    "tip_grant": ("tip_id", "team_id"),
    "bare_tip": (
        "id",
        "number",
        "status",
        "kind",
        "category",
        "priority",
        "province_code",
        "commune_code",
        "team_id",
        "received_at",
        "queue_at",
        "body",
        "searched",
    ),
    "bare_event": ("tip_id", "seq", "kind", "at", "team_id", "body"),
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")


@dataclass(frozen=True, slots=True)
class Model:
    """A played tip with all that belongs to it, its texts readable."""

    tip: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    texts: Sequence[tuple[str | None, str | None]]
    """Text and folded text of each event."""
    search: Mapping[str, Any]
    granted: Sequence[int]


@dataclass(slots=True)
class Batch:
    """Rows ready for COPY, by table."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def write(self, connection: psycopg.Connection[Any]) -> None:
        """Send the rows to the database, those that others refer to first."""
        for table, rows in self.rows.items():
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)


def read_models(connection: psycopg.Connection[Any], keys: Secrets) -> list[Model]:
    """Read what was played, oldest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        tips = cursor.execute("SELECT * FROM tip ORDER BY id").fetchall()
        events: dict[int, list[dict[str, Any]]] = {}
        for row in cursor.execute("SELECT * FROM tip_event ORDER BY tip_id, seq"):
            events.setdefault(row["tip_id"], []).append(row)
        searches = {row["tip_id"]: row for row in cursor.execute("SELECT * FROM tip_search")}
        granted: dict[int, list[int]] = {}
        for row in cursor.execute("SELECT tip_id, team_id FROM tip_grant"):
            granted.setdefault(row["tip_id"], []).append(row["team_id"])
    return [
        Model(tip, events[tip["id"]], list(_texts(keys, tip, events[tip["id"]])), searches[tip["id"]],
              granted.get(tip["id"], ()))
        for tip in tips
    ]  # fmt: skip


def _texts(
    keys: Secrets, tip: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str | None, str | None]]:
    key = keys.vault.open_tip_key(tip["wrapped_key"], tip["kek_id"], ref=tip["number"])
    for event in events:
        opened = [
            None
            if event[f"{column}_sealed"] is None
            else keys.vault.unseal_text(
                key, event[f"{column}_sealed"], where=event_where(tip["number"], event["seq"], column)
            )
            for column in ("text", "folded")
        ]
        yield opened[0], opened[1]


def untied(models: Sequence[Model]) -> list[Model]:
    """Return those that no other tip is tied to: a clone could not keep the tie."""
    masters = {model.tip["master_id"] for model in models}
    return [
        model
        for model in models
        if model.tip["id"] not in masters
        and not any(event["kind"] in {"duplicated", "unlinked", "followed", "split"} for event in model.events)
    ]


def add_bare(made: Batch, model: Model, tip: Mapping[str, Any], shift: timedelta) -> None:
    """Add the same tip in plain text for the bare application."""
    body = TipText.from_json(model.texts[0][0] or "").body
    searched = "\n".join(folded for _, folded in model.texts if folded is not None)
    made.rows["bare_tip"].append((*(tip[name] for name in COLUMNS["bare_tip"][:-2]), body, searched))
    made.rows["bare_event"] += [
        (tip["id"], event["seq"], event["kind"], event["at"] + shift, event["team_id"], text)
        for event, (text, _) in zip(model.events, model.texts, strict=True)
    ]


class Cloner:
    """Makes batches of clones; the same seed gives the same courses, though never the same keys."""

    def __init__(self, models: Sequence[Model], keys: Secrets, now: datetime, *, seed: int = 1) -> None:
        self._models = models
        self._keys = keys
        self._now = now
        self._random = Random(seed)
        self._start = min(model.tip["received_at"] for model in models)

    def batch(self, first_id: int, count: int) -> Batch:
        """Return `count` clones of models drawn at random, with ids from `first_id` on."""
        made = Batch()
        for tip_id in range(first_id, first_id + count):
            self._clone(self._random.choice(self._models), tip_id, made)
        return made

    def _clone(self, model: Model, tip_id: int, made: Batch) -> None:
        number = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_LENGTH))
        tip_key = self._keys.vault.new_tip_key(ref=number)
        receipt_key = self._keys.receipt_keys[-1]
        receipt = receipts.derive(secrets.token_bytes(receipts.TOKEN_BYTES), receipt_key.secret)
        shift = self._shift(model)
        moved = {name: value + shift if isinstance(value, datetime) else value for name, value in model.tip.items()}
        tip = {
            **moved,
            "id": tip_id,
            "number": number,
            "receipt_digest": receipts.digest(receipt, receipt_key.secret),
            "receipt_key_id": receipt_key.id,
            "kek_id": tip_key.kek_id,
            "wrapped_key": tip_key.wrapped,
            "head_mac": self._clone_events(model, tip_id, number, tip_key.key, shift, made),
        }
        made.rows["tip"].append(tuple(tip[name] for name in COLUMNS["tip"]))
        made.rows["tip_search"].append((tip_id, *self._search(model, tip_id)))
        made.rows["tip_grant"] += [(tip_id, team_id) for team_id in model.granted]
        add_bare(made, model, tip, shift)

    def _search(self, model: Model, tip_id: int) -> tuple[str, str, bytes]:
        """Return the scope, the key and the codes of a clone, whose codes are its own."""
        scope, index = model.search["scope"], self._keys.index
        terms = {term for _, folded in model.texts if folded for term in terms_in(folded)}
        return scope, index.index_key_id, index.codes(scope, tip_id, terms)

    def _clone_events(self, model: Model, tip_id: int, number: str, key: bytes, shift: timedelta, made: Batch) -> bytes:
        """Add the events under the clone's own key; return the code of the last."""
        mac = GENESIS
        for event, (text, folded) in zip(model.events, model.texts, strict=True):
            spelled = _shifted(event["data"], shift)
            row = {
                **event,
                "tip_id": tip_id,
                "at": event["at"] + shift,
                "data": json.loads(spelled),
                "text_sealed": self._seal(key, text, event_where(number, event["seq"], "text")),
                "folded_sealed": self._seal(key, folded, event_where(number, event["seq"], "folded")),
            }
            mac = event_mac(self._keys, number, mac, SimpleNamespace(**row))
            row |= {"data": spelled, "mac": mac}
            made.rows["tip_event"].append(tuple(row[name] for name in COLUMNS["tip_event"]))
        return mac

    def _shift(self, model: Model) -> timedelta:
        """Draw whole weeks, so that office hours stay office hours; what is open stays as young as it is."""
        if model.tip["queue_at"] is not None:
            return timedelta()
        earliest = (model.tip["received_at"] - self._start) // WEEK
        latest = (self._now - model.events[-1]["at"]) // WEEK
        return self._random.randint(-earliest, latest) * WEEK

    def _seal(self, key: bytes, text: str | None, where: str) -> bytes | None:
        return None if text is None else self._keys.vault.seal(key, text, where=where)


def _shifted(data: str, shift: timedelta) -> str:
    if not shift:
        return data
    return _INSTANT.sub(lambda found: (datetime.fromisoformat(found.group()) + shift).isoformat(), data)
