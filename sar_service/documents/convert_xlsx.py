"""Excel workbooks (ISO/IEC 29500-1, SpreadsheetML) into a draft: every sheet as a table, hidden ones too,
each labelled.

Cells show their stored values, written as the sheet writes them (`xlsx_cell`). What is no cell, such as
comments and text boxes, follows its sheet; what a reader could never reach, such as caches and connections,
is listed.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from sar_service.documents.convert_text import require_cells
from sar_service.documents.draft import Draft
from sar_service.documents.office import (
    NAMESPACES,
    Package,
    R,
    list_outside,
    list_properties,
    local,
    open_package,
    take_embedded,
    texts,
)
from sar_service.documents.pages import Hidden
from sar_service.documents.xlsx_cell import Format, Formats, column_letters, place, shared_strings
from sar_service.domain.errors import Refused

X = f"{{{NAMESPACES['x']}}}"
SHEETS = 500
COLUMNS = 16_384
STATES = {"hidden": "hidden sheet", "veryHidden": "sheet hidden so that no menu shows it"}


@dataclass(slots=True)
class _Sheet:
    """One sheet's cells by row and column, and which of those rows and columns a reader would not see."""

    name: str
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    filtered: bool = False


def read_xlsx(path: Path, draft: Draft) -> None:
    """Every sheet in the workbook's order. Raises Refused where there are more cells than can be read on
    paper.
    """
    package = open_package(path, draft.limits)
    book = package.xml(package.main)
    relations = package.relations(package.main)
    strings = [
        text
        for name in package.related(package.main, "sharedStrings")
        for text in shared_strings(package.raw(name), draft)
    ]
    formats = Formats.read(package, dates_1904=_is_on(book.find(f"{X}workbookPr"), "date1904"))
    sheets = list(book.iter(f"{X}sheet"))
    if len(sheets) > SHEETS:
        raise Refused(f"it has more than {SHEETS} sheets: split it, or look at it by hand")
    counted = 0
    for element in sheets:
        relation = relations.get(element.get(f"{R}id") or "")
        if relation is None or relation.external or not package.has(relation.target):
            raise Refused("it is a workbook with a sheet missing: ask for the file again")
        counted += _sheet(package, relation.target, element, draft, strings=strings, formats=formats)
        require_cells(counted)
    _book_extras(package, book, draft)
    list_outside(relations, draft, where="workbook")
    list_properties(package, draft)


def _sheet(
    package: Package,
    part: str,
    element: etree._Element,
    draft: Draft,
    *,
    strings: list[str],
    formats: Formats,
) -> int:
    """One sheet, heading to drawings; the answer is how many cells it has."""
    name = element.get("name") or "Sheet"
    where = f"sheet {len([h for h in draft.blocks if h.kind == 'heading' and h.level == 1]) + 1}"
    state = element.get("state") or "visible"
    root = package.xml(part)
    if local(root) != "worksheet":
        draft.heading(f"Sheet: {name}", level=1)
        draft.text("This sheet is a chart or a kind of sheet without cells.", kind="note")
        _drawings(package, part, draft, where=where)
        return 0
    sheet = _Sheet(name)
    white: list[str] = []
    count = _cells(root, sheet, strings=strings, formats=formats, white=white, where=where, draft=draft)
    label = STATES.get(state)
    draft.heading(f"Sheet: {name}{f' ({label})' if label else ''}", level=1)
    _print_lines(root, draft)
    shown = _lay_out(sheet, draft)
    if label:
        draft.hidden.append(_included(where, label, shown))
    for number in sorted(sheet.hidden_rows & set(sheet.cells)):
        what = "row hidden by a filter" if sheet.filtered else "hidden row"
        draft.hidden.append(_included(f"{where}, row {number}", what, " ".join(sheet.cells[number].values())))
    for column in sorted(sheet.hidden_columns):
        said = [row[column] for row in sheet.cells.values() if column in row]
        if said:
            draft.hidden.append(
                _included(f"{where}, column {column_letters(column)}", "hidden column", "\n".join(said))
            )
    for text in white:
        draft.hidden.append(_included(where, "white or blanked cell", text))
    _notes(package, part, draft, where=where)
    _drawings(package, part, draft, where=where)
    _behind(root, draft, where=where)
    own = package.relations(part)
    list_outside(own, draft, where=where)
    take_embedded(package, own, draft)
    return count


