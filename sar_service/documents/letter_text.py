"""The text of a letter: plain words with headings ("## ") and lists, as a page, as plain text, and as a PDF.

No other marks mean anything, so that whatever somebody types into a letter is read as they typed it.
"""

import io
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from markdown_it import MarkdownIt

from .letter_template import JOINER
from .render import RenderError, page, render

_HEADING = re.compile(r"^##\s+", re.MULTILINE)
_MARK = r"(?:[-+*]|\d{1,9}[.)])"
_DRAWN = re.compile(rf"^([ \t]*)(?={_MARK}[ \t]+{_MARK}(?:[ \t]|$))", re.MULTILINE)  # "- - -" is no list of lists
_MOVED_IN = re.compile(r"^[ \t]+", re.MULTILINE)
# What no line may end within: an address of the web, up to a length that fits on a line, and a postcode.
_WHOLE = re.compile(r"https?://[^\s<]{1,60}(?![^\s<])|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")
FARTHEST = 6  # blanks before a line that mean something: a list in a list, and one more


@lru_cache
def _marks() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False, "breaks": True}).enable(["heading", "list", "newline"])


def as_html(text: str, classes: Mapping[str, str] | None = None) -> str:
    """The text as HTML: paragraphs, headings of the second level and lists. Everything else is escaped.

    `classes` are those that elements get, by their names ("p", "h2", "ul", "ol").
    """
    marks = _marks()
    tokens = marks.parse(_shallow(text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2"  # a line that somebody begins with "# " is no title of the page it stands on
        if token.nesting == 1 and token.tag in (classes or {}):
            token.attrSet("class", (classes or {})[token.tag])
    html: str = marks.renderer.render(tokens, marks.options, {})
    return html


def _shallow(text: str) -> str:
    """The text with no list far inside another: past some depth the reader of marks drops whatever follows."""
    near = _MOVED_IN.sub(lambda found: found[0].expandtabs(4)[:FARTHEST], text)
    return _DRAWN.sub(rf"\1{JOINER}", near)


def as_plain(text: str) -> str:
    """The text as an e-mail carries it."""
    return _HEADING.sub("", text)


def as_pdf(values: Mapping[str, Any], texts: Sequence[tuple[str, str]], *, folder: Path) -> bytes:
    """The letter on paper as an accessible PDF (PDF/UA-1), each of its parts tagged with its language.

    `values` are for templates/letters/sheet.html; `texts` are the same letter by language: (language, text).
    """
    languages = [language for language, _ in texts]
    with tempfile.TemporaryDirectory(prefix="letter-") as place:
        out = Path(place) / "letter.pdf"
        main = languages[0] if values["parts"][0]["subject"] else languages[-1]
        bodies = [_WHOLE.sub(r'<span class="whole">\g<0></span>', as_html(text)) for _, text in texts]
        html = page("letters/sheet.html", folder=folder, bodies=bodies, language=main, **values)
        render(html, out, css=(folder / "letters" / "sheet.css",))
        if len(languages) == 1:
            return out.read_bytes()
        with pikepdf.open(out) as made:
            _speak(made, languages)
            whole = io.BytesIO()
            made.save(whole)
        return whole.getvalue()


def _speak(pdf: pikepdf.Pdf, languages: Sequence[str]) -> None:
    """Say of each section of a letter in what language it is (ISO 14289-1, 7.2): the typesetter says it once."""
    sections = [each for each in _elements(pdf.Root.StructTreeRoot) if each.get("/S") == "/Sect"]
    titled = [at for at, each in enumerate(sections) if any(below.get("/S") == "/H1" for below in _elements(each))]
    if len(languages) != 2 or not titled:
        raise RenderError("a letter is in one language or two, and its last part has a title")
    for at, section in enumerate(sections):  # one for each page: the last that has a title begins the second part
        section.Lang = pikepdf.String(languages[int(at >= titled[-1])])


def _elements(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The structure elements below one, in reading order."""
    below: Any = element.get("/K", [])
    for each in below if isinstance(below, pikepdf.Array) else [below]:
        if isinstance(each, pikepdf.Dictionary) and "/S" in each:
            yield each
            yield from _elements(each)


def sheets(letters: Sequence[bytes]) -> bytes:
    """Several letters as one PDF to be printed on both sides: each begins on a sheet of its own."""
    with pikepdf.new() as whole:
        for content in letters:
            with pikepdf.open(io.BytesIO(content)) as one:
                whole.pages.extend(one.pages)
                if len(one.pages) % 2:
                    box = one.pages[-1].mediabox
                    whole.add_blank_page(page_size=(float(box[2] - box[0]), float(box[3] - box[1])))
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
