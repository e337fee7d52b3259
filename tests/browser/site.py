"""A small demo of the forum, made and served by its own commands, and people who visit it with Chromium."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from forum.adapters.keyring import Keyring, Purpose
from forum.adapters.one_time_codes import code_at, open_steps
from forum.adapters.secrets import Secrets
from forum.services.factors import SCOPE

ROOT = Path(__file__).parents[2]
PATIENCE = 20_000
"""Milliseconds for one step: the machine may be busy with other tests."""
READY_WITHIN_SECONDS = 120
ACCOUNT = re.compile(r"^  ([a-z-]+) +([a-z]{4}(?:-[a-z]{4}){4}) ", re.MULTILINE)
APP_OF = """SELECT totp.uid, totp.secret_sealed, totp.last_step FROM totp JOIN account ON account.id = totp.account_id
WHERE account.username = ? AND totp.confirmed_at IS NOT NULL"""
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass(frozen=True)
class Site:
    """A running forum: where it is, and the passwords that the demo printed."""

    address: str
    passwords: dict[str, str]
    folder: Path
    signed_in: dict[str, list[Any]] = field(default_factory=dict)
    """Cookies of people who have signed in: a code is good once, and a new one comes every half minute only."""

    def code(self, username: str) -> str:
        """Return a code that the app of somebody shows about now and that was not used."""
        opener = Secrets.open(Keyring.load(self.folder / "keyring.json"))
        with closing(sqlite3.connect(self.folder / "forum.db")) as connection:
            uid, sealed, used = connection.execute(APP_OF, (username,)).fetchone()
        secret = opener.vault.unseal_record(Purpose.KEK, sealed, where=f"totp/{uid}/secret", scope=SCOPE).decode()
        steps = sorted(open_steps(datetime.now(UTC), after=used))
        assert steps, f"{username} has signed in three times within a minute"
        return code_at(secret, steps[0])


@contextmanager
def running_site(folder: Path, *, tips: int) -> Iterator[Site]:
    """Make a demo in the folder with the command of the README, and serve it as a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    environ = {**os.environ, "FORUM_MODE": "demo", "FORUM_INSTANCE": str(folder), "FORUM_BASE_URL": address}
    environ.pop("FORUM_DATABASE_URL", None)
    forum = [sys.executable, "-m", "forum"]
    made = subprocess.run(
        [*forum, "demo", "--no-serve", "--tips", str(tips), "--port", str(port)],
        env=environ,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    server = subprocess.Popen([*forum, "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"], env=environ, cwd=ROOT)
    try:
        _wait_for(f"{address}/healthz", server)
        yield Site(address, dict(ACCOUNT.findall(made.stdout)), folder)
    finally:
        server.terminate()
        server.wait(60)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    msg = "the server did not come up"
    raise AssertionError(msg)


@dataclass
class Visitor:
    """Somebody with a browser of their own, who finds fault with every page."""

    site: Site
    page: Page
    has_scripts: bool
    faults: list[str] = field(default_factory=list)

    @classmethod
    def arrive(cls, browser: Browser, site: Site, *, width: int, has_scripts: bool = True, **look: Any) -> Visitor:
        """Open a browser window; what the console says against a page is kept."""
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            base_url=site.address,
            java_script_enabled=has_scripts,
            locale="vi-VN",
            **look,
        )
        context.set_default_timeout(PATIENCE)
        visitor = cls(site, context.new_page(), has_scripts)
        visitor.page.on("pageerror", lambda fault: visitor.faults.append(str(fault)))
        visitor.page.on("console", lambda said: visitor.faults.append(said.text) if said.type == "error" else None)
        return visitor

    def leave(self) -> None:
        """Close the window."""
        self.page.context.close()

    def go(self, path: str) -> None:
        """Open a page and look at it."""
        answer = self.page.goto(path)
        assert answer is None or answer.ok, f"{path}: {answer.status}"
        self.look()

    def sign_in(self, username: str) -> None:
        """Sign in as one of the demo's people, or go on where they have signed in before."""
        self.page.context.add_cookies(self.site.signed_in.get(username, []))
        self.go("/sign-in")
        if self.page.locator("[name=username]").count() == 0:
            return
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(self.site.passwords[username])
        self.press(self.page.locator("main form button[type=submit]"))
        self.page.locator("[name=proof-code]").fill(self.site.code(username))
        self.press(self.page.locator("main form button[type=submit]"))
        self.site.signed_in[username] = self.page.context.cookies()

    def press(self, button: Locator) -> None:
        """Press a button that leads to another page, and look at that page."""
        with self.page.expect_navigation():
            button.click()
        self.look()

    def form(self, action: str) -> Locator:
        """Return the form that leads to an address ending so, brought to light where it is folded away."""
        form = self.page.locator(f'main form[action$="{action}"]').first
        folded = self.page.locator("main details:not([open])", has=self.page.locator(f'form[action$="{action}"]'))
        while folded.count():
            folded.first.locator("> summary").click()
        return form

    def send(self, action: str, **fields: str) -> None:
        """Fill a form and send it; a field is named without the prefix of its form."""
        form = self.form(action)
        for name, value in fields.items():
            control = form.locator(f'[name$="{name}"]:not([type=hidden])').first
            kind = control.evaluate("control => control.tagName + ':' + control.type")
            if kind.startswith("SELECT"):
                control.select_option(value)
            elif kind in {"INPUT:radio", "INPUT:checkbox"}:
                form.locator(f'[name$="{name}"][value="{value}"]').check(force=True)
            else:
                control.fill(value)
        self.press(form.locator("button[type=submit]").last)

    def look(self) -> None:
        """Find fault with the page as it stands: width, headings, accessibility, console."""
        where = self.page.url
        width, wanted = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert width <= wanted, f"{where} scrolls sideways: {width} > {wanted}"
        if "/style" not in where:  # which shows the page of an error as one of its components
            assert self.page.locator("h1").count() == 1, f"{where} has not one heading"
        if self.has_scripts:
            violations = Axe().run(self.page, options=AXE).response["violations"]
            found = [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in violations]
            assert found == [], f"{where}: {found}"
        assert self.faults == [], f"{where}: {self.faults}"
