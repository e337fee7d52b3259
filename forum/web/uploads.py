"""How a request's files arrive: sealed in the stream, checked by their bytes, never readable on disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import SEEK_END
from typing import IO, Any, cast
from urllib.parse import quote_from_bytes

from flask import Request, current_app
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from forum.adapters.admission import admit
from forum.adapters.sealed_stream import SealedSpool, stream_factory
from forum.domain.errors import InvalidInput
from forum.domain.submissions import MOST_FILES
from forum.domain.text import clean_input
from forum.extensions import house
from forum.services.attachments import Incoming
from forum.web.errors import say
from forum.web.translations import gettext

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 20 * MEBIBYTE
LONGEST_NAME = 120
_FILE_FIELD = re.compile(r"([a-z-]+-)?files")
_ASCII = bytes(range(128))
_PATH_SEPARATOR = re.compile(r"[/\\]")


class ForumRequest(Request):
    """A request whose uploads are encrypted as they come in; Werkzeug would spool them readable into /tmp.

    Its body is never JSON: no view reads any, but Flask-WTF would take JSON for the fields of a form and fail on lists.
    """

    is_json = False

    def __init__(self, environ: Any, *args: Any, **kwargs: Any) -> None:
        """Spell an address in ASCII, as it should have come: Werkzeug fails on octets of other encodings."""
        super().__init__(environ, *args, **kwargs)
        self.query_string = quote_from_bytes(self.query_string, safe=_ASCII).encode("ascii")

    def _load_form_data(self) -> None:
        """Throw away files in the place of other fields: forms would take them for the words of those."""
        is_first = "files" not in self.__dict__
        super()._load_form_data()
        if is_first:
            sent = list(self.files.items(multi=True))
            kept = [(name, file) for name, file in sent if _FILE_FIELD.fullmatch(name)]
            for name, file in sent:
                if not _FILE_FIELD.fullmatch(name):
                    file.close()
            self.__dict__["files"] = ImmutableMultiDict(kept)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        files = current_app.extensions["forum"].files
        return stream_factory(files.spool_directory)(total_content_length, content_type, filename, content_length)


@dataclass(frozen=True, slots=True)
class Received:
    """What came of a request's files: those to keep, and a sentence for each that is refused."""

    files: Sequence[Incoming]
    faults: Sequence[str]


@contextmanager
def receive(uploads: Iterable[FileStorage]) -> Iterator[Received]:
    """Check the files of a form; what has not been stored when the block ends is thrown away."""
    chosen = [upload for upload in uploads if upload.filename]
    with ExitStack() as stack:
        if len(chosen) > MOST_FILES:
            yield Received((), [gettext("Please send at most %(most)s files.", most=MOST_FILES)])
            return
        files: list[Incoming] = []
        faults: list[str] = []
        for upload in chosen:
            name = file_name(upload.filename or "")
            try:
                file = _admit(upload, name)
            except InvalidInput as fault:
                faults.append(gettext("“%(name)s”: %(fault)s", name=name, fault=say(fault)))
            else:
                stack.callback(file.spool.close)
                files.append(file)
        yield Received(files, faults)


def file_name(given: str) -> str:
    """Return the last part of the name that a browser gave, without signs that could mislead, the ending kept."""
    base = clean_input(_PATH_SEPARATOR.split(given)[-1], limit=len(given) + 1).replace("\n", " ").strip(". ")
    if len(base) > LONGEST_NAME:
        stem, dot, ending = base.rpartition(".")
        is_ending = bool(dot) and len(ending) <= 10  # noqa: PLR2004 - longer ones are no endings
        base = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if is_ending else base[:LONGEST_NAME]
    return base or gettext("file without a name")


def _admit(upload: FileStorage, name: str) -> Incoming:
    spool = cast("SealedSpool", upload.stream)
    if spool.seek(0, SEEK_END) > LARGEST_FILE:
        raise InvalidInput("This file is too big: at most %(size)s MB.", field="files", size=LARGEST_FILE // MEBIBYTE)
    admitted = admit(spool, house().files.spool_directory)
    size = admitted.spool.seek(0, SEEK_END)
    return Incoming(name, admitted.media_type.mime, size, admitted.spool, is_cleaned=admitted.is_cleaned)
