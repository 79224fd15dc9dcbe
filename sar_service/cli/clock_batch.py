"""Reading a CSV file of requests for `sar clock --batch`, and writing the due dates.

One request a row, in the columns of FACTS; other columns are left alone. All rows are checked first, and
every bad one is named by its line.
"""

import csv
import io
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from sar_service.domain.clock import Clarification, ClockState, Extension, Facts, reckon
from sar_service.domain.errors import InvalidInput
from sar_service.domain.holidays import Holidays, nation_of
from sar_service.domain.rights import Right

FACTS = (
    "id",
    "received",
    "id_requested",
    "id_received",
    "clarification_requested",
    "clarification_received",
    "extended",
    "nation",
)
_COLUMN = {"extension": "extended"}  # where the domain's word for a field is not the column's
_MAX_BYTES = 100_000_000
_MAX_ROWS = 1_000_000
_MAX_TOLD = 10  # bad rows named before the rest is only counted
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_day(text: str) -> date:
    """A day written as 2026-01-30. Raises ValueError with a sentence."""
    plain = text.strip()
    if _DAY.fullmatch(plain):
        try:
            return date.fromisoformat(plain)
        except ValueError:
            raise ValueError(f'"{plain}" is not a day that the calendar has.') from None
    raise ValueError(f'"{plain[:30]}" is not a date such as 2026-01-30.')


def reckon_file(path: Path, *, holidays: Holidays) -> str:
    """The CSV answer `id,due,notice_by` for a CSV file of requests ("-" is standard input).

    `due` is a date, NOT_STARTED or PAUSED. Raises InvalidInput naming every bad line; then nothing is
    answered.
    """
    rows: list[tuple[str, str, str]] = []
    beyond = 0
    mistakes: list[str] = []
    for line, row in _rows(path):
        try:
            answer = reckon(_facts(row), holidays=holidays)
        except InvalidInput as error:
            column = _column(error.field)
            mistakes.append(f"line {line}: {f'{column}: ' if column else ''}{error}")
            continue
        due = answer.due.isoformat() if answer.due else answer.state.value.upper()
        running = answer.state is ClockState.RUNNING and answer.notice_by is not None
        beyond += any(step.key == "beyond_known_holidays" for step in answer.steps)
        rows.append((row["id"], due, answer.notice_by.isoformat() if running and answer.notice_by else ""))
    if mistakes:
        more = len(mistakes) - _MAX_TOLD
        told = "\n".join(mistakes[:_MAX_TOLD]) + (f"\nand {more} more." if more > 0 else "")
        raise InvalidInput(f"{path}: nothing was worked out, because of\n{told}")
    if beyond:
        click.echo(
            f"sar: {beyond} of these dates lie after {holidays.known_until}, where the published list of public "
            "holidays ends: they may change when a new one comes.",
            err=True,
        )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("id", "due", "notice_by"))
    writer.writerows(rows)
    return out.getvalue()


def _column(field: str | None) -> str:
    if field == "clarifications":
        return "clarification_received"
    return _COLUMN.get(field or "", field or "")


def _text(path: Path) -> str:
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}).") from None
    if len(raw) > _MAX_BYTES:
        raise InvalidInput(f"{path}: is larger than {_MAX_BYTES // 1_000_000} MB. Split it.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"{path}: line {line}: is not UTF-8 text. Save the file as CSV UTF-8.") from None


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    begins = 1
    head: list[str] | None = None
    try:
        for at, cells in enumerate(reader):
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if head is None:
                head = _head(path, cells)
                continue
            if at > _MAX_ROWS:
                raise InvalidInput(f"{path}: has more than {_MAX_ROWS} rows. Split it.")
            if len(cells) != len(head):
                raise InvalidInput(
                    f"{path}: line {line}: has {len(cells)} columns where the first line has {len(head)}."
                )
            yield line, {name: cell.strip() for name, cell in zip(head, cells, strict=True)}
    except csv.Error as error:
        raise InvalidInput(f"{path}: line {begins}: is not valid CSV ({error}).") from None
    if head is None:
        raise InvalidInput(f"{path}: is empty. The first line must name the columns: {','.join(FACTS)}.")


def _head(path: Path, cells: list[str]) -> list[str]:
    head = [cell.strip() for cell in cells]
    missing = [name for name in FACTS if name not in head]
    if missing:
        raise InvalidInput(f"{path}: line 1: the columns {', '.join(missing)} are missing.")
    twice = [name for name in FACTS if head.count(name) > 1]
    if twice:
        raise InvalidInput(f"{path}: line 1: the column {twice[0]} is there twice.")
    return head


def _facts(row: dict[str, str]) -> Facts:
    if not row["id"]:
        raise InvalidInput("is empty. Give every request an id.", field="id")
    received = _day(row, "received")
    if received is None:
        raise InvalidInput("is empty. Give the day on which the request was received.", field="received")
    asked = _day(row, "clarification_requested")
    answered = _day(row, "clarification_received")
    if answered is not None and asked is None:
        raise InvalidInput("is empty, but clarification was received. Give both.", field="clarification_requested")
    extended = row["extended"].casefold()
    if extended not in ("y", "n", ""):
        raise InvalidInput(f'"{row["extended"][:20]}" is neither y nor n.', field="extended")
    return Facts(
        received=received,
        right=Right.ACCESS,
        nation=nation_of(row["nation"]),
        id_requested=_day(row, "id_requested"),
        id_received=_day(row, "id_received"),
        clarifications=(Clarification(asked=asked, answered=answered),) if asked else (),
        # "y" says that a valid notice was given: the first day is always in time.
        extension=Extension(notice_on=received, reasons="stated in the notice") if extended == "y" else None,
    )


def _day(row: dict[str, str], column: str) -> date | None:
    if not row[column]:
        return None
    try:
        return read_day(row[column])
    except ValueError as error:
        raise InvalidInput(str(error), field=column) from None
