"""The real provider of the tests: started, stopped, started again with new keys, and people who sign in there."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config import OpenIdClient
from tests.conftest import START
from tests.serving import free_port
from tests.visitor import Page, Visitor

HOME = Path(sys.prefix) / "openid-provider"
PROGRAM = Path(__file__).with_name("provider.mjs")
FORUM = "http://localhost:8000"
BACK = {"officers": f"{FORUM}/sign-in/single-sign-on/done", "citizens": f"{FORUM}/submit/known/done"}
SECRETS = {door: f"a-secret-of-{door}-that-is-long-enough" for door in BACK}
PEOPLE = {
    "can-bo-17": {},
    "can-bo-18": {},
    "cong-dan-1": {"name": "Lò Văn Mẫu", "citizen_number": "014090001234"},
    "cong-dan-2": {"name": "Vàng Thị Mẫu"},
    "cong-dan-3": {},
}
PATIENCE_SECONDS = 60
MOST_STEPS = 12


def node() -> Path:
    """Return the Node.js that `tests/openid/install` has put there."""
    found = sorted(HOME.glob("node_modules/node-linux-*/bin/node"))
    assert found, f"the provider is not installed: bash tests/openid/install {HOME}"
    return found[0]


@dataclass
class Provider:
    """One provider on one port; whoever starts it stops it."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    back: Mapping[str, str] = field(default_factory=lambda: BACK)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, door: str, **differing: object) -> OpenIdClient:
        """Return the forum as the provider knows it."""
        values = {
            "issuer": self.address,
            "client_id": door,
            "client_secret": SECRETS[door],
            "name": "VNeID",
            "scope": "openid" if door == "officers" else "openid profile",
            "number_claim": "citizen_number" if door == "citizens" else "",
        }
        return OpenIdClient(**{**values, **differing})

    def start(self) -> None:
        """Start with keys that were never there before, and wait until it listens."""
        clients = [
            {"client_id": door, "client_secret": SECRETS[door], "redirect_uris": [back]}
            for door, back in self.back.items()
        ]
        now = int(START.timestamp() * 1000)
        told = json.dumps({"home": str(HOME), "clients": clients, "people": PEOPLE, "now": now})
        self.process = subprocess.Popen(
            [node(), PROGRAM, str(self.port), told],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        alarm = threading.Timer(PATIENCE_SECONDS, self.process.kill)
        alarm.start()
        said = self.process.stdout.readline()
        alarm.cancel()
        assert said == "ready\n", "the provider did not start"

    def stop(self) -> None:
        """Be away."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)
            self.process.stdout.close()
            self.process = None

    def restart(self) -> None:
        """Come back with new keys."""
        self.stop()
        self.start()

    def way_back(self, there: str, person: str) -> str:
        """Sign somebody in by the provider's own pages; return the path, with code and state, that leads back."""
        assert there.startswith(f"{self.address}/"), there
        with Visitor(self.port) as browser:
            page = browser.get(_path(there))
            for _ in range(MOST_STEPS):
                if page.location is not None and not page.location.startswith(("/", self.address)):
                    return _path(page.location)
                page = (
                    browser.get(_path(page.location)) if page.location is not None else _agreed(browser, page, person)
                )
        msg = "the provider does not lead back"
        raise AssertionError(msg)


def _agreed(browser: Visitor, page: Page, person: str) -> Page:
    """Fill in what the provider asks: who, and whether they agree."""
    form = next(form for form in page.forms if form.method == "post")
    typed = {"login": person, "password": "any"} if "login" in page.html and form.fields["prompt"] == "login" else {}
    return browser.post(_path(form.action), {**form.fields, **typed})


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
