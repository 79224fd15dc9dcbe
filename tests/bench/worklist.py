"""How the pages that list cases answer at 100,000 cases with 20 events each, against the same pages at 1,000.

    python -m tests.bench.worklist [--json FILE] [--cases N] [--database sqlite|postgresql] [--keep FOLDER]

Every page is asked for through the application, signed in, at both sizes in turns; a figure is the median of many. Of
each group (worklist with every filter, search, board) the row that is written is the page with the worst ratio: all of
them have to answer in time. All people are put together from lists of names here.
"""

import argparse
import contextvars
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from sar_service import create_app
from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.permission import Role
from sar_service.models import AuditHead, Case
from sar_service.services import audit, finding_index, pulse, schema, sealing, team
from tests import configuration, postgres

from . import _crowd, _filling

MANY, FEW = 100_000, 1_000
RUNS, LONGEST = 7, 10.0  # of one page; seconds after which no more runs of it are made
ASKING = (Role.OFFICER, Role.MANAGER)


@dataclass
class Place:
    """One filled application and who asks it."""

    app: Flask
    known: dict[str, str] = field(default_factory=dict)  # what is searched for
    clients: dict[str, FlaskClient] = field(default_factory=dict)


def application(folder: Path, data: Path, url: str) -> Flask:
    """An application on its own database; all of them have one key file."""
    app = create_app(
        environ={
            "SAR_ENV": "test",
            "SAR_DATABASE_URL": url,
            "SAR_DATA_DIR": str(data),
            "SAR_CONFIG_DIR": str(folder / "config"),
            "SAR_TEMPLATES_DIR": str(configuration.ROOT / "templates"),
            "SAR_MAIL_BACKEND": "memory",
            "SAR_BASE_URL": "http://localhost",
        },
        WTF_CSRF_ENABLED=False,
        NOW=lambda: _crowd.NOW,
    )
    with app.app_context():
        schema.upgrade()
        db.session.remove()
    return app


def fill(app: Flask, path: Path, count: int) -> None:
    """Put so many cases into an empty SQLite database."""
    with app.app_context():
        roles = [Role.OFFICER] * 6 + [Role.MANAGER] * 2
        for at, role in enumerate(roles):
            team.add(
                email=f"m{at}@northmoor.example",
                name=f"Member {at}",
                role=role,
                controllers=[_crowd.COUNCIL],
                password="correct horse battery",
                actor=SERVICE,
                now=_crowd.NOW,
            )
        pulse.beat(pulse.TIMETABLE, now=_crowd.NOW)
        db.session.commit()
        members = [member.id for member in team.members()]
        head = db.session.execute(select(AuditHead.number, AuditHead.digest)).one()
        db.session.remove()
        db.engine.dispose()
        crowd = _crowd.Crowd(count, members)
        crowd.head = (head.number, head.digest)
        with mock.patch.object(
            finding_index, "digest", cache(finding_index.digest)
        ):  # the same names come again and again
            _filling.into_sqlite(path, crowd.rows())
        number, digest = crowd.head
        db.session.execute(update(AuditHead).values(number=number, digest=digest))
        db.session.commit()
        if count <= FEW and (broken := audit.verify()[1]):
            raise ValueError(f"event {broken.number} of the trail that was made does not hold: {broken.why}")
        db.session.remove()
        db.engine.dispose()  # the last to leave puts what was logged ahead into the file


