"""Every message id that code and templates hand to the catalogue, found without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from babel.messages.extract import extract_from_dir

from tests.house.source_tree import ROOT, dotted, modules

KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**.html": {"silent": "false"}}
SPOKEN = {"gettext", "_", "lazy_gettext"}

MessageId = str | tuple[str, ...]


@cache
def message_ids() -> dict[MessageId, str]:
    """Return the ids with a place where each is used; a plural is the tuple of its forms."""
    found: dict[MessageId, str] = {}
    for path, _line, message, *_ in extract_from_dir(
        str(ROOT / "templates"), METHODS, OPTIONS, KEYWORDS, comment_tags=()
    ):
        found[message if isinstance(message, str) else tuple(message)] = f"templates/{path}"
    for path, tree in modules().items():
        if not path.startswith("forum/cli/"):
            found |= dict.fromkeys((*_spoken(tree), *_faults(tree)), path)
    return found


def _spoken(tree: ast.Module) -> Iterator[MessageId]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = dotted(call.func).split(".")[-1]
        if name in SPOKEN:
            yield from _strings(call.args[0])
        elif name in {"ngettext", "lazy_ngettext"}:
            yield tuple(text for argument in call.args[:2] for text in _strings(argument))


def _faults(tree: ast.Module) -> Iterator[str]:
    """Yield what domain errors say: their class's message, and the first argument of those that are raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.bases:
            for line in node.body:
                if isinstance(line, ast.Assign) and [dotted(target) for target in line.targets] == ["message"]:
                    yield from _strings(line.value)
        elif isinstance(node, ast.Call) and node.args and dotted(node.func).split(".")[-1] in fault_names():
            yield from _strings(node.args[0])


@cache
def fault_names() -> frozenset[str]:
    """Return the names of DomainError and of all that derive from it."""
    bases = {
        node.name: {dotted(base).split(".")[-1] for base in node.bases}
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"DomainError"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known)


def _strings(node: ast.expr) -> Iterator[str]:
    """Yield a constant, or both sides of a choice between constants."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _strings(value)
