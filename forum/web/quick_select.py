"""A list to choose from, drawn fast: pages hold hundreds of options, mostly the same ones for every tip and person."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from wtforms import SelectField

Options = tuple[tuple[str, str], ...]


class QuickSelect:
    """Like the form library's `Select` for plain (value, text) choices, but a list of options is spelled once."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        """Return the markup of a field; an attribute that is False is left out."""
        named = {"id": field.id, "name": field.name} | attributes
        spelled = " ".join(f'{name}="{escape(value)}"' for name, value in sorted(named.items()) if value is not False)
        options = _options(tuple(field.choices), field.data)
        return Markup(f"<select {spelled}>{options}</select>")  # noqa: S704 - escaped here and below


class QuickSelectField(SelectField):
    """A field drawn so."""

    widget = QuickSelect()


@lru_cache(maxsize=2048)
def _options(choices: Options, chosen: str | None) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in choices
    )
