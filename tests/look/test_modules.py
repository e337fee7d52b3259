"""The small modules in a real browser, and the pages with and without them."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from forum.domain.urgency import sounds_urgent

RECEIPT = "12345678901234567890"


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", ["/style", "/style/desk?theme=light", "/style/desk?theme=dark"])
def test_style_page_is_accessible_and_fits_the_screen(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_targets_are_large_enough_for_fingers_on_citizens_pages(page: Page) -> None:
    page.goto("/modules")
    small = page.eval_on_selector_all(
        "main button:not([hidden]), main .input, main .choice__label, .band a, .band button:not([hidden])",
        "all => all.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 48).map(e => e.outerHTML)",
    )
    assert small == []


def test_receipt_field_takes_the_digits_and_clears_the_address(page: Page, address: str) -> None:
    page.goto(f"/style#{RECEIPT}")
    expect(page.locator("[data-fragment-receipt]")).to_have_value("1234 5678 9012 3456 7890")
    assert page.url == f"{address}/style"


def test_receipt_field_stays_empty_when_the_fragment_is_no_receipt(page: Page) -> None:
    page.goto("/style#style-data")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-fragment-receipt]")).to_have_value("")
    assert page.url.endswith("#style-data")


def type_draft(page: Page) -> None:
    page.goto("/modules")
    page.wait_for_load_state("networkidle")
    page.fill("#words", "Mất con trâu ở bản")
    page.check("#when-2")


def test_draft_comes_back_when_the_page_was_lost(page: Page) -> None:
    type_draft(page)
    page.goto("/modules")
    page.click("[data-draft-restore]")
    expect(page.locator("#words")).to_have_value("Mất con trâu ở bản")
    expect(page.locator("#when-2")).to_be_checked()


def test_draft_leaves_nothing_behind_when_it_is_wiped(page: Page) -> None:
    type_draft(page)
    page.locator(".actions [data-draft-wipe]").last.click()
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator("#when-2")).not_to_be_checked()
    assert page.evaluate("sessionStorage.length") == 0
    page.goto("/modules")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-draft-offer]")).to_be_hidden()


def test_draft_is_gone_when_the_receipt_is_shown(page: Page) -> None:
    type_draft(page)
    assert page.evaluate("sessionStorage.length") == 1
    page.goto("/style")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("sessionStorage.length") == 0


def test_draft_keeps_no_token(page: Page) -> None:
    type_draft(page)
    kept = page.evaluate("sessionStorage.getItem('draft:sample')")
    assert "csrf" not in kept


def test_form_is_sent_once_when_the_button_is_pressed_twice(page: Page, received: list[dict[str, str]]) -> None:
    page.goto("/modules")
    page.wait_for_load_state("networkidle")
    page.fill("#words", "hai lần")
    received.clear()
    page.evaluate("() => { const b = document.querySelector('button[name=step]'); b.click(); b.click(); }")
    expect(page.locator("button[name=step]")).to_have_text("Sending now")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)
    assert [(sent["words"], sent["step"]) for sent in received] == [("hai lần", "last")]


URGENT_TEXTS = [
    "Đang có đánh nhau ở chợ, các anh đến ngay!",
    "dang co danh nhau o cho, cac anh den ngay",
    "Nhà cháy rồi. Lửa cháy to lắm, gió to!",
    "Hôm qua có đánh nhau ở chợ.",
    "Xin hỏi thủ tục làm căn cước cho cháu.",
    "Lũ quét về bản, nhiều người mắc kẹt, cứu với",
    "Cháu bé bị nhốt trong nhà, hôm nay vẫn khóc",
    "Quán karaoke ồn ào hàng đêm, không ngủ được",
    "TAI NẠN Ở ĐÈO, CHẢY MÁU NHIỀU, BẤT TỈNH",
    "Họ hoà giải xong rồi ạ",
]


@pytest.mark.parametrize("text", URGENT_TEXTS)
def test_page_and_server_agree_on_what_is_urgent(page: Page, text: str) -> None:
    page.goto("/modules")
    shown = page.evaluate(
        """async (text) => {
             const { hotlinesFor } = await import("/static/js/urgent.js");
             const patterns = await (await fetch("/urgent.json")).json();
             return [...hotlinesFor(text, patterns)].sort();
           }""",
        text,
    )
    assert shown == sorted(hotline.value for hotline in sounds_urgent(text))


def test_urgent_texts_are_of_both_sorts() -> None:
    assert {bool(sounds_urgent(text)) for text in URGENT_TEXTS} == {True, False}


def test_hotlines_appear_when_the_words_sound_urgent(page: Page) -> None:
    page.goto("/modules")
    page.wait_for_load_state("networkidle")
    panel = page.locator("[data-urgent-panel]")
    expect(panel).to_be_hidden()
    page.fill("#words", URGENT_TEXTS[0])
    expect(panel).to_be_visible()
    expect(panel.locator("[data-hotline='113'] a")).to_be_visible()
    expect(panel.locator("[data-hotline='114']")).to_be_hidden()
    page.fill("#words", URGENT_TEXTS[4])
    expect(panel).to_be_hidden()


def test_communes_follow_the_province(page: Page) -> None:
    page.goto("/modules")
    page.wait_for_load_state("networkidle")
    page.focus("#commune")
    first = page.locator("#commune-list option").first
    expect(first).to_have_attribute("value", "Xã Tà Xùa")
    page.select_option("#province", "15")
    expect(first).to_have_attribute("value", "Xã Bắc Hà")


def a_file(name: str, size: int) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": b"x" * size}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("a.jpg", 10), ("b.jpg", 10)], ""),
        ([("a.jpg", 10), ("b.jpg", 10), ("c.jpg", 10)], "Nhiều tệp quá: nhiều nhất 2 tệp."),
        ([("big.jpg", 1_000_001)], "big.jpg: Tệp này lớn quá: nhiều nhất 1 MB."),
    ],
)
def test_files_are_named_and_refused_before_sending(page: Page, files: list[tuple[str, int]], said: str) -> None:
    page.goto("/modules")
    page.wait_for_load_state("networkidle")
    page.set_input_files("#files", [a_file(*file) for file in files])  # type: ignore[arg-type]  # plain dictionaries
    expect(page.locator("[data-files-list] li")).to_have_count(len(files))
    expect(page.locator("[data-files-error]")).to_have_text(said)
    assert page.evaluate("document.querySelector('#files').validationMessage") == said


def test_quick_exit_wipes_and_leaves(page: Page) -> None:
    type_draft(page)
    page.click("[data-quick-exit]")
    page.wait_for_url("about:blank")
    page.goto("/modules")
    assert page.evaluate("sessionStorage.length") == 0


def test_page_shows_no_dead_buttons_when_scripts_are_off(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("/modules")
    for mark in (
        "[data-quick-exit]",
        "[data-draft-wipe]",
        "[data-draft-offer]",
        "[data-urgent-panel]",
        "[data-files-error]",
    ):
        for found in page.locator(mark).all():
            expect(found).to_be_hidden()
    page.fill("#words", "không cần JavaScript")
    page.click("button[name=step]")
    context.close()


def test_paper_shows_exact_times_and_no_buttons(page: Page) -> None:
    page.goto("/style/desk?theme=dark")
    page.emulate_media(media="print")
    expect(page.get_by_text("(26/11/2026 17:00)").first).to_be_visible()
    expect(page.locator(".actions").first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize(("scheme", "ground"), [("dark", "rgb(16, 22, 26)"), ("light", "rgb(246, 245, 240)")])
def test_desk_follows_the_device_when_nothing_was_chosen(page: Page, scheme: str, ground: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two literals
    page.goto("/style/desk")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
