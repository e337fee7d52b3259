"""How a request's files arrive: sealed in the stream, checked by their bytes, never readable on disk."""

from __future__ import annotations

from typing import IO

from flask import Request, current_app

from forum.adapters.sealed_stream import stream_factory


class ForumRequest(Request):
    """A request whose uploads are encrypted as they come in; Werkzeug would spool them readable into /tmp."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        files = current_app.extensions["forum"].files
        return stream_factory(files.spool_directory)(total_content_length, content_type, filename, content_length)
