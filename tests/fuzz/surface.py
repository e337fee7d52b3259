"""Everything that a request can name: every route and method, every field of every form, every parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from wtforms import Form
from wtforms.fields.core import UnboundField

import forum.web
from forum.web.tips.forms import ActionForm

_READ_BY_HAND = re.compile(r'request\.(?:args|form|values|files)\.get(?:list)?\(\s*"([a-z_]+)"')
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Door:
    """One address with its variables and the fields that are read behind it."""

    rule: str
    endpoint: str
    methods: tuple[str, ...]
    variables: tuple[str, ...]
    fields: tuple[str, ...]


def doors(app: Flask) -> list[Door]:
    """Return every address of the application but static files."""
    by_feature, actions, by_hand = fields_by_feature(), fields_of(ActionForm), parameters()
    found = []
    for rule in app.url_map.iter_rules():
        feature = rule.endpoint.partition(".")[0]
        names = by_feature.get(feature, set()) | by_hand
        if feature == "tips":
            names |= {f"{rule.rule.rpartition('/')[2]}-{name}" for name in actions}
        if rule.endpoint != "static":
            methods = tuple(sorted(rule.methods or ()))
            found.append(Door(rule.rule, rule.endpoint, methods, tuple(sorted(rule.arguments)), tuple(sorted(names))))
    return sorted(found, key=lambda door: door.rule)


def fields_by_feature() -> dict[str, set[str]]:
    """Return the names of all fields of the forms of each feature of the web."""
    found: dict[str, set[str]] = {}
    for form in _below(Form):
        parts = form.__module__.split(".")
        if parts[:2] == ["forum", "web"]:
            found.setdefault(parts[2], set()).update(fields_of(form))
    shared = found.get("tip_filters", set())
    return {feature: names | shared for feature, names in found.items()}


def fields_of(form: type) -> set[str]:
    """Return the fields of a form and of all that derive from it."""
    return {
        name
        for cls in (form, *_below(form))
        for base in cls.__mro__
        for name, value in vars(base).items()
        if isinstance(value, UnboundField)
    }


def parameters() -> set[str]:
    """Return the names of parameters that views read themselves."""
    root = Path(forum.web.__file__).parent
    return {name for path in root.rglob("*.py") for name in _READ_BY_HAND.findall(path.read_text("utf-8"))}


def _below(form: type) -> Iterator[type]:
    for child in form.__subclasses__():
        yield child
        yield from _below(child)
