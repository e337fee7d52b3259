"""The one browser of the tests."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=vi-VN",
]


def launch(playwright: Playwright) -> Browser:
    """Start Chromium: the system's own where there is one, Playwright's otherwise."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
