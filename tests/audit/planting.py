"""Somebody who types script wherever a form takes words, as a browser would send it, and remembers what went where."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from tests.audit.script import Control, Seen, Sheet, Sheets, script
from tests.papers import paper

WORDS = {"text", "search", "textarea", "tel", "email"}
NEVER_SENT = {"/sign-out", "/language", "/theme", "/password"}
ACCEPTED = {200, 302, 303}


@dataclass
class Planter:
    """Fills forms in; `went` says by number which field of which view a text was typed into."""

    app: Flask
    went: dict[int, tuple[str, str]] = field(default_factory=dict)
    foreign: dict[str, list[str]] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)
    last: TestResponse = field(init=False)

    def look(self, client: FlaskClient, address: str, **sent: object) -> str:
        """Read a page, and look for what it should not hold."""
        answer = client.post(address, data=sent) if sent else client.get(address)
        return self.note(address, answer)

    def note(self, address: str, answer: TestResponse) -> str:
        page = answer.get_data(as_text=True)
        assert answer.status_code < 500, (address, page)
        if answer.mimetype in {"text/html", "image/svg+xml"}:
            seen = Seen(page)
            self.foreign |= {address: seen.foreign} if seen.foreign else {}
            self.shown |= seen.marks
        return page

    def sheets(self, client: FlaskClient, address: str, **sent: str) -> list[Sheet]:
        """Return the forms of a page that change something."""
        found = [sheet for sheet in Sheets(self.look(client, address, **sent)).found if sheet.method == "post"]
        for sheet in found:
            sheet.action = sheet.action or address
        return [sheet for sheet in found if urlsplit(sheet.action).path not in NEVER_SENT]

    def send(self, client: FlaskClient, sheet: Sheet, **given: str | list[str]) -> bool:
        """Send a form with script in all its fields of words; return whether it was taken."""
        address = urlsplit(sheet.action).path
        endpoint = self.app.url_map.bind("localhost").match(address, method="POST")[0]
        data: dict[str, object] = {**given}  # buttons are no controls
        for control in sheet.controls.values():
            name = re.sub(r"^[a-z-]+-", "", control.name)
            if name in given:
                data[control.name] = given[name]
            elif control.kind in WORDS and name not in DATES:
                data[control.name] = self._script(endpoint, name)
            elif control.kind == "file":
                self._plant_file(data, control, endpoint, name)
            elif control.kind != "checkbox" or control.value:
                data[control.name] = usual(control, name)
        answer = client.post(sheet.action, data=data, content_type="multipart/form-data")
        self.note(sheet.action, answer)
        self.last = answer
        return answer.status_code in ACCEPTED

    def _script(self, endpoint: str, name: str) -> str:
        number = len(self.went)
        self.went[number] = (endpoint, name)
        return script(number)

    def _plant_file(self, data: dict[str, object], control: Control, endpoint: str, name: str) -> None:
        """A name of a file is cut after its last slash."""
        file_name = self._script(endpoint, name).replace("/", " ") + ".pdf"
        data[control.name] = FileStorage(io.BytesIO(paper()), filename=file_name, content_type="text/html")


DATES = {"first", "last", "day", "since", "valid_from", "last_day"}


def usual(control: Control, name: str) -> str | list[str]:
    """Return what somebody would choose who only wants to get on."""
    if name in DATES:
        return "2027-03-01"
    if control.kind in {"select", "radio"} and not control.value:
        return next((option for option in control.options if option), "")
    if control.kind == "number":
        return control.value or "3"
    return control.value
