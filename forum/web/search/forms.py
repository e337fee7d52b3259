"""The form of the search: words, and the filters of the lists."""

from __future__ import annotations

from wtforms import HiddenField, StringField

from forum.domain.text import MAX_QUERY_LENGTH
from forum.web.fields import text_of_at_most
from forum.web.tip_filters import FilterForm
from forum.web.translations import lazy_gettext as _


class SearchForm(FilterForm):
    """What is looked for; `after` is where an earlier search stopped looking."""

    words = StringField(_("Words to find"), [text_of_at_most(MAX_QUERY_LENGTH)])
    after = HiddenField()

    def chosen(self) -> dict[str, str]:
        """Return the filters that are set, by name."""
        return {field.name: field.data for field in self if field.data and field.name not in {"words", "after"}}
