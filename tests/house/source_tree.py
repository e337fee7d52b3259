"""The program's own source, parsed once, for the rules that look at code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
CATALOGUES = ROOT / "forum" / "translations" / "vi" / "LC_MESSAGES"


@cache
def modules() -> dict[str, ast.Module]:
    """Return the parsed modules of the program by their path, such as "forum/app.py"."""
    paths = [ROOT / "config.py", *sorted((ROOT / "forum").rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}


@cache
def templates() -> dict[str, str]:
    """Return the templates by the name under which they are rendered."""
    return {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in sorted(TEMPLATES.rglob("*.*"))}


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield every call in a module."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.expr) -> str:
    """Return the dotted name of an expression, such as "datetime.now"; "" when it is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f"….{node.attr}"
    return ""


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of every module and member that a module imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
