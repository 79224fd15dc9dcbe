"""Reading a redacted file again: can anything that was removed still be read in it?

`verify` tries to recover each removed string; what it finds is weighed here against the text that was meant
to stay, because a name may rightly stay in one place and go in another, and OCR takes like words for each
other.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import OSA

from sar_service.documents.pages import Box, Finding, Limits, Word
from sar_service.documents.redact_decide import Gone, fold, telling
from sar_service.documents.text import read_pages
from sar_service.documents.verify import verify
from sar_service.documents.verify_match import Matcher

LIKE = 6  # letters from which a string one letter off counts as read


@dataclass(frozen=True, slots=True)
class Leak:
    """A removed string that can still be read: on which page of the output (0: outside the pages), and
    where on it.
    """

    page: int
    label: str
    boxes: tuple[Box, ...]


def leaks(
    pdf: Path,
    removed: Mapping[int, Sequence[Gone]],
    kept: Mapping[int, str],
    *,
    going: Mapping[str, str],
    limits: Limits,
) -> list[Leak]:
    """What of `removed` can be recovered from `pdf` although no text that stays explains it. Both are by
    page. `going` are whole names, with their labels, that may be nowhere, found on the first reading or not.
    """
    labels = dict(going)
    for one in (one for page in removed.values() for one in page):
        said = " ".join(one.text.split())
        if telling(said, set()):
            labels.setdefault(said, one.label)
    if not labels:
        return []
    matcher = Matcher(list(labels))
    # What stays there by decision, or is painted by us on what went, proves nothing when it is found.
    for text in (*kept.values(), *dict.fromkeys(labels.values())):
        for needle in matcher.found(text):
            labels.pop(needle.string, None)
    found = [
        finding
        for finding in verify(pdf, list(labels), limits=limits, workers=_workers(len(kept)))
        if not (finding.how == "ocr" and _explained(finding, kept))
    ]
    if not found:
        return []
    pages = read_pages(pdf, limits=limits, ocr="always")
    answer = []
    for finding in found:
        number = finding.page or 0
        words = pages[number - 1].words if 0 < number <= len(pages) else ()
        boxes = tuple(box for word in _places(words, finding.string) for box in word.boxes)
        answer.append(Leak(page=number, label=labels.get(finding.string, ""), boxes=boxes))
    return answer


def _workers(pages: int) -> int:
    """How many processes share the pages: each takes a second to start, and short files are read by then."""
    return max(1, min(os.cpu_count() or 1, pages // 8))


def _explained(finding: Finding, kept: Mapping[int, str]) -> bool:
    """OCR read something like the string: is there a word that stays on that page which it may have been?"""
    wanted = fold(finding.string)
    parts = len(finding.string.split())
    tokens = [fold(token) for token in kept.get(finding.page or 0, "").split()]
    for at in range(len(tokens) - parts + 1):
        candidate = "".join(tokens[at : at + parts])
        if candidate and OSA.distance(candidate, wanted, score_cutoff=2) <= (2 if len(wanted) >= 10 else 1):
            return True
    return False


def _places(words: Sequence[Word], said: str) -> list[Word]:
    """The words on a page that, run together, are the string or very nearly."""
    wanted = fold(said)
    found: list[Word] = []
    for at in range(len(words)):
        run = ""
        for end in range(at, min(len(words), at + 12)):
            run += fold(words[end].text)
            if len(run) > len(wanted) + 3:
                break
            allowed = 1 if len(wanted) >= LIKE else 0
            if run == wanted or OSA.distance(run, wanted, score_cutoff=allowed) <= allowed:
                found.extend(words[at : end + 1])
                break
    return found
