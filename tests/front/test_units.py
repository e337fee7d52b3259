"""The samples of systemd units, as systemd itself judges them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.front.front import ROOT

SAMPLES = ROOT / "docs" / "samples"
UNITS = ["forum.service", "forum-worker.service"]
EXPOSED_AT_MOST = "20"
"""In tenths of systemd's own measure, from 0 (nothing to reach) to 100 (as root)."""

each_unit = pytest.mark.parametrize("name", UNITS)


@each_unit
def test_unit_is_understood_and_leaves_little_open(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSED_AT_MOST}", "--no-pager"]
    judged = subprocess.run([*command, SAMPLES / name], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    command = ["systemd-analyze", "verify", "--recursive-errors=no", SAMPLES / name]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in verified.stderr.splitlines() if "is not executable" not in line]
    assert [line for line in said if name in line] == []


@each_unit
@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("User", "forum"),
        ("ProtectSystem", "strict"),
        ("NoNewPrivileges", "yes"),
        ("LimitCORE", "0"),
        ("MemorySwapMax", "0"),
        ("MemoryMax", r"\d+[MG]"),
        ("TasksMax", r"\d+"),
        ("LoadCredential", r"keyring\.json:.+"),
    ],
)
def test_unit_bounds_what_may_happen(name: str, setting: str, wanted: str) -> None:
    lines = (SAMPLES / name).read_text().splitlines()
    assert [line for line in lines if re.fullmatch(f"{setting}={wanted}", line)] != []


@each_unit
def test_unit_starts_a_command_that_exists(name: str) -> None:
    text = (SAMPLES / name).read_text()
    program, *arguments = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)[1].split()
    helped = subprocess.run(
        [sys.executable, "-m", "forum", arguments[0], "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert program.endswith("/forum")
    assert helped.returncode == 0, helped.stderr
    assert all(argument in helped.stdout for argument in arguments[1:] if argument.startswith("--"))
