"""What the pack shows of the records and documents of a case: chunked, redacted, ready to be typeset.

Text is redacted here, before anything is laid out; what is withheld is asked of `units.py`, which screen and release
gate ask as well. The letter and everything else the pack says is in `pack_content.py`.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from sar_service.db import db
from sar_service.documents.pages import Page
from sar_service.domain.exemption import Tell
from sar_service.domain.redaction import Removal, apply, merge
from sar_service.extensions import runtime
from sar_service.models import Case, Document, DocumentState, MarkRow, PersonRow, Record

from . import document as documents
from . import units
from .search import included_refs

LEAST, MOST = 24_000, 72_000  # bytes of sealed records in one part: about eight to twenty-five pages
CUT = 5  # of the records beyond LEAST one in so many ends a part, so that one more record moves few borders
FEWEST_ROWS = 3  # records of one shape that share a table
MOST_COLUMNS, LONGEST_CELL = 4, 160
OPEN, SHUT = "\ue000", "\ue001"  # around a label while a text is cut into paragraphs
NOT_SAID = "The law lets us leave this out, and does not let us say more about it here."
KINDS = {
    "pdf": "PDF document",
    "docx": "Word document",
    "xlsx": "spreadsheet",
    "csv": "table",
    "eml": "e-mail",
    "mbox": "e-mails",
    "html": "web page",
    "txt": "text",
    "text": "text",
    "zip": "folder of files",
    "png": "picture",
    "jpeg": "picture",
    "tiff": "scanned pages",
}

Piece = list[str]  # ["text", "..."] or ["gap", "[Person A, TP16]"]


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some records of one system, in order. `follows` is the section that the chunk before it ended in."""

    system: str
    ids: tuple[uuid.UUID, ...]
    follows: str = ""


@dataclass
class Shown:
    """What is shown of some items. `gaps` counts the gaps by the code that stands on them ("" for none)."""

    values: dict[str, Any]
    headings: list[tuple[int, str]]
    gaps: Counter[str] = field(default_factory=Counter)


def in_words(day: date | None) -> str:
    """ "4 March 2024", or that there is no date."""
    return f"{day.day} {day:%B %Y}" if day is not None else "No date"


def chunks(case: Case) -> list[Chunk]:
    """The records of a case in parts that stay the same when something elsewhere changes."""
    rows = db.session.execute(
        select(
            Record.id,
            Record.system,
            Record.section,
            Record.about_digest,
            Record.content_digest,
            func.length(Record.sealed),
        )
        .where(Record.case_id == case.id, Record.left_out == "")
        .order_by(Record.system, Record.section, Record.on, Record.ref_digest)
    ).all()
    refs = {system: included_refs(case.id, system) for system in {row.system for row in rows}}
    found: list[Chunk] = []
    ids: list[uuid.UUID] = []
    size, system, section, follows = 0, "", "", ""
    for row in rows:
        if row.about_digest not in refs[row.system]:
            continue
        full = size >= LEAST and (int(row.content_digest[:8], 16) % CUT == 0 or size >= MOST or row.section != section)
        if ids and (full or row.system != system):
            found.append(Chunk(system=system, ids=tuple(ids), follows=follows))
            follows = section if row.system == system else ""
            ids, size = [], 0
        ids.append(row.id)
        size += row[5]
        system, section = row.system, row.section
    if ids:
        found.append(Chunk(system=system, ids=tuple(ids), follows=follows))
    return found


def marks_on(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[MarkRow]]:
    """The marks on these records, in order."""
    found: dict[uuid.UUID, list[MarkRow]] = {}
    query = select(MarkRow).where(MarkRow.record_id.in_(list(ids)))
    for mark in db.session.scalars(query.order_by(MarkRow.unit, MarkRow.start, MarkRow.end)):
        found.setdefault(mark.record_id, []).append(mark)  # type: ignore[arg-type]
    return found


def told_label(label: str) -> str:
    """The label as the pack may show it: no code and no person where even that there is a reason is unsaid."""
    code = code_of(label)
    exemption = runtime().catalogue.exemptions.get(code)
    return units.UNTOLD if exemption is not None and exemption.tell == Tell.NEITHER else label


def code_of(label: str) -> str:
    """The code that stands on a label, or nothing."""
    code = label.rpartition(", ")[2]
    known = runtime().catalogue
    return code if code in known.exemptions or code in known.dispositions else ""


