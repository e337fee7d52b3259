"""Every pattern of the program reads hostile texts with work that grows with their length alone."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys

import pytest

from tests.house.source_tree import calls, dotted, modules

LENGTH = 30_000
CORE_SECONDS = 10
"""Of a core's time, so that other work on the machine does not count: a linear pattern takes a fraction of one, and
one that reads a text anew from each of its signs takes far more."""
FUNCTIONS = {"re.match", "re.search", "re.fullmatch", "re.sub", "re.split", "re.findall", "re.finditer"}
PIECES = ["a", "1", "0", ".", "!?", " ", "\n", ",", '"', "a-", "a ", "ứ"]
PROGRAM = """
import ast, re, resource, sys
pattern, length, seconds = re.compile(ast.literal_eval(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
for piece in sys.argv[4:]:
    text = piece * (length // len(piece)) + chr(0)
    pattern.fullmatch(text), sum(1 for _ in pattern.finditer(text))
"""


def patterns() -> dict[str, str]:
    """Return what is compiled in modules that serve, and what is spelled where it is used; commands serve nobody."""
    found = {}
    for path, tree in modules().items():
        used = {dotted(call.func) for call in calls(tree)}
        if path.startswith("forum/cli/") or not used & {*FUNCTIONS, "re.compile"}:
            continue
        module = importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        found |= {f"{path} {name}": it.pattern for name, it in vars(module).items() if isinstance(it, re.Pattern)}
        for call in calls(tree):
            if dotted(call.func) in FUNCTIONS:
                assert isinstance(call.args[0], ast.Constant), f"{path}:{call.lineno} cannot be looked at"
                found[f"{path} line {call.lineno}"] = call.args[0].value
    return found


def is_linear(pattern: str) -> bool:
    command = [sys.executable, "-c", PROGRAM, ascii(pattern), str(LENGTH), str(CORE_SECONDS), *PIECES]
    return subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize("name", patterns())
def test_pattern_reads_a_hostile_text_in_linear_work(name: str) -> None:
    assert is_linear(patterns()[name])


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"[.!?]+(?=\s|$)"])
def test_pattern_that_is_not_linear_is_found(pattern: str) -> None:
    assert len(patterns()) > 15
    assert not is_linear(pattern)
