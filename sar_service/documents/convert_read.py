"""The part of `convert` that reads hostile bytes; it runs in the child process. Its answer is plain JSON.

A reader is imported only when its kind of file comes, because a child is started for every file.
"""

import importlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sar_service.documents.draft import Block, Draft
from sar_service.documents.kinds import PICTURES, require
from sar_service.documents.pages import Limits
from sar_service.domain.errors import Refused

READERS = {
    # kind: module and function
    "txt": ("convert_text", "read_text"),
    "csv": ("convert_text", "read_csv"),
    "html": ("convert_html", "read_html"),
    "eml": ("convert_email", "read_email"),
    "docx": ("convert_docx", "read_docx"),
    "xlsx": ("convert_xlsx", "read_xlsx"),
    "zip": ("convert_archive", "read_archive"),
}
PART = 150_000  # letters typeset in one go: about fifty pages, beyond which memory grows and nothing is gained


def convert_here(path: str, name: str, work: str, limits: dict[str, int]) -> dict[str, Any]:
    """Recognise and read one file; everything written goes below `work`. Raises Refused as `convert` does."""
    source = Path(path)
    kind = require(source, name=name)
    draft = Draft(work=Path(work), limits=Limits(**limits))
    if kind == "pdf":
        _reader("convert_picture", "read_attachments")(source, draft)
    elif kind in PICTURES:
        source = _reader("convert_picture", "read_picture")(source, draft)
    else:
        _reader(*READERS[kind])(source, draft)
        if not draft.blocks:
            draft.text("This file shows nothing when it is opened.", kind="note")
        source = typeset(draft, Path(work) / "converted.pdf")
    return {
        "kind": kind,
        "source": str(source),
        "hidden": [asdict(entry) for entry in draft.hidden],
        "members": [{"name": m.name, "path": str(m.path), "problem": m.problem} for m in draft.members],
    }


def _reader(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"sar_service.documents.{module}"), name)


def typeset(draft: Draft, out: Path) -> Path:
    """The draft as a PDF at `out`, made in parts that are then joined. Raises Refused over `limits.pages`."""
    import pikepdf

    from sar_service.documents.render import TEMPLATES, page, render

    parts: list[Path] = []
    pages = 0
    for number, blocks in enumerate(_parts(draft.blocks), 1):
        part = out.with_name(f"part-{number}.pdf")
        html = page("documents/converted.html", blocks=blocks, language="en-GB", title="Converted document")
        css = [TEMPLATES / "documents" / "converted.css"]
        pages += render(html, part, css=css, pictures=draft.pictures, tagged=False)
        parts.append(part)
        if pages > draft.limits.pages:
            raise Refused(f"it would fill more than {draft.limits.pages} pages: split it, or look at it by hand")
    if len(parts) == 1:
        return parts[0].replace(out)
    with pikepdf.new() as joined:
        for part in parts:
            with pikepdf.open(part) as opened:
                joined.pages.extend(opened.pages)
        joined.save(out, deterministic_id=True)
    for part in parts:
        part.unlink()
    return out


def _parts(blocks: list[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    letters = 0
    for block in blocks:
        part.append(block)
        letters += len(block.text) + sum(len(cell) + 30 for row in block.rows for cell in row)
        letters += 2000 if block.picture else 60
        if letters > PART:
            yield part
            part, letters = [], 0
    if part:
        yield part
