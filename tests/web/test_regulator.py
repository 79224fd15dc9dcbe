"""Letters from and to the regulator: logged with their days, warned of until they are answered, seen by who may."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.adapters.scanner import ScannerSilent, ScannerTakesLess
from sar_service.db import db
from sar_service.domain.errors import NotAllowed
from sar_service.extensions import KEY
from sar_service.models import Case, RegulatorFile, RegulatorLetter, StaffMail
from sar_service.services import audit, regulator, reminder
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]
LETTER = {
    "direction": "from",
    "on-day": "20",
    "on-month": "11",
    "on-year": "2026",
    "reply_by-day": "1",
    "reply_by-month": "12",
    "reply_by-year": "2026",
    "their_reference": "IC-123456-X1Y2",
    "subject": "Delay in answering",
    "text": "Tell us why Morwenna waits",
}
ANSWER = {"direction": "to", "reply_by-day": "", "reply_by-month": "", "reply_by-year": "", "on-day": "23"}


def log(visitor: Visitor, address: str, **answers: Any) -> Any:
    visitor.get(address)
    return visitor.send({**LETTER, **answers}, form="Keep it")


def only() -> RegulatorLetter:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(RegulatorLetter)).one()


def test_a_letter_on_a_case_is_warned_of_everywhere_until_it_is_answered(
    app: Flask, visit: Visit, now: datetime, outbox: list[Any]
) -> None:
    case = factories.a_case(now=now)
    reference = case.reference
    officer, manager, elsewhere = visit("officer"), visit("manager"), visit("manager", controllers=["southmoor"])
    page = log(
        officer,
        f"/staff/regulator/new?case={reference}",
        files=(io.BytesIO(b"a scan"), "../their letter.pdf"),
    )
    row = only()
    path = f"/staff/regulator/{row.id}"
    assert page.request.path == path and "IC-123456-X1Y2" in page.text and "their letter.pdf" in page.text
    stored = bytes(row.sealed) + bytes(db.session.scalars(select(RegulatorFile)).one().content)
    assert b"Morwenna" not in stored and b"a scan" not in stored
    file = officer.get(f"{path}/files/{db.session.scalars(select(RegulatorFile.id)).one()}")
    assert file.data == b"a scan" and file.headers["Content-Disposition"].startswith("attachment")

    due = "due on Tuesday 1 December 2026"
    for visitor in (officer, manager):
        assert due in visitor.get("/staff/").text and due in visitor.get(f"/staff/cases/{reference}").text
    assert "Answers to the regulator" in manager.get("/managers/board").text
    assert "Delay in answering" in manager.get("/managers/regulator").text
    assert "Delay in answering" not in elsewhere.get("/managers/regulator").text
    assert elsewhere.get(path).status_code == 404 and due not in elsewhere.get("/staff/").text

    later = now + timedelta(days=9)  # 2 December: the day is past
    with db.session.begin_nested():
        assert reminder.digest(now=later.replace(hour=8)) >= 1
    mail = db.session.scalars(select(StaffMail)).all()
    assert {each.subject for each in mail} >= {"The regulator waits for an answer"}
    assert any("1 day ago" in each.text and "Delay" not in each.text for each in mail)

    page = log(officer, f"/staff/regulator/new?answers={row.id}", **ANSWER, case=reference)
    assert page.status_code == 200 and "Letter to the regulator" in page.text
    assert due not in officer.get("/staff/").text
    assert "settled on 23 November 2026" in officer.get(path).text
    page = log(officer, f"/staff/regulator/new?answers={row.id}", **ANSWER, case=reference)
    assert page.status_code == 400 and "answered already" in page.text


def test_a_letter_of_no_case_is_a_managers(app: Flask, visit: Visit, now: datetime) -> None:
    officer, manager = visit("officer"), visit("manager")
    page = log(officer, "/staff/regulator/new")
    assert page.status_code == 400 and "A manager logs what belongs to none" in page.text
    assert 'value="Delay in answering"' in page.text
    assert log(manager, "/staff/regulator/new").status_code == 200
    path = f"/staff/regulator/{only().id}"
    assert officer.get(path).status_code == 404 and "Delay in answering" not in officer.get("/staff/").text
    assert "Tell us why Morwenna waits" in manager.get(path).text and b"Morwenna" not in bytes(only().sealed)


def test_another_day_and_no_answer_are_kept_with_their_reasons_and_an_older_page_changes_nothing(
    app: Flask, visit: Visit, now: datetime
) -> None:
    manager = visit("manager")
    log(manager, "/staff/regulator/new")
    path = f"/staff/regulator/{only().id}"
    manager.get(path)
    page = manager.send({"reply_by": "2026-11-01", "reason": "On the telephone"}, form="Keep the day")
    assert page.status_code == 400 and "before the letter came" in page.text and "On the telephone" in page.text
    manager.send({"reply_by": "2026-12-15", "reason": "On the telephone"}, form="Keep the day")
    page = manager.get(path)
    assert "Tuesday 15 December 2026" in page.text and "From 1 December 2026 to 15 December 2026" in page.text
    old = manager.forms()
    manager.send({"reply_by": "2026-12-16", "reason": "Again"}, form="Keep the day")
    fields = next(each["fields"] for each in old if "It is settled" in each["buttons"])
    assert manager.client.post(path, data={**fields, "reason": "None needed"}).status_code == 409
    manager.get(path)
    page = manager.send({"reason": "They closed their file"}, form="It is settled")
    assert "They closed their file" in page.text and only().settled_on == now.date()
    assert "settled on 23 November 2026; it was due on 16 December 2026" in page.text  # late or not can still be seen
    assert "due on" not in manager.get("/staff/").text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"subject": ""}, "Say what it is about"),
        ({"on-year": "2027"}, "cannot be in the future"),
        ({"on-day": "32"}, "“On which day did it come, or go?”: the answer must be a real date"),
        ({"reply_by-year": "2025"}, "before the letter came"),
        ({"reply_by-year": "2036"}, "three years"),
        ({"direction": "to"}, "Only a letter from the regulator"),
        ({"case": "AAAAA-AAAAA-AAAAA"}, "no case with this reference"),
        ({"text": "x" * 30_000}, "20000"),
        ({"files": (b"", "empty.pdf")}, "is empty"),
        ({"files": (b"x" * 400_001, "large.pdf")}, "larger than"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    app: Flask, visit: Visit, monkeypatch: pytest.MonkeyPatch, answers: Any, said: str
) -> None:
    monkeypatch.setattr(regulator, "LARGEST", 400_000)  # the test client leaves files of 500 kB open
    if "files" in answers:
        content, name = answers["files"]
        answers = {"files": (io.BytesIO(content), name)}  # made for each test: a file that was sent is closed
    page = log(visit("manager"), "/staff/regulator/new", **answers)
    assert page.status_code == 400 and said in page.text and "IC-123456-X1Y2" in page.text
    assert db.session.scalars(select(RegulatorLetter)).all() == []


class Scanner:
    """One that finds a test virus, is away, or says that a file is too large; it remembers what it was shown."""

    there = True

    def __init__(self) -> None:
        self.shown: list[bytes] = []

    def look(self, data: bytes, *, seconds: float = 0) -> str:
        assert 0 < seconds <= 20
        self.shown.append(data)
        if data == b"silent":
            raise ScannerSilent("nobody there")
        if data == b"large":
            raise ScannerTakesLess("size limit")
        return "Eicar-Test" if data == b"bad" else ""


@pytest.fixture
def scanner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    found = Scanner()
    monkeypatch.setitem(app.extensions, KEY, replace(app.extensions[KEY], scanner=found))
    return found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"bad", "A virus scanner found Eicar-Test in second.pdf, so none of the files was kept"),
        (b"silent", "cannot check files for viruses at the moment, so none of the files was kept"),
        (b"large", "second.pdf is larger than our virus scanner takes"),
    ],
)
def test_files_that_the_virus_scanner_did_not_let_through_are_not_kept_nor_is_the_letter(
    visit: Visit, scanner: Scanner, content: bytes, said: str
) -> None:
    files = [(io.BytesIO(b"good"), "first.pdf"), (io.BytesIO(content), "second.pdf"), (io.BytesIO(b"x"), "third.pdf")]
    page = log(visit("manager"), "/staff/regulator/new", files=files)
    assert page.status_code == 400 and said in page.text
    assert "IC-123456-X1Y2" in page.text and "Choose the files again" in page.text  # nothing that was typed is lost
    assert scanner.shown == [b"good", content]
    assert not db.session.scalars(select(RegulatorLetter)).all() and not db.session.scalars(select(RegulatorFile)).all()


def test_files_that_it_let_through_are_kept_under_names_that_look_like_what_they_are(
    visit: Visit, scanner: Scanner
) -> None:
    manager = visit("manager")
    names = ["scans/letter.pdf", "invoice\u202efdp.exe", "..", "\x01\x02", "n" * 300 + ".pdf", "<b>bold</b>.zip"]
    page = log(
        manager,
        "/staff/regulator/new",
        files=[(io.BytesIO(b"%d" % number), name) for number, name in enumerate(names)],
    )
    assert page.status_code == 200 and scanner.shown == [b"%d" % number for number in range(len(names))]
    letter = regulator.get(only().id, actor=manager.actor)
    kept = {name for _, name in regulator.files(letter)}
    long = "n" * 116 + ".pdf"
    assert kept == {"letter.pdf", "invoicefdp.exe", "..", "File without a name", long, "b>.zip"}
    assert "<b>" not in page.text
    for row, _name in regulator.files(letter):
        answer = manager.get(f"/staff/regulator/{letter.row.id}/files/{row.id}")
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")


def test_more_than_ten_files_and_more_than_all_may_be_large_together_are_refused(
    visit: Visit, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = visit("manager")
    many = [(io.BytesIO(b"x"), f"{number}.txt") for number in range(400)]
    page = log(manager, "/staff/regulator/new", files=many)
    assert page.status_code == 400 and "At most 10 files" in page.text
    monkeypatch.setattr(regulator, "TOGETHER", 100)
    several = [(io.BytesIO(b"x" * 60), f"{number}.txt") for number in range(2)]
    page = log(manager, "/staff/regulator/new", files=several)
    assert page.status_code == 400 and "Together the files are larger" in page.text
    assert scanner.shown == []  # what is refused anyway is shown to nobody


def test_who_may_not_see_a_restricted_case_is_not_told_of_its_letters(
    app: Flask, visit: Visit, staff: Any, now: datetime
) -> None:
    case = factories.a_case(now=now)
    reference = case.reference
    log(visit("officer"), f"/staff/regulator/new?case={reference}")
    db.session.get_one(Case, only().case_id).restricted = True
    db.session.commit()
    other = visit("officer")
    assert other.get(f"/staff/regulator/{only().id}").status_code == 404
    assert "Delay in answering" not in other.get("/staff/").text
    assert "Delay in answering" in visit("manager").get("/staff/").text


def test_a_letter_that_is_sent_twice_is_one(app: Flask, visit: Visit) -> None:
    manager = visit("manager")
    manager.get("/staff/regulator/new")
    fields = next(each["fields"] for each in manager.forms() if "Keep it" in each["buttons"])
    for _ in range(2):
        assert manager.post("/staff/regulator/new", {**fields, **LETTER}).status_code == 200
    assert only().direction == "from"


BOTH = ["northmoor", "southmoor"]


def test_no_letter_of_one_council_is_answered_in_the_name_of_another(app: Flask, visit: Visit, now: datetime) -> None:
    manager = visit("manager", controllers=BOTH)
    log(manager, "/staff/regulator/new", controller="northmoor")
    row = only()
    answer = f"/staff/regulator/new?answers={row.id}"
    page = manager.get(answer)
    assert next(each for each in manager.forms() if "Keep it" in each["buttons"])["fields"]["controller"] == [
        "northmoor"
    ]
    page = log(manager, answer, **ANSWER, controller="southmoor")
    assert page.status_code == 400 and "of the same case and of the same council" in page.text
    assert only().settled_on is None  # and nothing was kept
    page = log(manager, answer, **ANSWER, controller="northmoor")
    assert page.status_code == 200
    db.session.rollback()
    letters = db.session.scalars(select(RegulatorLetter)).all()
    assert {each.controller for each in letters} == {"northmoor"} and len(letters) == 2


def test_no_letter_of_a_case_is_answered_beside_it(app: Flask, visit: Visit, now: datetime) -> None:
    """Neither on no case, nor on another one."""
    one, other = (factories.a_case(now=now).reference for _ in range(2))
    manager = visit("manager")
    log(manager, f"/staff/regulator/new?case={one}")
    row = only()
    for case in ("", other):
        page = log(manager, f"/staff/regulator/new?answers={row.id}", **ANSWER, case=case)
        assert page.status_code == 400 and "of the same case and of the same council" in page.text
    assert only().settled_on is None


def test_a_letter_is_kept_for_no_council_but_the_one_whose_case_it_is(app: Flask, visit: Visit, now: datetime) -> None:
    reference = factories.a_case(now=now).reference
    manager = visit("manager", controllers=BOTH)
    page = manager.get(f"/staff/regulator/new?case={reference}")
    form = next(each for each in manager.forms() if "Keep it" in each["buttons"])
    assert form["fields"]["controller"] == ["northmoor"]  # it is known from the case
    page = log(manager, f"/staff/regulator/new?case={reference}", controller="southmoor")
    assert page.status_code == 400 and "another council" in page.text and "Tell us why" in page.text
    assert db.session.scalars(select(RegulatorLetter)).all() == []
    with pytest.raises(NotAllowed):
        given = regulator.Given(direction="from", on=now.date(), subject="Delay")
        regulator.log(given, controller="southmoor", actor=visit("manager").actor, now=now)


def test_the_trail_of_a_letter_of_no_case_is_the_councils_own(app: Flask, visit: Visit, now: datetime) -> None:
    log(visit("manager", controllers=BOTH), "/staff/regulator/new", controller="southmoor")
    event = "logged a letter from the regulator"
    assert event in visit("manager", controllers=["southmoor"]).get("/managers/audit").text
    assert event not in visit("manager").get("/managers/audit").text
    assert audit.verify()[1] is None


def test_those_that_wait_come_first_by_their_day_and_then_the_newest_whatever_day_they_had(visit: Visit) -> None:
    manager = visit("manager")
    settled = {"reply_by-day": "", "reply_by-month": "", "reply_by-year": ""}
    for subject, answers in (
        ("Oldest, with a day", {"on-day": "2"}),
        ("Newest, with a later day", {"on-day": "21", "reply_by-day": "9"}),
        ("Between, without a day", {"on-day": "12", **settled}),
        ("Waits longer", {"on-day": "3", "reply_by-day": "20"}),
        ("Waits least", {"on-day": "4", "reply_by-day": "2"}),
    ):
        log(manager, "/staff/regulator/new", subject=subject, **answers)
        if "Waits" not in subject:
            manager.send({"reason": "By telephone"}, form="It is settled")
    page = manager.get("/managers/regulator").text
    wanted = ["Waits least", "Waits longer", "Newest, with", "Between, without", "Oldest, with"]
    assert sorted(wanted, key=page.index) == wanted


def test_the_form_promises_a_virus_scanner_only_where_there_is_one(visit: Visit, scanner: Scanner) -> None:
    assert "A virus scanner sees them first" in visit("officer").get("/staff/regulator/new").text


def test_without_a_virus_scanner_the_form_says_so(visit: Visit) -> None:
    page = visit("officer").get("/staff/regulator/new").text
    assert "A virus scanner sees them first" not in page and "nothing checks them for viruses" in page
