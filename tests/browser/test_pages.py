"""Every listed page as each of the demo people sees it: on a telephone, and at a desk by night."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.site import Visitor
from tests.house.route_table import Route, expected_routes

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PEOPLE = {
    "tiep-nhan": "intake",
    "xu-ly": "handler",
    "chi-huy": "lead",
    "giam-sat": "supervisor",
    "giu-danh-tinh": "custodian",
    "quan-tri": "administrator",
    "kiem-toan": "auditor",
}
NO_PAGE = re.compile(r"\.(json|csv|svg)$|^/healthz$|/files/")
"""Addresses whose answer is data."""
NOT_IN_THE_DEMO = re.compile(r"/single-sign-on|^/submit/known")
"""Issuers of identities are asked by `tests/openid`; where none is set up, there is nothing at these addresses."""
MADE_UP = {
    "/settings/teams/open/<province>": "/settings/teams/open/14",
    "/settings/teams/open-commune/<province>": "/settings/teams/open-commune/14",
}
WINDOWS = {
    "telephone": {"width": 360},
    "desk by night": {"width": 1440, "color_scheme": "dark"},
}


def pages_of(role: str) -> list[Route]:
    return [
        route
        for route in expected_routes()
        if route.method == "GET"
        and role in route.roles
        and not NO_PAGE.search(route.address)
        and not NOT_IN_THE_DEMO.search(route.address)
    ]


def visit(visitor: Visitor, routes: list[Route]) -> None:
    """Open each page; one whose address varies is opened where a page before links to it."""
    links: set[str] = set()
    varying = []
    for route in routes:
        address = MADE_UP.get(route.address, route.address)
        if "<" in address:
            varying.append(address)
            continue
        visitor.go(address)
        links |= hrefs(visitor)
    for address in sorted(varying, key=len):
        pattern = re.sub(r"<[^>]+>", r"[^/?#]+", address)
        found = sorted(link for link in links if re.fullmatch(pattern, link))
        if found:
            visitor.go(found[0])
            links |= hrefs(visitor)


def begin_draft(administrator: Visitor) -> None:
    """Begin a draft of the rules if there is none: its pages are there only then."""
    administrator.go("/settings/rules")
    if administrator.page.locator('main form[action="/settings/rules/draft"]').count():
        administrator.send("/settings/rules/draft")


def hrefs(visitor: Visitor) -> set[str]:
    return set(visitor.page.locator("a[href^='/']").evaluate_all("links => links.map(a => a.getAttribute('href'))"))


@pytest.mark.parametrize("window", WINDOWS)
def test_pages_for_everybody_are_sound(arrive: Callable[..., Visitor], window: str) -> None:
    visitor = arrive(**WINDOWS[window])
    visit(visitor, pages_of("nobody"))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("username", PEOPLE)
def test_pages_for_officers_are_sound(arrive: Callable[..., Visitor], username: str, window: str) -> None:
    visitor = arrive(**WINDOWS[window])
    visitor.sign_in(username)
    if username == "quan-tri":
        begin_draft(visitor)
    is_for_all = {route.address for route in pages_of("nobody")}
    visit(visitor, [route for route in pages_of(PEOPLE[username]) if route.address not in is_for_all])


def test_pages_speak_english_when_asked(arrive: Callable[..., Visitor]) -> None:
    visitor = arrive(width=360)
    visitor.go("/")
    visitor.press(visitor.page.locator('button[name="language"]'))
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    visitor.go("/submit")
    assert "What happened?" in visitor.page.locator("main").inner_text()
