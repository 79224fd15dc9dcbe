"""A copy of an identity document: a picture or a short PDF, as pages that can be drawn. Nothing else is taken.

The file is recognised by its content. Pictures lose where and with what they were taken.
"""

from collections.abc import Iterable
from pathlib import Path

from sar_service.domain.errors import Refused

from . import sandbox
from .kinds import recognise
from .pages import Limits
from .pdf import opened
from .picture_pdf import image_to_pdf
from .text import as_list

TAKEN = ("pdf", "jpeg", "png")
LIMITS = Limits(bytes=10 * 1024 * 1024, pages=10, pixels=60_000_000, seconds=30, memory=1024**3)


def as_pages(path: Path, *, name: str, out: Path) -> tuple[Path, int]:
    """The copy as a PDF, at `out` or where it is already, and how many pages it has. Raises Refused with the reason,
    in words for whoever sends it: what staff would do about a file of a kind that cannot be read is left out."""
    found = recognise(path, name=name)
    kind = found.kind
    if found.refusal:
        raise Refused(found.refusal.partition(": ")[0])
    if kind not in TAKEN:
        raise Refused("it is no picture (JPEG or PNG) and no PDF")
    if kind == "pdf":
        return path, int(sandbox.run(count_in_child, path, as_list(LIMITS), limits=LIMITS, reads=[path]))
    return out, image_to_pdf(path, out, limits=LIMITS)


def count_in_child(pdf: str, limits: Iterable[int]) -> int:
    """What `as_pages` runs in the sandbox."""
    with opened(Path(pdf), limits=Limits(*limits)) as document:
        return len(document)
