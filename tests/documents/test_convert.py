"""Whatever comes in goes out as a PDF with what it hid and what it holds, or is refused with a reason."""

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from sar_service.documents.convert import convert
from sar_service.documents.convert_picture import read_attachments, read_picture
from sar_service.documents.convert_read import PART, convert_here, typeset
from sar_service.documents.draft import Draft, redraw
from sar_service.documents.pages import Limits
from sar_service.domain.errors import Refused


def words(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def pdf_with(attached: bytes | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        if attached is not None:
            pdf.attachments["Zofia Wrona.txt"] = pikepdf.AttachedFileSpec(pdf, attached, filename="Zofia Wrona.txt")
        pdf.save(out, **options)
    return out.getvalue()


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    return Draft(work=tmp_path, limits=Limits())


def test_a_file_becomes_a_pdf_with_what_it_hid_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_text("<html><body><p>Seen</p><p hidden>Unseen</p><script>x</script></body></html>")
    made = convert(path, name="page.html", work=tmp_path / "work")
    assert made.kind == "html"
    assert "Seen" in words(made.pdf)
    assert "Hidden in the page: text that is not shown" in words(made.pdf)
    found = {(hidden.what, hidden.decision) for hidden in made.hidden}
    assert found == {("text that is not shown", "included"), ("script", "left out")}
    assert {item.name for item in tmp_path.iterdir()} == {"given", "work"}


def test_a_pdf_stays_as_it_is_and_its_attachments_are_members(tmp_path: Path) -> None:
    path = tmp_path / "given.pdf"
    path.write_bytes(pdf_with(b"attached words"))
    before = path.read_bytes()
    made = convert(path, name="given.pdf", work=tmp_path / "work")
    assert (made.kind, made.pdf.read_bytes()) == ("pdf", before)
    assert [member.path.read_bytes() for member in made.members] == [b"attached words"]
    assert "Zofia" not in made.members[0].path.name


def test_a_picture_becomes_pages(tmp_path: Path) -> None:
    path = tmp_path / "given.gif"
    Image.new("RGB", (80, 40), "green").save(path, save_all=True, append_images=[Image.new("RGB", (80, 40), "red")])
    made = convert(path, name="given.gif", work=tmp_path / "work")
    assert made.kind == "gif"
    with pikepdf.open(made.pdf) as pdf:
        assert len(pdf.pages) == 2


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * 2000)
    with pytest.raises(Refused, match="larger than"):
        convert(path, name="large.txt", work=tmp_path / "work", limits=Limits(bytes=1000))


def test_a_pdf_that_needs_a_password_is_refused_and_one_that_only_restricts_is_read(draft: Draft) -> None:
    path = draft.work / "given.pdf"
    path.write_bytes(pdf_with(encryption=pikepdf.Encryption(user="secret", owner="other", R=6)))
    with pytest.raises(Refused, match="password"):
        read_attachments(path, draft)
    path.write_bytes(pdf_with(b"inside", encryption=pikepdf.Encryption(user="", owner="other", R=6)))
    read_attachments(path, draft)
    assert draft.members[0].path.read_bytes() == b"inside"


def test_a_broken_pdf_has_no_members_and_is_judged_by_its_pages(draft: Draft) -> None:
    path = draft.work / "given.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing follows")
    read_attachments(path, draft)
    assert draft.members == []


def test_what_a_photograph_carries_is_listed(draft: Draft) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Rajesh Okafor"
    exif.get_ifd(0x8825)[1] = "N"
    path = draft.work / "photo.jpg"
    Image.new("RGB", (60, 40)).save(path, exif=exif, comment=b"Zofia at home")
    assert read_picture(path, draft) == path
    listed = {(entry.what, entry.text) for entry in draft.hidden}
    assert ("camera detail (Artist)", "Rajesh Okafor") in listed
    assert ("comment", "Zofia at home") in listed
    assert ("place where it was taken", "") in listed


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_a_picture_in_a_document_is_drawn_anew(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA" if kind in ("PNG", "WEBP") else "RGB", (30, 20)).save(out, kind)
    drawn, _ = redraw(out.getvalue(), limits=Limits())
    assert drawn.startswith(b"\x89PNG")


def test_a_picture_with_too_many_points_or_none_at_all_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (2000, 2000)).save(out, "PNG")
    with pytest.raises(Refused, match="points"):
        redraw(out.getvalue(), limits=Limits(pixels=1_000_000))
    with pytest.raises(Refused, match="broken"):
        redraw(out.getvalue()[:60], limits=Limits())


def test_a_long_text_is_typeset_in_parts_and_loses_nothing(draft: Draft) -> None:
    for number in range(40):
        draft.text(f"Paragraph {number} begins. " + "word " * (PART // 5 // 20))
    out = typeset(draft, draft.work / "out.pdf")
    shown = words(out)
    assert [number for number in range(40) if f"Paragraph {number} begins." not in shown] == []
    assert [path.name for path in draft.work.iterdir()] == ["out.pdf"]


def test_a_file_that_shows_nothing_says_so(tmp_path: Path) -> None:
    path = tmp_path / "given.html"
    path.write_text("<html><body><p></p></body></html>")
    answer = convert_here(str(path), "given.html", str(tmp_path), {})
    assert "This file shows nothing when it is opened." in words(Path(answer["source"]))
