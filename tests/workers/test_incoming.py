"""The mailbox is read from a real IMAP server: each message once, whatever dies, and each where it belongs."""

import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import select

from sar_service.adapters.mail import as_message
from sar_service.db import db
from sar_service.domain.actor import SERVICE
from sar_service.domain.incoming import MessageKind
from sar_service.domain.lifecycle import Status
from sar_service.extensions import KEY
from sar_service.models import Case, Incoming, Letter, Member, StaffMail
from sar_service.services import (
    audit,
    clock,
    incoming,
    incoming_scan,
    letter,
    letter_send,
    letter_thread,
    reminder,
    sealing,
)
from tests import factories, mails
from tests.browser import Visitor
from tests.configuration import CONTROLLERS, ROOT
from tests.dovecot import PASSWORD, MailServer
from workers.jobs import incoming as job


def rows() -> list[Incoming]:
    return list(db.session.scalars(select(Incoming).order_by(Incoming.uid)))


def cases_there() -> list[Case]:
    return list(db.session.scalars(select(Case).order_by(Case.created_at, Case.reference)))


def test_a_message_becomes_a_draft_whose_time_runs_from_the_day_it_came(
    come: Callable[..., None], mail_server: MailServer, user: str, sent: Any
) -> None:
    come(mails.a_mail(files={"passport.pdf": b"%PDF-1.4 a picture", "../../etc/pass wd": b"two"}))
    case = cases_there()[0]
    assert (case.status, case.channel, case.controller) == (Status.DRAFT, "email", "northmoor")
    assert case.received_on.isoformat() == "2026-11-20" and case.due_on == clock.reckon(case).due is not None
    told = sealing.unseal(case)
    assert told["requester"]["email"] == "tamsin@example.org" and "everything that you hold" in told["scope"]["what"]
    (row,), ((_, says),) = rows(), incoming.of(case)
    assert (row.kind, says["name"], says["subject"]) == (MessageKind.REQUEST, "Tamsin Penrose", "My records")
    assert [(each["name"], each["size"]) for each in says["files"]] == [("passport.pdf", 18), (".._.._etc_pass wd", 3)]
    assert sealing.object_bytes(incoming_scan.object_id(says["files"][0])) == b"%PDF-1.4 a picture"
    assert b"tamsin@example.org" in sealing.object_bytes(row.raw_id)
    assert mail_server.held(user) == [] and len(mail_server.held(user, "Read")) == 1  # moved, never deleted
    assert list(db.session.scalars(select(Letter))) == [] and sent.jobs == []  # nothing goes out from a draft


def test_a_message_is_kept_once_however_often_it_is_read_moved_or_uploaded_again(
    come: Callable[..., None], mail_server: MailServer, user: str
) -> None:
    message = mails.a_mail()
    come(message)
    come()
    come(message, arrived=mails.CAME + timedelta(days=2))  # put back by hand
    come(message.as_bytes().replace(b"Subject: My records", b"Received: elsewhere\nSubject: My records"))
    come(mails.a_mail(headers={"Message-ID": message["Message-ID"]}, text="The same id, and other words."))
    assert len(rows()) == len(cases_there()) == 2  # the last is another message, though it bears the same id
    assert mail_server.held(user) == [] and len(mail_server.held(user, "Read")) == 4


def read_in_a_process(app: Flask, folder: Path, server: MailServer, user: str, dies: str) -> subprocess.Popen[bytes]:
    """A worker's round in a process of its own, on the same database, that is killed at one point of it."""
    runtime = app.extensions[KEY]
    config = folder / "config"
    if not config.exists():
        config.mkdir()
        for each in Path(runtime.settings.config_dir).iterdir():
            if each.name != "controllers.yaml":
                (config / each.name).symlink_to(each)
        written = yaml.safe_load(CONTROLLERS)
        written["controllers"][0]["mailbox"] = mails.settings(server, user)
        (config / "controllers.yaml").write_text(json.dumps(written, default=str))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SAR_")} | {
        "SAR_ENV": "test",
        "SAR_CONFIG_DIR": str(config),
        "SAR_TEMPLATES_DIR": str(ROOT / "templates"),
        "SAR_DATA_DIR": str(runtime.settings.data_dir),
        "SAR_DATABASE_URL": runtime.settings.database_url.get_secret_value(),
        "SAR_MAIL_BACKEND": "memory",
        mails.VARIABLE: PASSWORD,
    }
    command = [sys.executable, "-m", "tests.workers.reading", dies]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_killed_at_any_point_the_round_leaves_one_draft(
    come: Callable[..., None], app: Flask, tmp_path: Path, mail_server: MailServer, user: str
) -> None:
    come(mails.a_mail(files={"a.pdf": b"one"}), read=False)
    left = []
    for point in ("written", "committed"):
        process = read_in_a_process(app, tmp_path, mail_server, user, point)
        said = process.communicate(timeout=300)[0]
        assert process.returncode == -9, said
        left.append((len(rows()), len(mail_server.held(user))))
        db.session.rollback()
    assert left == [(0, 1), (1, 1)]  # kept only once all of it is, and moved only after that
    come()
    assert len(rows()) == len(cases_there()) == 1
    assert mail_server.held(user) == [] and len(mail_server.held(user, "Read")) == 1


