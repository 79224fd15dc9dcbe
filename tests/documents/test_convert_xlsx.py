"""Every cell of a workbook is shown as the sheet writes it, the hidden ones with a label, and nothing is
cut silently.
"""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from sar_service.documents.convert_read import typeset
from sar_service.documents.convert_text import CELLS
from sar_service.documents.convert_xlsx import read_xlsx
from sar_service.documents.draft import Draft
from sar_service.documents.pages import Limits
from sar_service.documents.text import read_pages
from sar_service.domain.errors import Refused


@pytest.fixture
def read(tmp_path: Path):
    def reading(book) -> Draft:
        path = tmp_path / "file.xlsx"
        if isinstance(book, bytes):
            path.write_bytes(book)
        else:
            book.save(path)
        draft = Draft(work=tmp_path, limits=Limits())
        read_xlsx(path, draft)
        return draft

    return reading


def rows(draft: Draft) -> list[tuple[str, ...]]:
    return [row for block in draft.blocks if block.kind == "rows" for row in block.rows]


def listed(draft: Draft, what: str) -> list[tuple[str, str, str]]:
    return [(entry.where, entry.decision, entry.text) for entry in draft.hidden if entry.what == what]


def test_values_read_as_the_sheet_writes_them(read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for at, (value, shape) in enumerate(
        [
            ("Ann", "General"),
            (date(2014, 3, 2), "dd/mm/yyyy"),
            (datetime(2024, 5, 6, 14, 30), "dd/mm/yyyy hh:mm"),  # noqa: DTZ001 - a sheet knows no zones
            (0.125, "0.0%"),
            (7700900123, "00000000000"),
            (9434765919, "General"),
            (12.5, "0.00"),
            (1234567.5, "#,##0.00"),
            (True, "General"),
            (44927, 'mmm yyyy" only"'),
        ],
        1,
    ):
        sheet.cell(at, 1, value).number_format = shape
    assert [row[1] for row in rows(read(book))[1:]] == [
        "Ann",
        "02/03/2014",
        "06/05/2024 14:30",
        "12.5%",
        "07700900123",
        "9434765919",
        "12.50",
        "1,234,567.50",
        "TRUE",
        "January 2023",
    ]


def test_hidden_sheets_rows_and_columns_are_shown_and_labelled(read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Costs"
    for line in (["Name", "Note", "Fee"], ["Ann", "seen", 1], ["Rosa Quill", "row", 2], ["Cy", "Otto Pike", 3]):
        sheet.append(line)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    for title, state in (("Behind", "hidden"), ("Deep", "veryHidden")):
        other = book.create_sheet(title)
        other.sheet_state = state
        other["A1"] = f"{title} words"
    draft = read(book)
    table = rows(draft)
    assert table[0] == ("Row", "A", "B (hidden)", "C")
    assert ("3 (hidden)", "Rosa Quill", "row", "2") in table
    assert listed(draft, "hidden row") == [("sheet 1, row 3", "included", "Rosa Quill row 2")]
    assert "Otto Pike" in listed(draft, "hidden column")[0][2]
    assert listed(draft, "hidden sheet") == [("sheet 2", "included", "Behind words")]
    assert listed(draft, "sheet hidden so that no menu shows it") == [("sheet 3", "included", "Deep words")]
    headings = [block.text for block in draft.blocks if block.kind == "heading"]
    assert "Sheet: Behind (hidden sheet)" in headings


def test_rows_that_a_filter_hides_say_so(read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (["Name", "Age"], ["Ann", 9], ["Rosa", 10]):
        sheet.append(line)
    sheet.auto_filter.ref = "A1:B3"
    sheet.row_dimensions[3].hidden = True
    draft = read(book)
    assert ("3 (filtered out)", "Rosa", "10") in rows(draft)
    assert listed(draft, "row hidden by a filter")


def test_blank_looking_cells_are_shown_and_listed(read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "White Rosa"
    sheet["A1"].font = Font(color="FFFFFFFF")
    sheet["A2"] = 77
    sheet["A2"].number_format = ";;;"
    sheet["A3"] = "On black"
    sheet["A3"].font = Font(color="FFFFFFFF")
    sheet["A3"].fill = PatternFill("solid", fgColor="FF000000")
    draft = read(book)
    assert [row[1] for row in rows(draft)[1:]] == ["White Rosa", "77", "On black"]
    assert [entry[2] for entry in listed(draft, "white or blanked cell")] == ["White Rosa", "77"]


def test_comments_lists_names_and_formulas(read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "x"
    sheet["A1"].comment = Comment("Rosa rang about this", "Lee Orme")
    sheet["B1"] = "=1+1"
    choices = DataValidation(type="list", formula1='"Rosa Quill,Otto Pike"')
    choices.prompt = "Ask Rosa"
    sheet.add_data_validation(choices)
    choices.add("C1")
    book.defined_names["People"] = DefinedName("People", attr_text="Sheet!$A$1")
    draft = read(book)
    assert listed(draft, "comment") == [("sheet 1", "included", "Rosa rang about this")]
    assert any(block.label == "Comment on cell A1 by Lee Orme" for block in draft.blocks)
    assert ("1", "x", "(a formula whose result is not stored)") in rows(draft)
    assert listed(draft, "formula") == [("sheet 1, cell B1", "left out", "1+1")]
    assert listed(draft, "list of choices behind a cell") == [("sheet 1", "left out", '"Rosa Quill,Otto Pike"')]
    assert listed(draft, "tip on a cell") == [("sheet 1", "included", "Ask Rosa")]
    assert listed(draft, "named range") == [("workbook", "left out", "People: Sheet!$A$1")]


def test_a_wide_sheet_is_set_out_row_by_row_with_nothing_lost(read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([f"Heading {n}" for n in range(40)])
    sheet.append([f"value number {n}" for n in range(40)])
    draft = read(book)
    pairs = [pair for block in draft.blocks if block.kind == "pairs" for pair in block.rows]
    assert [value for _, value in pairs] == [
        *(f"Heading {n}" for n in range(40)),
        *(f"value number {n}" for n in range(40)),
    ]
    assert pairs[-1][0] == "AN Heading 39"


def test_the_name_of_a_sheet_stands_on_the_page_of_its_table(read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Episodes"
    book.active.append([f"Heading {n}" for n in range(9)])
    book.active.append([f"value number {n}" for n in range(9)])
    draft = read(book)
    assert [block.label for block in draft.blocks if block.kind == "rows"] == ["wide"]
    pages = read_pages(typeset(draft, tmp_path / "out.pdf"), ocr="never")
    assert len(pages) == 1
    assert "Episodes" in pages[0].text and "value number 8" in pages[0].text


def test_a_sheet_too_large_to_read_is_refused_with_the_number(read) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for _ in range(CELLS // 10 + 1):
        sheet.append(list(range(10)))
    with pytest.raises(Refused, match=f"{CELLS:,}"):
        read(book)


def with_part(book, parts: dict[str, str]) -> bytes:
    source, out = io.BytesIO(), io.BytesIO()
    book.save(source)
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for info in given.infolist():
            if info.filename not in parts:
                made.writestr(info.filename, given.read(info))
        for name, text in parts.items():
            made.writestr(name, text)
    return out.getvalue()


def test_caches_and_connections_are_listed_with_what_they_hold(read) -> None:
    parts = {
        "xl/pivotCache/pivotCacheRecords1.xml": '<r><s v="Rosa Quill"/></r>',
        "xl/connections.xml": '<c><dbPr connection="Server=secret" command="select"/></c>',
        "xl/externalLinks/externalLink1.xml": "<e><v>Otto Pike</v></e>",
    }
    draft = read(with_part(openpyxl.Workbook(), parts))
    assert listed(draft, "stored data of a pivot table") == [("workbook", "left out", "Rosa Quill")]
    assert listed(draft, "stored values of another workbook") == [("workbook", "left out", "Otto Pike")]
    assert "Server=secret" in listed(draft, "connection to a database")[0][2]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_a_workbook_that_declares_xml_entities_is_refused(read, part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(Refused, match="entities"):
        read(with_part(openpyxl.Workbook(), {part: bomb}))
