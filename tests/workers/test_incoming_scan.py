"""What comes by e-mail is held until the virus scanner has looked at it, and barred where it finds something."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from sar_service.adapters.scanner import NoScanner, ScannerSilent, ScannerTakesLess
from sar_service.db import db
from sar_service.domain.errors import Refused
from sar_service.domain.incoming import File, Message, Scan
from sar_service.extensions import KEY, runtime
from sar_service.models import AuditEvent, Case, Document, IdentityCopy, Incoming, StoredObject
from sar_service.services import incoming, incoming_scan, incoming_sort, sealing, sweep
from tests import factories
from tests.browser import Visitor
from workers.jobs import sweep as sweep_job

Visit = Callable[..., Visitor]
RAW = b"Subject: My records\r\n\r\nwith a bad file in it"


class Scanner:
    """One that finds something in what says "bad", takes nothing that says "large", and can be made silent."""

    there = True

    def __init__(self) -> None:
        self.silent = False
        self.shown: list[bytes] = []

    def look(self, data: bytes, *, seconds: float = 0) -> str:
        self.shown.append(data)
        if self.silent:
            raise ScannerSilent("nobody there")
        if b"large" in data:
            raise ScannerTakesLess("size limit")
        return "Eicar-Test" if b"bad" in data else ""


@pytest.fixture
def scanner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    found = Scanner()
    monkeypatch.setitem(app.extensions, KEY, replace(app.extensions[KEY], scanner=found))
    return found


@pytest.fixture
def come(tmp_path: Path, now: Any) -> Callable[..., Incoming]:
    """Have a message come in with files, as the mailbox's job would."""
    count = 0

    def take(files: dict[str, bytes], *, raw: bytes = RAW, subject: str = "My records") -> Incoming:
        nonlocal count
        given = []
        for name, content in files.items():
            count += 1
            path = tmp_path / str(count)
            path.write_bytes(content)
            given.append(File(name=name, type="application/pdf", size=len(content), path=str(path)))
        row = incoming.take(
            "northmoor",
            Message(sender="tamsin@example.org", name="Tamsin", subject=subject, text="Hello", files=tuple(given)),
            raw,
            key=f"{count:064}",
            place=incoming.Place(mailbox="box", validity=1, uid=count),
            arrived_at=now,
            now=now,
        )
        assert row is not None
        db.session.commit()
        return row

    return take


def fresh(row: Any) -> Incoming:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Incoming, inspect(row).identity if isinstance(row, Incoming) else row)


def stored() -> set[Path]:
    return {path for path in runtime().storage.root.rglob("*") if path.is_file()}  # type: ignore[attr-defined]


def test_what_a_scanner_finds_is_barred_and_the_message_stays_provable(
    come: Callable[..., Incoming], scanner: Scanner, visit: Visit, sent: Any
) -> None:
    row = come({"good.pdf": b"good", "bad <b>.pdf": b"bad thing"})
    reference, key = db.session.get_one(Case, row.case_id).reference, row.id
    before = stored()
    sent.work()
    row = fresh(key)
    told = sealing.unseal(row)
    good, bad = told["files"]
    assert (row.scan, good["scan"], bad["scan"], told["original"]["scan"]) == ("found", "clean", "found", "found")
    assert len(before - stored()) == 1 and bad["object"] == ""  # the file is out of the store
    assert (bad["size"], bad["sha256"]) == (9, sha256(b"bad thing").hexdigest())
    assert incoming_scan.provable(row) == {"size": len(RAW), "sha256": sha256(RAW).hexdigest()}
    assert incoming_scan.file(row, 1) == ("good.pdf", b"good")

    officer = visit("officer")
    page = officer.get(f"/staff/cases/{reference}").text
    assert "found something in 1 file" in page and "Found in it: Eicar-Test" in page
    plain = page.replace("<wbr>", "")
    assert sha256(b"bad thing").hexdigest() in plain and sha256(RAW).hexdigest() in plain
    assert "bad &lt;b&gt;.pdf" in page
    here = f"/staff/cases/{reference}/messages/{key}"
    assert officer.get(f"{here}/files/1").data == b"good" and f"{here}/files/1" in page
    assert f"{here}/files/2" not in page and f"{here}/original" not in page
    for path in ("files/2", "original"):
        answer = officer.get(f"{here}/{path}")
        assert (
            answer.status_code == 400 and "nobody can open it here" in answer.text and b"bad thing" not in answer.data
        )
    assert officer.get(f"{here}/files/3").status_code == 404
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.object == f"incoming:{key}")).all()
    assert {"barred what a virus scanner found": {"count": 2}}.items() <= {e.verb: e.detail for e in events}.items()
    assert not any(event.verb == "viewed an original message" for event in events)