def removals(
    marks: Sequence[MarkRow], people: Mapping[uuid.UUID, PersonRow], number: int, gaps: Counter[str]
) -> list[Removal]:
    """What goes from one unit, with the labels that a reader of the pack sees; counted in `gaps`."""
    found = merge(
        [
            Removal(start=each.start, end=each.end, label=told_label(each.label))
            for each in units.removals(marks, people, number)
        ]
    )
    gaps.update(code_of(each.label) for each in found)
    return found


def _clean(text: str) -> str:
    """Letter for letter the same, without characters that a page cannot hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000\ue001\ufffe\uffff\ud800-\udfff]", "\ufffd", text)


def pieces(text: str, gone: Sequence[Removal]) -> list[list[Piece]]:
    """The text without what goes, as paragraphs of plain pieces and gaps."""
    marked = [Removal(start=each.start, end=each.end, label=f"{OPEN}{each.label}{SHUT}") for each in gone]
    left = apply(_clean(text).replace("\r", "\n"), marked).replace(f"[{OPEN}", OPEN).replace(f"{SHUT}]", SHUT)
    paragraphs = []
    for paragraph in re.split(r"\n[ \t]*\n\s*", left.strip()):
        found: list[Piece] = []
        for part in re.split(f"({OPEN}[^{SHUT}]*{SHUT})", paragraph):
            if part.startswith(OPEN):
                found.append(["gap", f"[{part[1:-1]}]"])
            elif part:
                found.append(["text", part])
        if found:
            paragraphs.append(found)
    return paragraphs


def plain(text: str, gone: Sequence[Removal]) -> str:
    """The text without what goes, on one line."""
    return " ".join(apply(_clean(text), gone).split())


def show_records(case: Case, chunk: Chunk, people: Mapping[uuid.UUID, PersonRow]) -> Shown:
    """The records of a chunk as their page is filled with them."""
    rows = {row.id: row for row in db.session.scalars(select(Record).where(Record.id.in_(chunk.ids)))}
    marks = marks_on(chunk.ids)
    title = title_of(chunk.system)
    sections: list[dict[str, Any]] = []
    shown = Shown({"system": title, "first": not chunk.follows, "sections": sections}, [])
    if not chunk.follows:
        shown.headings.append((1, title))
    section = chunk.follows
    for identity in chunk.ids:
        row = rows[identity]
        if row.section != section or not sections:
            goes_on = row.section == section
            section = row.section
            sections.append({"title": section, "goes_on": goes_on, "records": []})
        sections[-1]["records"].append(_record(row, marks.get(identity, []), people, shown.gaps))
    for each in sections:
        if not each["goes_on"]:
            shown.headings.append((2, each["title"]))
        each["blocks"] = blocks(each.pop("records"))
        for block in each["blocks"]:
            if "rows" not in block:
                shown.headings.append((3, f"{block['on']}: {block['title']}"))
    return shown


def _record(
    row: Record, marks: Sequence[MarkRow], people: Mapping[uuid.UUID, PersonRow], gaps: Counter[str]
) -> dict[str, Any]:
    """One record: its date, its title, its short values and its prose."""
    item = units.open_record(row)
    fields = []
    for unit in item.units[1:]:
        if not unit.text.strip():
            continue
        gone = removals(marks, people, unit.number, gaps)
        fields.append({"label": unit.label, "prose": unit.prose, "paragraphs": pieces(unit.text, gone)})
    return {
        "title": plain(item.units[0].text, removals(marks, people, 0, gaps)) or row.section,
        "on": in_words(row.on),
        "shape": [unit.label for unit in item.units[1:] if not unit.prose],
        "lines": [each for each in fields if not each["prose"]],
        "proses": [each for each in fields if each["prose"]],
    }


def blocks(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records of a section, where short ones of one kind that follow each other share a table."""
    found: list[dict[str, Any]] = []
    for short, run in groupby(records, key=lambda record: bool(_shape(record))):
        same = list(run)
        shape = list(dict.fromkeys(label for each in same for label in each["shape"]))
        if not short or len(same) < FEWEST_ROWS or len(shape) > MOST_COLUMNS + 1:
            found += same
            continue
        titles = {each["title"] for each in same}
        labels = [label for label in shape if any(_cell(each, label) != [["text", each["on"]]] for each in same)]
        rows = [
            {"on": each["on"], "title": each["title"], "cells": [_cell(each, label) for label in labels]}
            for each in same
        ]
        found.append(
            {
                "title": next(iter(titles)) if len(titles) == 1 else "",
                "titled": len(titles) > 1,
                "labels": labels,
                "rows": rows,
            }
        )
    return found


