"""Any file to a PDF: recognise it, let the reader of its kind draft it, and typeset the draft.

Readers run in a child process with limits (`convert_read`), never here. A PDF stays as it is. What a file hid is
listed, and what it contains comes back as members, which the caller converts in turn.
"""

from dataclasses import asdict
from pathlib import Path

from sar_service.documents import sandbox
from sar_service.documents.assets import TEMPLATES
from sar_service.documents.convert_read import convert_here
from sar_service.documents.kinds import PICTURES
from sar_service.documents.pages import Converted, Hidden, Limits, Member
from sar_service.documents.picture_pdf import image_to_pdf
from sar_service.documents.text import inspect
from sar_service.domain.errors import Refused

FONT_CACHE = Path("/var/cache/fontconfig")


def convert(path: Path, *, name: str, work: Path, limits: Limits | None = None) -> Converted:
    """Make pages of the file at `path`, which its sender called `name`; everything written goes below
    `work`.

    Raises Refused with a sentence for the screen where the file is empty, locked, broken, unknown or over a
    limit.
    """
    limits = limits or Limits()
    if path.stat().st_size > limits.bytes:
        raise Refused(f"it is larger than {limits.bytes // 1024**2} MB: split it, or look at it by hand")
    work.mkdir(parents=True, exist_ok=True)
    path, work = path.resolve(), work.resolve()
    reads = [place for place in (path, TEMPLATES, FONT_CACHE) if place.exists()]
    answer = sandbox.run(convert_here, path, name, work, asdict(limits), limits=limits, reads=reads, writes=[work])
    hidden = tuple(Hidden(**entry) for entry in answer["hidden"])
    members = tuple(
        Member(name=entry["name"], path=Path(entry["path"]), problem=entry["problem"]) for entry in answer["members"]
    )
    kind, source = answer["kind"], Path(answer["source"])
    if kind == "pdf":
        hidden = (*inspect(source), *hidden)
    elif kind in PICTURES:
        made = work / "converted.pdf"
        image_to_pdf(source, made, limits=limits)
        source = made
    return Converted(pdf=source, kind=kind, hidden=hidden, members=members)
