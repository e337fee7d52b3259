"""A tip from the citizen's first page to the closed case and the rating, walked in Chromium by everybody it takes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image

from tests.browser.site import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Arrive = Callable[..., Visitor]

WORDS = "Cuối bản có người lạ tụ tập bán ma túy vào ban đêm, bà con rất lo."
EACH_WINDOW = [
    pytest.param(width, has_scripts, id=f"{width}-{'with' if has_scripts else 'without'}-scripts")
    for width in (360, 1440)
    for has_scripts in (True, False)
]
DIGITS = re.compile(r"\D")


def photograph() -> dict[str, object]:
    """Return a picture as a file picker hands it over."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "darkgreen").save(buffer, "JPEG")
    return {"name": "duong-mon.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def submit(citizen: Visitor) -> str:
    """Send a tip with a picture from the first page on; return the digits of the receipt."""
    citizen.go("/")
    citizen.press(citizen.page.locator('main a[href="/submit"]').first)
    form = citizen.page.locator("main form[enctype]")
    form.locator("[name=body]").fill(WORDS)
    form.locator("[name=province]").select_option("14")
    form.locator("[name=files]").set_input_files(files=[photograph()])
    citizen.press(form.locator("button[type=submit]").last)
    return DIGITS.sub("", citizen.page.locator("#receipt-digits").inner_text())


def follow(citizen: Visitor, digits: str) -> None:
    """Open the tip by the address of the QR picture, or by typing where no script reads that address."""
    citizen.page.goto("about:blank")
    citizen.go(f"/follow#{digits}")
    field = citizen.page.locator("main [name=receipt]")
    if citizen.has_scripts:
        assert DIGITS.sub("", field.input_value()) == digits
        assert digits not in citizen.page.url, "the digits stay in the address"
    else:
        field.fill(digits)
    citizen.press(citizen.page.locator("main form button[type=submit]").first)
    assert WORDS in citizen.page.locator("main").inner_text()


def find_in_queue(officer: Visitor, username: str) -> str:
    """Sign in, take the newest tip of the province list, and return its address."""
    officer.sign_in(username)
    officer.go("/queue?list=province")
    links = officer.page.locator('main a[href^="/tips/"]')
    for place in range(links.count()):
        address = links.nth(place).get_attribute("href")
        officer.page.goto(address)
        if WORDS in officer.page.locator("main").inner_text() and officer.form("/classify").count():
            return address
        officer.page.go_back()
    pytest.fail("the tip is not in the queue of the desk")


@pytest.mark.parametrize(("width", "has_scripts"), EACH_WINDOW)
def test_tip_goes_its_whole_way_in_every_window(arrive, width, has_scripts) -> None:
    citizen, desk, handler, lead = (arrive(width=width, has_scripts=has_scripts) for _ in range(4))
    digits = submit(citizen)
    citizen.press(citizen.page.locator('form[action="/receipt/kept"] button'))
    follow(citizen, digits)

    address = find_in_queue(desk, "tiep-nhan")
    desk.send("/classify", kind="crime-report", category="drugs", priority="high")
    desk.send("/route")

    handler.sign_in("xu-ly")
    handler.go(address)
    handler.send("/accept")
    handler.send("/ask", text="Bà con cho biết nhà đó ở chỗ nào ạ?")

    follow(citizen, digits)
    citizen.send("/follow/write", text="Nhà cuối bản, cạnh suối.")
    assert "Nhà cuối bản, cạnh suối." in citizen.page.locator("main").inner_text()

    handler.go(address)
    handler.send("/answer", text="Công an đã kiểm tra và xử lý. Cảm ơn bà con.")
    lead.sign_in("chi-huy")
    lead.go(address)
    lead.send("/approve")
    handler.go(address)
    handler.send("/close", founded="yes", valuable="yes", grassroots="no", cases="1", offenders="2")

    follow(citizen, digits)
    assert "Công an đã kiểm tra và xử lý." in citizen.page.locator("main").inner_text()
    citizen.send("/follow/rate", is_solved="yes", score="5", comment="Cảm ơn các anh")
    assert "Cảm ơn các anh" in citizen.page.locator("main").inner_text()


def test_tip_can_be_sent_and_its_receipt_kept_by_keyboard_alone(arrive: Arrive) -> None:
    citizen = arrive(width=360)
    citizen.go("/submit")
    keys = citizen.page.keyboard
    tab_to(citizen, "textarea[name=body]")
    keys.type(WORDS)
    tab_to(citizen, "#tip button.button--next")
    with citizen.page.expect_navigation():
        keys.press("Enter")
    citizen.look()
    tab_to(citizen, 'form[action="/receipt/kept"] button')
    with citizen.page.expect_navigation():
        keys.press("Enter")
    citizen.look()


def tab_to(visitor: Visitor, selector: str, *, at_most: int = 120) -> None:
    """Press Tab until the focus is there; every stop on the way must be seen to have it."""
    for _ in range(at_most):
        visitor.page.keyboard.press("Tab")
        is_there, is_seen = visitor.page.evaluate(
            """selector => {
                const focused = document.activeElement;
                const shown = [focused, focused.nextElementSibling, focused.closest("label")].filter(Boolean);
                const marked = style => style.outlineStyle !== "none" || style.boxShadow !== "none";
                // Chromium draws the focus of a date on its parts, which no script can see.
                const isSeen = focused.type === "date" || shown.some(each => marked(getComputedStyle(each)));
                return [focused.matches(selector), isSeen];
            }""",
            selector,
        )
        assert is_seen, visitor.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if is_there:
            return
    pytest.fail(f"Tab does not lead to {selector}")
