"""Workers, Redis and everything at once are killed with `kill -9` in the middle of the work: the case goes on by
itself, nothing is lost or doubled, and the pack is the one that would have come anyway.
"""

import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from sar_service.db import db, reading_only
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.permission import Role
from sar_service.models import (
    Case,
    Document,
    DocumentState,
    Letter,
    MarkRow,
    Pack,
    PackPart,
    PackState,
    PersonRow,
)
from sar_service.services import audit, document, pack, sealing, search, team, units
from sar_service.services import case as cases
from tests import configuration, factories, packs
from tests.connectors.desk import Gate, connect, desk
from tests.workers.machine import Machine, driver

pytestmark = [pytest.mark.kill, pytest.mark.xdist_group("live-council")]

LINES = (
    "Visited Morwenna at home. Her brother Jago Tregale was there with a cough, and his phone is 07700 900123.",
    "School says Morwenna is doing well. Mr Fenwick Oduya rang to say the same, and asked about the bus pass.",
    "Her neighbour Perpetua Quillfeather reported shouting on the landing; nobody had been hurt.",
    "Morwenna said that she likes the new foster carer and that the dog sleeps on her bed.",
)


@contextmanager
def council(folder: Path) -> Iterator[tuple[Path, Gate]]:
    """A council with a database, an interface and a folder of files, one of them broken and one a picture."""
    config = configuration.write(folder)
    with configuration.sqlite3.connect(folder / "care.db") as connection:
        connection.executemany(
            "INSERT INTO note VALUES (?, 1, ?, 'Olive Marchbanks', ?)",
            [
                (number, f"2018-{number % 12 + 1:02d}-{number % 28 + 1:02d}", f"{number}. " + " ".join(LINES * 2))
                for number in range(100, 120)  # one part of the pack: where more are cut differs from case to case
            ],
        )
    connection.close()
    files = folder / "files"
    files.mkdir()
    listed = ["path,forename,surname,born"]
    for name, content in papers().items():
        (files / name).write_bytes(content)
        listed.append(f"{name},Morwenna,Tregale,2007-03-14")
    (files / "manifest.csv").write_text("\n".join(listed) + "\n")
    (config / "systems" / "files.yaml").write_text(configuration.FILES.replace("{folder}", str(folder)))
    gate = Gate(page=5)
    with desk() as found:
        found.calls, found.odd = [LINES[number % 4] for number in range(24)], gate
        connect(config, found.system(limits={"seconds": 300}))
        try:
            yield config, gate
        finally:
            gate.open.set()


def papers() -> dict[str, bytes]:
    """Letters as text, one as a picture to be read by its letters, and one that cannot be opened."""
    picture = Image.new("L", (1240, 1754), 255)
    drawing = ImageDraw.Draw(picture)
    for number, line in enumerate(LINES * 6):
        drawing.text((90, 90 + number * 60), line, fill=0, font_size=24)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    letters = {
        f"2021-03-0{n + 1} letter.txt": "\n\n".join(f"{n}.{k} {line}" for k, line in enumerate(LINES * 3))
        for n in range(4)
    }
    return {name: text.encode() for name, text in letters.items()} | {
        "2021-04-01 scan.png": drawn.getvalue(),
        "2021-04-02 broken.pdf": b"%PDF-1.7\nthis is the beginning of something that never came",
    }


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path, tmp_path / "config")
    yield found
    found.stop()
    assert found.left() == []


def an_officer(name: str, now: datetime) -> Actor:
    member = team.add(
        email=f"{name.lower()}@northmoor.example", name=name, role=Role.OFFICER, controllers=["northmoor"],
        password="correct horse battery", actor=SERVICE, now=now,
    )  # fmt: skip
    db.session.commit()
    return team.actor_of(member)


