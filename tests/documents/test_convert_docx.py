"""A Word file shows what its page shows, and all that it hides is shown with a label or listed."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt, RGBColor
from PIL import Image

from sar_service.documents.convert_docx import read_docx
from sar_service.documents.draft import Draft
from sar_service.documents.pages import Limits
from sar_service.domain.errors import Refused


@pytest.fixture
def read(tmp_path: Path):
    def reading(document, *, limits: Limits | None = None) -> Draft:
        path = tmp_path / "file.docx"
        if isinstance(document, bytes):
            path.write_bytes(document)
        else:
            document.save(path)
        draft = Draft(work=tmp_path, limits=limits or Limits())
        read_docx(path, draft)
        return draft

    return reading


def said(draft: Draft, *kinds: str) -> str:
    wanted = kinds or ("heading", "text", "item", "rows", "pairs", "note")
    parts = []
    for block in draft.blocks:
        if block.kind in wanted:
            parts.append(block.text)
            parts.extend(cell for row in block.rows for cell in row)
    return "\n".join(parts)


def listed(draft: Draft, what: str) -> list[tuple[str, str]]:
    return [(entry.decision, entry.text) for entry in draft.hidden if entry.what == what]


def test_headings_paragraphs_lists_and_tables_come_in_order(read) -> None:
    document = docx.Document()
    document.add_heading("Assessment", level=1)
    document.add_paragraph("First paragraph.")
    document.add_paragraph("An item", style="List Bullet")
    document.add_paragraph("Counted", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Name", "Role", "Ann", "Aunt"), strict=True):
        cell.text = text
    document.add_paragraph("Last paragraph.")
    draft = read(document)
    assert [(block.kind, block.text) for block in draft.blocks if block.kind != "rows"] == [
        ("heading", "Assessment"),
        ("text", "First paragraph."),
        ("item", "• An item"),
        ("item", "1. Counted"),
        ("text", "Last paragraph."),
    ]
    assert draft.blocks[4].rows == (("Name", "Role"), ("Ann", "Aunt"))


def test_tracked_deletions_are_off_the_page_and_labelled_insertions_stay(read) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("He was ")
    for xml in (
        '<w:ins %s w:id="1" w:author="Pat Kay" w:date="2024-05-01T10:00:00Z"><w:r><w:t>calm</w:t></w:r></w:ins>',
        '<w:del %s w:id="2" w:author="Pat Kay" w:date="2024-05-02T10:00:00Z"><w:r><w:delText>shouting at Rosa'
        "</w:delText></w:r></w:del>",
    ):
        paragraph._p.append(parse_xml(xml % nsdecls("w")))
    draft = read(document)
    assert "He was calm" in said(draft)
    assert "Rosa" not in said(draft)
    labels = {block.label: block.text for block in draft.blocks if block.kind == "aside"}
    assert labels["Deleted by Pat Kay on 2024-05-02"] == "shouting at Rosa"
    assert listed(draft, "tracked deletion") == [("included", "shouting at Rosa")]
    assert listed(draft, "tracked insertion") == [("included", "calm")]


def test_comments_follow_the_paragraph_they_point_at_with_their_author(read) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("")
    run = paragraph.add_run("Mother attended.")
    document.add_comment([run], text="Rosa says otherwise", author="Lee Orme", initials="LO")
    document.add_paragraph("Next.")
    draft = read(document)
    kinds = [(block.kind, block.text) for block in draft.blocks]
    assert kinds.index(("aside", "Rosa says otherwise")) == kinds.index(("text", "Mother attended.")) + 1
    assert any(block.label.startswith("Comment by Lee Orme") for block in draft.blocks)
    assert listed(draft, "comment") == [("included", "Rosa says otherwise")]


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("hidden text", lambda run: setattr(run.font, "hidden", True)),
        ("white text", lambda run: setattr(run.font.color, "rgb", RGBColor(255, 255, 255))),
        ("tiny text", lambda run: setattr(run.font, "size", Pt(1))),
    ],
)
def test_text_that_a_reader_cannot_see_is_taken_off_the_line_and_labelled(read, what: str, change) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Seen before ")
    change(paragraph.add_run("Rosa Quill"))
    paragraph.add_run("and after.")
    draft = read(document)
    assert "Seen before and after." in said(draft)
    assert listed(draft, what) == [("included", "Rosa Quill")]
    assert ("Rosa Quill" in said(draft, "aside")) and ("Rosa Quill" not in said(draft))


def test_a_style_can_hide_and_the_run_itself_can_show_again(read) -> None:
    document = docx.Document()
    style = document.styles.add_style("Secret", WD_STYLE_TYPE.PARAGRAPH)
    style.font.hidden = True
    paragraph = document.add_paragraph("concealed words", style="Secret")
    shown = paragraph.add_run(" open words")
    shown.font.hidden = False
    draft = read(document)
    assert listed(draft, "hidden text") == [("included", "concealed words")]
    assert "open words" in said(draft)


def test_white_text_on_a_dark_cell_is_seen_and_not_called_hidden(read) -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).rows[0].cells[0]
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="000000"/>'))
    run = cell.paragraphs[0].add_run("Heading of the table")
    run.font.color.rgb = RGBColor(255, 255, 255)
    draft = read(document)
    assert "Heading of the table" in said(draft)
    assert listed(draft, "white text") == []


def test_headers_footers_text_boxes_and_notes_are_on_the_pages(read) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Strictly private"
    document.sections[0].footer.paragraphs[0].text = "Printed by Lee Orme"
    paragraph = document.add_paragraph("Body")
    box = (
        '<w:r %s xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>'
        '<mc:Choice Requires="wps"><w:drawing><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p>'
        "</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t>"
        "</w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    paragraph._p.append(parse_xml(box % nsdecls("w")))
    text = said(read(document))
    assert "Strictly private" in text
    assert "Printed by Lee Orme" in text
    assert text.count("In a box") == 1


def test_pictures_are_drawn_anew_without_what_they_carry_and_their_words_are_labelled(read, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Rosa at home"
    Image.new("RGB", (60, 30), "blue").save(tmp_path / "p.jpg", exif=exif)
    document = docx.Document()
    document.add_picture(str(tmp_path / "p.jpg"))
    inner = document.element.body.xpath(".//pic:cNvPr | .//wp:docPr")
    inner[0].set("descr", "A photograph of Rosa Quill")
    draft = read(document)
    assert listed(draft, "alternative text")[0] == ("included", "A photograph of Rosa Quill")
    stored = next(iter(draft.pictures.values())).read_bytes()
    assert b"Rosa" not in stored
    assert any("camera" in entry.what for entry in draft.hidden)


def test_properties_links_and_field_codes_are_listed_and_not_followed(read) -> None:
    document = docx.Document()
    document.core_properties.author = "Rosa Quill"
    document.core_properties.title = "About Rosa"
    paragraph = document.add_paragraph("See ")
    paragraph.part.relate_to(
        "http://127.0.0.1:1/rosa",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        is_external=True,
    )
    paragraph._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="INCLUDETEXT rosa.txt"><w:r><w:t>x</w:t></w:r></w:fldSimple>')
    )
    draft = read(document)
    assert ("left out", "Rosa Quill") in listed(draft, "property creator")
    assert ("left out", "http://127.0.0.1:1/rosa") in listed(draft, "address behind a link")
    assert listed(draft, "field code") == [("included", "INCLUDETEXT rosa.txt")]
    assert "Rosa" not in said(draft)


def test_an_embedded_office_file_becomes_a_member(read) -> None:
    document = docx.Document()
    document.add_paragraph("Holds a table")
    inner = io.BytesIO()
    docx.Document().save(inner)
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    part = Part(
        PackURI("/word/embeddings/inner.docx"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        inner.getvalue(),
        document.part.package,
    )
    document.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package")
    draft = read(document)
    assert [member.path.read_bytes() for member in draft.members] == [inner.getvalue()]


def test_list_numbers_count_on_and_start_again_below(read) -> None:
    document = docx.Document()
    for _ in range(3):
        document.add_paragraph("counted", style="List Number")
    assert [block.text for block in read(document).blocks] == ["1. counted", "2. counted", "3. counted"]


def changed(document, name: str, old: bytes, new: bytes) -> bytes:
    source = io.BytesIO()
    document.save(source)
    out = io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info in given.infolist():
            raw = given.read(info)
            made.writestr(info.filename, raw.replace(old, new) if info.filename == name else raw)
    return out.getvalue()


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE w [<!ENTITY % p SYSTEM "http://127.0.0.1:1/e.dtd"> %p;]>',
        b"<!-- " + b"x" * 200_000 + b' --><!DOCTYPE w SYSTEM "http://127.0.0.1:1/e.dtd">',
    ],
)
def test_a_file_that_declares_xml_entities_is_refused(read, declaration: bytes) -> None:
    broken = changed(docx.Document(), "word/document.xml", b"<w:document", declaration + b"<w:document")
    with pytest.raises(Refused, match="entities"):
        read(broken)


def test_a_part_that_unpacks_far_beyond_its_size_is_refused(read) -> None:
    bomb = changed(docx.Document(), "word/document.xml", b"</w:body>", b" " * 120_000_000 + b"</w:body>")
    with pytest.raises(Refused, match=r"unpacks|packed"):
        read(bomb)


def test_parts_inside_parts_without_end_are_refused_and_not_a_crash(read) -> None:
    deep = b"<w:sdt><w:sdtContent>" * 120 + b"</w:sdtContent></w:sdt>" * 120
    with pytest.raises(Refused):
        read(changed(docx.Document(), "word/document.xml", b"</w:body>", deep + b"</w:body>"))


def test_a_broken_part_is_refused_with_a_sentence(read) -> None:
    with pytest.raises(Refused, match="broken"):
        read(changed(docx.Document(), "word/document.xml", b"</w:body>", b"</w:nobody>"))
