"""Figures as a spreadsheet file, no cell of which can be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Rows with a line that names their cells, to be saved under a name. None is an empty cell.

    The file has no mark of its encoding: spreadsheet programs would garble a curly apostrophe in the first line.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(each.replace("’", "'")) for each in head])
    for row in rows:
        writer.writerow(["" if each is None else safe_cell(str(each)) for each in row])
    response = Response(out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) else text