class Story:
    """One case on its way through the machine. Whatever is read is read afresh."""

    def __init__(self, machine: Machine, officer: Actor, second: Actor) -> None:
        self.machine, self.officer, self.second = machine, officer, second
        case = factories.with_identity(factories.a_case(now=self.now), actor=officer, now=self.now)
        self.id, self.reference = case.id, case.reference
        db.session.remove()

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def case(self) -> Case:
        db.session.remove()
        return db.session.get_one(Case, self.id)

    def search(self) -> None:
        case = self.case
        cases.move(case, Action.START_SEARCH, actor=self.officer, now=self.now)
        search.start(case, actor=self.officer, now=self.now)
        db.session.commit()

    def reading(self) -> bool:
        with looking():
            states = db.session.scalars(select(Document.state).where(Document.case_id == self.id)).all()
            return DocumentState.READING in states

    def gathered(self) -> bool:
        with looking():
            case = db.session.get_one(Case, self.id)
            return case.status is Status.REVIEWING and cases.gathered(case)

    def sign(self) -> None:
        case = self.case
        for row in document.included(case):
            if row.state.value == "by_hand":
                note = "A good copy was asked for."
                document.handle(case, row, how="withheld", note=note, actor=self.officer, now=self.now)
        packs.decide_all(case, actor=self.officer, now=self.now)
        packs.sign(case, officer=self.officer, second=self.second, now=self.now)

    def build(self) -> None:
        pack.ask(self.case, actor=self.officer, now=self.now)
        db.session.commit()

    def pack(self) -> tuple[PackState, int, int, int]:
        """State, parts that are done, parts in all, and how many jobs took it up."""
        with looking():
            row = cases.latest_pack(db.session.get_one(Case, self.id))
            assert row is not None
            assert row.state not in (PackState.FAILED, PackState.REFUSED), row.message
            return row.state, row.done, row.total, row.attempts

    def building(self, *, parts: int, jobs: int) -> bool:
        """Is the pack in the middle of being built, by the job of that number?"""
        state, done, total, attempts = self.pack()
        assert state is not PackState.READY, "it was ready before it could be disturbed"
        return state is PackState.BUILDING and parts <= done < total and attempts == jobs

    def built(self) -> bool:
        return self.pack()[0] is PackState.READY

    def text(self, folder: Path) -> str:
        """The words of the pack, the reference apart."""
        built = cases.latest_pack(self.case)
        assert built is not None
        path = sealing.object_to(built.object_id, folder / f"{self.reference}.pdf")
        told = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
        return told.stdout.replace(self.reference, "REFERENCE")

    def content(self) -> dict[str, Any]:
        """Everything that the case holds, without the numbers that are drawn afresh for every case."""
        case = self.case
        items = list(units.items(case))
        names = {row.id: sealing.unseal(row)["names"] for row in mine(PersonRow, self.id)}
        homes = {item.row.id: sealing.unseal(item.row)["ref"] for item in items}
        marks = [
            (homes[row.record_id or row.document_id], row.unit, row.start, row.end, row.treatment, row.code,
             *names.get(row.person_id, ()))
            for row in mine(MarkRow, self.id)
        ]  # fmt: skip
        searches = search.latest_searches(case)
        files = [(sealing.unseal(row), row.state, row.pages) for row in mine(Document, self.id)]
        people = [(row.system, sealing.unseal(row)["ref"], row.verdict) for row in search.candidates(case)]
        return {
            "searches": [(row.system, row.round, row.state, row.records, row.documents) for row in searches],
            "candidates": sorted(people),
            "items": [(item.row.system, homes[item.row.id], [unit.text for unit in item.units]) for item in items],
            "files": sorted((told["ref"], state, pages, told["reason"]) for told, state, pages in files),
            "people": sorted(names.values()),
            "marks": sorted(marks),
            "letters": sorted((row.kind, row.state) for row in mine(Letter, self.id)),
            "packs": [row.number for row in mine(Pack, self.id)],
        }


@contextmanager
def looking() -> Iterator[None]:
    """Look without holding anybody up."""
    db.session.remove()
    token = reading_only.set(True)
    try:
        yield
    finally:
        db.session.remove()
        reading_only.reset(token)


def mine(model: Any, case_id: Any) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.case_id == case_id)))


def test_kills_in_the_middle_of_the_work_lose_and_double_nothing(tmp_path: Path, machine: Machine) -> None:
    with council(tmp_path) as (_, gate), driver(machine):
        machine.start()
        until, now = machine.until, datetime.now(UTC)
        officer, second = an_officer("Wenna", now), an_officer("Piran", now)

        undisturbed = Story(machine, officer, second)
        undisturbed.search()
        until(undisturbed.gathered, "the undisturbed case to be gathered")
        undisturbed.sign()
        undisturbed.build()
        until(undisturbed.built, "the undisturbed pack")

        story = Story(machine, officer, second)
        gate.open.clear()
        before = gate.reached
        story.search()
        until(lambda: gate.reached > before and story.reading(), "a search and a file to be under way")
        machine.kill(machine.redis())
        machine.kill(machine.workers()[:1])
        until(lambda: len(machine.workers()) == 2, "the worker to be back")
        machine.kill(machine.workers())
        until(lambda: gate.reached > before + 1, "the search to be taken up again")
        gate.open.set()
        until(story.gathered, "the case to be gathered")

        story.sign()
        story.build()
        until(lambda: story.building(parts=1, jobs=1), "the build to be under way")
        machine.kill([*machine.workers(), *machine.redis()])
        until(lambda: story.building(parts=1, jobs=2), "the build to be taken up again")
        machine.kill_all()
        machine.start()
        until(story.built, "the pack")

        with looking():
            assert story.content() == undisturbed.content()
            assert story.text(tmp_path) == undisturbed.text(tmp_path)
            digests = [row.digest for row in mine(PackPart, story.id)]
            assert len(digests) == len(set(digests))
            assert audit.verify()[1] is None

        machine.kill_the_first()  # Redis and the workers have still to end, and hold what the next ones need
        machine.start()
        machine.until(lambda: machine.workers() and machine.redis(), "the service to be whole again")
