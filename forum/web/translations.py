"""Catalogues straight from their .po files, merged per language at start: no build step, nothing compiled to keep."""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Domain, get_locale, get_translations

ROOT = Path(__file__).parent.parent / "translations"
LANGUAGES = ("vi", "en")
COOKIE = "language"
_SPOKEN = "forum.catalogue"


def init_translations(app: Flask) -> None:
    """Let templates look their texts up in the catalogue of the request, chosen once: a page has a hundred texts."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with Jinja's i18n extension
        gettext=lambda text: _spoken().ugettext(text),
        ngettext=lambda one, many, n: _spoken().ungettext(one, many, n),
        newstyle=True,
        pgettext=lambda context, text: _spoken().upgettext(context, text),
        npgettext=lambda context, one, many, n: _spoken().unpgettext(context, one, many, n),
    )


def _spoken() -> Any:
    if not has_request_context():
        return get_translations()
    environ = request.environ
    if _SPOKEN not in environ:
        environ[_SPOKEN] = get_translations()
    return environ[_SPOKEN]


class PoDomain(Domain):
    """A translation domain whose catalogue is all .po files of a language, one for each feature."""

    def get_translations(self) -> gettext.NullTranslations:
        """Return the catalogue of the request's language."""
        locale = get_locale()
        return catalogue(locale.language if locale else LANGUAGES[0])


@cache
def catalogue(language: str) -> Translations | NullTranslations:
    """Read and merge the catalogues of a language; English needs none, its texts are the message ids."""
    merged: Translations | NullTranslations = NullTranslations()
    for path in sorted((ROOT / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            messages = read_po(file, locale=language)
        compiled = BytesIO()
        write_mo(compiled, messages)
        compiled.seek(0)
        part = Translations(fp=compiled)
        merged = merged.merge(part) if isinstance(merged, Translations) else part
    return merged


def select_language() -> str:
    """Return the language that the visitor chose; Vietnamese otherwise, whatever the browser says."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]
