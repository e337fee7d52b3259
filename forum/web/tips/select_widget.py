"""A list to choose from, rendered fast: pages of tips hold hundreds of options, the same ones for every tip."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup
from wtforms.widgets.core import html_params

SELECTED = " selected"


class QuickSelect:
    """Like the form library's `Select` for plain (value, text) choices, but each option is spelled once."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        """Return the markup of a field."""
        attributes.setdefault("id", field.id)
        options = Markup("").join(
            _option(value, text, SELECTED if value == field.data else "") for value, text in field.choices
        )
        return Markup("<select %s>%s</select>") % (_attributes(field, attributes), options)


def _attributes(field: Any, attributes: dict[str, Any]) -> Markup:
    return Markup(html_params(name=field.name, **attributes))  # noqa: S704 - the form library escapes the values


@lru_cache(maxsize=8192)
def _option(value: str, text: str, selected: str) -> Markup:
    return Markup('<option value="%s"%s>%s</option>') % (value, Markup(selected), text)  # noqa: S704 - ours, see above
