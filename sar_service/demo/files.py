"""The folder of MASH and correspondence: the demo subject's papers, those of other families, and the manifest.

How files are made is in `paper.py`; the words of the subject's papers are in `papers.txt`.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from . import notes, paper, subject
from .families import Family
from .grammar import read_sections
from .notes import Scene, Words

LOCK = "Brackenmere2018"
OTHER_FAMILIES = ("Wilhelmina Stackpoole", "Cassius Threlfall", "Persephone Gathercole", "Lysander Ollerenshaw")
_COLUMNS = ("file", "forename", "surname", "birth_date", "reference", "title", "received", "section")


@dataclass(frozen=True)
class Paper:
    """One paper of the subject's, as `papers.txt` gives it."""

    key: str
    kind: str
    path: str
    on: date
    title: str
    lines: tuple[str, ...]

    @property
    def body(self) -> str:
        """The paper's text as paragraphs."""
        return "\n\n".join(self.lines)


def read_papers(words: Path) -> dict[str, Paper]:
    """The subject's papers by key."""
    papers = {}
    for heading, lines in read_sections(words / "papers.txt").items():
        if heading:
            key, kind, path, on, title = (part.strip() for part in heading.split("|"))
            papers[key] = Paper(key, kind, path, date.fromisoformat(on), title, tuple(lines))
    return papers


class Folder:
    """The tree being written, with the manifest's lines so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest: list[dict[str, str]] = []

    def put(self, path: str, content: bytes) -> None:
        """Write one file."""
        paper.write(self.root / path, content)

    def list(
        self,
        path: str,
        forename: str,
        surname: str,
        born: date | None,
        reference: str,
        title: str,
        on: date,
        section: str,
    ) -> None:
        """Add one file to the manifest."""
        values = (
            path, forename, surname, born.isoformat() if born else "", reference, title, on.isoformat(), section,
        )  # fmt: skip
        self.manifest.append(dict(zip(_COLUMNS, values, strict=True)))

    def finish(self) -> None:
        """Write the manifest."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, _COLUMNS, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(self.manifest)
        self.put("manifest.csv", out.getvalue().encode())


def add_subject(folder: Folder, words: Path, rng: Random) -> list[Paper]:
    """The subject's papers; those that stand as files of their own are returned."""
    papers = read_papers(words)
    own = [p for p in papers.values() if "/" in p.path]
    for each in own:
        folder.put(each.path, _content(each, papers, rng))
        if each.path.startswith("inbox/"):
            continue  # found by what it says, not by the manifest
        family = "Rudge" if "/RUDGE" in each.path else "Holloway"
        folder.list(
            each.path, "Tamsin", family, subject.BORN, subject.MASH_REFERENCE, each.title, each.on,
            "Correspondence" if each.kind == "eml" else "MASH",
        )  # fmt: skip
    return own


def _content(each: Paper, papers: dict[str, Paper], rng: Random) -> bytes:
    match each.kind:
        case "pdf":
            info = {"Author": "Philippa Quennell (caller)" if each.key == "mash_2013" else "MASH"}
            return paper.pdf(each.lines[0], each.lines[1:], info={**info, "Title": each.title})
        case "scan":
            return paper.scan(each.lines, rng, tilt=1.1)
        case "picture":
            return paper.picture(each.lines, rng, tilt=-1.6)
        case "docx":
            return _word(each)
        case "eml":
            return _email(each, papers)
        case "txt":
            return ("\r\n".join(each.lines) + "\r\n").encode()
        case "xlsx":
            return _tracker()
        case "locked":
            return paper.pdf(each.lines[0], each.lines[1:], lock=LOCK)
        case "broken":
            return paper.pdf(each.title, ["Fax"])[:310] + rng.randbytes(900)
        case _:
            return b""


def _word(each: Paper) -> bytes:
    if each.key == "school_2017":
        return paper.word(
            each.lines[0], each.lines[1:], author="Bernard Sowerby",
            removed="Mother and baby taken to Juniper House by the police. ",
            added="Mother and baby are safe with help from the police. ",
            comment="Philippa Quennell rang school as well. Leave her out of this.",
            hidden="Aunt for emergencies: Merryn Tregear 07700 900355.",
        )  # fmt: skip
    return paper.word(
        each.lines[0], each.lines[1:], author="Joel Okonjo",
        comment="Mottram's number is 07700 900290 - passed to police.",
        white="Information from Zuleikha Farouk as well, not to be shared.",
    )  # fmt: skip


