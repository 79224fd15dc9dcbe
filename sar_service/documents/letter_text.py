"""The text of a letter: plain words with headings ("## ") and lists, as a page, as plain text, and as a PDF.

No other marks mean anything, so that whatever somebody types into a letter is read as they typed it.
"""

import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from markdown_it import MarkdownIt

from .render import page, render

_HEADING = re.compile(r"^##\s+", re.MULTILINE)


@lru_cache
def _marks() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False, "breaks": True}).enable(["heading", "list", "newline"])


def as_html(text: str, classes: Mapping[str, str] | None = None) -> str:
    """The text as HTML: paragraphs, headings of the second level and lists. Everything else is escaped.

    `classes` are those that elements get, by their names ("p", "h2", "ul", "ol").
    """
    marks = _marks()
    tokens = marks.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2"  # a line that somebody begins with "# " is no title of the page it stands on
        if token.nesting == 1 and token.tag in (classes or {}):
            token.attrSet("class", (classes or {})[token.tag])
    html: str = marks.renderer.render(tokens, marks.options, {})
    return html


def as_plain(text: str) -> str:
    """The text as an e-mail carries it."""
    return _HEADING.sub("", text)


def as_pdf(values: Mapping[str, Any], text: str, *, folder: Path) -> bytes:
    """The letter on paper as an accessible PDF (PDF/UA-1). `values` are for templates/letters/sheet.html."""
    with tempfile.TemporaryDirectory(prefix="letter-") as place:
        out = Path(place) / "letter.pdf"
        html = page("letters/sheet.html", folder=folder, body=as_html(text), **values)
        render(html, out, css=(folder / "letters" / "sheet.css",))
        return out.read_bytes()


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
