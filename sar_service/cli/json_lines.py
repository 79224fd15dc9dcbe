"""JSON Lines in and out, for the commands that take a batch: one object a line, each answered under its `id`.

Lines are read as bytes and one at a time, so that one bad line neither hides nor spoils the others. Output is UTF-8
whatever the terminal is set to.
"""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sar_service.domain.errors import InvalidInput

_MOST_TOLD = 10


def lines(path: Path, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file ("-" is standard input) that are not blank, numbered from 1.

    A line of more than `longest` bytes is passed over and comes as None. Raises InvalidInput where there is no such
    file or it cannot be read.
    """
    if str(path) == "-":
        yield from _read(sys.stdin.buffer, longest)
        return
    try:
        with path.open("rb") as file:
            yield from _read(file, longest)
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name of the file.") from None


def _read(file: BinaryIO, longest: int) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    while raw := file.readline(longest + 1):
        number += 1
        if len(raw) > longest:
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(longest)
            yield number, None
        elif raw.strip():
            yield number, raw


def parsed(raw: bytes) -> dict[str, Any]:
    """The object of one line, with its "id": a text or a number. Raises InvalidInput, in words that follow "line 7"."""
    try:
        told = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidInput("is not UTF-8 text. Save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply, or a number too long"
        raise InvalidInput(f"is not a JSON object ({why}).") from None
    if not isinstance(told, dict):
        raise InvalidInput("is not a JSON object.")
    key = told.get("id")
    if key is None or key == "":
        raise InvalidInput("has no id.", field="id")
    number = isinstance(key, int | float) and not isinstance(key, bool) and math.isfinite(key)
    if not isinstance(key, str) and not number:
        raise InvalidInput("has an id that is neither text nor a number.", field="id")
    return told


class Ids:
    """The ids of a batch: no two lines may have one, because nobody could tell their answers apart."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def add(self, key: object, line: int) -> None:
        """Remember an id. Raises InvalidInput naming the line that had it first."""
        first = self._lines.setdefault(json.dumps(key), line)
        if first != line:
            raise InvalidInput(f"has the id of line {first}. Give every line an id of its own.", field="id")


def written(answer: object) -> bytes:
    """One answer as a line of UTF-8; what UTF-8 cannot hold, half a surrogate pair, is escaped as JSON allows."""
    try:
        return (json.dumps(answer, ensure_ascii=False) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        return (json.dumps(answer) + "\n").encode("ascii")


def told(mistakes: list[str]) -> str:
    """The first mistakes of a batch, one a line, and how many more there are."""
    more = len(mistakes) - _MOST_TOLD
    return "\n".join(mistakes[:_MOST_TOLD]) + (f"\nand {more} more." if more > 0 else "")
