"""A list to choose from, drawn without the form library's care for each option: filters offer hundreds."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape
from wtforms import SelectField
from wtforms.widgets import Select


class PlainSelect(Select):
    """Options are a value and its words, nothing else."""

    @classmethod
    def render_option(cls, choice: Any, **_attributes: Any) -> Markup:  # type: ignore[override]  # the stub is of WTForms 3.2
        """Draw one option."""
        mark = " selected" if choice.selected else ""
        words = escape(choice.label or choice.value)
        return Markup(f'<option value="{escape(choice.value)}"{mark}>{words}</option>')  # noqa: S704 - escaped just now


class PlainSelectField(SelectField):
    """A field drawn so."""

    widget = PlainSelect()
