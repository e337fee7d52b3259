"""One small demo for all browser tests; every visitor gets a window of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.site import Site, Visitor, running_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), tips=60) as running:
        yield running


@pytest.fixture
def arrive(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """Return what opens a window; all are closed at the end."""
    visitors: list[Visitor] = []

    def open_window(**look: object) -> Visitor:
        visitors.append(Visitor.arrive(browser, site, **look))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.leave()
