"""Filling a letter's templates: the council's own before the shipped ones, and nothing without what it has to say.

Needs no case: `sar check` fills every letter here as the service does. Which values there are is `letter_words.py`.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sar_service.catalogue import Catalogue
from sar_service.catalogue.letters import EVERY
from sar_service.documents.letter_template import LetterFault, fill
from sar_service.domain.letter import KINDS
from sar_service.domain.letter_needs import needs
from sar_service.extensions import runtime

log = logging.getLogger(__name__)

# What stands in place of the Welsh part where a letter has no template in Welsh.
NO_WELSH = "Nid oes fersiwn Gymraeg o’r llythyr hwn ar gael. Mae’r llythyr yn Saesneg isod.\n"
# What stands in the Welsh part for words that were given in English alone.
IN_ENGLISH = "(Yn Saesneg yn unig y rhoddwyd y geiriau hyn. Maent yn y rhan Saesneg isod.)"
LONGEST_SUBJECT = 200


def text(
    catalogue: Catalogue, folder: Path, controller: str, kind: str, values: Mapping[str, Any], *, language: str = "en"
) -> tuple[str, str]:
    """Subject and text of a letter in one language. Raises LetterFault, which names the file, where its template is
    broken or leaves out what the letter has to say.
    """
    own = catalogue.letters_of(controller)
    ending = ".cy.txt" if language == "cy" else ".txt"
    head, body = f"letters/{kind}/subject{ending}", f"letters/{kind}/body{ending}"
    subject = " ".join(fill(head, values, folder=folder, own=own).split())
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise LetterFault(_file(catalogue, folder, controller, head), 0, "must give one line of up to 200 characters")
    told = re.sub(r"\n{3,}", "\n\n", fill(body, values, folder=folder, own=own).strip()) + "\n"
    there = _even(f"{subject}\n{told}")
    for words, tells in needs(kind, values, language=language):
        if _even(words) not in there:
            raise LetterFault(_file(catalogue, folder, controller, body), 0, f"does not say {tells}; add it")
    return subject, told


def _even(text: str) -> str:
    return " ".join(text.split())


def has_welsh(catalogue: Catalogue, folder: Path, controller: str, kind: str) -> bool:
    """Is there a Welsh template for this letter, as near to the council as its English one?"""
    return all(
        _rank(catalogue, folder, controller, f"letters/{kind}/{part}.cy.txt")
        >= _rank(catalogue, folder, controller, f"letters/{kind}/{part}.txt")
        for part in ("body", "subject")
    )


def _rank(catalogue: Catalogue, folder: Path, controller: str, name: str) -> int:
    """How near to the council a template is: its own, all councils', shipped, or not there."""
    if name in catalogue.letters.get(controller, {}):
        return 3
    if name in catalogue.letters.get(EVERY, {}):
        return 2
    return 1 if (folder / name).is_file() else 0


def _file(catalogue: Catalogue, folder: Path, controller: str, name: str) -> str:
    own = catalogue.letters_of(controller).get(name)
    return own.file if own else str(folder / name)


def written(controller: str, kind: str, values: Mapping[str, Any], *, language: str = "en") -> tuple[str, str]:
    """Subject and text, with the templates of this process.

    Whoever begins a letter is told what is wrong with the council's own template. Of a letter that nobody looks at
    first the shipped words go, and the log names the file: no request is lost because its acknowledgement is broken.
    """
    catalogue, folder = runtime().catalogue, runtime().settings.templates_dir
    try:
        return text(catalogue, folder, controller, kind, values, language=language)
    except LetterFault as fault:
        if kind in KINDS and KINDS[kind].drafted:
            raise
        log.error("a letter went in the shipped words, because the council's own are broken: %s", fault)
        return text(replace(catalogue, letters={}), folder, controller, kind, values, language=language)


def in_welsh(controller: str, kind: str) -> bool:
    """Is there a Welsh template, in this process?"""
    return has_welsh(runtime().catalogue, runtime().settings.templates_dir, controller, kind)
