"""PDFs for tests: small papers, and papers as large as wanted."""

from __future__ import annotations

import io

from pikepdf import Name, Pdf


def paper(content: bytes = b"BT ET") -> bytes:
    """Return a PDF with one page whose content stands in it readable, byte by byte."""
    with Pdf.new() as pdf:
        page = pdf.add_blank_page()
        page[Name.Contents] = pdf.make_stream(content)
        return saved(pdf)


def saved(pdf: Pdf, **options: object) -> bytes:
    file = io.BytesIO()
    pdf.save(file, compress_streams=False, **options)
    return file.getvalue()
