"""A file and everything inside it as a flat list of parts, each a PDF or the reason why it cannot be one.

Attachments, archive members and files in files follow the part that holds them, numbered "2.1" and never
named: a file's name can be what must not be said.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sar_service.documents.convert import convert
from sar_service.documents.pages import Converted, Hidden, Limits, Member
from sar_service.domain.errors import Refused

KINDS = {
    "pdf": "PDF document",
    "docx": "Word document",
    "xlsx": "Excel workbook",
    "eml": "E-mail message",
    "zip": "Archive of files",
    "html": "Web page",
    "csv": "Table",
    "txt": "Text",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a bundle. `number` is "" for the file itself, else "1", "1.2"...; `of` counts its
    siblings.
    """

    number: str
    of: int
    kind: str
    pdf: Path | None
    hidden: tuple[Hidden, ...]
    problem: str = ""

    @property
    def heading(self) -> str:
        return f"Attachment {self.number} of {self.of}" if "." not in self.number else f"Attachment {self.number}"


def gather(path: Path, *, name: str, work: Path, limits: Limits, tell: Callable[[str], None]) -> list[Part]:
    """The file at `path` and all that is in it, in reading order.

    Raises Refused where the file itself cannot be handled, or the whole is over a limit. A member that
    cannot be handled is a part with a problem.
    """
    gatherer = _Gatherer(work, limits, tell)
    converted = gatherer.convert(path, name)
    gatherer.parts.append(Part("", 1, KINDS.get(converted.kind, "Picture"), converted.pdf, converted.hidden))
    gatherer.inside(converted, number="", depth=1)
    return gatherer.parts


class _Gatherer:
    def __init__(self, work: Path, limits: Limits, tell: Callable[[str], None]) -> None:
        self.work = work
        self.limits = limits
        self.tell = tell
        self.parts: list[Part] = []
        self.files = 0
        self.unpacked = 0

    def convert(self, path: Path, name: str) -> Converted:
        self.files += 1
        self.tell("making pages" if self.files == 1 else f"making pages of attachment {self.files - 1}")
        return convert(path, name=name, work=self.work / f"file-{self.files}", limits=self.limits)

    def inside(self, converted: Converted, *, number: str, depth: int) -> None:
        for position, member in enumerate(converted.members, 1):
            below = f"{number}.{position}" if number else str(position)
            self._member(member, number=below, of=len(converted.members), depth=depth)

    def _member(self, member: Member, *, number: str, of: int, depth: int) -> None:
        if self.files > self.limits.members:
            raise Refused(f"it holds more than {self.limits.members} files: unpack it and put them in by parts")
        problem = member.problem
        if not problem and depth > self.limits.depth:
            problem = f"it lies more than {self.limits.depth} files deep: take it out and put it in by itself"
        if not problem:
            self.unpacked += member.path.stat().st_size
            if self.unpacked > self.limits.unpacked:
                raise Refused(
                    f"it unpacks to more than {self.limits.unpacked // 1024**2} MB: put the files in by parts"
                )
            try:
                converted = self.convert(member.path, member.name)
            except Refused as refusal:
                problem = str(refusal)
            else:
                kind = KINDS.get(converted.kind, "Picture")
                self.parts.append(Part(number, of, kind, converted.pdf, converted.hidden))
                self.inside(converted, number=number, depth=depth + 1)
                return
        self.parts.append(Part(number, of, "File", None, (), problem=problem))
