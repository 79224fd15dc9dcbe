"""What every system answers, and what becomes of the case when one of them does not answer as it should."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from sar_service.catalogue import load
from sar_service.db import aside, db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action, Status
from sar_service.domain.search import SearchState
from sar_service.extensions import KEY
from sar_service.models import Case, DocumentState, Record, Suggesting, SystemSearch
from sar_service.services import audit, document, redaction, sealing, search, sweep
from sar_service.services import case as cases
from tests import configuration, factories, packs
from tests.browser import Visitor
from tests.connectors.counterparts import HTTP_SETTINGS
from tests.connectors.desk import SECRET, Desk, breaking_off, connect, desk
from workers.jobs import search as job

QUICK = {"first_wait": 0, "seconds": 5, "retries": 0}
Connect = Callable[..., None]


@pytest.fixture
def service_desk() -> Iterator[Desk]:
    with desk() as found:
        yield found


@pytest.fixture
def connected(app: Flask, tmp_path: Path) -> Iterator[Connect]:
    """Connects systems to the council beside its social care records; `password` is what the environment holds."""
    before = app.extensions[KEY]
    config = configuration.write(tmp_path / "council")

    def make(*systems: dict[str, Any], password: str = SECRET) -> None:
        connect(config, *systems)
        environ = {**before.environ, "COUNTERPART_SECRET": password}
        app.extensions[KEY] = replace(before, catalogue=load(config, environ=environ), environ=environ)

    (tmp_path / "council").mkdir(exist_ok=True)
    yield make
    app.extensions[KEY] = before


@pytest.fixture
def later(app: Flask, sent: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Half a minute passes: the sweep sends what waits, and the workers do it."""
    moment = [now]
    monkeypatch.setitem(app.config, "NOW", lambda: moment[0])

    def pass_by() -> None:
        moment[0] += timedelta(seconds=30)
        sweep.send_again(now=moment[0])
        sweep.go_on(now=moment[0])
        db.session.commit()
        sent.work()

    return pass_by


def begun(sent: Any, officer: Actor, now: datetime, **request: Any) -> Case:
    return factories.searched(factories.a_case(now=now, **request), sent, actor=officer, now=now)


def again(case: Case, sent: Any, officer: Actor, now: datetime, *systems: str) -> None:
    cases.move(case, Action.START_SEARCH, actor=officer, now=now)
    search.start(case, actor=officer, now=now, systems=systems)
    db.session.commit()
    sent.work()


def answers(case: Case) -> dict[str, SearchState]:
    db.session.rollback()
    return {each.system: each.state for each in search.outcomes(packs.again(case))}


def message(case: Case, system: str = "desk") -> str:
    db.session.rollback()
    return next(each.message for each in search.outcomes(packs.again(case)) if each.system == system)


def calls(case: Case) -> list[str]:
    """The references of what was gathered from the desk."""
    db.session.rollback()
    rows = db.session.scalars(select(Record).where(Record.case_id == case.id, Record.system == "desk"))
    return sorted(sealing.unseal(row)["ref"] for row in rows)


ALL = [f"notes:{number}" for number in range(5)]


def test_four_answers_stay_four_and_one_failure_loses_none_of_the_others(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime
) -> None:
    by_number = [service_desk.system()["settings"]["find"][1]]  # asks by UPN alone, which nobody knows
    with desk() as elsewhere:
        elsewhere.people = []
        connected(
            service_desk.system("down", base_url="http://127.0.0.1:1/api", limits=QUICK),
            elsewhere.system("empty"),
            service_desk.system("numbers", find=by_number),
        )
        case = begun(sent, officer, now)
    assert answers(case) == {
        "care": SearchState.HELD,
        "down": SearchState.WAITING,  # it is tried again
        "empty": SearchState.NOTHING,
        "numbers": SearchState.CANNOT,
    }
    assert "cannot be reached" in message(case, "down")
    assert "upn" in message(case, "numbers")
    assert message(case, "empty") == ""


def test_a_system_that_stays_down_has_failed_in_the_end_and_the_case_says_so(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime, later: Callable[[], None]
) -> None:
    connected(service_desk.system(base_url="http://127.0.0.1:1/api", limits=QUICK))
    case = begun(sent, officer, now)
    for _ in range(3):
        later()
    assert answers(case) == {"care": SearchState.HELD, "desk": SearchState.FAILED}
    case = packs.again(case)
    assert case.status is Status.REVIEWING
    assert cases.situation(case).unanswered == 1
    search.go_on_without(case, "desk", reason="It was switched off in May.", actor=officer, now=now)
    assert cases.situation(case).unanswered == 0
    assert message(case) != ""


