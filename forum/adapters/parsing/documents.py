"""PDFs written anew with their pages alone: nothing that acts, travels along or tells of author and device."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Object, Pdf, Stream

from forum.adapters.parsing.answer import Answer, Verdict
from forum.adapters.parsing.jpeg_segments import without_metadata

MOST_OBJECTS = 200_000
MOST_PAGES = 2_000
LARGEST_STREAM = 256 * 1024 * 1024
"""What 64 million points of four colours take; nobody scans a page larger."""
LARGEST_DOCUMENT = 4 * LARGEST_STREAM
_DEEPEST = 100
_PIECE = 64 * 1024
_EXPANDING = frozenset({"/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/Fl", "/LZW", "/RL"})
# Whatever else a catalogue may hold (what to do on opening, scripts, forms that compute, files, packages, signatures,
# descriptions) is left behind: a list of what is wanted does not grow old.
_CATALOGUE = frozenset(
    "/Type /Pages /PageLabels /Lang /Outlines /Dests /AcroForm /OCProperties /MarkInfo".split()  # noqa: SIM905 - legible
)
_UNWANTED = (
    "/AA", "/AF", "/EF", "/OpenAction", "/JS", "/JavaScript", "/Metadata", "/PieceInfo", "/XFA", "/RichMediaContent"
)  # fmt: skip
_LIVE_NOTES = frozenset(
    "/RichMedia /Movie /Sound /Screen /FileAttachment /3D /Projection /TrapNet".split()  # noqa: SIM905 - as above
)
_ACTIONS = frozenset(
    "/GoTo /GoToR /GoToE /GoToDp /Launch /Thread /URI /Sound /Movie /Hide /Named /SubmitForm /ResetForm "  # noqa: SIM905 - as above
    "/ImportData /JavaScript /SetOCGState /Rendition /Trans /GoTo3DView /RichMediaExecute /SetState /NOP".split()
)
_WIDGET = "/Widget"
_TELLING = ("/T", "/M", "/CreationDate", "/NM")
_HARMLESS_ACTION = "/GoTo"


class _TooLarge(Exception):
    """The document unpacks into more than pages need."""


def clean(content: bytes) -> Answer:
    """Return the PDF without anything but its pages, or why it cannot be."""
    made = io.BytesIO()
    try:
        with Pdf.open(io.BytesIO(content)) as pdf:
            _strip(pdf)
            pdf.save(made, encryption=False, deterministic_id=True, compress_streams=False)
    except pikepdf.PasswordError:
        return Answer(Verdict.LOCKED)
    except (_TooLarge, MemoryError):
        return Answer(Verdict.TOO_LARGE)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError):
        return Answer(Verdict.DAMAGED)
    return Answer(Verdict.CLEANED, "application/pdf", made.getbuffer())


def _strip(pdf: Pdf) -> None:
    if len(pdf.objects) > MOST_OBJECTS or len(pdf.pages) > MOST_PAGES:
        raise _TooLarge
    if len(pdf.pages) == 0:
        raise ValueError
    for name in set(pdf.Root.keys()) - _CATALOGUE:
        del pdf.Root[name]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    left = LARGEST_DOCUMENT
    for entry in pdf.objects:
        for thing in _within(entry):
            _disarm(thing)
        if isinstance(entry, Stream):
            left -= _unpacked_size(entry)
            if left < 0:
                raise _TooLarge
            _strip_picture(entry)


def _within(entry: Object) -> Iterator[Object]:
    """Yield the dictionaries of one object, itself first; what it refers to comes in its own turn."""
    waiting = [(entry, 0)]
    while waiting:
        thing, depth = waiting.pop()
        if depth > _DEEPEST:
            raise _TooLarge
        if isinstance(thing, Dictionary | Stream):
            yield thing
            parts = [part for _, part in thing.items()]
        elif isinstance(thing, Array):
            parts = list(thing)
        else:
            continue
        waiting += [(part, depth + 1) for part in parts if isinstance(part, Object) and not part.is_indirect]


def _disarm(thing: Object) -> None:
    for name in _UNWANTED:
        if name in thing:
            del thing[name]
    for name in ("/A", "/PA", "/Next"):
        action = thing.get(name)
        if isinstance(action, Dictionary) and _is_action(action) and (name == "/Next" or not _is_harmless(action)):
            del thing[name]
    if thing.get("/Type") == "/Filespec" or (_is_action(thing) and not _is_harmless(thing)):
        for name in list(thing.keys()):
            del thing[name]
    if "/Annots" in thing:
        _strip_notes(thing)


def _is_action(thing: Object) -> bool:
    # Attributes of structure stand under the same name, but have no such entry.
    return isinstance(thing.get("/S"), pikepdf.Name) and str(thing.get("/S")) in _ACTIONS


def _is_harmless(action: Object) -> bool:
    return str(action.get("/S")) == _HARMLESS_ACTION


def _strip_notes(page: Object) -> None:
    """Drop what plays or carries files; of other notes, who wrote them and when."""
    notes = page["/Annots"]
    if not isinstance(notes, Array):
        del page["/Annots"]
        return
    kept = [note for note in notes if isinstance(note, Dictionary) and str(note.get("/Subtype")) not in _LIVE_NOTES]
    for note in kept:
        if note.get("/Subtype") != _WIDGET:
            for name in _TELLING:
                if name in note:
                    del note[name]
    page["/Annots"] = Array(kept)


def _unpacked_size(stream: Stream) -> int:
    """Return how many bytes a stream becomes, without holding them; raise _TooLarge."""
    bits = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) * int(stream.get("/BitsPerComponent", 1))
    if bits // 8 > LARGEST_STREAM:
        raise _TooLarge
    given = stream.get("/Filter", Array())
    filters = [str(name) for name in (given if isinstance(given, Array) else [given])]
    expanding = [name for name in filters if name in _EXPANDING]
    if len(expanding) > 1:
        raise _TooLarge
    if not expanding:
        return len(stream.read_raw_bytes())
    if filters[0] in ("/FlateDecode", "/Fl"):
        return _inflated_size(stream.read_raw_bytes())
    return len(stream.read_bytes())


def _inflated_size(packed: bytes) -> int:
    inflater, size = zlib.decompressobj(), 0
    try:
        while packed and not inflater.eof:
            size += len(inflater.decompress(packed, _PIECE))
            packed = inflater.unconsumed_tail
            if size > LARGEST_STREAM:
                raise _TooLarge
    except zlib.error:
        pass  # what is damaged is shown by viewers as far as it goes, and unpacks no further than counted
    return size


def _strip_picture(stream: Stream) -> None:
    """Take place and device out of a photo that was put into the page as it came from the telephone."""
    if stream.get("/Filter") == "/DCTDecode" or stream.get("/Filter") == Array([pikepdf.Name.DCTDecode]):
        stream.write(without_metadata(stream.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)
