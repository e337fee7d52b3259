"""Catalogues straight from their .po files, merged per language at start: no build step, nothing compiled to keep."""

from __future__ import annotations

from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Domain, get_locale, get_translations
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from forum.web.cookies import read_cookie

ROOT = Path(__file__).parent.parent / "translations"
LANGUAGES = ("vi", "en")
COOKIE = "language"
_LANGUAGE = "forum.language"


def init_translations(app: Flask) -> None:
    """Let templates and code look their texts up in the same way; a page has two hundred of them."""
    app.jinja_env.globals.update(_=_markup, gettext=_markup, ngettext=_counted)


def gettext(message: str, **values: object) -> str:
    """Return a text in the visitor's language; "%(name)s" in it stands for a value."""
    text: str = _spoken().ugettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return the text that fits a number, which "%(num)d" in it stands for."""
    text: str = _spoken().ungettext(one, many, num)
    return text % {"num": num, **values}


def lazy_gettext(message: str) -> Any:
    """Return what becomes the text of a message in whatever language it is shown."""
    return LazyString(gettext, message)


def language() -> str:
    """Return the language of the request; templates and lists ask for it two hundred times a page."""
    environ = request.environ
    found: str | None = environ.get(_LANGUAGE)
    if found is None:
        found = environ[_LANGUAGE] = select_language()
    return found


def _spoken() -> Any:
    """Return the catalogue of the request; flask_babel would find application, domain and locale for each text."""
    return catalogue(language()) if has_request_context() else get_translations()


def _markup(message: str, **values: object) -> Markup:
    """Return a text for a template: what is put into it is escaped, the text itself is ours."""
    spoken = _spoken()
    return _ours(spoken, message) % values if values else _whole(spoken, message)


def _counted(one: str, many: str, num: int, **values: object) -> Markup:
    """Return the text that fits a number, for a template."""
    return Markup(_spoken().ungettext(one, many, num)) % {"num": num, **values}  # noqa: S704 - as below


def _ours(spoken: Any, message: str) -> Markup:
    return Markup(spoken.ugettext(message))  # noqa: S704 - a text of our own catalogue


@lru_cache(maxsize=4096)
def _whole(spoken: Any, message: str) -> Markup:
    """Return a text without values, its percent signs told as in one with them."""
    return _ours(spoken, message) % {}


class PoDomain(Domain):
    """A translation domain whose catalogue is all .po files of a language, one for each feature."""

    def get_translations(self) -> NullTranslations:
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
    chosen = read_cookie(COOKIE) or ""
    return chosen if chosen in LANGUAGES else LANGUAGES[0]
