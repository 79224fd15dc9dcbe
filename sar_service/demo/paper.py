"""Files of the kinds that councils have, from text and a seed: the same bytes for the same text.

PDFs with text, PDFs and pictures that are only an image, Word files with what Word hides, e-mails inside e-mails,
a workbook with hidden rows and sheets. What they say is decided in `files.py`.
"""

import io
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pikepdf
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_LONG_AGO = (2020, 1, 1, 0, 0, 0)
_FONT_FILES = ("LiberationSerif-Regular.ttf", "DejaVuSerif.ttf", "NotoSerif-Regular.ttf")


def pdf(title: str, paragraphs: Sequence[str], *, info: dict[str, str] | None = None, lock: str = "") -> bytes:
    """A PDF with real text in a standard font. `info` goes into its metadata; `lock` is a password to open it."""
    lines: list[tuple[str, int]] = [(title, 14), ("", 11)]
    for paragraph in paragraphs:
        lines.extend((line, 11) for line in textwrap.wrap(paragraph, 88) or [""])
        lines.append(("", 11))
    document = pikepdf.Pdf.new()
    font = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )  # fmt: skip
    for at in range(0, len(lines), 46):
        page = document.add_blank_page(page_size=(595, 842))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = document.make_stream(_page(lines[at : at + 46], at // 46 + 1))
    for name, value in (info or {}).items():
        document.docinfo[f"/{name}"] = value
    out = io.BytesIO()
    if lock:
        # The strength is beside the point of a file that merely cannot be opened, and this kind has no dice in it.
        locked = pikepdf.Encryption(owner=lock + "-owner", user=lock, R=3, aes=False, metadata=False)
        document.save(out, static_id=True, encryption=locked)
    else:
        document.save(out, static_id=True)
    return out.getvalue()


def _page(lines: Sequence[tuple[str, int]], number: int) -> bytes:
    drawn = [b"BT /F1 11 Tf 60 780 Td 15.5 TL"]
    for text, size in lines:
        plain = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252", "replace")
        drawn.append(b"/F1 %d Tf (%s) Tj T*" % (size, plain))
    drawn.append(b"ET BT /F1 9 Tf 290 30 Td (%d) Tj ET" % number)
    return b"\n".join(drawn)


def picture(lines: Iterable[str], rng: Random, *, tilt: float) -> bytes:
    """A JPEG of typed lines on paper as a tired scanner sees it: grey, speckled and slightly tilted."""
    page = Image.new("L", (1240, 1754), 246)
    drawing = ImageDraw.Draw(page)
    font = _font(38)
    for place, line in enumerate(lines):
        drawing.text((130, 180 + place * 66), line, font=font, fill=38)
    page = page.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=246)
    page = page.filter(ImageFilter.GaussianBlur(0.7))
    speckle = Image.frombytes("L", (620, 877), rng.randbytes(620 * 877)).resize(page.size)
    page = Image.blend(page, speckle, 0.07)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=70, dpi=(150, 150))
    return out.getvalue()


def scan(lines: Iterable[str], rng: Random, *, tilt: float) -> bytes:
    """A PDF with one page that is nothing but a picture."""
    image = picture(lines, rng, tilt=tilt)
    document = pikepdf.Pdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    held = pikepdf.Stream(
        document, image, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1240, Height=1754,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=document.make_indirect(held)))
    page.obj.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    out = io.BytesIO()
    document.save(out, static_id=True)
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in _FONT_FILES:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def word(
    title: str, paragraphs: Sequence[str], *, author: str = "", removed: str = "", added: str = "", comment: str = "",
    hidden: str = "", white: str = "",
) -> bytes:  # fmt: skip
    """A Word file. `removed` and `added` are tracked changes, `comment` a margin comment, `hidden` text with the
    hidden attribute, `white` text in white."""
    document = Document()
    document.add_heading(title, level=1)
    for text in paragraphs:
        document.add_paragraph(text)
    if removed or added:
        changed = document.add_paragraph("Amended after the meeting: ")
        for tag, text_tag, text in (("w:del", "w:delText", removed), ("w:ins", "w:t", added)):
            change = OxmlElement(tag)
            change.set(qn("w:id"), "90" if tag == "w:del" else "91")
            change.set(qn("w:author"), author)
            change.set(qn("w:date"), "2020-01-01T00:00:00Z")
            run, words = OxmlElement("w:r"), OxmlElement(text_tag)
            words.text = text
            run.append(words)
            change.append(run)
            changed._p.append(change)
    if comment:
        noted = document.add_comment(document.paragraphs[-1].runs, text=comment, author=author, initials="XX")
        noted._comment_elm.set(qn("w:date"), "2020-01-01T00:00:00Z")
    for text, is_white in ((hidden, False), (white, True)):
        if text:
            run = document.add_paragraph().add_run(text)
            if is_white:
                run.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
            else:
                run.font.hidden = True
    document.core_properties.author = author
    document.core_properties.title = title
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue())


def workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str]], frozenset[int], bool]], *, author: str) -> bytes:
    """A workbook of (name, rows, numbers of hidden rows, whether the sheet is hidden); text cells only."""
    book = Workbook()
    book.remove(book.active)
    for name, rows, hidden_rows, hidden in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for number in hidden_rows:
            sheet.row_dimensions[number].hidden = True
        sheet.column_dimensions["A"].width = 28
        if hidden:
            sheet.sheet_state = "hidden"
    book.properties.creator = author
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue())


def repacked(archive: bytes) -> bytes:
    """An Office file with every member dated long ago and its document properties without the time of making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _undated(content)
            new.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _undated(core: bytes) -> bytes:
    for tag in (b"dcterms:modified", b"dcterms:created"):
        start = core.find(b"<" + tag)
        if start >= 0:
            end = core.index(b"</" + tag, start)
            core = core[: core.index(b">", start) + 1] + b"2020-01-01T00:00:00Z" + core[end:]
    return core


def email(
    subject: str, body: str, *, sender: str, to: str, on: date,
    attached: Sequence[tuple[str, str, bytes]] = (), inside: bytes = b"",
) -> bytes:  # fmt: skip
    """An e-mail with attachments as (file name, content type, bytes), and perhaps another message `inside` it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = datetime(on.year, on.month, on.day, 9, 14, tzinfo=UTC)
    message["Message-ID"] = f"<{on:%Y%m%d}.{sum(subject.encode()) * 7919 + len(body)}@brackenmere.example>"
    message.set_content(body)
    for name, kind, content in attached:
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    if inside:
        message.add_attachment(_parsed(inside))
    if message.is_multipart():
        message.set_boundary(f"part-{on:%Y%m%d}-{len(body)}-{len(attached)}")
    return message.as_bytes()


def _parsed(raw: bytes) -> EmailMessage:
    from email import message_from_bytes, policy

    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def write(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
