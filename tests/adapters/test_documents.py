"""What of a PDF is left: its pages."""

from __future__ import annotations

import io
import random
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from forum.adapters.parsing.answer import Answer, Verdict
from forum.adapters.parsing.documents import clean
from tests.papers import paper, saved

WORDS = b"BT /F1 12 Tf (Tin bao cua dan) Tj ET"
AUTHOR = "Nguoi To Giac"
SECOND = "second action"


def blank(content: bytes = WORDS) -> Pdf:
    return Pdf.open(io.BytesIO(paper(content)))


def act(kind: str, **more: object) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), Next=Dictionary(S=Name.JavaScript, JS=String(SECOND)), **more)


def link(pdf: Pdf, action: Dictionary) -> Dictionary:
    return pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action, PA=action))


def armed() -> bytes:
    """Return a PDF with everything in it that acts, travels along or tells."""
    with blank() as pdf:
        page, root = pdf.pages[0], pdf.Root
        file = pdf.make_stream(b"MZ hidden program", Type=Name.EmbeddedFile)
        spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("dropper.exe"), EF=Dictionary(F=file)))
        script = pdf.make_indirect(act("JavaScript", JS=pdf.make_stream(b"app.alert(1)")))
        root.OpenAction = script
        root.AA = Dictionary(WC=script)
        root.Names = Dictionary(
            JavaScript=Dictionary(Names=[String("a"), script]), EmbeddedFiles=Dictionary(Names=[String("b"), spec])
        )
        root.AF = Array([spec])
        root.Collection = Dictionary(View=Name.T)
        root.PieceInfo = Dictionary(App=Dictionary(Private=String(AUTHOR)))
        root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp:script>"), Fields=[])
        root.Metadata = pdf.make_stream(f"<x:xmpmeta>{AUTHOR}".encode(), Type=Name.Metadata, Subtype=Name.XML)
        page.AA = Dictionary(O=script)
        page.Metadata = pdf.make_stream(f"<x:xmpmeta>{AUTHOR}".encode())
        rich = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9], RichMediaContent=Dictionary())
        attached = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], Contents=String("a note"), T=String(AUTHOR)
        )
        page.Annots = Array(
            [
                rich, attached, note,
                link(pdf, act("Launch", F=String("cmd.exe"))),
                link(pdf, act("URI", URI=String("https://tracker.example/"))),
                link(pdf, act("SubmitForm", F=String("https://collector.example/"))),
                link(pdf, act("GoToR", F=String("//share/paper.pdf"))),
                link(pdf, Dictionary(S=Name.GoTo, D=Array([page.obj, Name.Fit]))),
            ]
        )  # fmt: skip
        pdf.docinfo[Name.Author] = AUTHOR
        pdf.docinfo[Name.Producer] = "Phone of somebody"
        return saved(pdf)


TRACES = [
    b"JavaScript", b"app.alert", b"OpenAction", b"/AA", b"EmbeddedFile", b"hidden program", b"dropper", b"RichMedia",
    b"FileAttachment", b"Launch", b"cmd.exe", b"tracker.example", b"SubmitForm", b"collector", b"//share", b"/XFA",
    b"xdp:script", b"xmpmeta", b"PieceInfo", b"Collection", AUTHOR.encode(), b"Phone of somebody", SECOND.encode(),
]  # fmt: skip


def cleaned(content: bytes) -> bytes:
    answer = clean(content)
    assert (answer.verdict, answer.mime) == (Verdict.CLEANED, "application/pdf")
    return bytes(answer.content)


def test_pages_are_left_and_nothing_that_acts_or_tells() -> None:
    before = armed()
    assert [trace for trace in TRACES if trace not in before] == []
    after = cleaned(before)
    assert [trace for trace in TRACES if trace in after] == []
    with Pdf.open(io.BytesIO(after)) as pdf:
        page = pdf.pages[0]
        assert page.Contents.read_bytes() == WORDS
        kinds = [str(note.Subtype) for note in page.Annots]
        assert kinds == ["/Text", *["/Link"] * 5]
        assert str(page.Annots[0].Contents) == "a note"
        assert Name.GoTo == page.Annots[5].A.S, "a link to another page of the same paper does no harm"