def test_two_readers_at_once_that_both_believe_a_message_new_keep_it_once(
    come: Callable[..., None], mail_server: MailServer, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(*(mails.a_mail(text=f"Request {number}") for number in range(3)), read=False)
    db.session.commit()
    known, told = incoming.known, threading.local()

    def blind(controller: str, key: str) -> bool:
        asked = told.__dict__.setdefault(key, [])
        asked.append(key)
        return len(asked) > 2 and known(controller, key)  # only when it asks what became of what it could not keep

    monkeypatch.setattr(incoming, "known", blind)
    with ThreadPoolExecutor(2) as both:
        list(both.map(job.run, ["northmoor"] * 2))
    assert len(rows()) == len(cases_there()) == 3
    db.session.rollback()
    for each in mail_server.held(user, "Read"):
        mail_server.deliver(user, each, arrived=mails.CAME)  # uploaded again, and nobody remembers
    with ThreadPoolExecutor(1) as one:
        list(one.map(job.run, ["northmoor"]))
    db.session.rollback()
    assert len(rows()) == len(cases_there()) == 3 and mail_server.held(user) == []


def test_an_answer_to_a_letter_goes_to_its_case_whatever_its_stage(
    come: Callable[..., None], sent: Any, now: datetime
) -> None:
    case = factories.a_case(now=now)
    sent.work()
    first = db.session.scalars(select(Letter)).one()
    case.status = Status.RELEASED
    db.session.commit()
    come(
        mails.a_mail(headers={"From": "MORWENNA@example.org", "In-Reply-To": first.message_id, "Subject": "Re: yours"}),
        mails.a_mail(headers={"Subject": f"About {case.reference.lower()}"}),
        mails.a_mail(headers={"Subject": "About ABCDE-FGHJK-LMNPQ"}),  # its check character is wrong
    )
    reply, stranger, draft = rows()
    assert [row.kind for row in (reply, stranger, draft)] == [MessageKind.REPLY, MessageKind.REPLY, MessageKind.REQUEST]
    assert reply.case_id == stranger.case_id == case.id != draft.case_id
    assert (reply.known, stranger.known) == (True, False)
    assert incoming.counts(case) == (2, 2)
    assert sealing.unseal(case)["requester"]["email"] == "morwenna@example.org"  # a stranger changes nothing
    assert [event.verb for event in audit.timeline(case.id)][:2] == ["received a message"] * 2


def test_a_report_of_a_mail_system_comes_back_to_its_letter(
    come: Callable[..., None], sent: Any, now: datetime
) -> None:
    case = factories.a_case(now=now)
    sent.work()
    first = db.session.scalars(select(Letter)).one()
    assert first.message_id == f"<letter.{first.id}@localhost>"
    come(mails.a_report(first.message_id, action="delayed", status="4.4.1"))
    db.session.refresh(first)
    assert first.state == "sent"  # it may still arrive
    come(mails.a_report(first.message_id))
    db.session.refresh(first)
    assert (first.state, first.message) == ("failed", "there is no such mailbox (5.1.1)")
    assert incoming.counts(case) == (2, 0)  # the letter is the work, not the report
    assert "learnt that a letter did not arrive" in [event.verb for event in audit.timeline(case.id)]
    assert "somebody@example.org" not in json.dumps([each.detail for each in audit.timeline(case.id)])


def test_a_letter_to_whoever_wrote_answers_what_they_wrote_last(
    come: Callable[..., None], sent: Any, now: datetime
) -> None:
    first, second = (f"<{word * 20}@{'x' * 40}.prod.mail.example.org>" for word in ("one", "two"))  # as long as in life
    come(mails.a_mail(headers={"Message-ID": first}))
    case = cases_there()[0]
    come(
        mails.a_mail(headers={"Message-ID": second, "Subject": f"Again: {case.reference}"}),
        mails.a_mail(headers={"From": "else@example.org", "Subject": f"For {case.reference}"}),
        arrived=mails.CAME + timedelta(hours=1),
    )
    case = cases_there()[0]
    row = letter.write(case, "acknowledgement", actor=SERVICE, now=now)
    assert row is not None
    db.session.commit()
    begun = letter_send.begin(row.id, now=now)
    assert begun is not None
    travels = as_message(begun[1]).as_bytes().decode()
    assert begun[1].answers == second and f"\nIn-Reply-To: {second}\n" in travels
    assert f"\nReferences: {second}\n" in travels
    assert letter_thread.answered(case.id, "nobody@example.org") == ""
    assert letter_thread.answered(case.id, "") == ""


def warned(staff: Any, sent: Any) -> tuple[Any, StaffMail]:
    """A member of staff who was sent a warning."""
    officer = staff("officer")
    case = factories.a_case(now=mails.CAME, received_on=date(2026, 10, 26))
    case.assigned_to = uuid.UUID(officer.id)
    db.session.commit()
    reminder.digest(now=datetime(2026, 11, 20, 9, tzinfo=UTC))
    db.session.commit()
    sent.work()
    return officer, db.session.scalars(select(StaffMail)).one()


def test_a_warning_to_staff_that_comes_back_is_told_to_managers_and_begins_no_case(
    come: Callable[..., None], sent: Any, staff: Any, visit: Callable[..., Visitor], outbox: list[Any]
) -> None:
    officer, row = warned(staff, sent)
    message_id, manager, other = f"<staff.{row.id}@localhost>", visit("manager"), visit("officer")
    assert [mail.key for mail in outbox if mail.key.startswith("staff.")] == [f"staff.{row.id}"]
    come(mails.a_report(message_id, action="delayed", status="4.4.1"))
    assert "Our e-mails do not reach" not in manager.get("/staff/").text
    come(mails.a_report(message_id), mails.a_report(message_id))
    assert rows() == [] and len(cases_there()) == 1
    member = db.session.get_one(Member, uuid.UUID(officer.id))
    name = member.name
    assert (member.unreached, member.unreached_at is not None) == ("there is no such mailbox (5.1.1)", True)
    db.session.rollback()
    assert f"Our e-mails do not reach {name}" in manager.get("/staff/").text
    assert "Our e-mails do not reach" not in other.get("/staff/").text
    assert "E-mails come back" in visit("administrator").get("/managers/team").text
    manager.get("/staff/")
    manager.send({}, form="It is put right")
    assert "Our e-mails do not reach" not in manager.get("/staff/").text
    come(mails.a_report(f"<staff.{uuid.uuid4()}@localhost>"))  # of a mail that is not ours: somebody has to look
    assert len(cases_there()) == 2


def test_a_report_that_no_machine_can_read_and_a_refusal_count_as_not_arrived(
    come: Callable[..., None], sent: Any, staff: Any
) -> None:
    officer, row = warned(staff, sent)
    note = mails.a_mail(
        headers={"From": "MAILER-DAEMON@mx.example.org", "Subject": "Undeliverable: 1 request needs you"},
        text=f"Your message could not be delivered.\n\nMessage-ID: <staff.{row.id}@localhost>\n",
    )
    come(note)
    assert rows() == [] and db.session.get_one(Member, uuid.UUID(officer.id)).unreached_at is not None


def test_a_machine_s_answer_is_noted_and_begins_nothing(come: Callable[..., None], sent: Any, now: datetime) -> None:
    case = factories.a_case(now=now)
    sent.work()
    first = db.session.scalars(select(Letter)).one()
    away = {"Auto-Submitted": "auto-replied", "Subject": "Out of the office"}
    come(
        mails.a_mail(headers={**away, "References": f"<else@where> {first.message_id}"}),
        mails.a_mail(headers=away),  # to nothing of ours
        mails.a_mail(headers={"Auto-Submitted": "auto-generated"}),  # a form on another site: somebody asks by it
    )
    assert [row.kind for row in rows()] == [MessageKind.AUTOMATIC, MessageKind.REQUEST]
    assert incoming.counts(case) == (1, 0) and len(cases_there()) == 2
    assert sent.jobs == []


HOSTILE = {
    "a page that runs": b"Subject: x\r\nContent-Type: text/html\r\n\r\n<script>f()</script><p>Send me <b>it</b></p>",
    "nothing at all": b"\r\n",
    "no header": b"just words",
    "parts without an end": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 2000,
    "parts inside parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    ),
    "what is no letter": "Subject: \u202egnp.tset\r\n\r\n".encode() + b"a\x01b\xff\xfe\x1b[31m \xe2\x80\xae txet",
    "a header that is no address": b"From: <<<>>> ;;; \r\nDate: never\r\nSubject: =?utf-8?B?////?=\r\n\r\nhello",
}


def test_whatever_comes_becomes_a_draft_and_its_bytes_are_kept(come: Callable[..., None]) -> None:
    for raw in HOSTILE.values():
        come(raw, read=False)
    come()
    kept = {sealing.object_bytes(row.raw_id): sealing.unseal(row) for row in rows()}
    assert set(kept) == set(HOSTILE.values()) and len(cases_there()) == len(HOSTILE)
    assert kept[HOSTILE["a page that runs"]]["text"] == "Send me it"
    assert any("could not read" in note for note in kept[HOSTILE["parts inside parts"]]["notes"])
    odd = kept[HOSTILE["what is no letter"]]
    assert "\u202e" not in odd["text"] + odd["subject"] and "\x01" not in odd["text"] and "txet" in odd["text"]


def test_a_message_that_is_too_large_is_kept_with_its_beginning_and_a_note(
    come: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "LARGEST", 3000)
    come(mails.a_mail(text="Please send me everything.\n", files={"film.bin": b"\x01" * 40_000}))
    ((_, says),) = incoming.of(cases_there()[0])
    assert "Please send me everything." in says["text"]
    assert any("larger than what is fetched" in note for note in says["notes"])


def test_a_mailbox_that_cannot_be_read_for_an_hour_is_told(
    come: Callable[..., None], app: Flask, mail_server: MailServer, user: str, staff: Callable[..., Any], now: datetime,
    monkeypatch: pytest.MonkeyPatch, sent: Any,
) -> None:  # fmt: skip
    officer, other = staff("officer"), staff("officer", controllers=["southmoor"])
    incoming.ask_for_all(now=now - timedelta(hours=2))
    db.session.commit()
    assert ("incoming", ("northmoor",)) in sent.jobs
    assert [each for each, _ in incoming.silent(actor=officer, now=now)] == ["access@northmoor.example"]
    assert incoming.silent(actor=other, now=now) == []
    runtime = app.extensions[KEY]
    with monkeypatch.context() as patch:
        patch.setitem(app.extensions, KEY, replace(runtime, environ={mails.VARIABLE: "not this"}))
        job.run("northmoor")
        assert incoming.silent(actor=officer, now=now)
    come()
    assert incoming.silent(actor=officer, now=now) == []


def test_a_clock_of_the_server_that_is_wrong_makes_no_day_that_cannot_be(
    come: Callable[..., None], now: datetime
) -> None:
    come(mails.a_mail(), arrived=datetime(2031, 1, 1, tzinfo=UTC))
    come(mails.a_mail(), arrived=datetime(1999, 1, 1, tzinfo=UTC))
    come(mails.a_mail(), arrived=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))  # in London it is tomorrow
    days = [case.received_on.isoformat() for case in cases_there()]
    assert sorted(days) == ["2018-01-01", "2026-07-02", clock.day_of(now).isoformat()]


def test_letters_ask_for_answers_where_they_are_read(
    come: Callable[..., None], sent: Any, outbox: list[Any], now: datetime
) -> None:
    factories.a_case(now=now)
    sent.work()
    assert outbox[0].reply_to == "access@northmoor.example"
    assert letter.KINDS["acknowledgement"].plain
