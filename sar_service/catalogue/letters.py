"""A council's own letters: templates in config/letters/ that stand before the shipped ones, read and checked at start.

`letters/<kind>/body.txt` holds for every council of the installation, `letters/<controller>/<kind>/body.txt` for one;
`letters/foot.txt` and the other shared parts likewise. `.cy.txt` is the same in Welsh. What a template may do is in
`documents/letter_template.py`; what a letter has to say is looked at by `sar check` and whenever one is written.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from sar_service.documents.letter_template import MOST_LETTERS, Own, faults
from sar_service.domain.letter import KINDS

from .mistake import Mistake, did_you_mean

EVERY = ""  # stands for all councils
NOTICE = "notice"  # the e-mail that says that a letter is there
PARTS = ("greeting", "asked", "foot", "rights", "clock", "late", "sorry", "rest", "status", "authority", "showing")
LANGUAGES = ("", ".cy")
FILES = frozenset(f"{name}{language}.txt" for name in ("body", "subject") for language in LANGUAGES)
PART_FILES = frozenset(f"{name}{language}.txt" for name in PARTS for language in LANGUAGES)
MOST_BYTES = 4 * MOST_LETTERS

Letters = Mapping[str, Mapping[str, Own]]


def kinds() -> tuple[str, ...]:
    """Every kind of letter there is a template for."""
    return (*KINDS, NOTICE)


def own_letters(folder: Path, controllers: Collection[str]) -> tuple[Letters, list[Mistake]]:
    """The templates in a folder, by controller ("" for all) and name, and every mistake in them."""
    if not folder.exists():
        return {}, []
    if not folder.is_dir():
        return {}, [Mistake(str(folder), 0, "", "must be a folder of letters")]
    reading = _Letters(controllers)
    reading.scope(folder, EVERY)
    return reading.found, reading.mistakes


class _Letters:
    """One reading of config/letters/: what was found, and what was wrong."""

    def __init__(self, controllers: Collection[str]) -> None:
        self.controllers = controllers
        self.found: dict[str, dict[str, Own]] = {}
        self.mistakes: list[Mistake] = []

    def scope(self, folder: Path, controller: str) -> None:
        """The templates for one council, or for all."""
        for path in self._listed(folder):
            if path.is_dir() and path.name in kinds():
                for file in self._listed(path):
                    self._file(file, FILES, f"letters/{path.name}/{file.name}", controller)
            elif path.is_dir() and not controller and path.name in self.controllers:
                self.scope(path, path.name)
            elif path.is_dir():
                known = [*kinds(), *(() if controller else self.controllers)]
                more = "a kind of letter" if controller else "a kind of letter, nor the key of a controller"
                self._wrong(path, f"is not {more}; {did_you_mean(path.name, known)}")
            else:
                self._file(path, PART_FILES, f"letters/{path.name}", controller)

    def _listed(self, folder: Path) -> Iterator[Path]:
        return (each for each in sorted(folder.iterdir()) if not each.name.startswith(".") and each.suffix != ".md")

    def _file(self, path: Path, known: Collection[str], name: str, controller: str) -> None:
        if path.name not in known or not path.is_file():
            self._wrong(path, f"would not be read; {did_you_mean(path.name, known)}")
            return
        try:
            data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
            text = data.decode("utf-8-sig")
        except OSError as error:
            self._wrong(path, f"cannot be read ({error.strerror}); check its permissions")
            return
        except UnicodeDecodeError as error:
            self._wrong(path, "is not UTF-8 text; save the file as UTF-8", data[: error.start].count(b"\n") + 1)
            return
        text = text.replace("\r\n", "\n")
        if not text.strip():
            self._wrong(path, f"is empty, or larger than {MOST_BYTES // 1000} kB; write it, or remove it")
            return
        for line, problem in faults(text):
            self._wrong(path, problem, line)
        self.found.setdefault(controller, {})[name] = Own(text, str(path))

    def _wrong(self, path: Path, problem: str, line: int = 0) -> None:
        self.mistakes.append(Mistake(str(path), line, "", problem))
