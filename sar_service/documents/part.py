"""One part of a pack, made from its filled template and, for a document, from its original: in any process.

What a part says is decided in `services/pack.py`; many of them are made side by side by `workers/jobs/pack.py`, and
`assemble` joins them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sar_service.documents import assemble
from sar_service.documents.pages import Page
from sar_service.documents.remove import Paint, rebuild
from sar_service.documents.render import render
from sar_service.domain.errors import Refused

DPI = 150


@dataclass(frozen=True, kw_only=True)
class Original:
    """A document as it was gathered: its file, everything read on its pages, and what is painted over by page."""

    pdf: Path
    pages: tuple[Page, ...]
    paints: Mapping[int, Paint]


@dataclass(frozen=True, kw_only=True)
class Order:
    """A part to be made: its HTML and style sheets, the key that its table cells' names begin with, its file."""

    html: str
    css: tuple[Path, ...]
    key: str
    out: Path
    original: Original | None = None


def make(order: Order) -> int:
    """Make a part and return how many pages it has. Raises Refused or RenderError; then there is no file."""
    original = order.original
    sheets = order.out if original is None else order.out.with_suffix(".sheets.pdf")
    pages = render(order.html, sheets, css=order.css)
    assemble.tidy(sheets, key=order.key)
    if original is None:
        return pages
    rebuilt = order.out.with_suffix(".rebuilt.pdf")
    made = rebuild(
        original.pdf, rebuilt, paints=original.paints, pages=original.pages, dpi=DPI, title="Redacted document"
    )
    if made.pages != len(original.pages):
        raise Refused("A document came out with another number of pages than it went in with.")
    placed = assemble.place(sheets, rebuilt, order.out)
    for path in (sheets, rebuilt, original.pdf):
        path.unlink()
    return placed
