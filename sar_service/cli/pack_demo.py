"""`sar pack --demo --profile NAME`: the demo subject's pack as a council of the examples would send it.

Everything runs in this process, through the services: request, identity, search, decisions, a second person's
sign-off, the build and its check. The walk over HTTP, with real workers, is `sar demo`.
"""

import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from .case import Here, moment, start

CODE = "TP16"
THEIRS = ("third_party", "protected", "source")
NOBODY = "This is a demonstration: nobody is there to answer for this system."


@contextmanager
def council(folder: Path, *, seed: int, profile: str) -> Iterator[tuple[Mapping[str, Any], dict[str, str]]]:
    """The demo council's systems, and the environment of a service under the profile; what the request says."""
    from sar_service import ROOT
    from sar_service.demo.council import built
    from sar_service.demo.housing_server import HousingServer

    systems = folder / "council"
    world = built(systems, seed=seed)
    data = folder / f"data-{profile}"
    if data.exists():
        shutil.rmtree(data)
    data.mkdir(mode=0o700)
    password = secrets.token_urlsafe(16)
    housing = json.loads((systems / "housing.json").read_text(encoding="utf-8"))
    with HousingServer(housing, password=password) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAR_", "DEMO_"))}
        try:
            yield (
                world.request,
                kept
                | {
                    "SAR_ENV": "demo",
                    "SAR_PROFILE": profile,
                    "SAR_CONFIG_DIR": str(ROOT / "config"),
                    "SAR_TEMPLATES_DIR": str(ROOT / "templates"),
                    "SAR_DATA_DIR": str(data),
                    "SAR_MAIL_BACKEND": "file",
                    "SAR_BASE_URL": "http://127.0.0.1",
                    "DEMO_EDUCATION_DB": f"sqlite:///{systems / 'education.db'}",
                    "DEMO_SOCIALCARE_DB": f"sqlite:///{systems / 'socialcare.db'}",
                    "DEMO_HOUSING_URL": server.address,
                    "DEMO_HOUSING_PASSWORD": password,
                    "DEMO_MASH_ROOT": str(systems / "mash"),
                    "DEMO_MASH_INDEX": str(data / "mash-index"),
                },
            )
        finally:
            server.shutdown()
            thread.join()


def make(*, profile: str, seed: int, out: Path | None) -> int:
    """Make the pack and write it to `out`; prints its path. Exit 1 if something withheld could be read in it."""
    from sar_service import ROOT, create_app
    from sar_service.catalogue import load

    load(ROOT / "config", profile=profile)  # a name that is wrong is told before anything is made
    target = (out or Path("demo-out") / f"pack-{profile}.pdf").resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with council(target.parent, seed=seed, profile=profile) as (request, environ):
        app = create_app(environ=environ, web=False)
        app, here = start(app)
        with app.app_context():
            return _walk(app, here, request, target)


