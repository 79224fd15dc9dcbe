"""Finding one's way through what a case holds: items in reading order with what is left to decide in each.

Opening items and the fate of marks is `units.py`; deciding is `redaction_mark.py`. Only the item in hand is opened.
"""

import tempfile
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sar_service.documents.pages import Limits
from sar_service.documents.text import picture
from sar_service.domain.errors import NotFound
from sar_service.models import Case, Document, MarkRow, PersonRow, Record

from . import document as documents
from . import sealing
from .redaction_mark import open_home
from .units import Item, belongs, counts_of, marks_of, people_of, records, undecided_of

PICTURE_DPI = 110


@dataclass(frozen=True)
class Place:
    """A record or a file of the case, with how many marks lie on it and how many of them nobody has decided."""

    row: Record | Document
    marks: int = 0
    undecided: int = 0
    pages_undecided: tuple[int, ...] = ()  # of a file: the numbers of its pages that hold undecided marks

    @property
    def is_document(self) -> bool:
        return isinstance(self.row, Document)


def places(case: Case, *, people: dict[uuid.UUID, PersonRow] | None = None) -> list[Place]:
    """Everything that belongs to the case, in reading order: the order of the pack."""
    people = people_of(case) if people is None else people
    marked = counts_of(case)
    waiting: dict[uuid.UUID, Counter[int]] = defaultdict(Counter)
    for home, unit, count in undecided_of(case, people):
        waiting[home][max(unit, 1)] += count
    rows: list[Record | Document] = [*records(case, to_open=False), *documents.included(case)]
    return [
        Place(
            row=row,
            marks=marked.get(row.id, 0),
            undecided=waiting[row.id].total() if row.id in waiting else 0,
            pages_undecided=tuple(sorted(waiting[row.id])) if row.id in waiting else (),
        )
        for row in rows
    ]


def title_of(row: Record | Document) -> str:
    """What an item is called in its system."""
    told = sealing.unseal(row)
    return str(told.get("title") or told.get("file_name") or "")


def open_item(case: Case, home: uuid.UUID) -> Item:
    """A record or a file of the case. Raises NotFound, also for what belongs to somebody rejected."""
    item = open_home(case, home)
    if not belongs(item.row):
        raise NotFound("This item is not part of the case.")
    return item


def places_of(case: Case, person: uuid.UUID) -> list[tuple[MarkRow, str]]:
    """Every mark on a person, with the words marked, in reading order."""
    marked = marks_of(case, person=person)
    rows: list[Any] = [*records(case, to_open=False), *documents.included(case)]
    return [(mark, str(sealing.unseal(mark)["text"])) for row in rows for mark in marked.get(row.id, [])]


def page_picture(case: Case, row: Document, page: int) -> bytes:
    """One page of a file as a PNG, drawn in the sandbox when it is asked for and kept nowhere. Raises NotFound.

    Never the file itself: what a browser shows is only ever a picture that we drew.
    """
    if row.case_id != case.id or row.pdf_id is None or not 1 <= page <= row.pages:
        raise NotFound("There is no such page.")
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        pdf = sealing.object_to(row.pdf_id, Path(folder) / "page.pdf")
        drawn = picture(pdf, page, dpi=PICTURE_DPI, out=Path(folder) / "page.png", limits=Limits(seconds=30))
        return drawn.read_bytes()
