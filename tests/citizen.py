"""A citizen at the browser: fills forms in, presses buttons, reads pages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from config import Config
from forum.adapters.clock import Clock
from forum.app import create_app
from forum.extensions import db
from forum.models import Tip

BODY = "Cuối bản có người lạ tụ tập bán ma túy vào ban đêm, bà con rất lo."
DIGITS = re.compile(r'id="receipt-digits">(.*?)</p>', re.DOTALL)


@dataclass
class Page(HTMLParser):
    """The controls of a page with their values, and its words."""

    html: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._area: str | None = None
        self._words: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and "name" in given:
            self._input(given)
        elif tag == "textarea":
            self._area = given["name"]
            self.values[self._area] = ""
        elif tag == "button":
            self.buttons.append(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            # Browsers drop the line break with which WTForms begins a text area.
            self.values[self._area] += data.removeprefix("\r\n")
        else:
            self._words.append(data)

    def _input(self, given: dict[str, str]) -> None:
        if given.get("type") in {"radio", "checkbox"}:
            self.options.setdefault(given["name"], []).append(given["value"])
            if "checked" not in given:
                return
        if given.get("type") != "file":
            self.values.setdefault(given["name"], given.get("value", ""))

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._words).split())


class Citizen:
    """Somebody who sends tips and follows them."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def form(self) -> dict[str, str]:
        """Open the form and return its fields as they stand."""
        page = Page(self.client.get("/submit").text)
        return {name: value for name, value in page.values.items() if name not in {"language", "next"}}

    def send(self, form: dict[str, Any] | None = None, **fields: Any) -> TestResponse:
        """Fill the form in and send it."""
        data = {**(form or self.form()), "body": BODY, **fields}
        return self.client.post("/submit", data=data, content_type="multipart/form-data")

    def receipt(self, **fields: Any) -> str:
        """Send a tip and return the digits of its receipt."""
        return digits_of(self.send(**fields))

    def follow(self, receipt: str) -> TestResponse:
        return self.client.post("/follow", data={"receipt": receipt})

    def post(self, path: str, receipt: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"receipt": receipt, **fields}, content_type="multipart/form-data")


@contextmanager
def application_with(config: Config, clock: Clock, **settings: object) -> Iterator[Flask]:
    """Build an application whose settings differ from those of the other tests."""
    application = create_app(replace(config, extra={**config.extra, **settings}), clock=clock)
    # No context around the block: Flask would share its `g`, where tokens are kept, between the requests.
    yield application
    with application.app_context():
        db.engine.dispose()


def digits_of(response: TestResponse) -> str:
    """Return the digits of the receipt on a page."""
    found = DIGITS.search(response.text)
    assert found, Page(response.text).words
    return re.sub(r"\D", "", re.sub("<[^>]*>", "", found[1]))


def tips() -> list[Tip]:
    """Return all tips, the oldest first."""
    db.session.expire_all()
    return list(db.session.scalars(select(Tip).order_by(Tip.id)))


def picture(*, place: bool = False) -> io.BytesIO:
    """Return a small JPEG; with `place` it says in its metadata who took it."""
    image, out = Image.new("RGB", (40, 30), "green"), io.BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x010F] = "MayAnhCuaSinh"
    image.save(out, "JPEG", exif=exif)
    out.seek(0)
    return out
