"""Why a file of a kind that the forum takes is refused all the same, and what its sender can do."""

from __future__ import annotations

from forum.domain.errors import InvalidInput

MOST_PIXELS = 64_000_000
"""A phone's 50-megapixel mode is 8160 x 6144. Four bytes a pixel in memory: at most 256 MB while one is decoded."""


class FileRefused(InvalidInput):
    """A file that cannot be taken."""

    def __init__(self, message: str | None = None, **params: object) -> None:
        super().__init__(message, field="files", **params)


class PictureUnreadable(FileRefused):
    """The bytes begin like a picture, but are none."""

    message = "This picture is damaged and cannot be read. Please take or choose it again."


class PictureTooLarge(FileRefused):
    """The picture has more pixels than are decoded here."""

    message = "This picture is too large: more than %(megapixels)s million points. Please send a smaller one."

    def __init__(self) -> None:
        super().__init__(megapixels=MOST_PIXELS // 1_000_000)


class PdfUnreadable(FileRefused):
    """The bytes begin like a PDF, but are none, or nothing here gets through them."""

    message = "This PDF is damaged or of a rare kind and cannot be read. Please send photos of its pages."


class PdfLocked(FileRefused):
    """The PDF opens only with a password."""

    message = "This PDF is locked with a password. Please save it without one, or send photos of its pages."


class PdfTooLarge(FileRefused):
    """The PDF unpacks into more than a paper can hold."""

    message = "This PDF unpacks into far more than pages need. Please send photos of its pages."