def test_what_was_written_over_is_gone() -> None:
    """Programs append changes to a PDF: the version before would still be in it."""
    with blank(b"(covered words) Tj") as pdf:
        old = saved(pdf)
    number = old.index(b"stream\n(covered")
    start = old.rindex(b" 0 obj", 0, number)
    name = old[old.rindex(b"\n", 0, start) + 1 : start]
    update = name + b" 0 obj\n<</Length 8>>\nstream\n(new) Tj\nendstream\nendobj\n"
    table = b"xref\n" + name + b" 1\n" + f"{len(old):010} 00000 n \n".encode()
    trailer = old[old.rindex(b"trailer <<") : old.rindex(b"startxref")].replace(
        b"trailer <<", b"trailer <</Prev " + old[old.rindex(b"startxref") + 10 :].split()[0]
    )
    new = old + update + table + trailer + b"startxref\n" + str(len(old) + len(update)).encode() + b"\n%%EOF\n"
    assert b"covered words" in new
    after = cleaned(new)
    assert b"(new) Tj" in after
    assert b"covered words" not in after


def test_photo_within_a_page_keeps_its_pixels_and_tells_no_place() -> None:
    exif = Image.Exif()
    exif[0x010F] = AUTHOR
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG", exif=exif, comment=AUTHOR.encode())
    with blank() as pdf:
        entry = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 40, "Height": 30, "BitsPerComponent": 8}
        photo = Stream(pdf, file.getvalue(), ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode, **entry)
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(photo)))
        before = saved(pdf)
    assert AUTHOR.encode() in before
    after = cleaned(before)
    assert AUTHOR.encode() not in after
    assert b"Exif" not in after
    with Pdf.open(io.BytesIO(after)) as pdf:
        kept = pdf.pages[0].Resources.XObject.Im0.read_raw_bytes()
    with Image.open(io.BytesIO(kept)) as shown, Image.open(file) as taken:
        assert shown.tobytes() == taken.tobytes()


def locked(**passwords: str) -> bytes:
    with blank() as pdf:
        return saved(pdf, encryption=pikepdf.Encryption(**passwords))


def test_paper_with_a_password_is_named_so() -> None:
    assert clean(locked(owner="a", user="b")) == Answer(Verdict.LOCKED)


def test_paper_that_only_forbids_printing_is_taken_and_opens_for_everybody() -> None:
    with Pdf.open(io.BytesIO(cleaned(locked(owner="a", user="")))) as pdf:
        assert not pdf.is_encrypted


def without_pages() -> bytes:
    with Pdf.new() as pdf:
        return saved(pdf)


def packed_twice() -> bytes:
    with blank() as pdf:
        stream = pdf.pages[0].Contents
        twice = zlib.compress(zlib.compress(bytes(1_000_000)))
        stream.write(twice, filter=Array([Name.FlateDecode, Name.FlateDecode]))
        return saved(pdf)


def huge_picture() -> bytes:
    with blank() as pdf:
        stream = Stream(pdf, b"", Width=100_000, Height=100_000, BitsPerComponent=1, Filter=Name.JBIG2Decode)
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(stream)))
        return saved(pdf)


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (b"%PDF-1.7\n", Verdict.DAMAGED),
        (b"%PDF-1.7\n<html>", Verdict.DAMAGED),
        (without_pages(), Verdict.DAMAGED),
        (packed_twice(), Verdict.TOO_LARGE),
        (huge_picture(), Verdict.TOO_LARGE),
    ],
)
def test_paper_is_refused_when_it_is_none_or_too_much(content: bytes, verdict: Verdict) -> None:
    assert clean(content) == Answer(verdict)


def test_damaged_paper_gets_a_verdict_whatever_is_wrong_with_it() -> None:
    chance, content = random.Random(7), armed()
    verdicts = set()
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 30)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        verdicts.add(clean(bytes(damaged[: chance.randint(len(damaged) // 2, len(damaged))])).verdict)
    assert verdicts >= {Verdict.CLEANED, Verdict.DAMAGED}
