"""The checkers run as part of the tests: nobody can forget them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source_tree import ROOT

BIN = Path(sys.executable).parent
COMMANDS = {
    "ruff": ("ruff", "check", "."),
    "ruff format": ("ruff", "format", "--check", "."),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports",),
    "djlint": ("djlint", "templates", "--lint", "--quiet"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_checker_finds_nothing(name: str) -> None:
    program, *arguments = COMMANDS[name]
    result = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
