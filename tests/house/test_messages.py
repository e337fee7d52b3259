"""The Vietnamese catalogue: complete, nothing doubtful or left over, placeholders as in the message id."""

from __future__ import annotations

import ast
import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from werkzeug.exceptions import default_exceptions
from werkzeug.http import HTTP_STATUS_CODES

from tests.house.message_ids import SPOKEN, message_ids
from tests.house.source_tree import CATALOGUES, dotted, modules

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
FILES = sorted(CATALOGUES.glob("*.po"))

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def read(path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="vi")


def entries() -> dict[object, list[tuple[str, object]]]:
    """Return for each message id the files that translate it, and how."""
    found: dict[object, list[tuple[str, object]]] = {}
    for path in FILES:
        for message in read(path):
            if message.id:
                key = message.id if isinstance(message.id, str) else tuple(message.id)
                found.setdefault(key, []).append((path.name, message.string))
    return found


def translated() -> set[str]:
    """Return every id that has a translation; gettext finds the singular of a plural by itself too."""
    return {key if isinstance(key, str) else key[0] for key in entries()}


def test_every_message_that_is_used_is_translated() -> None:
    missing = {
        message: place
        for message, place in message_ids().items()
        if (message if isinstance(message, str) else message[0]) not in translated()
    }
    assert missing == {}


def test_every_translation_is_used() -> None:
    used = {message if isinstance(message, str) else message[0] for message in message_ids()}
    unused = {key: files for key, files in entries().items() if (key if isinstance(key, str) else key[0]) not in used}
    assert {key: files[0][0] for key, files in unused.items() if key not in spoken_from_variables()} == {}


def spoken_from_variables() -> set[str]:
    """Return texts that may reach gettext through a variable: any constant, and the names of HTTP faults."""
    constants = {
        node.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return constants | {HTTP_STATUS_CODES[code] for code in default_exceptions}


@each_file
def test_catalogue_holds_nothing_doubtful_or_dropped(path) -> None:
    catalogue = read(path)
    assert [message.id for message in catalogue if message.fuzzy and message.id] == []
    assert list(catalogue.obsolete) == []
    assert [message.id for message in catalogue if message.id and not any(message.string)] == []


@each_file
def test_translations_keep_the_placeholders_of_their_message(path) -> None:
    wrong = []
    for message in read(path):
        ids = (message.id,) if isinstance(message.id, str) else message.id
        strings = (message.string,) if isinstance(message.string, str) else message.string
        wanted = set(PLACEHOLDER.findall(ids[-1]))
        wrong += [text for text in strings if message.id and set(PLACEHOLDER.findall(text)) != wanted]
    assert wrong == []


def test_names_of_http_faults_are_translated() -> None:
    """Whatever the server refuses with carries its name as the title of the page."""
    assert {HTTP_STATUS_CODES[code] for code in TITLES} - translated() == set()


def test_translations_of_one_message_agree_wherever_they_stand() -> None:
    """The style page's file is merged first: where it differs, what is written for a real page wins."""
    spoken = {key: [each for each in found if each[0] != "_style.po"] for key, found in entries().items()}
    differing = {key: found for key, found in spoken.items() if len({str(text) for _, text in found}) > 1}
    assert differing == {}


def test_messages_without_a_constant_come_from_places_that_are_known() -> None:
    """What goes through the catalogue by a variable is invisible to the tests above: each such place is listed."""
    sites = {
        path
        for path, tree in modules().items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and call.args
        and dotted(call.func).split(".")[-1] in SPOKEN
        and not isinstance(call.args[0], ast.Constant | ast.IfExp)
    }
    assert sites <= SPEAKS_FROM_VARIABLES


TITLES = (400, 403, 404, 405, 429)
SPEAKS_FROM_VARIABLES = {
    "forum/web/errors.py",  # the message of a fault, WHAT_TO_DO
}
