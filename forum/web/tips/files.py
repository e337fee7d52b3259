"""Files on the page of a tip: what is known of each, and what is asked before one is handed out."""

from __future__ import annotations

from typing import Any, Protocol

from flask import url_for

from forum.domain.vocabulary import Scan
from forum.reports.tip_page import FileRow
from forum.web.translations import gettext
from forum.web.translations import lazy_gettext as _

PREVIEWED = frozenset({"image/jpeg", "image/png"})
"""Pictures made anew from their pixels on their way in; nothing else is shown inside a page."""
KIBIBYTE = 1024
SCAN_WORDS = {
    Scan.NOT_SCANNED: _("Not checked for harmful programs."),
    Scan.CLEAN: _("Checked: no harmful program was found."),
    Scan.INFECTED: _("Holds a harmful program; it is not handed out."),
    Scan.FAILED: _("Could not be checked for harmful programs; this is tried again."),
}


class Known(Protocol):
    """What is asked of a file, whether a row of the page or of the table."""

    @property
    def media_type(self) -> str: ...

    @property
    def is_cleaned(self) -> bool: ...

    @property
    def scan(self) -> Scan: ...


def is_previewed(file: Known) -> bool:
    """Whether a file may be shown inside a page."""
    return file.is_cleaned and file.media_type in PREVIEWED and file.scan is not Scan.INFECTED


def is_asked_first(file: Known) -> bool:
    """Whether an officer says yes before getting a file; of a picture made anew from its pixels each byte is ours."""
    return file.scan is not Scan.CLEAN and not is_previewed(file)


def file_line(file: FileRow, number: str) -> dict[str, Any]:
    """Return what the page shows of a file; without an address, it is handed to nobody."""
    url = url_for("tips.file", number=number, uid=file.uid)
    return {
        "name": file.name,
        "url": "" if file.scan is Scan.INFECTED else url,
        "preview": f"{url}?inline=1" if is_previewed(file) else "",
        "size_text": gettext("%(size)s KB", size=max(1, file.size_bytes // KIBIBYTE)),
        "is_cleaned": file.is_cleaned,
        "scan_text": SCAN_WORDS[file.scan],
    }
