"""Rules about templates: nothing inline, nothing unescaped, nothing that nobody renders."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source_tree import modules, templates

VIETNAMESE = re.compile("[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|{%-?\s*autoescape\s+false")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE)
USED = re.compile(r"""{%-?\s*(?:extends|include|from|import)\s+"([^"]+)\"""")
MACRO = re.compile(r"{%-?\s*macro\s+(\w+)")
OWN_NAMES = {"Tiếng Việt", "“Mèo Vạc, Hà Giang”"}
"""A language is offered under its own name, whatever the page speaks; a place has but one."""

SHOWN_ONLY = ("style/", "forum/web/style/")
"""The style page shows components with sample words, and forms that lead nowhere."""

COMPARES_VIETNAMESE: set[str] = set()
"""Modules that look for Vietnamese words in data; what they show still goes through the catalogue."""

each_template = pytest.mark.parametrize("name", templates())


@each_template
def test_templates_hold_nothing_inline(name: str) -> None:
    text = templates()[name]
    assert not re.search(r"\sstyle\s*=|<style\b", text, re.IGNORECASE)
    assert not INLINE_SCRIPT.search(text)
    assert not HANDLER.search(text)
    assert "javascript:" not in text.lower()


@each_template
def test_templates_escape_everything(name: str) -> None:
    assert not UNESCAPED.search(templates()[name])


@each_template
def test_templates_send_forms_with_a_token(name: str) -> None:
    text = templates()[name]
    forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", text, re.IGNORECASE | re.DOTALL)
    macros = re.findall(r"{%-?\s*macro\s+(\w+)[^%]*%}(.*?)endmacro", text, re.DOTALL)
    carriers = {"csrf_token", "hidden("} | {f"{macro}(" for macro, body in macros if "csrf_token" in body}
    bare = [form for form in forms if not any(carrier in form for carrier in carriers)]
    assert bare == [] or name.startswith(SHOWN_ONLY)


@each_template
def test_templates_speak_through_the_catalogue(name: str) -> None:
    text = re.sub(r"{#.*?#}", "", templates()[name], flags=re.DOTALL)
    for own_name in OWN_NAMES:
        text = text.replace(own_name, "")
    assert VIETNAMESE.findall(text) == [] or name.startswith(SHOWN_ONLY)


def test_web_code_speaks_through_the_catalogue() -> None:
    found = [
        (path, text)
        for path, tree in modules().items()
        if path.startswith("forum/web/") and not path.startswith(SHOWN_ONLY)
        for text in constants(tree) - docstrings(tree)
        if VIETNAMESE.search(text) and path not in COMPARES_VIETNAMESE
    ]
    assert found == []


def constants(tree: ast.Module) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def docstrings(tree: ast.Module) -> set[str]:
    """Return the strings that stand as statements: they speak to readers of code."""
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return {value.value for value in statements if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def rendered() -> set[str]:
    """Return the names of templates that code names, or that other templates take in."""
    in_code = {text for tree in modules().values() for text in constants(tree) if text in templates()}
    patterns = [
        "".join(re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in node.values)
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    in_patterns = {name for name in templates() for pattern in patterns if re.fullmatch(pattern, name)}
    return in_code | in_patterns | {used for text in templates().values() for used in USED.findall(text)}


def test_every_template_is_rendered_somewhere() -> None:
    assert set(templates()) - rendered() == set()


def test_every_template_that_is_named_exists() -> None:
    named = {
        call.args[0].value
        for tree in modules().values()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "render_template"
        and isinstance(call.args[0], ast.Constant)
    }
    assert named - set(templates()) == set()


def test_every_macro_is_used() -> None:
    everything = "\n".join(templates().values())
    unused = [
        f"{name}: {macro}"
        for name, text in templates().items()
        for macro in MACRO.findall(text)
        if len(re.findall(rf"\b{macro}\b", everything)) < 2 + ("macros/" in name)
    ]
    assert unused == []
