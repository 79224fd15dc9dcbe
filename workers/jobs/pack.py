"""Build one pack: make or fetch its parts, join them, read the whole again, and settle the outcome."""

import logging
import os
import tempfile
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import pikepdf

from sar_service.db import db
from sar_service.documents import assemble
from sar_service.documents.pages import Page
from sar_service.documents.part import Order, Original, make
from sar_service.documents.remove import Paint, paint_for
from sar_service.documents.render import page
from sar_service.documents.sandbox import die_with_parent
from sar_service.documents.verify import verify
from sar_service.domain.errors import DomainError, Refused
from sar_service.domain.redaction import Removal
from sar_service.models import Case, Pack
from sar_service.services import lease, pack, pack_own, sealing, withheld
from workers.runtime import heartbeat, job, now, reading, transaction

log = logging.getLogger(__name__)

SHEET_EDGE = 45.4
HANDS = min(4, len(os.sched_getaffinity(0)))  # parts made, and pages of the finished pack read, at a time
FEW = 6  # parts that are made in this process, one after the other
CONTENTS_ROUNDS = 4  # the list of contents stands before what it counts: its own length settles at once, or nearly


class Lost(Exception):
    """Another job has the pack now."""


@dataclass
class Build:
    """One build under way: where its files are, who makes parts, and what the parts so far are and have in them."""

    plan: pack.Plan
    work: Path
    going: Callable[[], bool]
    hands: Executor
    gaps: Counter[str] = field(default_factory=Counter)
    digests: list[str] = field(default_factory=list)
    begun: int = 0

    def parts(self, drafts: Iterable[pack.Draft]) -> Iterator[assemble.Part]:
        """The parts that the drafts describe, in their order: fetched if made before, else made side by side and kept.

        No more are begun than there are hands for, so that memory and disk stay as they are however many come.
        """
        waiting: deque[tuple[pack.Draft, Path, int | Future[int]]] = deque()
        for draft in drafts:
            waiting.append(self._begin(draft))
            if len(waiting) > 2 * HANDS:
                yield self._end(*waiting.popleft())
        while waiting:
            yield self._end(*waiting.popleft())

    def _begin(self, draft: pack.Draft) -> tuple[pack.Draft, Path, int | Future[int]]:
        if not self.going():
            raise Lost
        path = self.work / f"{self.begun:05d}-{draft.digest[:12]}.pdf"
        self.begun += 1
        with transaction():
            pages = pack.stored(self.plan, draft.digest, path)
        return draft, path, self.hands.submit(make, self.order(draft, path)) if pages is None else pages

    def _end(self, draft: pack.Draft, path: Path, made: int | Future[int]) -> assemble.Part:
        if isinstance(made, int):
            pages = made
        else:
            pages = made.result()
            with transaction():
                if not pack.keep(self.plan, draft.digest, path, pages, now=now()):
                    raise Lost
        self.digests.append(draft.digest)
        self.gaps += draft.gaps
        with transaction():
            if not pack.progress(self.plan, len(self.digests)):
                raise Lost
        return _described(draft, path, pages)

    def order(self, draft: pack.Draft, path: Path) -> Order:
        """What there is to be made of a draft, with nothing left to be asked of the database."""
        templates = pack.folder()
        original = None
        if draft.paper is not None:
            original = Original(
                pdf=path.with_suffix(".original.pdf"),
                pages=draft.paper.pages,
                paints=paints(draft.paper.pages, draft.paper.gone),
            )
            with reading():
                sealing.object_to(draft.paper.pdf_id, original.pdf)
        return Order(
            html=page(f"pack/{draft.template}.html", folder=templates, frame=self.plan.frame, **draft.values),
            css=(templates / "pack" / "pack.css",),
            key=draft.digest[:10],
            out=path,
            original=original,
        )


def paints(pages: Sequence[Page], gone: Mapping[int, Sequence[Removal]]) -> dict[int, Paint]:
    """What is painted on each page of a document that has anything to be painted over."""
    found = {read.number: paint_for(read, gone[read.number]) for read in pages}
    return {number: paint for number, paint in found.items() if paint.boxes}


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
        try:
            whole, pages, digests = build(plan, Path(folder), going)
            with transaction():
                if not pack.check(plan):
                    return
            with reading():
                strings = withheld.checked(db.session.get_one(Case, plan.case_id), pack_own.texts(plan))
            found = verify(whole, strings, workers=HANDS)
            with transaction():
                pack.finish(plan, whole, pages, found, digests, now=now())
        except Lost:
            return
        except DomainError as error:
            with transaction():
                pack.fail(plan, str(error), now=now())
        except Exception:
            log.exception("a pack could not be built, in a way nobody foresaw")
            with transaction():
                pack.fail(plan, "The pack could not be built. The error has been logged.", now=now())


def build(plan: pack.Plan, folder: Path, going: Callable[[], bool]) -> tuple[Path, int, list[str]]:
    """The joined pack, its pages and the digests of its parts. Goes on if one of the processes at work is killed."""
    for left in range(lease.TRIES - 1, -1, -1):
        work = folder / str(left)
        work.mkdir()
        hands = _hands(len(plan.chunks) + len(plan.documents))
        try:
            building = Build(plan, work, going, hands)
            whole, pages = join(building)
            return whole, pages, building.digests
        except BrokenProcessPool:
            if not left:
                told = "The machine stopped the typesetting again and again. It may have too little memory."
                raise Refused(told) from None
            log.warning("a process that was typesetting was killed; what is made is kept, and the rest goes on")
        finally:
            hands.shutdown(wait=True, cancel_futures=True)
    raise AssertionError


def _hands(parts: int) -> Executor:
    """Who makes so many parts: processes of their own, unless starting them would take longer than the work."""
    if parts <= FEW:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(HANDS, mp_context=get_context("spawn"), initializer=die_with_parent)


def join(building: Build) -> tuple[Path, int]:
    """Make every part, then the whole; returns its file and its pages."""
    plan = building.plan
    middle = list(building.parts(_drafts(plan)))
    if plan.documents:
        first = len(plan.chunks)
        opener = assemble.Heading(level=1, title="Documents", page=0)
        middle[first] = replace(middle[first], headings=(opener, *middle[first].headings))
    with reading():
        drafts = pack.around(plan, building.gaps)
    opening, about, closing = building.parts(drafts)
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


def _drafts(plan: pack.Plan) -> Iterator[pack.Draft]:
    """Everything that was gathered, as drafts: the records, then the documents."""
    for chunk in plan.chunks:
        with reading():
            draft = pack.record_part(plan, chunk)
        yield draft
    for document_id in plan.documents:
        with reading():
            draft = pack.document_part(plan, document_id)
        yield draft


def _contents(building: Build, opening: assemble.Part, after: list[assemble.Part]) -> assemble.Part:
    """The list of contents with the pages that everything has once the list itself is in its place."""
    length = 1
    for _ in range(CONTENTS_ROUNDS):
        at = opening.pages + length
        entries = [(h.level, h.title, h.page + 1) for h in opening.headings]
        for part in after:
            entries += [(h.level, h.title, at + h.page + 1) for h in part.headings if h.level < 3]
            at += part.pages
        with reading():
            draft = pack.contents_part(building.plan, entries)
        path = building.work / f"contents-{length}.pdf"
        pages = make(building.order(draft, path))
        if pages == length:
            return _described(draft, path, pages)
        length = pages
    raise Refused("The list of contents could not be laid out.")
