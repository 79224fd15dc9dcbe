"""Build one pack: make or fetch its parts, join them, read the whole again, and settle the outcome."""

import logging
import os
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf

from sar_service.documents import assemble
from sar_service.documents.remove import paint_for, rebuild
from sar_service.documents.render import page, render
from sar_service.documents.verify import verify
from sar_service.domain.errors import DomainError, Refused
from sar_service.models import Pack
from sar_service.services import lease, pack, sealing
from workers.runtime import heartbeat, job, now, transaction

log = logging.getLogger(__name__)

DPI = 150
SHEET_EDGE = 45.4
READERS = min(4, len(os.sched_getaffinity(0)))  # pages of the finished pack that are read at a time
CONTENTS_ROUNDS = 4  # the list of contents stands before what it counts: its own length settles at once, or nearly


class Lost(Exception):
    """Another job has the pack now."""


@dataclass
class Build:
    """One build under way: where its files are, the parts so far, and what was counted in them."""

    plan: pack.Plan
    work: Path
    going: Callable[[], bool]
    gaps: Counter[str] = field(default_factory=Counter)
    digests: list[str] = field(default_factory=list)
    done: int = 0

    def part(self, draft: pack.Draft) -> assemble.Part:
        """The part that a draft describes: fetched if it was made before, otherwise made and kept."""
        if not self.going():
            raise Lost
        path = self.work / f"{len(self.digests):05d}-{draft.digest[:12]}.pdf"
        with transaction():
            pages = pack.stored(self.plan, draft.digest, path)
        if pages is None:
            pages = self._make(draft, path)
            with transaction():
                if not pack.keep(self.plan, draft.digest, path, pages, now=now()):
                    raise Lost
        self.digests.append(draft.digest)
        self.gaps += draft.gaps
        self.done += 1
        with transaction():
            if not pack.progress(self.plan, self.done):
                raise Lost
        return _described(draft, path, pages)

    def _make(self, draft: pack.Draft, path: Path) -> int:
        if draft.paper is None:
            return typeset(draft, self.plan, path)
        sheets, original, rebuilt = (self.work / name for name in ("sheets.pdf", "original.pdf", "rebuilt.pdf"))
        with transaction():
            sealing.object_to(draft.paper.pdf_id, original)
        paints = {read.number: paint_for(read, draft.paper.gone[read.number]) for read in draft.paper.pages}
        made = rebuild(
            original,
            rebuilt,
            paints={number: paint for number, paint in paints.items() if paint.boxes},
            pages=draft.paper.pages,
            dpi=DPI,
            title="Redacted document",
        )
        if made.pages != len(draft.paper.pages):
            raise Refused("A document came out with another number of pages than it went in with.")
        typeset(draft, self.plan, sheets)
        return assemble.place(sheets, rebuilt, path)


def typeset(draft: pack.Draft, plan: pack.Plan, path: Path) -> int:
    """Lay out a part's template and make it fit to stand beside others."""
    templates = pack.folder()
    html = page(f"pack/{draft.template}.html", folder=templates, frame=plan.frame, **draft.values)
    pages = render(html, path, css=[templates / "pack" / "pack.css"])
    assemble.tidy(path, key=draft.digest[:10])
    return pages


def _described(draft: pack.Draft, path: Path, pages: int) -> assemble.Part:
    """The part with the page of each of its headings. Raises Refused if a heading is missing from it."""
    if draft.template == "frame":
        places = [0] * len(draft.headings)
    else:
        places = assemble.bookmark_pages(path)
    if len(places) != len(draft.headings):
        raise Refused("A part of the pack came out without everything that belongs in it.")
    headings = tuple(
        assemble.Heading(level=level, title=title, page=at)
        for (level, title), at in zip(draft.headings, places, strict=True)
    )
    edge = SHEET_EDGE if draft.template == "frame" else assemble.EDGE
    return assemble.Part(pdf=path, pages=pages, line=draft.line, headings=headings, edge=edge)


@job
def run(pack_id: str) -> None:
    """Claim the pack, build and check it outside any transaction, and settle what came of it."""
    with transaction():
        plan = pack.begin(uuid.UUID(pack_id), now=now())
    if plan is None:
        return
    with (
        tempfile.TemporaryDirectory(prefix="sar-") as folder,
        heartbeat(lambda: lease.keep(Pack, plan.pack_id, plan.token, now=now())) as going,
    ):
        building = Build(plan, Path(folder), going)
        try:
            whole, pages = join(building)
            with transaction():
                strings = pack.check(plan)
            if strings is None:
                return
            found = verify(whole, strings, workers=READERS)
            with transaction():
                pack.finish(plan, whole, pages, found, building.digests, now=now())
        except Lost:
            return
        except DomainError as error:
            with transaction():
                pack.fail(plan, str(error), now=now())
        except Exception:
            log.exception("a pack could not be built, in a way nobody foresaw")
            with transaction():
                pack.fail(plan, "The pack could not be built. The error has been logged.", now=now())


def join(building: Build) -> tuple[Path, int]:
    """Make every part, then the whole; returns its file and its pages."""
    plan = building.plan
    middle: list[assemble.Part] = []
    for chunk in plan.chunks:
        with transaction():
            draft = pack.record_part(plan, chunk)
        middle.append(building.part(draft))
    for number, document_id in enumerate(plan.documents):
        with transaction():
            draft = pack.document_part(plan, document_id)
        part = building.part(draft)
        if number == 0:
            opener = assemble.Heading(level=1, title="Documents", page=0)
            part = assemble.Part(
                pdf=part.pdf, pages=part.pages, line=part.line, headings=(opener, *part.headings), edge=part.edge
            )
        middle.append(part)
    with transaction():
        drafts = pack.around(plan, building.gaps)
    opening, about, closing = (building.part(draft) for draft in drafts)
    contents = _contents(building, opening, [about, *middle, closing])
    parts = [opening, contents, about, *middle, closing]
    whole = building.work / "pack.pdf"
    pages = assemble.assemble(
        parts,
        whole,
        title=str(plan.frame["title"]),
        reference=str(plan.frame["reference"]),
        author=plan.author,
    )
    with pikepdf.open(whole) as again:
        if len(again.pages) != sum(part.pages for part in parts):
            raise Refused("The pack came out with another number of pages than went into it.")
    return whole, pages


def _contents(building: Build, opening: assemble.Part, after: list[assemble.Part]) -> assemble.Part:
    """The list of contents with the pages that everything has once the list itself is in its place."""
    length = 1
    for _ in range(CONTENTS_ROUNDS):
        at = opening.pages + length
        entries = [(h.level, h.title, h.page + 1) for h in opening.headings]
        for part in after:
            entries += [(h.level, h.title, at + h.page + 1) for h in part.headings if h.level < 3]
            at += part.pages
        with transaction():
            draft = pack.contents_part(building.plan, entries)
        path = building.work / f"contents-{length}.pdf"
        pages = typeset(draft, building.plan, path)
        if pages == length:
            return _described(draft, path, pages)
        length = pages
    raise Refused("The list of contents could not be laid out.")
