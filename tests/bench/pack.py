"""How fast a pack is built and how much memory that takes, against one plain WeasyPrint document of the same content.

    python -m tests.bench.pack [--json FILE] [--sizes 100,500,2000]

A case is filled with made-up records of about a page each, with marks on them; its pack is built as the worker builds
it, database and sealing included. The yardstick lays out the same records, already redacted, with the same style sheet
and fonts in one process with default settings. Each runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
SIZES = (100, 500, 2000)
TALK = (
    "the family was seen at home and spoke about school friends sleep meals and what each of them "
    "would like to change before the next meeting while the worker listened wrote down what was "
    "agreed rang the nurse asked for a letter from the housing office and promised to come back on "
    "Thursday after the review of the plan "
)
WORDS = TALK.split()
THEM = ("Corentin Pask", "Mrs Averil Thorne", "Jory Nankivell", "Tamsin")


def text(random: Random, words: int) -> str:
    """Prose in paragraphs, in which other people are named now and then."""
    parts: list[str] = []
    for number in range(words):
        parts.append(random.choice(THEM) if number % 70 == 35 else random.choice(WORDS))
        if number % 110 == 109:
            parts.append("\n\n")
    return " ".join(parts).replace(" \n\n ", ".\n\n") + "."


def fill(count: int) -> uuid.UUID:
    """A case with so many records, signed off, whose pack has been asked for; returns the pack."""
    from sar_service.db import db, new_id
    from sar_service.domain.actor import PUBLIC, SERVICE
    from sar_service.domain.lifecycle import Status
    from sar_service.domain.people import Standing
    from sar_service.domain.redaction import Kind
    from sar_service.domain.search import SearchState, Verdict
    from sar_service.models import (
        CandidateRow,
        MarkRow,
        Pack,
        PackState,
        PersonRow,
        Record,
        SignOff,
        SystemSearch,
    )
    from sar_service.services import intake, people, sealing
    from tests import factories

    random = Random(count)
    case = intake.submit(factories.a_request(now=NOW), actor=PUBLIC, now=NOW)
    case.status = Status.BUILDING
    home = {"case_id": case.id, "controller": case.controller}
    search = SystemSearch(
        id=new_id(), **home, system="care", round=1, state=SearchState.HELD, asked_by="service", asked_at=NOW
    )
    db.session.add(search)
    about = sealing.digest(case.id, "1")
    candidate = CandidateRow(
        id=new_id(), **home, system="care", ref_digest=about, verdict=Verdict.MATCH, score=9.0, found_at=NOW
    )
    sealing.seal(candidate, {"identity": {}, "reasons": [], "ref": "1"})
    db.session.add(candidate)
    rows = {}
    for number, name in enumerate(THEM, start=1):
        person = PersonRow(
            id=new_id(),
            **home,
            number=number,
            standing=Standing.THIRD_PARTY,
            origin="text",
            treatment="withhold",
            code="TP16",
        )
        sealing.seal(person, {**people.empty(), "names": [name]})
        db.session.add(person)
        rows[name] = person.id
    db.session.flush()
    for number in range(count):
        prose = text(random, random.randint(330, 430))
        record = Record(
            id=new_id(),
            **home,
            system="care",
            ref_digest=f"{number:08d}",
            about_digest=about,
            section=("Assessments", "Case notes", "Contacts")[number * 3 // count],
            on=date(2012, 1, 1) + timedelta(days=number),
            content_digest=f"{random.getrandbits(256):064x}",
            search_id=search.id,
            found_at=NOW,
        )
        lines = [("Written by", "Olive Marchbanks"), ("Kind", "Visit to the home"), ("Agreed", "Yes")]
        fields = [{"label": label, "value": value, "form": "line"} for label, value in lines]
        fields.append({"label": "Note", "value": prose, "form": "prose"})
        sealing.seal(record, {"ref": str(number), "about": "1", "title": "Case note", "fields": fields, "people": []})
        db.session.add(record)
        db.session.flush()  # before the marks that point at it
        for name in THEM:
            start = prose.find(name)
            while start >= 0:
                mark = MarkRow(
                    id=new_id(),
                    **home,
                    record_id=record.id,
                    unit=4,
                    start=start,
                    end=start + len(name),
                    kind=Kind.PERSON,
                    person_id=rows[name],
                    confidence=1.0,
                    rule="bench",
                    text_digest="",
                )
                sealing.seal(mark, {"text": name})
                db.session.add(mark)
                start = prose.find(name, start + 1)
    signing = SignOff(id=new_id(), **home, digest="", submitted_by="staff:1", submitted_at=NOW)
    sealing.seal(signing, {"note": ""})
    db.session.add(signing)
    db.session.flush()
    pack = Pack(
        id=new_id(),
        **home,
        number=1,
        sign_off_id=signing.id,
        state=PackState.WAITING,
        asked_by=SERVICE.label,
        asked_at=NOW,
    )
    sealing.seal(pack, {"findings": [], "manifest": []})
    db.session.add(pack)
    identity = pack.id
    db.session.commit()
    return identity


def peak(whose: int = resource.RUSAGE_SELF) -> float:
    """The most memory that this process held, or the largest of those it started, in MB."""
    return resource.getrusage(whose).ru_maxrss / 1024


def build(folder: Path, pack_id: str, out: Path) -> None:
    """Build the pack as the worker does, and write down what it and the processes it started took."""
    from sar_service.documents import assemble
    from sar_service.documents.verify import verify
    from sar_service.services import pack, pack_records, units
    from workers import runtime
    from workers.jobs import pack as job

    app = application(folder)
    runtime.use_app(app)
    with app.app_context():
        with runtime.transaction():
            plan = pack.begin(uuid.UUID(pack_id), now=NOW)
        assert plan is not None
        joined: list[float] = []
        real = assemble.assemble

        def timed(*arguments: Any, **more: Any) -> int:
            started = time.perf_counter()
            pages = real(*arguments, **more)
            joined.append(time.perf_counter() - started)
            return pages

        assemble.assemble = timed
        work = folder / "work"
        work.mkdir()
        started = time.perf_counter()
        whole, pages, _ = job.build(plan, work, lambda: True)
        took = {"pages": pages, "seconds": time.perf_counter() - started, "joining": joined[0]}
        took["memory"] = peak() + job.HANDS * peak(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        assert verify(whole, list(THEM[:3])) == []
        took["verifying"] = time.perf_counter() - started
        sections: list[dict[str, Any]] = []
        with runtime.transaction():
            case = pack.db.session.get_one(pack.Case, plan.case_id)
            for chunk in plan.chunks:
                shown = pack_records.show_records(case, chunk, units.people_of(case))
                sections += shown.values["sections"]
        values = {"frame": dict(plan.frame), "system": "Social care records", "first": True, "sections": sections}
        (folder / "values.json").write_text(json.dumps(values), encoding="utf-8")
    out.write_text(json.dumps(took), encoding="utf-8")


def plain(folder: Path, out: Path) -> None:
    """One document of the same records, laid out in one go with default settings."""
    from weasyprint import CSS, HTML

    from sar_service.documents.assets import TEMPLATES
    from sar_service.documents.render import page

    values = json.loads((folder / "values.json").read_text(encoding="utf-8"))
    started = time.perf_counter()
    html = page("pack/records.html", **values)
    document = HTML(string=html).render(stylesheets=[CSS(filename=str(TEMPLATES / "pack" / "pack.css"))])
    document.write_pdf(folder / "plain.pdf")
    took = {"pages": len(document.pages), "seconds": time.perf_counter() - started, "memory": peak()}
    out.write_text(json.dumps(took), encoding="utf-8")


def application(folder: Path) -> Any:
    """The service on a database and a council of its own."""
    from sar_service import create_app
    from tests import configuration

    if not (folder / "council").exists():
        (folder / "council").mkdir()
        configuration.write(folder / "council")
    return create_app(
        environ={
            "SAR_ENV": "test",
            "SAR_DATABASE_URL": f"sqlite:///{folder}/sar.db",
            "SAR_DATA_DIR": str(folder),
            "SAR_CONFIG_DIR": str(folder / "council" / "config"),
            "SAR_TEMPLATES_DIR": str(configuration.ROOT / "templates"),
            "SAR_MAIL_BACKEND": "memory",
            "SAR_BASE_URL": "http://localhost",
        },
        web=False,
        TESTING=True,
        NOW=lambda: NOW,
    )


def child(folder: Path, name: str, *arguments: str) -> dict[str, float]:
    """Run one side in a process of its own and read what it took."""
    out = folder / f"{name}.json"
    command = [sys.executable, "-m", "tests.bench.pack", "--side", name, "--folder", str(folder), "--json", str(out)]
    subprocess.run([*command, *arguments], check=True, stdout=subprocess.DEVNULL)
    told: dict[str, float] = json.loads(out.read_text(encoding="utf-8"))
    return told


def row(name: str, value: float, unit: str, yardstick: float | None = None) -> dict[str, Any]:
    ratio = value / yardstick if yardstick else None
    return {"name": name, "value": value, "unit": unit, "yardstick": yardstick, "ratio": ratio}


def measure(count: int, *, last: bool) -> list[dict[str, Any]]:
    """The rows for one size. At the last also the rates of joining and of checking."""
    from sar_service.services import schema

    with tempfile.TemporaryDirectory(prefix="sar-bench-") as name:
        folder = Path(name)
        app = application(folder)
        with app.app_context():
            schema.upgrade()
            pack_id = str(fill(count))
        ours = child(folder, "build", "--pack", pack_id)
        theirs = child(folder, "plain")
    rows = [
        row(
            f"pack.first.{count}",
            ours["pages"] / ours["seconds"],
            "pages/s",
            theirs["pages"] / theirs["seconds"],
        ),
        row(f"pack.memory.{count}.tagged", ours["memory"], "MB", theirs["memory"]),
    ]
    if last:
        rows.append(row("pack.assembly.tagged", ours["pages"] / ours["joining"], "pages/s"))
        rows.append(row("pack.verify", ours["pages"] / ours["verifying"], "pages/s"))
    return rows


def main() -> int:
    """Measure every size, or one side of one."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pack", description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sizes", default=",".join(str(size) for size in SIZES))
    parser.add_argument("--side", choices=("build", "plain"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pack", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.side == "build":
        build(chosen.folder, chosen.pack, chosen.json)
        return 0
    if chosen.side == "plain":
        plain(chosen.folder, chosen.json)
        return 0
    sizes = [int(size) for size in chosen.sizes.split(",")]
    rows = [each for size in sizes for each in measure(size, last=size == sizes[-1])]
    for each in rows:
        ratio = f"{each['ratio']:.2f}" if each["ratio"] else "-"
        sys.stdout.write(f"{each['name']:28} {each['value']:10.1f} {each['unit']:8} {ratio}\n")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
