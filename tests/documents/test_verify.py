"""The verifier names every place, says nothing of a clean file, and proves nothing about what it cannot read."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Stream
from PIL import Image

from sar_service.documents import sandbox
from sar_service.documents.pages import Finding
from sar_service.documents.verify import verify
from sar_service.domain.errors import InvalidInput, Refused
from tests.documents.torture import KEEP, SECRET, beside_the_pages, directly, picture, simple, write
from tests.documents.torture_parts import blank, draw, line, scan


def test_each_place_beside_the_pages_is_named(tmp_path: Path) -> None:
    found = verify(write("beside the pages", tmp_path), [SECRET, KEEP])
    places = {finding.where for finding in found if finding.string == SECRET}
    assert {
        "metadata: Title",
        "metadata: XMP",
        "bookmark",
        "attachment 1",
        "page 1, preview picture that no page shows",
    } <= places
    assert {finding.how for finding in found if finding.string == SECRET} >= {"metadata", "attachment", "object", "ocr"}
    assert Finding(string=KEEP, where="page 1, text layer", how="text", page=1) in found


def test_an_earlier_revision_is_named(tmp_path: Path) -> None:
    found = verify(write("saved again", tmp_path), [SECRET], ocr=False)
    assert "earlier revision 1" in {finding.where for finding in found}


def test_a_note_on_a_page_is_named_with_its_page(tmp_path: Path) -> None:
    found = verify(write("notes, fields and links", tmp_path), [SECRET], ocr=False)
    assert ("page 1, annotation", 1) in {(finding.where, finding.page) for finding in found}


def test_a_clean_file_has_no_findings(tmp_path: Path) -> None:
    assert verify(write("simple", tmp_path), ["Nobody Atall", "01632 960999"]) == []
    assert verify(tmp_path / "case.pdf", []) == []


def test_without_ocr_what_is_only_in_pixels_is_not_found(tmp_path: Path) -> None:
    path = write("JPEG scan", tmp_path)
    assert verify(path, [SECRET], ocr=False) == []
    assert [finding.how for finding in verify(path, [SECRET])] == ["ocr"]


def test_pages_side_by_side_give_the_same_answer(tmp_path: Path) -> None:
    pdf = blank()
    draw(pdf, line("first"))
    for text in ("second", SECRET, "fourth"):
        more = blank()
        draw(more, line(text))
        pdf.pages.extend(more.pages)
    pdf.save(tmp_path / "four.pdf")
    one = verify(tmp_path / "four.pdf", [SECRET], workers=1)
    assert one == verify(tmp_path / "four.pdf", [SECRET], workers=3)
    assert {finding.page for finding in one if finding.how == "text"} == {3}


@pytest.mark.parametrize("kind", ["covered", "cropped"])
def test_what_a_box_covers_or_a_frame_crops_in_a_picture_is_found(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)
    pdf = blank()
    pdf.pages[0].Resources.XObject = Dictionary(Im=picture(pdf, scan(f"The mother met {SECRET}")))
    if kind == "covered":
        draw(pdf, "q 595 0 0 842 0 0 cm /Im Do Q 0 0 0 rg 40 700 500 80 re f")
    else:
        draw(pdf, "q 0 0 595 600 re W n 595 0 0 842 0 0 cm /Im Do Q")
    pdf.save(tmp_path / "made.pdf")
    assert "page 1, embedded picture" in {finding.where for finding in verify(tmp_path / "made.pdf", [SECRET])}


def test_a_pdf_in_the_pdf_and_an_archive_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    monkeypatch.setattr(sandbox, "stream", directly)
    inner, archive = io.BytesIO(), io.BytesIO()
    simple().save(inner)
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("word/document.xml", f"<w:t>Mar</w:t><w:t>rowby</w:t> {KEEP}")
    pdf = blank()
    draw(pdf, line("cover"))
    pdf.attachments["inner.pdf"] = inner.getvalue()
    pdf.attachments["letter.docx"] = archive.getvalue()
    pdf.save(tmp_path / "outer.pdf")
    found = {finding.where for finding in verify(tmp_path / "outer.pdf", [SECRET], ocr=False)}
    assert {"attachment 1: page 1, text layer", "attachment 2"} <= found


def test_an_attached_picture_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)
    picture = io.BytesIO()
    blank_page = Image.new("L", (900, 300), 255)
    blank_page.save(picture, "TIFF", save_all=True, append_images=[scan(f"Seen: {SECRET}", size=(900, 300))])
    pdf = blank()
    draw(pdf, line("cover"))
    pdf.attachments["scan.tiff"] = picture.getvalue()
    pdf.save(tmp_path / "outer.pdf")
    assert "attachment 1" in {finding.where for finding in verify(tmp_path / "outer.pdf", [SECRET])}


@pytest.mark.parametrize("form", ["utf-16", "hex", "octal", "name", "unused"])
def test_strings_are_found_in_every_way_of_writing_them(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)
    pdf = blank()
    draw(pdf, line("cover"))
    if form == "utf-16":
        pdf.Root.Odd = Stream(pdf, b"\xff\xfe" + SECRET.encode("utf-16-le"))
    elif form == "hex":
        pdf.Root.Odd = Stream(pdf, b"BT <" + SECRET.encode().hex().encode() + b"> Tj ET")
    elif form == "octal":
        pdf.Root.Odd = Stream(pdf, b"BT (" + b"".join(b"\\%03o" % byte for byte in SECRET.encode()) + b") Tj ET")
    elif form == "name":
        pdf.Root.Odd = pdf.make_indirect(Dictionary(Kind=Name("/" + SECRET)))
    out = io.BytesIO()
    pdf.save(out)
    data = out.getvalue()
    if form == "unused":
        data = data.replace(b"xref\n", b"99 0 obj\n(" + SECRET.encode() + b")\nendobj\nxref\n", 1)
    (tmp_path / "made.pdf").write_bytes(data)
    assert verify(tmp_path / "made.pdf", [SECRET], ocr=False) != []


def test_a_comment_in_a_jpeg_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "stream", directly)
    out = io.BytesIO()
    scan("nothing", size=(300, 200)).convert("RGB").save(out, "JPEG", comment=f"taken at {SECRET} Hall".encode())
    pdf = blank()
    image = Stream(pdf, out.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=300, Height=200)
    image.ColorSpace, image.BitsPerComponent, image.Filter = Name.DeviceRGB, 8, Name.DCTDecode
    pdf.pages[0].Resources.XObject = Dictionary(Im=image)
    draw(pdf, "q 300 0 0 200 72 400 cm /Im Do Q")
    pdf.save(tmp_path / "made.pdf")
    assert [finding.how for finding in verify(tmp_path / "made.pdf", [SECRET], ocr=False)] == ["object"]


def test_a_file_that_cannot_be_opened_proves_nothing(tmp_path: Path) -> None:
    beside_the_pages().save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u", R=6))
    with pytest.raises(Refused, match="needs a password"):
        verify(tmp_path / "locked.pdf", [SECRET])
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and no more %%EOF")
    with pytest.raises(Refused, match="broken"):
        verify(tmp_path / "broken.pdf", [SECRET])


def test_a_string_that_cannot_be_looked_for_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="string 1"):
        verify(write("simple", tmp_path), ["?"])
