"""Plain text and comma-separated tables into a draft. What counts as text is decided in `kinds`."""

import csv
import io
import re
from pathlib import Path

from sar_service.documents.draft import Draft
from sar_service.documents.kinds_text import decode
from sar_service.domain.errors import Refused

CELLS = 40_000  # more take longer to typeset than one file may take, and nobody can read them on paper
DELIMITERS = ",;\t|"


def read_text(path: Path, draft: Draft) -> None:
    """The text as it stands, paragraph by paragraph; line ends and spaces are kept."""
    prose(decode(path.read_bytes()), draft)


def prose(text: str, draft: Draft) -> None:
    """Text of any length as paragraphs: one for each block between empty lines, and no longer than a page."""
    for paragraph in re.split(r"\n[ \t]*\n+", text.replace("\f", "\n\n").expandtabs(4)):
        lines = paragraph.strip("\n").split("\n")
        for at in range(0, len(lines), 45):
            draft.text("\n".join(lines[at : at + 45]))


def read_csv(path: Path, draft: Draft) -> None:
    """A table from comma-, semicolon-, tab- or bar-separated values (RFC 4180)."""
    text = decode(path.read_bytes())
    rows = _rows(text)
    if rows is None:
        prose(text, draft)
        return
    require_cells(sum(len(row) for row in rows))
    wide = max((len(row) for row in rows), default=0)
    if wide < 2:
        prose(text, draft)
        return
    draft.rows([row for row in rows if any(cell.strip() for cell in row)])


def require_cells(count: int) -> None:
    """Raises Refused where a table has more cells than can be set out for reading."""
    if count > CELLS:
        raise Refused(
            f"it has {count:,} cells, more than the {CELLS:,} that can be set out for reading: "
            "cut it down to the rows that matter, or look at it by hand"
        )


def _rows(text: str) -> list[list[str]] | None:
    """The rows, read with the delimiter that splits most lines alike; None where there is no table to be
    seen.
    """
    sample = [line for line in text.split("\n")[:200] if line.strip()]
    if not sample:
        return None
    best = max(DELIMITERS, key=lambda mark: (sum(mark in line for line in sample), sample[0].count(mark)))
    limit = csv.field_size_limit(10_000_000)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=best))
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(limit)
