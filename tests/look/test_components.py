"""The components as markup: complete in both languages, linked to their errors, discreet about the receipt."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.extract import extract_from_dir
from flask import Flask, render_template_string

from forum.domain.lifecycle import Status
from forum.web.translations import catalogue

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = ["/style", "/style/desk", "/style/desk?theme=dark"]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_style_page_renders_in_each_language(app: Flask, path: str, language: str) -> None:
    client = app.test_client()
    client.set_cookie("language", language)
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize("folder", ["layouts", "macros", "errors", "style"])
def test_texts_are_all_in_the_vietnamese_catalogue(folder: str) -> None:
    messages = {found[2] for found in extract_from_dir(TEMPLATES / folder, [("**.html", "jinja2")])}
    known = catalogue("vi")
    assert {message for message in messages if known.gettext(message) == message} <= {"Nguyễn Mẫu"}
    assert messages


def ids_and_references(html: str) -> tuple[list[str], set[str]]:
    ids = re.findall(r'\sid="([^"]+)"', html)
    named = re.findall(
        r'\s(?:for|aria-describedby|aria-labelledby|list|data-copy|data-places-province)="([^"]+)"', html
    )
    linked = re.findall(r'<div class="error-summary".*?</div>', html, re.DOTALL)
    links = re.findall(r'href="#([^"]+)"', linked[0]) if linked else []
    return ids, {name for value in named for name in value.split()} | set(links)


@pytest.mark.parametrize("path", PAGES)
def test_labels_hints_and_error_links_lead_to_something(app: Flask, path: str) -> None:
    ids, referred = ids_and_references(app.test_client().get(path).text)
    assert len(ids) == len(set(ids))
    assert referred <= set(ids)


def test_error_summary_names_every_refused_field(app: Flask) -> None:
    html = app.test_client().get("/style").text
    summary = re.findall(r'<div class="error-summary".*?</div>', html, re.DOTALL)[0]
    assert re.findall(r'href="#([^"]+)"', summary) == [
        "refused-words",
        "refused-category-0",
        "refused-day",
        "refused-files",
    ]


def test_refused_field_is_marked_and_described_by_its_error(app: Flask) -> None:
    html = app.test_client().get("/style").text
    control = re.findall(r'<textarea[^>]*id="refused-words"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in control
    assert 'aria-describedby="refused-words-hint refused-words-error"' in control


def test_receipt_digits_stand_in_no_attribute(app: Flask) -> None:
    html = app.test_client().get("/style").text
    card = re.findall(r'<section class="receipt".*?</section>', html, re.DOTALL)[0]
    attributes = " ".join(re.findall(r'="([^"]*)"', card))
    assert "5678" in card
    assert "5678" not in attributes


def test_every_status_has_a_word_and_a_shape(app: Flask) -> None:
    with app.test_request_context():
        badge = app.jinja_env.get_template("macros/status.html").module.status_badge  # type: ignore[attr-defined]  # a macro
        seen = {
            re.sub(r"<svg.*?</svg>", re.findall(r"#([\w-]+)", str(badge(status)))[0], str(badge(status)))
            for status in Status
        }
    assert len(seen) == len(Status)


def test_desk_offers_no_sign_out_when_nobody_is_signed_in(app: Flask) -> None:
    assert 'action="/sign-out"' not in app.test_client().get("/style/desk").text


def test_desk_names_who_is_signed_in_and_lets_them_out_by_post(app: Flask) -> None:
    officer = SimpleNamespace(is_authenticated=True, account=SimpleNamespace(display_name="Cán bộ Mẫu <17>"))
    menu = [{"text": "Hàng chờ", "url": "/queue", "is_current": True, "count": 7}]
    with app.test_request_context():
        html = render_template_string(
            '{% extends "layouts/desk.html" %}{% block title %}x{% endblock %}',
            current_user=officer,
            desk_navigation=menu,
        )
    assert "Cán bộ Mẫu &lt;17&gt;" in html
    sign_out = re.findall(r'<form method="post" action="/sign-out">.*?</form>', html, re.DOTALL)
    assert len(sign_out) == 1
    assert 'name="csrf_token" value="' in sign_out[0]
    assert html.count('<a href="/queue" aria-current="page">Hàng chờ') == 2  # the wide menu and the one of telephones


def test_error_page_says_what_to_do(app: Flask) -> None:
    with app.test_request_context():
        html = app.jinja_env.get_template("errors/error.html").render(
            code=404, title="Nothing here", what_to_do="Begin again."
        )
    assert "<h1>Nothing here</h1>" in html
    assert "Begin again." in html
    assert "404" in html