def _cells(
    root: etree._Element,
    sheet: _Sheet,
    *,
    strings: list[str],
    formats: Formats,
    white: list[str],
    where: str,
    draft: Draft,
) -> int:
    sheet.filtered = root.find(f"{X}autoFilter") is not None
    standard = root.find(f"{X}sheetFormatPr")
    for column in root.iter(f"{X}col"):
        first, last = _count(column.get("min")), min(_count(column.get("max")), COLUMNS)
        if _is_on(column, "hidden") or column.get("width") in ("0", "0.0"):
            sheet.hidden_columns.update(range(first, last + 1))
    count = 0
    at = 0
    for row in root.iter(f"{X}row"):
        at = _count(row.get("r")) or at + 1
        if (
            _is_on(row, "hidden")
            or row.get("ht") in ("0", "0.0")
            or (_is_on(standard, "zeroHeight") and not row.get("ht"))
        ):
            sheet.hidden_rows.add(at)
        column = 0
        line: dict[int, str] = {}
        for cell in row:
            if local(cell) != "c":
                continue
            column = place(cell.get("r")) or column + 1
            style = formats.of(cell.get("s"))
            text = _value(cell, strings, style)
            formula = cell.find(f"{X}f")
            if formula is not None and (formula.text or "").strip():
                reference = f"{column_letters(column)}{at}"
                draft.left_out(f"{where}, cell {reference}", "formula", formula.text or "")
                if not text:
                    text = "(a formula whose result is not stored)"
            if not text:
                continue
            count += 1
            require_cells(count)
            line[column] = text
            if style.unseen:
                white.append(text)
        if line:
            sheet.cells[at] = line
    return count


def _value(cell: etree._Element, strings: list[str], style: Format) -> str:
    kind = cell.get("t") or "n"
    if kind == "inlineStr":
        return "".join(texts(cell, "t"))
    found = cell.find(f"{X}v")
    raw = (found.text or "") if found is not None else ""
    if kind == "s":
        return strings[int(raw)] if raw.isdecimal() and int(raw) < len(strings) else ""
    if kind == "b":
        return "TRUE" if raw == "1" else "FALSE"
    if kind in ("str", "e", "d"):
        return raw
    return style.write(raw) if raw else ""


def _lay_out(sheet: _Sheet, draft: Draft) -> str:
    """The cells as a table with the sheet's own row and column names; hidden ones say so. Answers with its
    text.
    """
    columns = sorted({column for row in sheet.cells.values() for column in row})
    if not columns:
        draft.text("This sheet has no cells with content.", kind="note")
        return ""
    heads = ["Row"] + [
        f"{column_letters(column)}{' (hidden)' if column in sheet.hidden_columns else ''}" for column in columns
    ]
    rows = [heads]
    for number, row in sorted(sheet.cells.items()):
        if number in sheet.hidden_rows:
            mark = f"{number} ({'filtered out' if sheet.filtered else 'hidden'})"
        else:
            mark = str(number)
        rows.append([mark, *[row.get(column, "") for column in columns]])
    first = rows[1][1:]
    titled = len(rows) > 2 and all(0 < len(cell) <= 40 for cell in first)
    labels = [
        heads[0],
        *(f"{head} {title}" if titled else head for head, title in zip(heads[1:], first, strict=True)),
    ]
    draft.rows(rows, labels=labels)
    return "\n".join("\t".join(cell for cell in row[1:] if cell) for row in rows[1:])


def _print_lines(root: etree._Element, draft: Draft) -> None:
    for element in root.iter(f"{X}headerFooter"):
        for line in element:
            words = _unmarked(line.text or "")
            if words:
                draft.text(f"Printed {'header' if 'Header' in local(line) else 'footer'}: {words}", kind="note")


def _unmarked(text: str) -> str:
    """A header's words without the codes between them (ISO/IEC 29500-1 section 18.3.1.39)."""
    text = re.sub(r'&"[^"]{0,100}"|&K[0-9A-F]{6}|&\d{1,3}|&[LCR]', " ", text)
    return re.sub(r"\s+", " ", re.sub(r"&[A-Z]", "", text).replace("&&", "&")).strip()


