"""Stand-alone redaction: a file in, one PDF out in which what was decided to go cannot be read, and a
report of it.

One road for every kind: pages are made (`redact_gather`), read, searched, decided on (`redact_decide`),
rebuilt without what goes, and the finished file is read again (`redact_check`) before anybody gets it.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf

from sar_service.documents.detect import Detector
from sar_service.documents.pages import Hidden, Limits, Page, Paint
from sar_service.documents.people_file import Register
from sar_service.documents.redact_check import Leak, leaks
from sar_service.documents.redact_decide import Decider, Gone, sweep
from sar_service.documents.redact_gather import Part, gather
from sar_service.documents.remove import paint_for, rebuild
from sar_service.documents.text import read_pages
from sar_service.documents.text_cells import apart, births
from sar_service.domain.errors import InvalidInput, Refused
from sar_service.domain.redaction import Removal, Treatment

DPI = 150
LONGEST_NAME = 200
FAULT = "it met a fault in this program ({kind}): report that, and look at the file by hand"

Tell = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Redacted:
    """What came of one file. `removed` has one entry for each place, without the words that were there."""

    pages: int
    removed: tuple[Mapping[str, Any], ...]
    hidden: tuple[Hidden, ...]


@dataclass(slots=True)
class _Work:
    """One part on its way: its pages as read, and what goes from each; `first` is its first page in the
    output.
    """

    part: Part
    pages: list[Page]
    removals: list[list[Gone]]
    again: dict[int, Paint]
    first: int = 1
    built: Path | None = None


def redact_files(
    files: Sequence[str | Path],
    *,
    register: Register,
    out: Path,
    limits: Limits | None = None,
    tell: Tell | None = None,
) -> list[dict[str, Any]]:
    """Redact every file into the folder `out`, write `report.json` there, and return what it says.

    One entry for each file, in order, whatever happens: a file that cannot be handled is "refused" with the
    reason and the rest go on. A person has the same letter in all files. Raises InvalidInput where the report
    cannot be written, or would be written over one of the files.
    """
    limits = limits or Limits()
    decider = Decider(register)
    detector = Detector(register.people, subject=register.subject)
    report: list[dict[str, Any]] = []
    given_here = {Path(given).name for given in files if os.path.realpath(Path(given).parent) == os.path.realpath(out)}
    if "report.json" in given_here:
        raise InvalidInput(
            f"{out / 'report.json'}: the report would be written over it; choose another folder for --out"
        )
    taken = {"report.json", *given_here}  # no result is written over a file that was given
    for number, given in enumerate(files, 1):
        path = Path(given)
        name = free_name(path.name, taken)

        def step(text: str, number: int = number) -> None:
            if tell is not None:
                tell(number, text)

        entry: dict[str, Any] = {
            "file": str(given),
            "output": None,
            "status": "refused",
            "reason": None,
            "pages": 0,
            "removed": [],
            "hidden": [],
        }
        try:
            done = redact_file(path, decider=decider, detector=detector, out=out / name, limits=limits, tell=step)
        except Refused as refusal:
            entry["reason"] = sentence(str(refusal))
        except OSError as error:
            entry["reason"] = sentence(f"it cannot be read or written ({error.strerror or type(error).__name__})")
        except Exception as error:  # one file's fault may not take the others with it
            entry["reason"] = sentence(FAULT.format(kind=type(error).__name__))
        else:
            taken.add(name)
            entry.update(output=name, status="ok", pages=done.pages, removed=[dict(one) for one in done.removed])
            entry["hidden"] = [
                {"where": hidden.where, "what": hidden.what, "decision": hidden.decision} for hidden in done.hidden
            ]
        if entry["output"] is None:
            with suppress(OSError):
                (out / name).unlink()  # an earlier run's: it would be taken for this one's
        report.append(entry)
    try:
        write_whole(out / "report.json", as_report(report).encode() + b"\n")
    except OSError as error:
        raise InvalidInput(f"{out}: report.json cannot be written there ({error.strerror}); choose another") from error
    return report


def as_report(report: Sequence[Mapping[str, Any]]) -> str:
    """The report as JSON. A byte of a file's name that is no text is written as JSON writes half a character."""
    return json.dumps(report, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def redact_file(
    path: Path,
    *,
    decider: Decider,
    detector: Detector,
    out: Path,
    limits: Limits | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Redacted:
    """Redact the file at `path` into a PDF at `out`, which appears only once it has been read again and is
    clean.

    Raises Refused with a sentence for the screen where the file cannot be handled, or where something that
    was to go can still be read after a second try.
    """
    limits = limits or Limits()
    if path.is_dir():
        raise Refused("it is a folder: give the files in it one by one")
    if not path.exists():
        raise Refused("there is no such file: check the path")
    with TemporaryDirectory(prefix="sar-redact-") as folder:
        work = Path(folder)
        parts = gather(path, name=path.name, work=work, limits=limits, tell=tell)
        works = _read(parts, limits, tell)
        tell("looking for people")
        _decide(works, decider, detector)
        built = work / "built.pdf"
        pages = _build(works, built, work, limits, tell)
        tell("reading the result again")
        removed, kept = _by_page(works)
        found = leaks(built, removed, kept, going=decider.going(), limits=limits)
        if found:
            _paint_again(works, found)
            pages = _build(works, built, work, limits, tell)
            removed, kept = _by_page(works)
            found = leaks(built, removed, kept, going=decider.going(), limits=limits)
        if found:
            raise Refused(f"what was to be removed could still be read on page {found[0].page}: look at it by hand")
        write_whole(out, built.read_bytes())
    return Redacted(pages=pages, removed=tuple(_removed(works)), hidden=tuple(_hidden(works)))


def _read(parts: Sequence[Part], limits: Limits, tell: Callable[[str], None]) -> list[_Work]:
    works = []
    left = limits.pages
    for part in parts:
        if part.pdf is None:
            works.append(_Work(part, [], [], {}))
            continue
        tell("reading" if not part.number else f"reading attachment {part.number}")
        try:
            pages = read_pages(part.pdf, limits=limits)
        except Refused as refusal:
            if not part.number:
                raise
            part = Part(part.number, part.of, part.kind, None, part.hidden, problem=str(refusal))
            pages = []
        left -= len(pages)
        if left < 0:
            raise Refused(f"it has more than {limits.pages} pages with all that is in it: put it in by parts")
        works.append(_Work(part, pages, [], {}))
    return works


def _decide(works: Sequence[_Work], decider: Decider, detector: Detector) -> None:
    """Find and decide, page by page; what is found on any page counts on all of them."""
    names = [name for person in decider.register.people for name in person.names]
    pages = [page for work in works for page in work.pages]
    texts = [apart(page, names) for page in pages]
    decider.meet(detector.learn(texts))
    decided = [
        decider.decide(text, detector.spans(text, births=births(page))) for text, page in zip(texts, pages, strict=True)
    ]
    staying = [
        name for person in decider.register.people if person.treatment is Treatment.SHOW for name in person.names
    ]
    swept = iter(sweep(texts, decided, staying, decider.run_together()))
    for work in works:
        work.removals = [next(swept) for _ in work.pages]


def _build(works: Sequence[_Work], out: Path, folder: Path, limits: Limits, tell: Callable[[str], None]) -> int:
    """Rebuild every part and join them, each attachment behind a page that says which it is."""
    at = 1
    sources: list[tuple[Path, str]] = []
    for number, work in enumerate(works):
        if work.part.number:
            divider = folder / f"divider-{number}.pdf"
            at += _divider(work.part, divider)
            sources.append((divider, work.part.heading))
        work.first = at
        if work.part.pdf is None:
            continue
        tell("building" if not work.part.number else f"building attachment {work.part.number}")
        built = folder / f"rebuilt-{number}.pdf"
        paints = {page.number: _paint(work, page, gone) for page, gone in zip(work.pages, work.removals, strict=True)}
        paints = {number: paint for number, paint in paints.items() if paint.boxes}
        rebuild(
            work.part.pdf,
            built,
            paints=paints,
            pages=work.pages,
            dpi=DPI,
            limits=limits,
            title="Redacted document",
        )
        sources.append((built, ""))
        at += len(work.pages)
    _join(sources, out)
    return at - 1


def _paint(work: _Work, page: Page, gone: Sequence[Gone]) -> Paint:
    paint = paint_for(page, [Removal(start=one.start, end=one.end, label=one.label) for one in gone])
    extra = work.again.get(page.number)
    return Paint((*paint.boxes, *extra.boxes)) if extra is not None else paint


def _divider(part: Part, out: Path) -> int:
    from sar_service.documents.render import TEMPLATES, page, render  # takes a second, and few files need it

    html = page(
        "documents/divider.html",
        heading=part.heading,
        kind=part.kind,
        problem=part.problem.rstrip("."),
        language="en-GB",
    )
    return render(html, out, css=[TEMPLATES / "documents" / "converted.css"], tagged=False)


def _join(sources: Sequence[tuple[Path, str]], out: Path) -> None:
    """One PDF of all parts, with a bookmark for every attachment and nothing said of where it came from."""
    with pikepdf.new() as joined:
        marks = []
        for source, heading in sources:
            with pikepdf.open(source) as opened:
                if heading:
                    marks.append((heading, len(joined.pages)))
                joined.pages.extend(opened.pages)
        if marks:
            with joined.open_outline() as outline:
                outline.root.extend(pikepdf.OutlineItem(heading, index) for heading, index in marks)
        joined.Root.Lang = pikepdf.String("en-GB")
        joined.docinfo["/Title"] = "Redacted document"
        joined.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        joined.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _by_page(works: Sequence[_Work]) -> tuple[dict[int, list[Gone]], dict[int, str]]:
    """By page of the output: what was removed from it, and the text that was to stay."""
    removed: dict[int, list[Gone]] = {}
    kept: dict[int, str] = {}
    for work in works:
        for read, gone in zip(work.pages, work.removals, strict=True):
            number = work.first + read.number - 1
            removed[number] = list(gone)
            text, at = [], 0
            for one in gone:
                text.append(read.text[at : max(at, one.start)])
                at = max(at, one.end)
            kept[number] = "\ufffc".join([*text, read.text[at:]])
    return removed, kept


def _paint_again(works: Sequence[_Work], found: Sequence[Leak]) -> None:
    """Add boxes over what could still be read, at the places where the second reading saw it."""
    for work in works:
        for leak in found:
            number = leak.page - work.first + 1
            if work.pages and 1 <= number <= len(work.pages) and leak.boxes:
                before = work.again.get(number, Paint())
                work.again[number] = Paint((*before.boxes, *((box, leak.label) for box in leak.boxes)))


def _removed(works: Sequence[_Work]) -> list[Mapping[str, Any]]:
    return [
        {"page": work.first + read.number - 1, "person": one.person, "kind": one.kind.value, "code": one.code}
        for work in works
        for read, gone in zip(work.pages, work.removals, strict=True)
        for one in gone
    ]


def _hidden(works: Sequence[_Work]) -> list[Hidden]:
    """Everything to look at: what the files hid, what could not be handled, and what reading was unsure of."""
    found = []
    for work in works:
        before = f"attachment {work.part.number}, " if work.part.number else ""
        for hidden in work.part.hidden:
            found.append(Hidden(where=before + hidden.where, what=hidden.what, decision=hidden.decision))
        if work.part.problem:
            what = f"file that cannot be handled: {work.part.problem}"
            found.append(Hidden(where=f"attachment {work.part.number}", what=what, decision="left out"))
        for read in work.pages:
            where = f"page {work.first + read.number - 1}"
            found.extend(Hidden(where=where, what=note, decision="included") for note in read.notes)
    return found


def free_name(name: str, taken: set[str]) -> str:
    """The name of the output for an input called `name`: itself and ".pdf", with "-2" and on before that if
    taken.
    """
    base = name.replace("\0", "") or "document"
    while len(base.encode("utf-8", "replace")) > LONGEST_NAME:
        base = base[:-1]
    candidate, number = f"{base}.pdf", 1
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}.pdf"
    return candidate


def sentence(text: str) -> str:
    """A refusal as it stands in a report: beginning with a capital letter and ending with a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    unfinished = path.with_name(f".{path.name[:100]}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
