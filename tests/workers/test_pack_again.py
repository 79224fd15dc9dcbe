"""A build that was killed goes on where it stopped, and a second build makes only what changed."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar_service.db import aside, db
from sar_service.documents.part import Order, make
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Status
from sar_service.models import Case, Member, Pack, PackPart, PackState
from sar_service.services import pack, pack_own, pack_records, redaction_mark, redaction_signoff, sweep, units, withheld
from tests import packs
from tests.workers.dying import dies, dies_once
from workers.jobs import pack as job


class Killed(BaseException):
    """What a job meets when its process is killed: nothing of it runs any further."""


@pytest.fixture(autouse=True)
def _unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the parts: the finished file is not read again, which `test_pack_build.py` proves."""
    monkeypatch.setattr(job, "verify", lambda *_, **__: [])


@pytest.fixture
def second(staff: packs.Made) -> Actor:
    return staff("officer")


@pytest.fixture
def case(sent: Any, officer: Actor, second: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Every record is a part of its own, so that there are several."""
    monkeypatch.setattr(pack_records, "LEAST", 0)
    monkeypatch.setattr(pack_records, "CUT", 1)
    return packs.signed_off(sent, officer=officer, second=second, now=now)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that were laid out, in order."""
    found: list[str] = []
    real = job.Build.order

    def order(building: job.Build, draft: pack.Draft, path: Path) -> Order:
        found.append(draft.template)
        return real(building, draft, path)

    monkeypatch.setattr(job.Build, "order", order)
    return found


def test_a_build_that_was_killed_makes_no_part_twice(
    app: Flask,
    case: Case,
    sent: Any,
    officer: Actor,
    now: datetime,
    made: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = pack.ask(case, actor=officer, now=now)
    identity = row.id
    db.session.commit()
    sent.jobs.clear()
    keep = pack.keep
    kept: list[str] = []

    def until_killed(plan: pack.Plan, digest: str, *arguments: Any, **more: Any) -> bool:
        if len(kept) == 1:
            raise Killed
        kept.append(digest)
        return keep(plan, digest, *arguments, **more)

    monkeypatch.setattr(pack, "keep", until_killed)
    with pytest.raises(Killed):
        job.run(str(identity))
    assert db.session.get_one(Pack, identity).state is PackState.BUILDING
    db.session.rollback()
    monkeypatch.setattr(pack, "keep", keep)
    job.run(str(identity))  # a job that comes while the lease runs does nothing
    assert len(kept) == 1

    later = now + timedelta(minutes=2)
    monkeypatch.setitem(app.config, "NOW", lambda: later)
    assert sweep.send_again(now=later) == 1
    db.session.commit()
    made.clear()
    sent.work()
    assert db.session.get_one(Pack, identity).state is PackState.READY
    counted = Counter(made)
    assert counted["records"] == 1  # the other of the two was kept
    assert counted["opening"] == counted["about"] == counted["closing"] == 1
    digests = db.session.scalars(select(PackPart.digest)).all()
    assert len(digests) == len(set(digests)) == 5


def test_a_changed_decision_makes_one_record_part_again_and_what_counts_it(
    case: Case,
    sent: Any,
    officer: Actor,
    second: Actor,
    now: datetime,
    made: list[str],
) -> None:
    packs.built(case, sent, actor=officer, now=now)
    assert Counter(made)["records"] == 2
    made.clear()
    case = packs.again(case)
    redaction_signoff.step_back(case, actor=officer, now=now)
    phone = next(group for group in redaction_mark.groups(case) if "07700" in group.text)
    marks = redaction_mark.same_words(case, phone.digest)
    redaction_mark.decide_marks(case, marks, treatment="show", actor=officer, now=now)
    db.session.commit()
    packs.sign(case, officer=officer, second=second, now=now + timedelta(hours=1))
    row = packs.built(packs.again(case), sent, actor=officer, now=now)
    assert (row.state, row.message) == (PackState.READY, "")
    assert Counter(made) == {"records": 1, "opening": 1, "closing": 1, "contents": 1}
    assert packs.again(case).status is Status.READY


def test_a_change_while_it_is_built_is_noticed(
    case: Case, sent: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = pack.check

    def changed_meanwhile(plan: pack.Plan) -> bool:
        for person in units.people_of(db.session.get_one(Case, plan.case_id)).values():
            if person.treatment == "withhold":
                person.treatment = "show"
        return check(plan)

    monkeypatch.setattr(pack, "check", changed_meanwhile)
    row = packs.built(case, sent, actor=officer, now=now)
    assert row.state is PackState.FAILED
    assert "changed" in row.message
    assert packs.again(case).status is Status.SIGNED_OFF


def test_nobody_waits_for_the_database_while_a_pack_is_made_and_read(
    case: Case, sent: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def writing(place: Any, name: str) -> None:
        real = getattr(place, name)

        def meanwhile(*given: Any) -> Any:
            with aside() as connection:  # hangs, and so fails the build, if the job keeps others from writing
                connection.execute(update(Member).values(name=Member.name))
            written.append(name)
            return real(*given)

        monkeypatch.setattr(place, name, meanwhile)

    for place, name in ((pack, "record_part"), (pack, "around"), (pack_own, "texts"), (withheld, "checked")):
        writing(place, name)
    row = packs.built(case, sent, actor=officer, now=now)
    assert row.state is PackState.READY
    assert {"record_part", "around", "texts", "checked"} <= set(written)


def test_a_fault_gives_a_sentence_and_the_case_back(
    case: Case, sent: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> int:
        raise ValueError("inside")

    monkeypatch.setattr(job, "make", broken)
    row = packs.built(case, sent, actor=officer, now=now)
    assert (row.state, row.message) == (
        PackState.FAILED,
        "The pack could not be built. The error has been logged.",
    )
    monkeypatch.setattr(job, "make", make)
    assert packs.built(packs.again(case), sent, actor=officer, now=now).state is PackState.READY


def test_parts_made_in_processes_of_their_own_are_the_same_parts(
    case: Case, sent: Any, officer: Actor, now: datetime, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = packs.built(case, sent, actor=officer, now=now)
    here = {part.digest: part.pages for part in db.session.scalars(select(PackPart))}
    for part in db.session.scalars(select(PackPart)):
        db.session.delete(part)
    db.session.get_one(Case, row.case_id).status = Status.SIGNED_OFF
    db.session.commit()
    monkeypatch.setattr(job, "FEW", 0)
    monkeypatch.setattr(job, "make", dies_once)
    again = packs.built(packs.again(case), sent, actor=officer, now=now)
    assert (again.state, again.message, again.pages) == (PackState.READY, "", row.pages)
    assert {part.digest: part.pages for part in db.session.scalars(select(PackPart))} == here


def test_processes_that_are_killed_again_and_again_give_a_sentence(
    case: Case, sent: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "FEW", 0)
    monkeypatch.setattr(job, "make", dies)
    row = packs.built(case, sent, actor=officer, now=now)
    assert row.state is PackState.FAILED
    assert "too little memory" in row.message