def _notes(package: Package, part: str, draft: Draft, *, where: str) -> None:
    people = {}
    for name in package.related(package.main, "person"):
        for person in package.xml(name).iter():
            if local(person) == "person":
                people[person.get("id") or ""] = person.get("displayName") or ""
    for name in package.related(part, "comments"):
        root = package.xml(name)
        authors = [element.text or "" for element in root.iter(f"{X}author")]
        for comment in root.iter(f"{X}comment"):
            number = _count(comment.get("authorId"))
            author = authors[number] if number < len(authors) and not authors[number].startswith("tc=") else ""
            label = f"Comment on cell {comment.get('ref')}{f' by {author}' if author else ''}"
            draft.aside(label, "".join(texts(comment, "t")), where=where, what="comment")
    for name in package.related(part, "threadedComment"):
        for comment in package.xml(name).iter():
            if local(comment) == "threadedComment":
                author = people.get(comment.get("personId") or "", "")
                label = f"Comment on cell {comment.get('ref')}{f' by {author}' if author else ''}"
                draft.aside(label, "".join(texts(comment, "text")), where=where, what="comment")


def _drawings(package: Package, part: str, draft: Draft, *, where: str) -> None:
    for name in [*package.related(part, "drawing"), *package.related(part, "legacyDrawingHF")]:
        relations = package.relations(name)
        list_outside(relations, draft, where=where)
        for element in package.xml(name).iter():
            kind = local(element)
            if kind == "cNvPr":
                for key in ("descr", "title"):
                    said = element.get(key) or ""
                    draft.aside("Alternative text of a picture", said, where=where, what="alternative text")
            elif kind == "txBody":
                draft.text("\n".join("".join(texts(line, "t")) for line in element if local(line) == "p"))
            elif kind == "blip" or (kind == "imagedata" and element.get("title") is not None):
                relation = relations.get(element.get(f"{R}embed") or element.get(f"{R}id") or "")
                if relation is not None and not relation.external and package.has(relation.target):
                    draft.picture(package.raw(relation.target), where=where)
            elif kind == "chart" and element.get(f"{R}id"):
                relation = relations.get(element.get(f"{R}id") or "")
                if relation is not None and package.has(relation.target):
                    words = [text.strip() for text in texts(package.xml(relation.target), "t", "v") if text.strip()]
                    draft.text("Chart: " + " · ".join(words))


def _behind(root: etree._Element, draft: Draft, *, where: str) -> None:
    """What a sheet holds that is on no page of it: lists behind cells, tips, warnings."""
    for element in root.iter():
        kind = local(element)
        if kind == "dataValidation":
            for key in ("promptTitle", "prompt", "errorTitle", "error"):
                if element.get(key):
                    draft.aside(
                        "Tip shown on choosing a cell",
                        element.get(key) or "",
                        where=where,
                        what="tip on a cell",
                    )
            for formula in texts(element, "formula1", "formula2"):
                draft.left_out(where, "list of choices behind a cell", formula)
        elif kind == "hyperlink":
            for key in ("tooltip", "display"):
                if element.get(key):
                    draft.left_out(where, "text behind a link", element.get(key) or "")
        elif kind == "cfRule":
            for formula in texts(element, "formula"):
                draft.left_out(where, "rule behind the colours", formula)


def _book_extras(package: Package, book: etree._Element, draft: Draft) -> None:
    for element in book.iter(f"{X}definedName"):
        if element.text:
            draft.left_out("workbook", "named range", f"{element.get('name')}: {element.text}")
    for name in package.names:
        lower = name.lower()
        for mark, what in (
            ("xl/pivotcache/pivotcacherecords", "stored data of a pivot table"),
            ("xl/pivotcache/pivotcachedefinition", "stored data of a pivot table"),
            ("xl/externallinks/externallink", "stored values of another workbook"),
            ("xl/connections", "connection to a database"),
            ("xl/querytables/", "question put to a database"),
            ("xl/revisions/revisionlog", "tracked change"),
            ("xl/revisions/usernames", "names of people who shared the workbook"),
            ("xl/model/", "stored data model"),
            ("xl/slicercaches/", "stored choices of a filter"),
        ):
            if lower.startswith(mark):
                draft.left_out("workbook", what, _words(package, name))


def _words(package: Package, name: str) -> str:
    if not name.lower().endswith(".xml"):
        return ""
    said: list[str] = []
    for element in package.xml(name).iter():
        said.extend(
            value
            for key, value in element.attrib.items()
            if key in ("v", "name", "connection", "command", "sourceFile")
        )
        if element.text and element.text.strip():
            said.append(element.text.strip())
    return " ".join(said)


def _included(where: str, what: str, text: str) -> Hidden:
    return Hidden(where=where, what=what, decision="included", text=text)


def _is_on(element: etree._Element | None, name: str) -> bool:
    return element is not None and (element.get(name) or "").lower() in ("1", "true", "on")


def _count(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 8 else 0
