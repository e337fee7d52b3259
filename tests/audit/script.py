"""What somebody types who wants their own script to run on another's page, and how it shows that it would."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

MARK = re.compile(r"zq(\d+)z")


def script(number: int) -> str:
    """Return a text that ends every attribute, element and comment it could stand in; its number tells where it went.

    The mark stands first: some pages show the beginning of a long text.
    """
    return f"zq{number}z\"' x-on=1 '>--></textarea></title></script></option><x-mark onfocus=x><svg/onload=x>"


@dataclass
class Seen(HTMLParser):
    """What a browser would make of a page."""

    page: str
    foreign: list[str] = field(default_factory=list)
    """Elements and attributes that no template holds."""
    marks: set[int] = field(default_factory=set)
    """Numbers of the texts that stand on the page as texts."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._raw = ""
        self.feed(self.page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._raw = tag if tag in {"script", "style"} else ""
        names = [name for name, _value in attrs if name.startswith(("on", "x-on")) or MARK.search(name)]
        if tag in {"x-mark", "iframe", "object", "embed"} or (tag == "script" and "src" not in dict(attrs)) or names:
            self.foreign.append(f"<{tag} {names}>")
        for name, value in attrs:
            self._note(value or "")
            if name in {"href", "src", "action", "formaction"}:
                place = (value or "").strip().lower()
                if place.startswith(("javascript:", "data:", "//")) or MARK.search(place.partition("?")[0]):
                    self.foreign.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self._raw = ""

    def handle_data(self, data: str) -> None:
        self._note(data)
        if self._raw and MARK.search(data):
            self.foreign.append(f"in <{self._raw}>")

    def handle_comment(self, data: str) -> None:
        if MARK.search(data):
            self.foreign.append("in a comment")

    def _note(self, text: str) -> None:
        self.marks |= {int(number) for number in MARK.findall(text)}


@dataclass
class Control:
    """A control of a form with what it would send."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class Sheet:
    """A form of a page."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)


class Sheets(HTMLParser):
    """The forms of a page with their controls."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Sheet] = []
        self._now: Control | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Sheet(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "option" and self._now is not None:
            self._now.options.append(given.get("value", ""))
            if "selected" in given:
                self._now.value = given.get("value", "")
        elif tag in {"input", "textarea", "select"} and given.get("name") and self.found:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text") if tag == "input" else tag
        control = self.found[-1].controls.setdefault(given["name"], Control(given["name"], kind))
        self._now = control if tag == "select" else None
        if kind in {"radio", "checkbox"}:
            control.options.append(given.get("value", "on"))
        if kind not in {"radio", "checkbox"} or "checked" in given:
            control.value = given.get("value", "")