def test_what_is_barred_gets_to_no_document_no_copy_and_no_other_case(
    come: Callable[..., Incoming], scanner: Scanner, staff: Any, sent: Any, now: Any
) -> None:
    officer = staff("officer")
    row = come({"bad.pdf": b"bad"})
    sent.work()
    row, case = fresh(row), factories.a_case(now=now)
    draft = db.session.get_one(Case, row.case_id)
    incoming_sort.attach(draft, case, actor=officer, now=now)
    db.session.commit()
    (copy, told), *_ = incoming.of(db.session.get_one(Case, case.id))
    assert copy.scan == Scan.FOUND and told["files"][0]["object"] == "" and told["files"][0]["found"] == "Eicar-Test"
    for each in (row, copy):
        with pytest.raises(Refused):
            incoming_scan.file(each, 1)
        with pytest.raises(Refused):
            incoming_scan.original(each)
    again = incoming_sort.begin_request(db.session.get_one(Case, case.id), copy, actor=officer, now=now)
    (third, _), *_ = incoming.of(again)
    with pytest.raises(Refused):
        incoming_scan.original(third)
    assert not db.session.query(Document).count() and not db.session.query(IdentityCopy).count()
    kinds = set(db.session.scalars(select(StoredObject.media_type)))
    assert kinds == {"message/rfc822"}  # the sealed originals, which nobody can open


def test_while_the_scanner_is_silent_everything_is_held_and_it_is_asked_again(
    come: Callable[..., Incoming], scanner: Scanner, visit: Visit, sent: Any, now: Any, app: Flask, monkeypatch: Any
) -> None:
    scanner.silent = True
    row = come({"passport.pdf": b"a scan"}, raw=b"Subject: x\r\n\r\ny")
    other = come({"letter.pdf": b"words"}, raw=b"Subject: z\r\n\r\ny")
    reference, key = db.session.get_one(Case, row.case_id).reference, row.id
    case = db.session.get_one(Case, row.case_id)
    assert case.due_on is not None  # the clock does not wait for a scanner
    sent.work()
    assert len(scanner.shown) == 1  # one that hangs is not asked about everything in turn
    officer = visit("officer")
    page = officer.get(f"/staff/cases/{reference}").text
    assert "is held until it is checked for viruses" in page and "passport.pdf" in page
    for path in ("files/1", "original"):
        answer = officer.get(f"/staff/cases/{reference}/messages/{key}/{path}")
        assert answer.status_code == 400 and "held until the virus scanner" in answer.text
    assert "wait to be checked for viruses" not in officer.get("/staff/").text

    def later(**parts: int) -> None:
        moment = now + timedelta(**parts)
        monkeypatch.setitem(app.config, "NOW", lambda: moment)
        db.session.commit()
        sweep_job.run()
        sent.work()

    later(minutes=2)
    assert len(scanner.shown) == 1
    later(minutes=20)
    assert len(scanner.shown) == 2
    page = officer.get("/staff/").text
    assert "wait to be checked for viruses" in page and reference in page
    elsewhere = visit("officer", controllers=["southmoor"])
    assert reference not in elsewhere.get("/staff/").text
    scanner.silent = False
    later(minutes=26)  # one is tried, and as it answers, the rest
    later(minutes=27)
    later(minutes=45)
    assert {fresh(row).scan, fresh(other).scan} == {Scan.CLEAN}
    assert officer.get(f"/staff/cases/{reference}/messages/{key}/files/1").data == b"a scan"
    assert officer.get(f"/staff/cases/{reference}/messages/{key}/original").data == b"Subject: x\r\n\r\ny"
    assert "wait to be checked for viruses" not in officer.get("/staff/").text


def test_a_file_that_is_too_large_for_the_scanner_holds_none_of_the_others(
    come: Callable[..., Incoming], scanner: Scanner, visit: Visit, sent: Any
) -> None:
    row = come({"film.mp4": b"large", "good.pdf": b"good", "bad.zip": b"bad"}, raw=b"no more")
    reference, key = db.session.get_one(Case, row.case_id).reference, row.id
    sent.work()
    row = fresh(key)
    assert [each["scan"] for each in sealing.unseal(row)["files"]] == ["waiting", "clean", "found"]
    assert row.scan == Scan.WAITING
    page = visit("officer").get(f"/staff/cases/{reference}").text
    assert "larger than the virus scanner takes" in page and "found something in 1 file" in page
    row = fresh(key)
    assert incoming_scan.file(row, 2)[1] == b"good"
    for number in (1, 3):
        with pytest.raises(Refused):
            incoming_scan.file(row, number)
    with pytest.raises(Refused):
        incoming_scan.original(row)


def test_a_copy_that_was_made_while_it_waited_is_looked_at_by_itself(
    come: Callable[..., Incoming], scanner: Scanner, staff: Any, sent: Any, now: Any
) -> None:
    row = come({"bad.pdf": b"bad"})
    case = factories.a_case(now=now)
    incoming_sort.attach(db.session.get_one(Case, row.case_id), case, actor=staff("officer"), now=now)
    db.session.commit()
    (copy, _), *_ = incoming.of(case)
    sent.work()
    assert {fresh(row).scan, fresh(copy.id).scan} == {Scan.FOUND}


