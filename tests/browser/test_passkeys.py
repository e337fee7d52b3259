"""Passkeys as Chromium makes them, with an authenticator of its own that no hand has to touch."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.site import Visitor

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(visitor: Visitor) -> Visitor:
    tools = visitor.page.context.new_cdp_session(visitor.page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return visitor


def test_passkey_is_added_and_completes_the_next_sign_in(arrive: Callable[..., Visitor]) -> None:
    officer = with_authenticator(arrive(width=360))
    officer.sign_in("giu-danh-tinh")
    officer.go("/factors")
    officer.page.locator("[name=name]").fill("khóa của tôi")
    officer.press(officer.page.locator("[data-passkey-new]"))
    assert officer.page.get_by_text("khóa của tôi").is_visible()

    officer.press(officer.page.locator("form[action='/sign-out'] button"))
    officer.page.locator("[name=username]").fill("giu-danh-tinh")
    officer.page.locator("[name=password]").fill(officer.site.passwords["giu-danh-tinh"])
    officer.press(officer.page.locator("main form button[type=submit]"))
    officer.press(officer.page.locator("[data-passkey]"))
    assert officer.page.url.endswith("/queue")
    officer.go("/factors")
    assert officer.page.get_by_text("dùng lần cuối").is_visible()


def test_second_step_works_without_javascript(arrive: Callable[..., Visitor]) -> None:
    officer = arrive(width=360, has_scripts=False)
    officer.go("/sign-in")
    officer.page.locator("[name=username]").fill("an-ninh")
    officer.page.locator("[name=password]").fill(officer.site.passwords["an-ninh"])
    officer.press(officer.page.locator("main form button[type=submit]"))
    officer.page.locator("[name=proof-code]").fill(officer.site.code("an-ninh"))
    officer.press(officer.page.locator("main form button[type=submit]"))
    assert officer.page.url.endswith("/queue")
    officer.go("/factors")
    assert not officer.page.locator("[data-passkey]").is_visible()
    officer.press(officer.page.locator("form[action='/factors/app'] button"))
    assert officer.page.locator(".receipt__qr svg").is_visible()