def test_a_wrong_password_is_final_and_the_one_system_is_searched_again_when_it_is_right(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime
) -> None:
    connected(service_desk.system(limits=QUICK), password="not-this-one")
    case = begun(sent, officer, now)
    assert answers(case) == {"care": SearchState.HELD, "desk": SearchState.FAILED}
    assert "not-this-one" not in message(case)
    connected(service_desk.system(limits=QUICK))
    again(packs.again(case), sent, officer, now, "desk")
    assert answers(case) == {"care": SearchState.HELD, "desk": SearchState.HELD}
    assert {row.system: row.round for row in search.latest_searches(packs.again(case))} == {"care": 1, "desk": 2}
    assert calls(case) == ALL


def test_a_system_that_falls_silent_is_not_waited_for_for_ever(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime
) -> None:
    service_desk.odd = lambda handler, page: time.sleep(2) if page == 2 else None
    connected(service_desk.system(limits={**QUICK, "seconds": 1}))
    case = begun(sent, officer, now)
    assert "did not answer within 1 second" in message(case)
    assert answers(case)["care"] is SearchState.HELD


@pytest.mark.parametrize(
    "garbage", [b"<html>Sign in first</html>", b"\xff\xfe\x00", b"", b"[" * 100_000, b'{"data": 3}']
)
def test_an_answer_that_makes_no_sense_is_a_failure_and_not_nothing_held(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime, garbage: bytes
) -> None:
    service_desk.odd = lambda handler, page: (200, garbage, {})
    connected(service_desk.system(limits=QUICK))
    case = begun(sent, officer, now)
    assert answers(case)["desk"] in (SearchState.WAITING, SearchState.FAILED)
    assert message(case)
    assert "Sign in first" not in message(case)


def test_what_came_before_a_system_broke_off_is_kept_and_the_next_search_doubles_none_of_it(
    service_desk: Desk,
    connected: Connect,
    sent: Any,
    officer: Actor,
    now: datetime,
    later: Callable[[], None],
) -> None:
    service_desk.odd = lambda handler, page: breaking_off(handler) if page == 2 else None
    connected(service_desk.system(limits=QUICK))
    case = begun(sent, officer, now)
    assert calls(case) == ALL[:2]
    assert answers(case)["desk"] is SearchState.WAITING
    service_desk.odd = lambda handler, page: None
    later()
    assert answers(case)["desk"] is SearchState.HELD
    assert calls(case) == ALL


def test_a_system_that_asks_for_patience_gets_it(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime, later: Callable[[], None]
) -> None:
    told: list[str] = ["0", "7200"]
    service_desk.odd = lambda handler, page: (429, {}, {"retry_after": told.pop(0)}) if page == 2 and told else None
    connected(service_desk.system(limits={"first_wait": 0, "seconds": 5}))
    case = begun(sent, officer, now)
    assert answers(case)["desk"] is SearchState.WAITING
    assert "left alone" in message(case)
    later()
    assert answers(case)["desk"] is SearchState.HELD
    assert calls(case) == ALL


def test_one_failed_system_is_searched_again_from_the_page(
    service_desk: Desk,
    connected: Connect,
    sent: Any,
    officer: Actor,
    now: datetime,
    visit: Callable[..., Visitor],
) -> None:
    connected(service_desk.system(limits=QUICK), password="not-this-one")
    case = begun(sent, officer, now)
    connected(service_desk.system(limits=QUICK))
    visitor = visit(officer)
    page = visitor.get(f"/staff/cases/{case.reference}/search")
    assert "Gave no answer" in page.text and "Records found" in page.text
    form = next(
        each for each in visitor.forms() if each["fields"].get("system") == "desk" and "start" in each["action"]
    )
    visitor.post(form["action"], form["fields"])
    db.session.rollback()
    sent.work()
    assert answers(case) == {"care": SearchState.HELD, "desk": SearchState.HELD}
    assert {row.system: row.round for row in search.latest_searches(packs.again(case))} == {"care": 1, "desk": 2}


def test_somebody_who_may_be_the_person_is_shown_and_never_guessed(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime
) -> None:
    service_desk.people = [{"id": 7, "name": {"first": "Morwenna", "last": "Tregale"}, "born": None, "upn": None}]
    connected(service_desk.system(limits=QUICK))
    case = begun(sent, officer, now)
    assert answers(case)["desk"] is SearchState.UNCLEAR
    assert calls(case) == []
    row = next(each for each in search.candidates(packs.again(case)) if each.system == "desk")
    search.decide_candidate(
        packs.again(case), row.id, decision="confirmed", version=row.version, actor=officer, now=now
    )
    db.session.commit()
    sent.work()
    assert answers(case)["desk"] is SearchState.HELD
    assert calls(case) == ALL


