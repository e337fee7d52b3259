"""Scanners that others wrote, and our own rules for one of them, run as part of the tests; see docs/verification.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.house.source_tree import ROOT

BIN = Path(sys.prefix) / "checks" / "bin"
"""Their own environment: what they need is nothing that the forum needs. `tests/run` makes it."""
RULES = ROOT / "tests" / "scanners" / "rules"
PROGRAM = ("forum", "config.py", "migrations", "templates", "static")
SEMGREP = ("scan", "--metrics=off", "--disable-version-check", "--no-git-ignore", "--jobs=1")

LOOKED_AT = {
    ("B105", "config.py"): 1,  # the name of a file
    ("B105", "forum/adapters/keyring.py"): 1,  # the name of a purpose
    ("B105", "forum/models/access_log.py"): 1,  # the name of an action
    ("B105", "forum/web/passphrase.py"): 1,  # a word of the record: "wrong"
    ("B108", "forum/cli/serve.py"): 1,  # heartbeats of workers, which never wait for a disk
    ("B311", "forum/cli/demo/corpus.py"): 3,  # the demo draws the same tips each time
    ("B311", "forum/cli/demo/pictures.py"): 1,  # as above
    ("B404", "forum/adapters/parser.py"): 1,  # the child that takes files apart
    ("B603", "forum/adapters/parser.py"): 1,  # this very interpreter, no shell, no word of anybody
    ("B404", "forum/cli/demo/command.py"): 1,  # the demo starts server and worker
    ("B603", "forum/cli/demo/command.py"): 1,  # this very program
    ("B608", "forum/models/among.py"): 1,  # what the compiler of statements spelled
    ("B608", "migrations/versions/0009_ask_for_a_second_factor.py"): 1,  # members of an enumeration
    ("B704", "forum/adapters/html.py"): 1,  # what bleach let through
    ("B704", "forum/web/qr.py"): 1,  # a drawing of digits
    ("B704", "forum/web/quick_select.py"): 1,  # attributes, values and texts are escaped
    ("B704", "forum/web/translations.py"): 2,  # texts of our own catalogue
}
"""How often bandit stops where somebody has looked; once more is a finding, once less a line to strike out here."""

PLANTED = {
    "forum/reports/found.py": ('session.execute(text(f"SELECT {typed}"))\n', "statement-of-strings"),
    "forum/web/marked.py": ("from markupsafe import Markup\nMarkup(typed)\n", "markup-of-values"),
    "forum/services/late.py": ("from datetime import datetime\ndatetime.now()\n", "clock-outside-its-adapter"),
    "forum/web/who.py": ("request.remote_addr\n", "address-or-browser-of-a-caller"),
    "templates/tips/page.html": ("<p>{{ tip.body|safe }}</p>\n", "unescaped-value"),
}


def run(folder: Path, home: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert (BIN / program).exists(), f"{program} is missing: tests/run installs it into {BIN.parent}"
    environ = os.environ | {"HOME": str(home), "SEMGREP_SEND_METRICS": "off", "PATH": f"{BIN}:{os.environ['PATH']}"}
    return subprocess.run(
        [BIN / program, *arguments], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )


def found_by_bandit(folder: Path, home: Path, *paths: str) -> Counter[tuple[str, str]]:
    told = json.loads(run(folder, home, "bandit", "-q", "-r", *paths, "-f", "json").stdout)
    assert told["errors"] == []
    return Counter((found["test_id"], found["filename"].removeprefix("./")) for found in told["results"])


def found_by_semgrep(folder: Path, home: Path, *paths: str) -> set[tuple[str, str]]:
    told = json.loads(run(folder, home, "semgrep", *SEMGREP, "--json", "--config", str(RULES), *paths).stdout)
    assert told["errors"] == []
    assert told["paths"]["scanned"]
    return {(found["check_id"].rpartition(".")[2], found["path"]) for found in told["results"]}


def test_bandit_finds_nothing_that_nobody_has_looked_at(tmp_path: Path) -> None:
    assert dict(found_by_bandit(ROOT, tmp_path, "forum", "config.py", "migrations")) == LOOKED_AT


def test_semgrep_finds_nothing_in_the_program(tmp_path: Path) -> None:
    assert found_by_semgrep(ROOT, tmp_path, *PROGRAM) == set()


def test_each_rule_bites_where_its_sample_says_and_nowhere_else(tmp_path: Path) -> None:
    result = run(ROOT, tmp_path, "semgrep", "scan", "--test", *SEMGREP[1:3], str(RULES))
    assert result.returncode == 0, result.stdout + result.stderr
    names = {line.split(":")[1].strip() for path in RULES.glob("*.yaml") for line in ids(path)}
    assert len(names) >= 10
    samples = "\n".join(path.read_text("utf-8") for path in RULES.iterdir() if path.suffix != ".yaml")
    assert {name for name in names if f"ruleid: {name}" not in samples or f" ok: {name}" not in samples} == set()


def ids(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line.startswith("  - id:")]


def test_planted_faults_are_found_by_the_same_command(tmp_path: Path) -> None:
    for path, (content, _rule) in PLANTED.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content, "utf-8")
    expected = {(rule, path) for path, (_content, rule) in PLANTED.items()}
    assert found_by_semgrep(tmp_path, tmp_path, "forum", "templates") == expected


def test_bandit_bites(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("import pickle\npickle.loads(typed)\neval(typed)\n", "utf-8")
    found = {test for test, _path in found_by_bandit(tmp_path, tmp_path, "planted.py")}
    assert found == {"B403", "B301", "B307"}
