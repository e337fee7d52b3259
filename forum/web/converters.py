"""What the variables of addresses may be."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

LARGEST = 2**63 - 1


class StorableInteger(IntegerConverter):
    """A number that a database can hold; any larger one is no address of ours."""

    def __init__(self, map: Map, fixed_digits: int = 0, *, max: int = LARGEST) -> None:  # noqa: A002 - werkzeug's names
        super().__init__(map, fixed_digits, max=max)


class StorableText(UnicodeConverter):
    """A text that a database can hold: PostgreSQL takes no NUL, so an address with one is none of ours."""

    def __init__(
        self,
        map: Map,  # noqa: A002 - werkzeug's name
        minlength: int = 1,
        maxlength: int | None = None,
        length: int | None = None,
    ) -> None:
        super().__init__(map, minlength, maxlength, length)
        self.regex = self.regex.replace("[^/]", r"[^/\x00]")