def _email(each: Paper, papers: dict[str, Paper]) -> bytes:
    hub, council = "mash@brackenmere.example", "brackenmere.example"
    if each.key == "nurse_2019":
        attached = papers["nurse_2019_attached"]
        content = paper.pdf(attached.lines[0], attached.lines[1:])
        return paper.email(
            each.title, each.body, sender="Oonagh Keating <oonagh.keating@health.example>",
            to=f"Nadia Rahmani <nadia.rahmani@{council}>", on=each.on,
            attached=[(attached.path, "application/pdf", content)],
        )  # fmt: skip
    if each.key == "chain_2018":
        inner, note = papers["chain_2018_inner"], papers["chain_2018_attached"]
        inside = paper.email(
            inner.title, inner.body, sender="Moira Teasdale <moira.teasdale@guardians.example>",
            to=f"Daniel Achebe <daniel.achebe@{council}>", on=inner.on,
            attached=[(note.path, "application/pdf", paper.pdf(note.lines[0], note.lines[1:]))],
        )  # fmt: skip
        return paper.email(
            each.title, each.body, sender=f"Daniel Achebe <daniel.achebe@{council}>",
            to=f"Gordon Ellery <gordon.ellery@{council}>", on=each.on, inside=inside,
        )  # fmt: skip
    return paper.email(each.title, each.body, sender="Eleanor Fitchett <e.fitchett@school.example>", to=hub, on=each.on)


def _tracker() -> bytes:
    head = ("Name", "Date of birth", "Missing from", "Reported", "Returned", "Remarks")
    own = ("Tamsin Holloway", "07/03/2008", "Ormerod Gate")
    rows = [
        head,
        (*own, "30/09/2022 19.40", "01/10/2022 11.00", "Found at Lowmoor tram stop by PC Drummond"),
        (OTHER_FAMILIES[0], "12/12/2007", "Kiln Close", "30/09/2022 22.00", "01/10/2022 03.10", "Came home with a dog"),
        (*own, "21/10/2022 18.00", "21/10/2022 22.15", "Walked back by herself and made toast"),
        (OTHER_FAMILIES[1], "03/06/2009", "Union Road", "22/10/2022 17.30", "24/10/2022 08.00", "In another county"),
    ]
    everyone = [
        ("All children open to the panel", "", "", "", "", ""),
        ("Tamsin Holloway", "07/03/2008", "Medium", "", "", "Older male: Ignatius Mottram"),
        (OTHER_FAMILIES[2], "19/01/2010", "High", "", "", "Placed out of area"),
        (OTHER_FAMILIES[3], "27/08/2008", "High", "", "", "Witness, not to be named"),
    ]
    return paper.workbook(
        [("Episodes", rows, frozenset({3, 5}), False), ("Panel list", everyone, frozenset(), True)], author="MASH"
    )  # fmt: skip


def add_family(folder: Folder, family: Family, words: Words, rng: Random, *, count: int) -> None:
    """A few papers of another family, in the forms that come in."""
    child = family.children[0]
    scene = Scene(words, family.roles(child), family.values, rng)
    name = f"{child.person.family.upper()} {child.person.given}"
    for place in range(count):
        on = family.known_from + timedelta(days=rng.randrange(1 + (family.known_to - family.known_from).days))
        writer = rng.choice(family.writers)
        kind = rng.choice(("pdf", "pdf", "eml", "eml", "txt", "docx"))
        title, text = notes.note(scene, rng.choice(("strategy", "school_call", "health")), writer, on, target=240)
        paragraphs = text.split("\n")
        match kind:
            case "pdf":
                content = paper.pdf(f"{title}: {child.person.full}", paragraphs)
            case "docx":
                content = paper.word(title, paragraphs, author=writer.name)
            case "eml":
                content = paper.email(
                    f"{title} - {child.person.initials}", text, sender=f"{writer.name} <{writer.email}>",
                    to="mash@brackenmere.example", on=on,
                    attached=[("note.pdf", "application/pdf", paper.pdf(title, paragraphs))] if place == 0 else (),
                )  # fmt: skip
            case _:
                content = text.encode()
        path = f"{on.year}/{name} {child.case_number}/{on.isoformat()} {kind} {place + 1}.{kind}"
        folder.put(path, content)
        folder.list(
            path, child.person.given, child.person.family, child.person.born, f"MH-{child.case_number[2:]}", title, on,
            "MASH",
        )  # fmt: skip


def add_namesakes(folder: Folder) -> None:
    """Papers about the twin, and about the younger girl of the same name."""
    for path, given, born, reference, text in (
        (
            "2021/HOLLOWAY Denzil MH-20418/greenhouse.txt",
            "Denzil",
            subject.BORN,
            "MH-20418",
            "Denzil Holloway (7 March 2008) put a chair through the greenhouse. He had not slept since the visit.",
        ),
        (
            "2023/HOLLOWAY Tamsin MH-31877/pigeons.txt",
            "Tamsin",
            date(2011, 9, 30),
            "MH-31877",
            "Tamsin Holloway (30 September 2011) keeps racing pigeons with her grandfather. No concerns at all.",
        ),
    ):
        folder.put(path, text.encode())
        on = date(2021, 3, 2) if given == "Denzil" else date(2023, 2, 14)
        folder.list(path, given, "Holloway", born, reference, "Note", on, "MASH")
    folder.put(
        "inbox/2021-11/message 0912.eml",
        paper.email(
            "Bake sale", "Could the hub lend us a table for the bake sale? Tamsin Holloway said you have one.",
            sender="Office <office@school.example>", to="mash@brackenmere.example", on=date(2021, 11, 8),
        ),
    )  # fmt: skip