def test_where_there_is_no_scanner_files_are_given_out_with_a_warning_those_that_were_held_too(
    come: Callable[..., Incoming], scanner: Scanner, visit: Visit, sent: Any, app: Flask, monkeypatch: Any
) -> None:
    scanner.silent = True
    row = come({"a.pdf": b"one"})
    reference, key = db.session.get_one(Case, row.case_id).reference, row.id
    sent.work()
    monkeypatch.setitem(app.extensions, KEY, replace(app.extensions[KEY], scanner=NoScanner()))
    moment = app.config["NOW"]() + timedelta(minutes=20)
    monkeypatch.setitem(app.config, "NOW", lambda: moment)
    sweep_job.run()
    sent.work()
    assert fresh(key).scan == Scan.UNSCANNED
    page = visit("officer").get(f"/staff/cases/{reference}").text
    assert "Nobody has checked it" in page and f"{key}/files/1" in page and f"{key}/original" in page
    assert fresh(come({"b.pdf": b"two"})).scan == Scan.UNSCANNED


def test_messages_from_before_files_were_held_are_looked_at_too(
    come: Callable[..., Incoming], scanner: Scanner, sent: Any, now: Any
) -> None:
    row = come({"bad.pdf": b"bad", "good.pdf": b"good"}, raw=b"fine")
    told = sealing.unseal(row)
    told.pop("original")
    told["files"] = [{k: each[k] for k in ("name", "type", "size", "object")} for each in told["files"]]
    sealing.seal(row, told)
    db.session.commit()
    db.session.execute(text("UPDATE incoming SET scan = 'waiting', scan_next_at = read_at"))
    db.session.commit()
    sent.jobs.clear()
    with pytest.raises(Refused):
        incoming_scan.file(fresh(row), 2)
    assert incoming_scan.ask_again(now=now) == 1
    sent.work()
    row = fresh(row)
    assert row.scan == Scan.FOUND and incoming_scan.file(row, 2) == ("good.pdf", b"good")


def test_a_job_that_was_lost_and_one_that_comes_twice_do_no_harm(
    come: Callable[..., Incoming], scanner: Scanner, sent: Any, now: Any
) -> None:
    row = come({"bad.pdf": b"bad"})
    plans = [incoming_scan.begin(row.id, now=now), incoming_scan.begin(row.id, now=now)]
    db.session.commit()
    for plan in plans:
        assert plan is not None
        incoming_scan.save(plan, incoming_scan.look(plan), now=now)
        db.session.commit()
    assert fresh(row).scan == Scan.FOUND
    lost = come({"good.pdf": b"good"}, raw=b"fine")
    sent.jobs.clear()
    assert incoming_scan.ask_again(now=now) == 0  # it is on its way
    assert incoming_scan.ask_again(now=now + timedelta(minutes=16)) == 1
    sent.work()
    assert fresh(lost).scan == Scan.CLEAN


def test_a_file_that_the_store_lost_or_spoilt_stays_held_and_keeps_nothing_else_back(
    come: Callable[..., Incoming], scanner: Scanner, sent: Any, now: Any
) -> None:
    row = come({"gone.pdf": b"gone", "spoilt.pdf": b"spoilt", "good.pdf": b"good"}, raw=b"fine")
    gone, spoilt, _good = (sealing.get_object(incoming_scan.object_id(each)) for each in sealing.unseal(row)["files"])
    store = runtime().storage
    store.delete(gone.key)
    next(path for path in stored() if path.name == spoilt.key).write_bytes(b"something else")
    sent.work()
    row = fresh(row)
    assert [each["scan"] for each in sealing.unseal(row)["files"]] == ["waiting", "waiting", "clean"]
    assert row.scan == Scan.WAITING and row.scan_next_at == now + timedelta(hours=1)
    sweep.clear_old(now=now)


def test_a_message_with_very_many_files_is_looked_at_piece_by_piece_and_nothing_twice(
    come: Callable[..., Incoming], scanner: Scanner, sent: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["same.pdf", "", "n" * 150, "\u202efdp.exe", *(f"{number}.pdf" for number in range(40))]
    row = come({name or "attachment": b"file %d" % number for number, name in enumerate(names)}, raw=b"whole")
    monkeypatch.setattr(incoming_scan, "IN_ALL", 0)  # each round has time for one thing
    moment = now
    sent.work()
    for _ in names:
        assert fresh(row).scan == Scan.WAITING
        moment += timedelta(minutes=5)
        assert incoming_scan.ask_again(now=moment) == 1
        db.session.commit()
        plan = incoming_scan.begin(fresh(row).id, now=moment)
        assert plan is not None
        incoming_scan.save(plan, incoming_scan.look(plan), now=moment)
        db.session.commit()
    assert fresh(row).scan == Scan.CLEAN and len(scanner.shown) == len(set(scanner.shown)) == len(names) + 1
