"""Re-reading a finished PDF and trying to recover what was withheld: the proof that stands before every release.

It knows nothing of how the file was made. Pages are searched by `verify_pages`, everything else in the file by
`verify_objects`; what counts as finding a string is in `verify_match`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import sandbox
from .font_proof import fonts_in_child
from .ocr import check_languages
from .pages import Finding, Limits
from .verify_match import Matcher
from .verify_objects import file_in_child
from .verify_pages import pages_in_child

# what the service itself makes may be far larger than what anybody may send to it
FINISHED = Limits(bytes=4 * 1024**3, pages=100_000, seconds=300, memory=4 * 1024**3)
EACH = 30.0  # seconds that every page searched buys the next: pictures are read more than once


def verify(
    pdf: Path,
    withheld: Sequence[str],
    *,
    ocr: bool = True,
    limits: Limits | None = None,
    workers: int = 1,
) -> list[Finding]:
    """Every place where one of the withheld strings can be recovered from the file; empty if it is clean.

    Searched are the text layer as PDFium and as poppler read it, the pages' pictures by OCR (unless `ocr` is
    false) and every picture in the file, annotations, form fields, bookmarks, metadata, scripts, structure,
    attachments and what is in them, earlier revisions, and all other objects and bytes. A string is found in any
    case, spacing or hyphenation, between word borders; in OCR text also with one letter wrong if it has six or
    more. `workers` pages are searched at a time. Raises Refused if the file cannot be opened or read whole, since
    nothing is proved then, and InvalidInput for a string too short to look for.
    """
    limits = limits or FINISHED
    strings = list(withheld)
    if not strings:
        return []
    Matcher(strings)
    if ocr:
        check_languages("eng")
    shares = max(1, workers)
    with ThreadPoolExecutor(max_workers=shares) as pool:
        jobs = [pool.submit(_whole, pdf, strings, limits, ocr)] if shares > 1 else []
        fonts: list[list[str]] = next(_child(fonts_in_child, pdf, limits), [[], []]) if ocr else [[], []]
        jobs += [pool.submit(_pages, pdf, strings, limits, ocr, first, shares, *fonts) for first in range(shares)]
        jobs += [] if shares > 1 else [pool.submit(_whole, pdf, strings, limits, ocr)]
        found = [finding for job in jobs for finding in job.result()]
    unique = {(number, finding.where): finding for number, finding in reversed(found)}
    order = sorted(unique, key=lambda key: (key[0], unique[key].page or 0, key[1]))
    return [unique[key] for key in order]


def _pages(
    pdf: Path, strings: list[str], limits: Limits, ocr: bool, first: int, step: int, *fonts: list[str]
) -> list[tuple[int, Finding]]:
    found: list[tuple[int, Finding]] = []
    for page, hits in _search(pages_in_child, pdf, strings, limits, ocr, first, step, *fonts):
        for number, where, how in hits:
            finding = Finding(string=strings[number], where=f"page {page}, {where}", how=how, page=page)
            found.append((number, finding))
    return found


def _whole(pdf: Path, strings: list[str], limits: Limits, ocr: bool) -> list[tuple[int, Finding]]:
    return [
        (number, Finding(string=strings[number], where=where, how=how, page=page))
        for number, where, how, page in _search(file_in_child, pdf, strings, limits, ocr)
    ]


def _search(function: Any, pdf: Path, strings: list[str], limits: Limits, ocr: bool, *more: Any) -> Iterator[Any]:
    numbers = [getattr(limits, name) for name in Limits.__slots__]
    yield from _child(function, pdf, limits, strings, numbers, ocr, *more)


def _child(function: Any, pdf: Path, limits: Limits, *more: Any) -> Iterator[Any]:
    yield from sandbox.stream(function, pdf, *more, limits=limits, reads=[pdf], each=EACH)