def _walk(app: Any, here: Here, request: Mapping[str, Any], target: Path) -> int:
    """From the request to the finished file, by two officers."""
    from sar_service.db import db
    from sar_service.domain.actor import PUBLIC, SERVICE
    from sar_service.domain.lifecycle import Action
    from sar_service.domain.permission import Role
    from sar_service.domain.rights import Right
    from sar_service.extensions import runtime
    from sar_service.models import Case, Pack, PackState
    from sar_service.services import case as cases
    from sar_service.services import clock, identity, intake, pack, schema, sealing, search, team

    schema.upgrade()
    now = moment(app)
    controllers = list(runtime().catalogue.controllers)
    actors = []
    for name in ("Rowan Ashby", "Imogen Tull"):
        email = f"{name.partition(' ')[0].lower()}@demo.example"
        member = team.add(
            email=email,
            name=name,
            role=Role.OFFICER,
            controllers=controllers,
            password=secrets.token_urlsafe(16),
            actor=SERVICE,
            now=now,
        )
        actors.append(team.actor_of(member))
    officer, second = actors
    today = clock.day_of(now)
    case = intake.submit(
        intake.Request(
            controller=controllers[0],
            right=Right.ACCESS,
            channel="online",
            capacity="self",
            received_on=today - timedelta(days=10),
            subject=_subject(request),
            requester={
                "name": f"{request['given_name']} {request['family_name']}",
                "email": request["email"],
                "address": list(request["address"]),
            },
            scope={"what": "Everything that you hold about me"},
            delivery={"how": "portal"},
        ),
        actor=PUBLIC,
        now=now,
    )
    identity.see(
        case,
        kind="photo_document",
        about="requester",
        arrived_on=today,
        seen_on=today,
        seen="passport, in person",
        actor=officer,
        now=now,
    )
    identity.settle(case, actor=officer, now=now)
    cases.move(case, Action.START_SEARCH, actor=officer, now=now)
    search.start(case, actor=officer, now=now)
    key = case.id
    here.work()
    db.session.rollback()
    case = db.session.get_one(Case, key)
    _settle(case, actor=officer, now=now)
    here.work()
    _decide(case, officer=officer, second=second, now=now)
    identity_of = pack.ask(case, actor=officer, now=now).id
    here.work()
    db.session.rollback()
    row = db.session.get_one(Pack, identity_of)
    if row.object_id is not None:
        sealing.object_to(row.object_id, target)
    if row.state is not PackState.READY:
        click.echo(row.message, err=True)
        for place in pack.findings(row):
            click.echo(f"  {place['where']} ({place['how']})", err=True)
        target.unlink(missing_ok=True)
        return 1
    click.echo(f"{row.pages} pages", err=True)
    click.echo(str(target))
    return 0


def _subject(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "given_name": request["given_name"],
        "family_name": request["family_name"],
        "other_names": [*request["former_names"], request["middle_names"]],
        "date_of_birth": request["date_of_birth"],
        "addresses": [list(request["address"]), *(list(lines) for lines in request["former_addresses"])],
        "postcode": request["postcode"],
        "phones": [request["phone"]],
        "emails": [request["email"]],
        "identifiers": dict(request["identifiers"]),
    }


def _settle(case: Any, *, actor: Any, now: Any) -> None:
    """Answer what is left of the search: nobody else is taken for the subject, and files by hand are looked at."""
    from sar_service.db import db
    from sar_service.domain.search import Verdict
    from sar_service.models import DocumentState
    from sar_service.services import document, search

    for row in search.candidates(case):
        if row.verdict is Verdict.POSSIBLE and not row.decision:
            search.decide_candidate(case, row.id, decision="rejected", version=row.version, actor=actor, now=now)
    for outcome in search.outcomes(case):
        if outcome.state in search.UNANSWERED:
            search.go_on_without(case, outcome.system, reason=NOBODY, actor=actor, now=now)
    for paper in document.included(case):
        if paper.state is DocumentState.BY_HAND and not paper.handled:
            document.handle(
                case,
                paper,
                how="withheld",
                note="An officer looked at this file and found nothing in it that can be given.",
                actor=actor,
                now=now,
            )
    db.session.commit()


def _decide(case: Any, *, officer: Any, second: Any, now: Any) -> None:
    """Withhold everybody else, look a second time, and have another officer sign."""
    from sar_service.db import db
    from sar_service.services import redaction_mark, redaction_signoff, units

    sending = None
    for _ in range(5):
        for person in units.people_of(case).values():
            if person.standing.value in THEIRS and not person.treatment:
                redaction_mark.decide_person(
                    case, person, treatment="withhold", code=CODE, version=person.version, actor=officer, now=now
                )
        for group in redaction_mark.groups(case):
            marks = redaction_mark.same_words(case, group.digest)
            redaction_mark.decide_marks(case, marks, treatment="withhold", code=CODE, actor=officer, now=now)
        sending = redaction_signoff.submit(case, actor=officer, now=now)
        db.session.commit()
        if sending is not None:
            break
    if sending is None:
        raise click.ClickException("places kept coming up that nobody had decided on")
    redaction_signoff.sign_off(case, digest=sending.digest, actor=second, now=now)
    db.session.commit()