def test_somebody_who_is_said_to_be_another_brings_nothing_however_often_it_is_searched(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime
) -> None:
    service_desk.people = [{"id": 7, "name": {"first": "Morwenna", "last": "Tregale"}, "born": None, "upn": None}]
    connected(service_desk.system(limits=QUICK))
    case = begun(sent, officer, now)
    row = next(each for each in search.candidates(packs.again(case)) if each.system == "desk")
    search.decide_candidate(packs.again(case), row.id, decision="rejected", version=row.version, actor=officer, now=now)
    db.session.commit()
    assert answers(case)["desk"] is SearchState.NOTHING
    again(packs.again(case), sent, officer, now)
    assert answers(case)["desk"] is SearchState.NOTHING
    assert calls(case) == []


def test_a_system_that_knows_the_person_and_nothing_more_holds_their_entry(
    service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime
) -> None:
    service_desk.calls = []
    connected(service_desk.system(limits=QUICK))
    case = begun(sent, officer, now)
    assert answers(case)["desk"] is SearchState.HELD
    row = db.session.scalars(select(Record).where(Record.case_id == case.id, Record.system == "desk")).one()
    told = {field["label"]: field["value"] for field in sealing.unseal(row)["fields"]}
    assert told == {"Name": "Morwenna Tregale", "Date of birth": "14 March 2007", "Address": "4 Quarry Lane, NM4 2QT"}
    again(packs.again(case), sent, officer, now)
    assert calls(case) == ["entry:1"]  # once, however often it is searched


class Killed(BaseException):
    """What a job meets when its process is killed."""


@pytest.mark.parametrize("name", ["ask_when_gathered", "finish_search_if_gathered"])
def test_a_job_that_is_killed_after_its_answer_and_before_the_next_step_holds_nothing_up(
    sent: Any,
    officer: Actor,
    now: datetime,
    later: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    place = redaction if name == "ask_when_gathered" else cases
    with monkeypatch.context() as patched:
        patched.setattr(place, name, killed)
        case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
        cases.move(case, Action.START_SEARCH, actor=officer, now=now)
        row = search.start(case, actor=officer, now=now)[0]
        identity, case_id = row.id, case.id
        db.session.commit()
        sent.jobs.clear()
        with pytest.raises(Killed):
            job.run(str(identity))
    db.session.rollback()
    case = db.session.get_one(Case, case_id)
    assert (case.status, answers(case)) == (Status.SEARCHING, {"care": SearchState.HELD})
    later()
    later()
    case = packs.again(case)
    assert case.status is Status.REVIEWING
    assert len(db.session.scalars(select(Suggesting).where(Suggesting.case_id == case_id)).all()) == 1


def test_a_gathered_case_is_left_in_peace(sent: Any, officer: Actor, now: datetime) -> None:
    begun(sent, officer, now)
    assert sweep.go_on(now=now + timedelta(hours=1)) == 0


def test_cases_that_are_owed_a_step_are_all_taken_before_the_first_event_is_recorded(
    sent: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redaction, "ask_when_gathered", lambda *_, **__: None)
    ids = {begun(sent, officer, now).id for _ in range(3)}
    monkeypatch.undo()
    taken: list[set[uuid.UUID]] = []
    lock = audit.lock
    monkeypatch.setattr(audit, "lock", lambda *cases: taken.append({case.id for case in cases}) or lock(*cases))
    assert sweep.go_on(now=now + timedelta(hours=1)) == 3
    assert taken[0] == ids


def test_a_file_is_fetched_while_nobody_waits_for_the_database(
    app: Flask, service_desk: Desk, connected: Connect, sent: Any, officer: Actor, now: datetime
) -> None:
    def content(handler: Any, page: int) -> Any:
        if "/letters/" in handler.path:
            with app.app_context(), aside() as connection:  # hangs, and so fails the search, if the job holds the row
                connection.execute(update(SystemSearch).values(attempts=SystemSearch.attempts))
            return 200, b"Dear Morwenna, the bus pass is here.", {}
        if "/letters" in handler.path:
            return 200, {"data": {"items": [{"id": 1, "file": "pass.txt", "sent": "2023-08-01"}]}, "total": 1}, {}
        return None

    service_desk.odd = content
    connected(service_desk.system(limits={**QUICK, "seconds": 2}, documents=HTTP_SETTINGS["documents"]))
    case = begun(sent, officer, now)
    assert answers(case)["desk"] is SearchState.HELD
    assert [row.state for row in document.included(packs.again(case))] == [DocumentState.READY]