def copy(app: Flask, url: str, source: Path) -> None:
    """The same cases in an empty PostgreSQL database."""
    with app.app_context():
        db.session.execute(text("DELETE FROM audit_head"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    _filling.into_postgresql(url, source, ("member", "pulse", *_crowd.TABLES, "audit_head"))


def signed_in(app: Flask) -> Place:
    """Who asks, and what of the cases there can be asked for."""
    place = Place(app)
    with app.app_context():
        people = {role: next(each for each in team.members() if each.role is role).id for role in ASKING}
        oldest = select(Case).where(Case.restricted.is_(False)).order_by(Case.received_on, Case.id).limit(1)
        case = db.session.scalars(oldest).one()
        told = sealing.unseal(case)["subject"]
        family = told["family_name"]
        place.known = {
            "reference": case.reference,
            "name": f"{told['given_name']} {family}",
            "near": family[:2] + family[3:] if len(family) > 4 else f"{family}e",
            "born": told["date_of_birth"],
            "postcode": told["postcode"],
            "street": " ".join(told["addresses"][0]),
            "number": told["identifiers"]["nhs_number"],
            "member": str(people[Role.OFFICER]),
        }
        db.session.remove()
        for role, member in people.items():
            client = app.test_client()
            data = {"_user_id": str(member), "_fresh": True, "_seen": int(_crowd.NOW.timestamp())}
            token = team.keep_session(None, data, member_id=str(member), now=_crowd.NOW)
            client.set_cookie(app.config["SESSION_COOKIE_NAME"], token)
            place.clients[role.value] = client
    return place


@dataclass(frozen=True)
class Probe:
    """One thing that is asked."""

    group: str
    name: str
    ask: Callable[[Place], Any]


def page(group: str, path: str, *, who: str = "officer") -> Probe:
    def ask(place: Place) -> Any:
        return place.clients[who].get(path.format(**place.known))

    return Probe(group, f"{path or '/'} ({who})", ask)


def search(words: str) -> Probe:
    def ask(place: Place) -> Any:
        typed = words.format(**place.known)
        return place.clients["officer"].post("/staff/find", data={"words": typed})

    return Probe("search", words, ask)


def probes() -> list[Probe]:
    """Everything that is asked."""
    common_given, common_family = _common()
    filters = (
        "", "?page=2", "?status=reviewing", "?status=received", "?due=overdue", "?due=untold", "?due=week",
        "?due=paused", "?due=told", "?due=asked",
        "?assigned=me", "?assigned=nobody", "?right=erasure", "?right=access", "?closed=yes", "?closed=yes&assigned=me",
        "?status=closed", "?status=refused", "?month=2026-09&closed=yes", "?month=2026-09&answered=late",
        "?since=2025-12&answered=in_time", "?answered=late", "?why=volume", "?why=open", "?why=ended",
        "?since=2025-12&why=staffing&right=requests",
        "?sort=due", "?sort=received&dir=desc", "?sort=status",
        "?sort=reference", "?sort=due&closed=yes&dir=desc", "?assigned={member}",
        "?elsewhere=yes", "?elsewhere=foi", "?elsewhere=no", "?merged=yes", "?team=mine", "?month=2026-09",
        "?status=received&right=access&assigned=me", "?due=overdue&right=access&assigned=nobody",
    )  # fmt: skip
    return [
        *(page("worklist", f"/staff/{each}") for each in filters),
        page("worklist", "/staff/", who="manager"),
        page("worklist", "/staff/?closed=yes", who="manager"),
        search(common_family),
        search(common_given),
        search(f"{common_given} {common_family}"),
        search("{name}"),
        search("{near}"),
        search("{reference}"),
        search("{born}"),
        search("{name} {born}"),
        search("{postcode}"),
        search("{street}"),
        search("Quarry Lane"),
        search("{number}"),
        search("Xyzzyx"),
        search("Xyzzyx {name}"),
        search(f"{common_given} {common_family} 1/2/1801"),
        page("board", "/managers/board", who="manager"),
        page("other", "/managers/workload", who="manager"),
        page("other", "/managers/board.csv", who="manager"),
        page("other", "/managers/why-late.csv", who="manager"),
        page("other", "/managers/complaints", who="manager"),
        page("other", "/managers/audit", who="manager"),
        page("other", "/managers/audit?verb=release", who="manager"),
        page("other", "/managers/audit?who={member}", who="manager"),
        page("other", "/managers/audit?reference={reference}", who="manager"),
        page("other", "/staff/post"),
        page("other", "/staff/find"),
        page("other", "/staff/cases/{reference}"),
        page("other", "/staff/cases/{reference}/work"),
    ]


def _common() -> tuple[str, str]:
    crowd = _crowd.Crowd(0, [])
    return crowd.given[0], crowd.family[0]


def timed(probe: Probe, place: Place) -> float:
    """Milliseconds of one answer. Raises ValueError for one that is none."""

    def ask() -> tuple[float, Any]:
        started = time.perf_counter()
        answer = probe.ask(place)
        answer.get_data()
        return time.perf_counter() - started, answer

    took, answer = contextvars.Context().run(ask)
    if answer.status_code not in (200, 302):
        raise ValueError(f"{probe.name} was answered with {answer.status_code}")
    return took * 1000


def measured(probe: Probe, few: Place, many: Place) -> tuple[float, float]:
    """Median milliseconds at the few and the many, asked in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    began = time.monotonic()
    for each in range(RUNS + 2):
        for place, into in zip((few, many), taken, strict=True):
            took = timed(probe, place)
            if each > 1:  # the first two only warm it up
                into.append(took)
        if each > 3 and time.monotonic() - began > LONGEST:
            break
    return statistics.median(taken[0]), statistics.median(taken[1])


def rows(
    count: int, databases: list[str], chosen: str, kept: Path | None, detail: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Each figure as a row. In the folder `kept` stay the filled SQLite files, for the next run to ask again."""
    with tempfile.TemporaryDirectory(prefix="sar-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        configuration.write(folder / "council")
        stay = kept or folder
        data = stay / "data"
        server = postgres.Server(folder)
        maintenance = server.acquire() if "postgresql" in databases else ""
        try:
            files = {size: stay / f"{size}.db" for size in (FEW, count)}
            places: dict[tuple[str, int], Place] = {}
            for size, file in files.items():
                began = time.monotonic()
                making = file.with_suffix(".making.db")
                if not file.exists():
                    fill(application(folder / "council", data, f"sqlite:///{making}"), making, size)
                    making.rename(file)
                app = application(folder / "council", data, f"sqlite:///{file}")
                detail(
                    f"{size} cases in SQLite: {time.monotonic() - began:.0f} seconds, {file.stat().st_size >> 20} MB"
                )
                places["sqlite", size] = signed_in(app)
                if maintenance:
                    began = time.monotonic()
                    url = postgres.clone(maintenance, "template0", f"bench_{size}")
                    app = application(folder / "council", data, url)
                    copy(app, url.replace("+psycopg", ""), file)
                    detail(f"{size} cases in PostgreSQL: {time.monotonic() - began:.0f} seconds")
                    places["postgresql", size] = signed_in(app)
            for database in databases:
                yield from _of(database, places[database, FEW], places[database, count], chosen, detail)
        finally:
            if maintenance:
                server.release()


def _of(database: str, few: Place, many: Place, chosen: str, detail: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    worst: dict[str, tuple[float, float]] = {}
    for probe in probes():
        if chosen and chosen not in probe.name and chosen != probe.group:
            continue
        small, large = measured(probe, few, many)
        detail(f"{database:11}{probe.group:9} {small:8.1f} {large:8.1f} {large / small:6.2f}  {probe.name}")
        if probe.group not in worst or large / small > worst[probe.group][1] / worst[probe.group][0]:
            worst[probe.group] = (small, large)
    for group in ("worklist", "search", "board"):
        if group in worst:
            small, large = worst[group]
            name = f"{group}.100k.{database}"
            yield {"name": name, "value": large, "unit": "ms", "yardstick": small, "ratio": large / small}


def main() -> None:
    """Measure everything and print it; with --json also write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the rows here")
    parser.add_argument("--cases", type=int, default=MANY)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the filled SQLite files here, or use them")
    parser.add_argument("--only", default="", help="a group, or a part of the address or words of what is asked")
    chosen = parser.parse_args()

    def detail(line: str) -> None:
        print(line, flush=True)

    found = list(rows(chosen.cases, chosen.database or ["sqlite", "postgresql"], chosen.only, chosen.keep, detail))
    for each in found:
        print(f"{each['name']:26}{each['value']:9.1f} ms {each['yardstick']:9.1f} {each['ratio']:6.2f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
