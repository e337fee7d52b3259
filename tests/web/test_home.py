"""The first page, the language and the promises."""

from __future__ import annotations

import pytest

from tests.citizen import Page


@pytest.mark.parametrize("number", ["113", "114", "115", "112", "111"])
def test_first_page_leads_to_the_telephone_before_anything_else(client, number):
    text = client.get("/").text
    assert text.index(f'href="tel:{number}"') < text.index('href="/submit"', text.index("<main"))


@pytest.mark.parametrize("path", ["/", "/privacy", "/formal-way", "/submit", "/follow", "/receipt/kept"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_page_is_shown_in_both_languages(client, path, language):
    client.set_cookie("language", language)
    response = client.get(path)
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.text


def test_language_is_vietnamese_whatever_the_browser_says(client):
    assert '<html lang="vi"' in client.get("/", headers={"Accept-Language": "en-US"}).text


def test_language_is_remembered_and_leads_back(client):
    response = client.post("/language", data={"language": "en", "next": "/formal-way"})
    assert (response.status_code, response.headers["Location"]) == (303, "/formal-way")
    assert '<html lang="en"' in client.get("/").text


def test_unknown_language_is_not_remembered(client):
    assert "Set-Cookie" not in client.post("/language", data={"language": "xx", "next": "/"}).headers


@pytest.mark.parametrize(
    ("path", "led_to"),
    [
        ("/follow/write", "/follow"),
        ("/receipt/kept", "/receipt/kept"),
        ("https://example.com/", "/"),
        ("//example.com/", "/"),
        ("/\\example.com", "/"),
        ("/nowhere", "/"),
        ("/submit\r\nX: y", "/"),
        ("", "/"),
    ],
)
def test_change_of_language_leads_to_pages_of_this_site_only(client, path, led_to):
    assert client.post("/language", data={"language": "en", "next": path}).headers["Location"] == led_to


def test_probe_gets_its_answer_without_the_database(client):
    assert client.get("/healthz").text == "ok\n"


def test_promises_name_the_custodians_and_the_weaker_address(client):
    words = Page(client.get("/privacy").text).words
    assert "chỉ người giữ danh tính của tỉnh" in words
    assert "kém kín hơn" in words


def test_formal_way_names_what_must_be_in_it(client):
    words = Page(client.get("/formal-way").text).words
    for wanted in ("ngày tháng", "tên, địa chỉ", "Ký tên hoặc điểm chỉ"):
        assert wanted in words


def test_unknown_page_is_answered_in_vietnamese(client):
    response = client.get("/khong-co")
    assert response.status_code == 404
    assert "Không có trang này" in response.text
