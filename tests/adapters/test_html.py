from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.adapters.html import ALLOWED_TAGS, as_paragraphs, clean_html

TAG = re.compile(r"</?([a-z]+)([^>]*)>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\n ", ""),
        ("Kính chào bà con.", "<p>Kính chào bà con.</p>"),
        ("một\nhai", "<p>một<br>\nhai</p>"),
        ("một\r\n\r\nhai", "<p>một</p>\n<p>hai</p>"),
        ("một\n \n\t\n\nhai", "<p>một</p>\n<p>hai</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("&amp; giữ nguyên", "<p>&amp;amp; giữ nguyên</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("https://example.org", "<p>https://example.org</p>"),
        ("%s %(x)s {}", "<p>%s %(x)s {}</p>"),
    ],
)
def test_plain_text_becomes_paragraphs_and_nothing_else(text: str, expected: str) -> None:
    assert str(as_paragraphs(text)) == expected


@given(text=st.text(st.sampled_from("<>&\"'/ \nap=%{"), max_size=60))
def test_plain_text_is_shown_as_it_was_written_whatever_it_holds(text: str) -> None:
    made = str(as_paragraphs(text))
    assert {name for name, _ in TAG.findall(made)} <= {"p", "br"}
    assert html.unescape(TAG.sub(" ", made)).split() == text.split()


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<p>Đã <strong>xử lý</strong></p>", "<p>Đã <strong>xử lý</strong></p>"),
        ('<p onclick="x()" style="color:red">a</p>', "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', "a"),
        ("<img src=x onerror=alert(1)>", ""),
        ("<svg><script>x</script></svg>", "x"),
        ("a<!-- b -->c", "ac"),
        ("<p>mở", "<p>mở</p>"),
    ],
)
def test_formatted_text_keeps_harmless_tags_alone(fragment: str, expected: str) -> None:
    assert str(clean_html(fragment)) == expected


@given(
    fragment=st.lists(
        st.sampled_from(["<p>", "</p>", "<script>", "<", ">", "<a href=x>", '"', "onx=", "<b", "&lt;", "x"])
    )
)
def test_formatted_text_never_holds_another_tag_or_any_attribute(fragment: list[str]) -> None:
    for name, attributes in TAG.findall(str(clean_html("".join(fragment)))):
        assert name in ALLOWED_TAGS
        assert attributes == ""