def _shape(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of a record that can be one row of a table; nothing for any other."""
    lines = record["lines"]
    if record["proses"] or not 1 <= len(lines) <= MOST_COLUMNS:
        return ()
    if any(len(line["paragraphs"]) > 1 or _length(line["paragraphs"]) > LONGEST_CELL for line in lines):
        return ()
    shape = tuple(record["shape"])
    return shape if len(set(shape)) == len(shape) <= MOST_COLUMNS + 1 else ()


def _cell(record: Mapping[str, Any], label: str) -> list[Piece]:
    """What a record says under a label; nothing where it says nothing."""
    for line in record["lines"]:
        if line["label"] == label and line["paragraphs"]:
            found: list[Piece] = line["paragraphs"][0]
            return found
    return []


def _length(paragraphs: Sequence[Sequence[Piece]]) -> int:
    return sum(len(text) for paragraph in paragraphs for _, text in paragraph)


def title_of(system: str) -> str:
    """A system's name as the requester reads it."""
    found = runtime().catalogue.systems.get(system)
    return found.title if found is not None else system


@dataclass
class Papers:
    """The documents of a case in the order of the pack, each with its number and its neutral title."""

    rows: list[Document]
    numbers: dict[uuid.UUID, int]

    def title(self, row: Document) -> str:
        kind = KINDS.get(row.kind, "document")
        day = f", {in_words(row.on)}" if row.on is not None else ""
        return f"Document {self.numbers[row.id]}: {kind}{day}"


def papers(case: Case) -> Papers:
    """The documents that are in the pack as pages, or as a line saying that their contents follow."""
    rows = [row for row in documents.included(case) if row.state is DocumentState.READY]
    return Papers(rows, {row.id: number for number, row in enumerate(rows, start=1)})


def show_document(
    row: Document,
    all_papers: Papers,
    people: Mapping[uuid.UUID, PersonRow],
    marks: Sequence[MarkRow],
    secret: Sequence[str],
) -> tuple[Shown, list[Page], dict[int, list[Removal]]]:
    """What stands around the pages of a document, its pages as read, and what goes from each."""
    item = units.open_document(row)
    shown = Shown({}, [(3, all_papers.title(row))])
    pages = documents.pages_of(row)
    gone = {page.number: removals(marks, people, page.number, shown.gaps) for page in pages}
    parent = all_papers.numbers.get(row.parent_id) if row.parent_id else None
    inside = [all_papers.numbers[each.id] for each in all_papers.rows if each.parent_id == row.id]
    shown.values = {
        "title": all_papers.title(row),
        "system": title_of(row.system),
        "file_name": file_name(item, marks, people, secret),
        "attached_to": parent,
        "inside": inside,
        "pages": [[page.width > page.height, page.number] for page in pages],
    }
    return shown, pages, gone


def file_name(
    item: units.Item, marks: Sequence[MarkRow], people: Mapping[uuid.UUID, PersonRow], secret: Sequence[str]
) -> str:
    """The file's own name as it may be shown: its marks lie on the title, and nothing withheld may stand in it."""
    name = item.told.get("file_name", "")
    if name == item.units[0].text:
        name = plain(name, removals(marks, people, 0, Counter()))
    elif removals(marks, people, 0, Counter()):
        return "file name withheld"
    return "file name withheld" if holds(name, secret) else name


def holds(text: str, secret: Iterable[str]) -> bool:
    """Whether something withheld stands in a text, however it is spaced or joined."""
    words = f" {_words(text)} "
    return any(f" {_words(each)} " in words for each in secret)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _withheld_because(code: str) -> str:
    """The plain reason of a code and the code, as far as they may be told; nothing where there is no code."""
    exemption = runtime().catalogue.exemptions.get(code)
    if exemption is None:
        return ""
    return NOT_SAID if exemption.tell == Tell.NEITHER else f"{exemption.plain} ({code})"


def by_hand(case: Case, people: Mapping[uuid.UUID, PersonRow], secret: Sequence[str]) -> list[dict[str, Any]]:
    """The files that could not be put in as pages, each with the reason and what was done."""
    found = []
    marks = units.marks_of(case)
    for row in documents.included(case):
        if row.state is not DocumentState.BY_HAND:
            continue
        item = units.open_document(row)
        found.append(
            {
                "name": file_name(item, marks.get(row.id, []), people, secret),
                "system": title_of(row.system),
                "on": in_words(row.on),
                "reason": item.told.get("reason", ""),
                "done": documents.HANDLED.get(row.handled, ""),
                "note": item.told.get("note", ""),
                "why": _withheld_because(row.handled_detail.get("code", "")),
                "held_back": row.handled == "withheld",
            }
        )
    return found
