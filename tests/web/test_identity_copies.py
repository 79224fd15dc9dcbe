"""Copies of identity documents: sent in the portal or scanned by staff, looked at, and gone from the store itself."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from sar_service.adapters.scanner import ScannerSilent
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.work import Flag
from sar_service.extensions import KEY, runtime
from sar_service.models import AuditEvent, Case, Document, IdentityCopy, StoredObject
from sar_service.services import document, identity, identity_copy, letter_draft, portal, sealing, work
from sar_service.web import filters
from tests import factories
from tests.browser import Visitor


def a_picture(kind: str = "PNG") -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (300, 200), (240, 250, 250)).save(made, kind)
    made.seek(0)
    return made


def an_archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("passport.png", a_picture().read())
        archive.writestr("zeros", bytes(2_000_000))
    return made.getvalue()


def a_huge_picture() -> bytes:
    """A small file that says it is 60,000 dots wide and as many high."""
    head = struct.pack("!II5B", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def fresh(case_id: Any) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case_id)


def in_store() -> set[Path]:
    """The files that the store really holds."""
    return {path for path in runtime().storage.root.rglob("*") if path.is_file()}  # type: ignore[attr-defined]


def only_copy(case_id: Any) -> IdentityCopy:
    db.session.expire_all()
    return db.session.query(IdentityCopy).filter(IdentityCopy.case_id == case_id).one()


def verbs(case_id: Any) -> list[str]:
    rows = db.session.query(AuditEvent).filter(AuditEvent.case_id == case_id).order_by(AuditEvent.number)
    return [event.verb for event in rows]


def taken(case: Case, actor: Actor, now: datetime) -> IdentityCopy:
    row = identity_copy.take(case, a_picture(), name="scan.png", what="Passport", actor=actor, now=now)
    db.session.commit()
    return row


def test_a_copy_sent_in_the_portal_is_looked_at_recorded_and_gone(
    visit: Callable[..., Visitor],
    stranger: Visitor,
    case: Case,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
) -> None:
    key, reference, before = case.id, case.reference, in_store()
    stranger.enter_portal(key)
    assert "Send something that shows who you are" in stranger.get("/portal/").text
    stranger.get("/portal/evidence")
    missing = stranger.send({"what": ""}, form="Send it")
    assert missing.status_code == 400 and "Say what it is" in missing.text and "Choose the file" in missing.text
    page = stranger.send({"what": "My driving licence", "file": (a_picture("JPEG"), "me.jpg")}, form="Send it").text
    assert "We have it" in page and "My driving licence, not looked at yet" in page
    held = in_store() - before
    assert len(held) == 1 and b"%PDF" not in next(iter(held)).read_bytes()  # sealed
    assert not db.session.query(Document).filter(Document.case_id == key).count()
    assert not document.included(fresh(key))

    officer = visit("officer")
    assert "Evidence of identity came" in officer.get("/staff/").text
    assert "My driving licence" in officer.get(f"/staff/cases/{reference}/identity").text
    row = only_copy(key)
    assert row.destroy_on == row.sent_on + timedelta(days=28)
    assert "Page 1 of 1" in officer.get(f"/staff/cases/{reference}/identity/copies/{row.id}").text
    drawn = officer.get(f"/staff/cases/{reference}/identity/copies/{row.id}/pages/1")
    assert drawn.mimetype == "image/png" and drawn.data.startswith(b"\x89PNG")
    assert officer.get(f"/staff/cases/{reference}/identity/copies/{row.id}/pages/2").status_code == 404
    officer.get(f"/staff/cases/{reference}/identity")
    officer.send({"kind": "photo_document", "how": "copy", "copy": str(row.id)}, form="Record it")
    assert "Evidence of identity came" not in officer.get("/staff/").text

    assert identity_copy.destroy_due(now=now) == 1
    db.session.commit()
    assert not in_store() & held
    assert not db.session.query(StoredObject).filter(StoredObject.case_id == key).count()
    gone = only_copy(key)
    assert gone.destroyed_at == now and gone.object_id is None and sealing.unseal(gone) == {}
    assert "destroyed a copy of evidence" in verbs(key) and verbs(key).count("viewed a copy's picture") == 1
    assert identity.evidence_of(fresh(key))  # that it was seen stays
    assert officer.get(f"/staff/cases/{reference}/identity/copies/{row.id}").status_code == 404
    assert "destroyed on" in stranger.get("/portal/evidence").text


def test_whoever_has_sent_a_copy_is_told_that_it_came_and_not_asked_for_it_again(
    visit: Callable[..., Visitor], stranger: Visitor, case: Case, officer: Actor, now: datetime
) -> None:
    key, reference = case.id, case.reference
    letter_draft.begin_and_send(case, "identity-asked", "We do not know the address", actor=officer, now=now)
    db.session.commit()
    stranger.enter_portal(key)
    asked = stranger.get("/portal/").text
    assert "We need something from you first" in asked and 'href="/portal/evidence">Send a copy here</a>' in asked
    stranger.get("/portal/evidence")
    stranger.send({"what": "My driving licence", "file": (a_picture("JPEG"), "me.jpg")}, form="Send it")
    page = stranger.get("/portal/").text
    assert "We have what you sent" in page and "We need something from you first" not in page
    desk = visit("officer")
    desk.get(f"/staff/cases/{reference}/identity")
    desk.send({"kind": "official_letter", "how": "copy", "copy": str(only_copy(key).id)}, form="Record it")
    assert "We need something from you first" in stranger.get("/portal/").text  # it was looked at, and is not enough


def test_the_day_on_which_a_copy_came_starts_the_clock_whenever_it_is_looked_at(
    visit: Callable[..., Visitor], stranger: Visitor, case: Case, app: Flask, officer: Actor, now: datetime
) -> None:
    key, reference = case.id, case.reference
    letter_draft.begin_and_send(case, "identity-asked", "We do not know the address", actor=officer, now=now)
    db.session.commit()
    stranger.enter_portal(key)
    stranger.get("/portal/evidence")
    stranger.send({"what": "My driving licence", "file": (a_picture("JPEG"), "me.jpg")}, form="Send it")
    came, copy = only_copy(key).sent_on, str(only_copy(key).id)
    app.config["NOW"] = lambda: now + timedelta(days=6)
    desk = visit("officer")
    desk.get(f"/staff/cases/{reference}/identity")
    shown = {"kind": "photo_document", "how": "copy", "copy": copy}
    late = desk.send({**shown, "arrived_on": (came + timedelta(days=6)).isoformat()}, form="Record it")
    assert late.status_code == 400 and f"That copy came on {filters.weekday_date(came)}" in late.text
    desk.get(f"/staff/cases/{reference}/identity")
    assert desk.send(shown, form="Record it").status_code == 200
    desk.send(form="Identity is settled")
    assert (came, fresh(key).due_on) == (date(2026, 11, 23), date(2026, 12, 23))


def test_the_day_on_which_a_copy_came_counts_also_where_nobody_ticks_it(
    visit: Callable[..., Visitor], stranger: Visitor, case: Case, app: Flask, now: datetime
) -> None:
    key, reference = case.id, case.reference
    stranger.enter_portal(key)
    stranger.get("/portal/evidence")
    stranger.send({"what": "My driving licence", "file": (a_picture("JPEG"), "me.jpg")}, form="Send it")
    came = only_copy(key).sent_on
    app.config["NOW"] = lambda: now + timedelta(days=6)
    desk, later = visit("officer"), (came + timedelta(days=6)).isoformat()
    desk.get(f"/staff/cases/{reference}/identity")
    shown = {"kind": "photo_document", "how": "copy", "arrived_on": later}
    late = desk.send(shown, form="Record it")
    assert late.status_code == 400 and f"A copy waits here that came on {filters.weekday_date(came)}" in late.text
    assert not identity.evidence_of(fresh(key))
    desk.get(f"/staff/cases/{reference}/identity")
    assert desk.send({**shown, "copy": "another"}, form="Record it").status_code == 200  # it came by e-mail today
    (seen,) = identity.evidence_of(fresh(key))
    assert seen.arrived_on.isoformat() == later and only_copy(key).checked_at is None


def test_settling_identity_ends_a_copy_and_nothing_more_is_taken(
    case: Case, staff: Callable[..., Actor], stranger: Visitor, now: datetime
) -> None:
    officer, key = staff("officer"), case.id
    taken(case, officer, now)
    factories.with_identity(case, actor=officer, now=now)
    assert only_copy(key).destroy_on == date(2026, 11, 23)
    before = in_store()
    stranger.enter_portal(key)
    assert "nothing more from you" in stranger.get("/portal/evidence").text
    answer = stranger.post("/portal/evidence", {"what": "x", "file": (a_picture(), "x.png")})
    assert answer.status_code == 409 and in_store() == before


def test_a_copy_that_nobody_looks_at_goes_on_its_day_whatever_the_case_is_held_for(
    case: Case, staff: Callable[..., Actor], now: datetime
) -> None:
    officer, key = staff("officer"), case.id
    taken(case, officer, now)
    work.set_flags(case, [Flag.LITIGATION], actor=officer, now=now)
    db.session.commit()
    assert identity_copy.destroy_due(now=now + timedelta(days=27)) == 0
    assert identity_copy.destroy_due(now=now + timedelta(days=28)) == 1
    assert only_copy(key).destroyed_by == "service"


def test_a_copy_is_kept_for_longer_only_for_a_reason_and_destroyed_at_once_when_somebody_says_so(
    visit: Callable[..., Visitor], case: Case, staff: Callable[..., Actor], now: datetime
) -> None:
    officer, key = staff("officer"), case.id
    row, before = taken(case, officer, now), in_store()
    here = f"/staff/cases/{case.reference}/identity/copies/{row.id}"
    desk = visit(officer)
    desk.get(here)
    bare = desk.send({"until": "2026-12-31"}, form="Keep it")
    assert bare.status_code == 400 and "Give the reason" in bare.text and "2026-12-31" in bare.text
    too_long = desk.send({"until": "2027-12-31", "reason": "The court asked for it"}, form="Keep it")
    assert too_long.status_code == 400 and "at most 90 days" in too_long.text
    desk.send({"until": "2026-12-31", "reason": "The court asked for it"}, form="Keep it")
    assert identity_copy.destroy_due(now=now + timedelta(days=30)) == 0
    assert identity_copy.destroy_due(now=now + timedelta(days=38)) == 1
    db.session.rollback()
    assert "The copy is destroyed" in desk.send(form="Destroy it now").text
    assert only_copy(key).destroyed_by == officer.label and len(before - in_store()) == 1


def test_a_store_that_refuses_is_told_on_everybodys_list_until_it_is_done(
    visit: Callable[..., Visitor],
    case: Case,
    staff: Callable[..., Actor],
    app: Flask,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer, key, reference = staff("officer"), case.id, case.reference
    row, desk = taken(case, officer, now), visit(officer)

    def refuse(_key: str) -> None:
        raise OSError("read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(runtime().storage, "delete", refuse)
        desk.get(f"/staff/cases/{reference}/identity/copies/{row.id}")
        assert "tried again and again" in desk.send(form="Destroy it now").text
        assert identity_copy.destroy_due(now=now + timedelta(days=28)) == 0
        db.session.commit()
    assert only_copy(key).message and verbs(key).count("could not destroy a copy of evidence") == 1
    page = desk.get("/staff/").text
    assert "should be gone and are not" in page and reference in page
    assert identity_copy.destroy_due(now=now + timedelta(days=28)) == 1
    db.session.commit()
    assert "should be gone and are not" not in desk.get("/staff/").text


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.png", "it is empty"),
        (b"<svg onload='alert(1)'></svg>", "me.png", "cannot be used"),
        (b"%PDF-1.7 and then nothing", "me.pdf", "cannot be used"),
        (b"\x89PNG\r\n\x1a\nbroken", "me.png", "cannot be used"),
        (an_archive(), "me.pdf", "cannot be used"),
        (gzip.compress(bytes(5_000_000)), "me.jpg", "cannot be used"),
        (a_picture().read()[:60], "me.png", "cannot be used"),
        (a_huge_picture(), "me.png", "cannot be used"),
        (b"MZ\x90\0" + bytes(200), "passport\u202egpj.exe", "cannot be used"),
        (b"\x01\x02\x03\x04" * 200, "me.heic", "not a kind of file that is known"),
        (b"PK\x03\x04" + b"broken" * 50, "me.zip", "cannot be used"),
    ],
)
def test_what_is_no_picture_is_refused_in_words_and_not_kept(
    stranger: Visitor, case: Case, content: bytes, name: str, words: str
) -> None:
    key, before = case.id, in_store()
    stranger.enter_portal(key)
    stranger.get("/portal/evidence")
    answer = stranger.send({"what": "My passport", "file": (io.BytesIO(content), name)}, form="Send it")
    assert answer.status_code == 400 and words in answer.text and "My passport" in answer.text
    for to_staff in ("by hand", "ask for the file", "ask its owner", "save it", "unpack it"):
        assert to_staff not in answer.text
    assert in_store() == before and not db.session.query(IdentityCopy).count()


def test_a_file_over_the_limit_is_refused_before_anything_reads_it(
    case: Case, staff: Callable[..., Actor], now: datetime
) -> None:
    before, big = in_store(), io.BytesIO(b"x" * (10 * 1024 * 1024 + 5))
    with pytest.raises(InvalidInput, match="larger than 10 MB"):
        identity_copy.take(case, big, name="big.pdf", what="", actor=staff("officer"), now=now)
    assert in_store() == before and big.tell() == 10 * 1024 * 1024 + 1


def test_a_virus_and_a_silent_scanner_both_keep_a_file_out(
    visit: Callable[..., Visitor], case: Case, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Finds:
        def look(self, data: bytes, *, seconds: float = 0) -> str:
            return "Eicar-Test-Signature"

    class Silent:
        def look(self, data: bytes, *, seconds: float = 0) -> str:
            raise ScannerSilent("nobody there")

    here, desk = f"/staff/cases/{case.reference}/identity", visit("officer")
    for scanner, words in ((Finds(), "found Eicar-Test-Signature"), (Silent(), "cannot check files for viruses")):
        monkeypatch.setitem(app.extensions, KEY, replace(app.extensions[KEY], scanner=scanner))
        desk.get(here)
        answer = desk.send({"what": "Passport", "file": (a_picture(), "p.png")}, form="Add it")
        assert answer.status_code == 400 and words in answer.text
    assert not db.session.query(IdentityCopy).count()


def test_another_case_or_council_does_not_reach_a_copy(
    visit: Callable[..., Visitor], case: Case, staff: Callable[..., Actor], now: datetime
) -> None:
    copy, reference = taken(case, staff("officer"), now).id, case.reference
    other = factories.a_case(now=now).reference
    officer = visit("officer")
    for path in ("", "/pages/1"):
        assert officer.get(f"/staff/cases/{other}/identity/copies/{copy}{path}").status_code == 404
    elsewhere = visit("officer", controllers=["southmoor"])
    assert elsewhere.get(f"/staff/cases/{reference}/identity/copies/{copy}").status_code == 404


def test_a_requester_who_changes_the_contact_is_out_until_checked_and_the_old_contact_is_told(
    stranger: Visitor,
    case: Case,
    staff: Callable[..., Actor],
    sent: Any,
    outbox: list[Any],
    now: datetime,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, mine = case.id, portal.requester_of(case)
    identity_copy.take(case, a_picture(), name="x.png", what="Her old passport", actor=mine, now=now)
    factories.with_identity(case, actor=staff("officer"), now=now)
    sent.work()
    outbox.clear()
    monkeypatch.setitem(app.config, "NOW", lambda: factories.later(now, minutes=5))
    stranger.enter_portal(key)
    stranger.get("/portal/contact-details")
    nowhere = stranger.send({"email": "", "address": ""}, form="Change them")
    assert nowhere.status_code == 400 and "one of them has to stay" in nowhere.text
    stranger.get("/portal/contact-details")
    answer = stranger.send({"email": "thief@example.org"}, form="Change them")
    assert answer.request.path == "/portal/enter" and "we told the old ones" in answer.text
    assert stranger.get("/portal/").request.path == "/portal/enter"
    assert not identity.settled(fresh(key))
    sent.work()
    assert [mail.to for mail in outbox] == ["morwenna@example.org"] and "thief" not in outbox[0].text
    monkeypatch.setitem(app.config, "NOW", lambda: factories.later(now, minutes=9))
    stranger.enter_portal(key, portal.contact_mark(fresh(key)))  # whoever has the new contact comes in with a code
    inside = stranger.get("/portal/evidence").text
    assert "Send it" in inside and "Her old passport" not in inside
    again = stranger.send({"what": "My licence", "file": (a_picture(), "x.png")}, form="Send it").text
    assert "My licence, not looked at yet" in again


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "n" * 5000 + ".png", "\u202egnp.exe", "<b>x</b>.png", " ", "a\tb.png"]
)
def test_a_copy_may_be_called_anything(visit: Callable[..., Visitor], case: Case, name: str) -> None:
    here, desk = f"/staff/cases/{case.reference}/identity", visit("officer")
    desk.get(here)
    answer = desk.send({"what": "Passport", "file": (a_picture(), name)}, form="Add it")
    assert answer.status_code == 200 and "<b>x" not in answer.text
    row = db.session.query(IdentityCopy).one()
    assert len(sealing.unseal(row)["name"]) <= identity_copy.NAME
    assert desk.get(f"{here}/copies/{row.id}").status_code == 200


def test_more_copies_than_are_held_at_once_are_refused_in_words(
    visit: Callable[..., Visitor], case: Case, staff: Callable[..., Actor], now: datetime
) -> None:
    officer, here = staff("officer"), f"/staff/cases/{case.reference}/identity"
    for _ in range(identity_copy.MOST):
        taken(case, officer, now)
    before, desk = in_store(), visit(officer)
    desk.get(here)
    answer = desk.send({"what": "One more", "file": (a_picture(), "p.png")}, form="Add it")
    assert answer.status_code == 400 and "There are 10 copies already" in answer.text and in_store() == before
