"""`python -m tests.browser.pictures`: make the three pictures of the README from a running demo, small to keep."""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.site import ROOT, Site, Visitor, running_site
from tests.chromium import launch

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 120 * 1024
COLOURS = (96, 64, 32, 16)
WORDS = "Cuối bản có người lạ tụ tập bán ma túy vào ban đêm, bà con rất lo. Xin các anh xem giúp."


def save(page: Page, name: str) -> None:
    """Write what the window shows as a PNG with a palette, with as many colours as fit."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colours in COLOURS:
        buffer = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    else:
        msg = f"{name} is larger than {MOST_BYTES} bytes"
        raise SystemExit(msg)
    (PICTURES / f"{name}.png").write_bytes(buffer.getvalue())
    print(f"docs/pictures/{name}.png  {buffer.tell() // 1024} KB")  # noqa: T201 - a command says what it made


def take_citizen(browser: Browser, site: Site) -> None:
    """Show the form as somebody writes on a telephone."""
    visitor = Visitor.arrive(browser, site, width=360)
    visitor.page.set_viewport_size({"width": 360, "height": 1180})
    visitor.go("/submit")
    visitor.page.locator("[name=body]").fill(WORDS)
    visitor.page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
    save(visitor.page, "citizen-submit")
    visitor.leave()


def take_officer(browser: Browser, site: Site) -> None:
    """Show a tip that a department works on in good time, with words already exchanged."""
    visitor = Visitor.arrive(browser, site, width=1440)
    visitor.page.set_viewport_size({"width": 1440, "height": 1000})
    visitor.sign_in("chi-huy")
    for status in ("waiting-for-citizen", "in-progress", "answered"):
        visitor.go(f"/queue?list=province&status={status}")
        rows = visitor.page.locator("main a[href^='/tips/']")
        for address in rows.evaluate_all("links => links.map(link => link.getAttribute('href'))"):
            visitor.go(address)
            shown = visitor.page.locator("main")
            if shown.locator(".message").count() and not shown.locator(".clock--overdue").count():
                save(visitor.page, "officer-tip")
                visitor.leave()
                return
    msg = "the demo holds no tip that is worth a picture"
    raise SystemExit(msg)


def take_supervisor(browser: Browser, site: Site) -> None:
    """Show the figures of the cluster."""
    visitor = Visitor.arrive(browser, site, width=1440)
    visitor.page.set_viewport_size({"width": 1440, "height": 1130})
    visitor.sign_in("giam-sat")
    visitor.go("/statistics")
    save(visitor.page, "statistics")
    visitor.leave()


def main() -> None:
    """Make a demo for the occasion and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tips", type=int, default=1500, help="how many tips the demo plays")
    given = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder), tips=given.tips) as site,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for take in (take_citizen, take_officer, take_supervisor):
            take(browser, site)
        browser.close()


if __name__ == "__main__":
    main()
