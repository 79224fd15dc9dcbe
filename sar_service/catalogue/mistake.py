"""Mistakes in config/: each names a file, a line, the path inside the file, and what to do.

All of them are collected and reported at once. Messages never repeat a value that was written in the file,
because a value put in the wrong place may be a secret. Reading the files is in `reading.py`, checking
shapes in `shape.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sar_service.domain.errors import DomainError

SHOWN = 200  # mistakes printed before the rest are only counted


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing wrong in one file. `line` counts from 1; 0 means the file as a whole. `path` is like
    `recipients.external[2].text`."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class CatalogueError(DomainError):
    """The configuration cannot be used. `mistakes` holds every one found, in file and line order; `files`
    names every file that was read, the good ones included.
    """

    def __init__(self, mistakes: Iterable[Mistake], *, files: Iterable[str] = ()) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        self.files = tuple(files)
        count = len(self.mistakes)
        lines = [f"the configuration has {count} mistake{'' if count == 1 else 's'}:"]
        lines += [str(mistake) for mistake in self.mistakes[:SHOWN]]
        if count > SHOWN:
            lines.append(f"... and {count - SHOWN} more")
        super().__init__("\n".join(lines))


def path_in_words(path: Sequence[str | int]) -> str:
    """`("recipients", "external", 2, "text")` as `recipients.external[2].text`."""
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return words


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """A suggestion for a misspelt word, or the list of what is known there."""
    choices = sorted(known)
    near = [each for each in choices if written and each.startswith(written)]
    near = near or get_close_matches(written, choices, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{near[0]}"?'
    return f"known here: {', '.join(choices)}" if choices else "nothing may be written here"
