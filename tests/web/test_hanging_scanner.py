"""A virus scanner that hangs keeps whoever sent the file waiting, and nobody else; what happens meanwhile counts."""

import io
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from sar_service.adapters.scanner import Clamd
from sar_service.db import db, let_go
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Action
from sar_service.extensions import KEY
from sar_service.models import Case, IdentityCopy, Note, RegulatorFile, RegulatorLetter, StoredObject
from sar_service.services import case as cases
from sar_service.services import regulator, system, work
from tests import factories
from tests.browser import Visitor
from tests.web.test_identity_copies import a_picture
from tests.web.test_regulator import ANSWER, LETTER

Visit = Callable[..., Visitor]
PATIENCE = 60  # seconds after which a test gives up; nothing is asserted of them


class Hanging:
    """A clamd that takes in a file and says nothing until it is told what to say."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.asked, self.may_answer = threading.Event(), threading.Event()
        self.answer = b"stream: OK\0"
        self.got: list[bytes] = []
        threading.Thread(target=self._talk, daemon=True).start()

    def _talk(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                stream.read(10)
                while size := struct.unpack("!I", stream.read(4))[0]:
                    self.got.append(stream.read(size))
                self.asked.set()
                self.may_answer.wait(PATIENCE)
                connection.sendall(self.answer)


@pytest.fixture
def scanner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    made = Hanging()
    clamd = Clamd(made.server.getsockname())
    monkeypatch.setitem(app.extensions, KEY, replace(app.extensions[KEY], scanner=clamd))
    yield made
    made.may_answer.set()
    made.server.close()


class Sending:
    """Somebody who sends a form, beside everything else that happens."""

    def __init__(self, app: Flask, send: Callable[[], Any]) -> None:
        self.app, self.send, self.answer = app, send, None
        self.over = threading.Event()
        db.session.rollback()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with self.app.app_context():
            try:
                self.answer = self.send()
            finally:
                db.session.remove()
                self.over.set()

    def answered(self) -> Any:
        assert self.over.wait(PATIENCE)
        assert self.answer is not None, "sending it failed"
        return self.answer


def copy_by_staff(visit: Visit, case: Case) -> Callable[[], Any]:
    desk = visit("officer")
    desk.get(f"/staff/cases/{case.reference}/identity")
    return lambda: desk.send({"what": "Passport", "file": (a_picture(), "p.png")}, form="Add it")


def copy_by_requester(visit: Visit, case: Case) -> Callable[[], Any]:
    visitor = Visitor(visit("officer").app)
    visitor.enter_portal(case.id)
    visitor.get("/portal/evidence")
    return lambda: visitor.send({"what": "Passport", "file": (a_picture(), "p.png")}, form="Send it")


def letter_of_the_regulator(visit: Visit, case: Case) -> Callable[[], Any]:
    desk = visit("officer")
    desk.get(f"/staff/regulator/new?case={case.reference}")
    return lambda: desk.send({**LETTER, "files": (io.BytesIO(b"a scan"), "their.pdf")}, form="Keep it")


def kept() -> int:
    return count(IdentityCopy) + count(RegulatorFile)


def count(of: Any) -> int:
    db.session.rollback()
    found = db.session.scalar(select(func.count()).select_from(of)) or 0
    db.session.rollback()  # this test is one of those who must keep nobody waiting
    return found


@pytest.mark.parametrize("door", [copy_by_staff, copy_by_requester, letter_of_the_regulator])
def test_others_write_while_the_scanner_hangs_and_the_file_is_kept_once_it_has_answered(
    app: Flask, visit: Visit, scanner: Hanging, now: datetime, door: Callable[[Visit, Case], Callable[[], Any]]
) -> None:
    case = factories.a_case(now=now)
    other = visit("officer")
    other.get(f"/staff/cases/{case.reference}/work")
    sending = Sending(app, door(visit, case))
    assert scanner.asked.wait(PATIENCE)
    written = other.send({"text": "Rang meanwhile."}, form="Keep the note")
    assert written.status_code == 200 and "Rang meanwhile." in written.text
    assert not sending.over.is_set(), "the note had to wait until the scanner was given up"
    assert kept() == 0
    scanner.may_answer.set()
    assert sending.answered().status_code == 200
    assert kept() == 1 and len(scanner.got) == 1
    assert count(Note) == 1


@pytest.mark.parametrize("door", [copy_by_staff, copy_by_requester, letter_of_the_regulator])
def test_what_it_finds_after_a_while_is_not_kept(
    app: Flask, visit: Visit, scanner: Hanging, now: datetime, door: Callable[[Visit, Case], Callable[[], Any]]
) -> None:
    case = factories.a_case(now=now)
    objects = count(StoredObject)
    scanner.answer = b"stream: Eicar-Test FOUND\0"
    sending = Sending(app, door(visit, case))
    assert scanner.asked.wait(PATIENCE)
    scanner.may_answer.set()
    answer = sending.answered()
    assert answer.status_code == 400 and "found Eicar-Test" in answer.text
    assert kept() == 0 and count(StoredObject) == objects


@pytest.mark.parametrize("door", [copy_by_staff, copy_by_requester])
def test_a_copy_that_nobody_needs_any_more_when_it_was_looked_at_is_not_kept(
    app: Flask,
    visit: Visit,
    staff: Callable[..., Actor],
    scanner: Hanging,
    now: datetime,
    door: Callable[[Visit, Case], Callable[[], Any]],
) -> None:
    case, manager = factories.a_case(now=now), staff("manager")
    key = case.id
    sending = Sending(app, door(visit, case))
    assert scanner.asked.wait(PATIENCE)
    cases.move(db.session.get_one(Case, key), Action.WITHDRAW, actor=manager, now=now, reason="They rang")
    db.session.commit()
    assert not sending.over.is_set()
    scanner.may_answer.set()
    answer = sending.answered()
    assert answer.status_code == 409 and "This request is over" in answer.text
    assert kept() == 0


def test_a_case_that_was_closed_to_them_meanwhile_takes_no_letter_of_theirs(
    app: Flask, visit: Visit, staff: Callable[..., Actor], scanner: Hanging, now: datetime
) -> None:
    case, manager = factories.a_case(now=now), staff("manager")
    key = case.id
    sending = Sending(app, letter_of_the_regulator(visit, case))
    assert scanner.asked.wait(PATIENCE)
    case = db.session.get_one(Case, key)
    cases.restrict(case, True, reason="A colleague's own", version=case.version, actor=manager, now=now)
    db.session.commit()
    assert not sending.over.is_set()
    scanner.may_answer.set()
    answer = sending.answered()
    assert answer.status_code == 400 and "that you may see" in answer.text
    assert kept() == 0 and not db.session.scalars(select(RegulatorLetter)).all()


def test_a_letter_that_was_answered_meanwhile_is_not_answered_twice(
    app: Flask, visit: Visit, scanner: Hanging, now: datetime
) -> None:
    desk = visit("manager")
    desk.get("/staff/regulator/new")
    desk.send(LETTER, form="Keep it")
    row = db.session.scalars(select(RegulatorLetter)).one()
    key = row.id
    desk.get(f"/staff/regulator/new?answers={key}")
    files = {"files": (io.BytesIO(b"our answer"), "ours.pdf")}
    sending = Sending(app, lambda: desk.send({**LETTER, **ANSWER, **files}, form="Keep it"))
    assert scanner.asked.wait(PATIENCE)
    other = visit("manager")
    other.get(f"/staff/regulator/new?answers={key}")
    other.send({**LETTER, **ANSWER}, form="Keep it")
    scanner.may_answer.set()
    answer = sending.answered()
    assert answer.status_code == 400 and "answered already" in answer.text
    assert kept() == 0 and len(db.session.scalars(select(RegulatorLetter)).all()) == 2


def test_a_system_that_hangs_while_it_is_checked_keeps_nobody_else(
    app: Flask, visit: Visit, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = factories.a_case(now=now).reference
    asked, may_answer = threading.Event(), threading.Event()

    class Slow:
        def check(self) -> None:
            asked.set()
            assert may_answer.wait(PATIENCE)

    monkeypatch.setattr(system, "connector_for", lambda _: Slow())
    desk, other = visit("manager"), visit("officer")
    desk.get("/managers/systems/")
    other.get(f"/staff/cases/{reference}/work")
    sending = Sending(app, lambda: desk.post("/managers/systems/care/check"))
    assert asked.wait(PATIENCE)
    assert "Rang." in other.send({"text": "Rang."}, form="Keep the note").text
    assert not sending.over.is_set()
    may_answer.set()
    assert "answers" in sending.answered().text


def test_a_page_with_nobodys_data_is_read_while_somebody_else_writes(app: Flask, visit: Visit) -> None:
    desk = visit("officer")
    desk.get("/staff/password")
    asked, may_end = threading.Event(), threading.Event()

    def write() -> bool:
        with db.engine.begin() as connection:  # on SQLite, nobody else may write now
            connection.execute(select(func.count()).select_from(Case))
            asked.set()
            return may_end.wait(PATIENCE)

    writing = Sending(app, write)
    assert asked.wait(PATIENCE)
    try:
        page = desk.get("/staff/password")
        assert page.status_code == 200 and not writing.over.is_set()
    finally:
        may_end.set()
    assert writing.answered()


def test_what_was_written_is_never_let_go(app: Flask, staff: Callable[..., Actor], now: datetime) -> None:
    officer = staff("officer")
    case = factories.a_case(now=now)
    let_go()  # nothing was written since
    assert case.received_on  # and what was read is read again
    case.restricted = True
    with pytest.raises(RuntimeError):
        let_go()
    db.session.flush()
    with pytest.raises(RuntimeError):
        let_go()
    db.session.rollback()
    work.note(case, "Rang.", actor=officer, now=now)
    with pytest.raises(RuntimeError):
        let_go()
    db.session.commit()
    let_go()
    assert regulator.listed(officer) == [] and db.session.query(Note).count() == 1
