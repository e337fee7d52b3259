"""Names of files, and whom a limit counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from forum.domain.text import to_nfc
from forum.extensions import House
from forum.web.rate_key import HourlyKey, rate_key
from forum.web.uploads import LONGEST_NAME, file_name

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("anh.jpg", "anh.jpg"),
        ("C:\\Users\\Sinh\\anh.jpg", "anh.jpg"),
        ("../../etc/passwd", "passwd"),
        ("anh\u202egpj.exe", "anhgpj.exe"),
        ("a\x00b\r\nc.jpg", "ab c.jpg"),
        (" .. ", "tệp không tên"),
        ("/", "tệp không tên"),
        ("a\u0309nh.jpg", to_nfc("a\u0309nh.jpg")),
    ],
)
def test_name_of_a_file_is_its_last_part_without_tricks(app, given, kept):
    with app.test_request_context():
        assert file_name(given) == kept


def test_long_name_is_cut_and_keeps_its_ending(app):
    name = file_name("x" * 500 + ".jpg")
    assert len(name) == LONGEST_NAME
    assert name.endswith("x.jpg")


def test_long_name_without_an_ending_is_cut(app):
    assert file_name("x." + "y" * 500) == "x." + "y" * (LONGEST_NAME - 2)


def test_key_of_limits_is_another_each_hour():
    keys = HourlyKey()
    first = keys.at(NOON)
    assert keys.at(NOON.replace(minute=59)) == first
    assert keys.at(NOON.replace(hour=13)) != first


def key_of(app, address, **headers):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}, headers=headers):
        return rate_key()


def test_limit_counts_by_a_hash_that_holds_no_address(app):
    assert key_of(app, "10.0.0.1") == key_of(app, "10.0.0.1")
    assert key_of(app, "10.0.0.1") != key_of(app, "10.0.0.2")
    assert "10.0.0.1" not in key_of(app, "10.0.0.1")


def test_limit_counts_a_household_of_the_new_addresses_as_one(app):
    assert key_of(app, "2001:db8:1:2::1") == key_of(app, "2001:db8:1:2:ffff::9")
    assert key_of(app, "2001:db8:1:2::1") != key_of(app, "2001:db8:1:3::1")


def test_word_of_a_proxy_counts_only_where_one_is_trusted(app):
    told = {"X-Forwarded-For": "10.9.9.9, 10.0.0.7"}
    assert key_of(app, "10.0.0.1", **told) == key_of(app, "10.0.0.1")
    place: House = app.extensions["forum"]
    place.config = replace(place.config, trusted_proxies=1)
    assert key_of(app, "10.0.0.1", **told) == key_of(app, "10.0.0.7")
