"""The record of how a request was handled, as one accessible PDF: for the regulator, an ombudsman or a court.

The words are the pages' own (`web/staff/record.py`); here they are typeset.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from sar_service.documents.render import render
from sar_service.extensions import runtime


def pdf(html: str) -> bytes:
    """The record as PDF/UA-1, from the filled templates/staff/record.html."""
    with TemporaryDirectory(prefix="record-") as place:
        out = Path(place) / "record.pdf"
        render(html, out, css=(runtime().settings.templates_dir / "staff" / "record.css",))
        return out.read_bytes()
