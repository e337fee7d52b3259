"""Static files are kept for good under their fingerprint, and asked for again under any other address."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

FOR_GOOD = "public, max-age=31536000, immutable"


@pytest.fixture
def address(app: Flask) -> str:
    with app.test_request_context():
        return url_for("static", filename="css/app.css")


def test_an_address_with_the_fingerprint_is_kept_for_good(client: FlaskClient, address: str) -> None:
    with client.get(address) as answer:
        assert address.startswith("/static/css/app.css?v=")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_GOOD)


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab"])
def test_any_other_address_is_asked_for_again(client: FlaskClient, query: str) -> None:
    with client.get(f"/static/css/app.css{query}") as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["css/none.css", "../config.py", "css", "%2e%2e/config.py"])
def test_a_file_that_is_not_there_has_no_fingerprint_and_is_not_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_pages_name_files_by_their_fingerprint(client: FlaskClient, address: str) -> None:
    assert f'href="{address}"' in client.get("/").get_data(as_text=True)
