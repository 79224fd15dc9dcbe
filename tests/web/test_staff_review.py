"""Searching, people, reading, deciding, signing and releasing, as members of staff meet them in the pages."""

import io
import json
import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db, new_id
from sar_service.documents.pages import Box, Page, Word
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Status
from sar_service.domain.people import Standing
from sar_service.domain.redaction import Kind
from sar_service.domain.search import SearchState
from sar_service.models import AuditEvent, Case, Document, DocumentState, MarkRow, PersonRow, Record, SystemSearch
from sar_service.services import document, redaction_mark, sealing, units
from sar_service.web.staff.search import STATES
from tests import factories
from tests.browser import Visitor

HOSTILE = "<img src=x onerror=alert(1)>"
PAGES = ("search", "found", "people", "details", "reading", "by-hand", "sign-off", "pack")


@pytest.fixture
def case(app: Flask, sent: Any, officer: Actor, now: datetime) -> Case:
    return factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)


def fresh(case: Case) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case.id)


def address(case: Case, page: str) -> str:
    return f"/staff/cases/{case.reference}/{page}"


def a_file(case: Case, text: str, *, now: datetime, state: DocumentState = DocumentState.READY) -> Document:
    """A file of one page that says `text`, as reading would have kept it."""
    record = db.session.scalars(select(Record).where(Record.case_id == case.id)).first()
    assert record is not None
    words, at = [], 0
    for place, word in enumerate(text.split(" ")):
        words.append(Word(text=word, start=at, boxes=(Box(40 + 60 * place, 40, 95 + 60 * place, 55),)))
        at += len(word) + 1
    row = Document(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        system=record.system,
        ref_digest=str(new_id()),
        about_digest=record.about_digest,
        section="Letters",
        state=state,
        kind="pdf",
        pages=1 if state is DocumentState.READY else 0,
        search_id=record.search_id,
        found_at=now,
    )
    told = {"ref": "f1", "about": "1", "title": f"letter {HOSTILE}.pdf", "file_name": f"letter {HOSTILE}.pdf"}
    sealing.seal(row, {**told, "why": "", "hidden": [], "reason": "It needs a password.", "people": []})
    if state is DocumentState.READY:
        pdf, out = pikepdf.new(), io.BytesIO()
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out)
        row.pdf_id = sealing.put_object(case, out.getvalue(), media_type="application/pdf", now=now).id
        pages = [Page(number=1, width=595, height=842, text=text, words=tuple(words))]
        told_pages = json.dumps(document.told_pages(pages)).encode()
        row.words_id = sealing.put_object(case, told_pages, media_type="application/json", now=now).id
    row.original_id = sealing.put_object(case, HOSTILE.encode(), media_type="text/html", now=now).id
    db.session.add(row)
    db.session.commit()
    return row


def decide_everything(case: Case, actor: Actor, now: datetime) -> None:
    for person in units.people_of(case).values():
        if person.standing not in units.THEIRS:
            redaction_mark.decide_person(
                case, person, treatment="withhold", code="TP16", version=person.version, actor=actor, now=now
            )
    for group in redaction_mark.groups(case):
        marks = redaction_mark.same_words(case, group.digest)
        redaction_mark.decide_marks(case, marks, treatment="withhold", code="TP16", actor=actor, now=now)
    db.session.commit()


def third_party(case: Case) -> PersonRow:
    return next(row for row in units.people_of(case).values() if row.standing is Standing.THIRD_PARTY)


def home_of(case: Case, words: str) -> Record:
    return next(item.row for item in units.items(case) if any(words in unit.text for unit in item.units))  # type: ignore[return-value]


def test_only_casework_roles_of_the_same_council_may_look(
    visit: Callable[..., Visitor], stranger: Visitor, case: Case
) -> None:
    auditor, other = visit("auditor"), visit("officer", controllers=["southmoor"])
    for page in PAGES:
        assert stranger.get(address(case, page)).request.path == "/staff/sign-in"
        assert auditor.get(address(case, page)).status_code == 403
        assert other.get(address(case, page)).status_code == 404


def test_every_page_opens_and_each_look_is_recorded(visit: Callable[..., Visitor], case: Case, officer: Actor) -> None:
    visitor = visit(officer)
    for page in PAGES:
        query = select(AuditEvent).where(AuditEvent.verb.like("viewed%"))
        before = len(db.session.scalars(query).all())
        assert visitor.get(address(case, page)).status_code == 200
        assert len(db.session.scalars(query).all()) == before + 1, page


def test_a_search_is_started_once_and_its_answers_are_told_apart(
    visit: Callable[..., Visitor], app: Flask, officer: Actor, now: datetime
) -> None:
    made = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    visitor = visit(officer)
    page = visitor.get(address(made, "search"))
    assert "No system has been searched yet" in page.text
    form = next(each for each in visitor.forms() if "Start the search" in each["buttons"])
    for _ in range(2):
        assert visitor.post(form["action"], form["fields"]).status_code == 200
    rows = db.session.scalars(select(SystemSearch).where(SystemSearch.case_id == made.id)).all()
    assert [(row.system, row.round) for row in rows] == [("care", 1)]
    assert 'data-poll-url="' in visitor.get(address(made, "search")).text
    seen = set()
    assert set(STATES) == set(SearchState)
    told = list(SearchState)
    for state in told:
        row = db.session.scalars(select(SystemSearch).where(SystemSearch.case_id == made.id)).one()
        row.state, row.message = state, ""
        db.session.commit()
        rows_alone = visitor.client.get(address(made, "search/rows")).text
        seen.add(re.sub(r"\s+", " ", rows_alone.split("sar-search__says")[0][-300:]))
    assert len(seen) == len(told)


def test_going_on_without_a_system_needs_a_reason(visit: Callable[..., Visitor], case: Case, officer: Actor) -> None:
    row = db.session.scalars(select(SystemSearch).where(SystemSearch.case_id == case.id)).one()
    row.state, row.message = SearchState.FAILED, "It did not answer."
    db.session.commit()
    visitor = visit(officer)
    visitor.get(address(case, "search"))
    assert visitor.send({"reason": ""}, form="Go on without it").status_code == 400
    answer = visitor.send({"reason": "The archive burnt down in 1998."}, form="Go on without it")
    assert answer.status_code == 200 and "The archive burnt down" in answer.text


def test_a_possible_namesake_is_laid_beside_what_we_know_and_never_guessed(
    visit: Callable[..., Visitor], sent: Any, officer: Actor, now: datetime
) -> None:
    unsure = {"date_of_birth": None, "postcode": "", "addresses": []}
    made = factories.searched(factories.a_case(now=now, subject=unsure), sent, actor=officer, now=now)
    visitor = visit(officer)
    page = visitor.get(address(made, "search"))
    assert "Is this the person?" in page.text and "What the system says" in page.text
    assert not any("Another child" in unit.text for item in units.items(fresh(made)) for unit in item.units)
    before = page.text.count("Not decided")
    answer = visitor.send({"decision": "rejected"}, form="This is somebody else")
    assert answer.text.count("Not decided") == before - 1


def test_people_are_decided_several_at_once_under_one_code(
    visit: Callable[..., Visitor], case: Case, officer: Actor
) -> None:
    person = third_party(case)
    chosen, seen = str(person.id), f"{person.id}:{person.version}"
    visitor = visit(officer)
    visitor.get(address(case, "people"))
    fields = {"person": [chosen], "seen": [seen], "treatment": "withhold", "code": ""}
    answer = visitor.send(fields, form="Decide")
    assert answer.status_code == 400 and "Choose the exemption code" in answer.text
    assert f'value="{chosen}" id="tick-{chosen}" checked' in answer.text
    assert visitor.send({**fields, "code": "TP16"}, form="Decide").status_code == 200
    assert db.session.get_one(PersonRow, uuid.UUID(chosen)).code == "TP16"
    stale = visitor.post(address(case, "people/decisions"), {**fields, "code": "TP16", "treatment": "show"})
    assert stale.status_code == 409 and "Nothing was overwritten" in stale.text
    assert db.session.get_one(PersonRow, uuid.UUID(chosen)).treatment == "withhold"


def test_a_person_is_corrected_added_and_joined_and_their_name_stays_words(
    visit: Callable[..., Visitor], case: Case, officer: Actor
) -> None:
    key = third_party(case).id
    visitor = visit(officer)
    visitor.get(address(case, "people"))
    visitor.send({"names": HOSTILE, "role": HOSTILE, "standing": "third_party"}, form="Add")
    assert HOSTILE not in visitor.last.text and "&lt;img" in visitor.last.text  # type: ignore[union-attr]
    added = next(row for row in units.people_of(fresh(case)).values() if HOSTILE in sealing.unseal(row)["names"]).id
    visitor.get(address(case, f"people/{key}"))
    answer = visitor.send({"other": str(added)}, form="are one person")
    assert answer.status_code == 200 and HOSTILE not in answer.text
    assert db.session.get(PersonRow, added) is None
    visitor.send({"names": "Jago Tregale\nJaggs"}, form="Save")
    assert sealing.unseal(db.session.get_one(PersonRow, key))["names"] == ["Jago Tregale", "Jaggs"]


def test_details_of_nobody_are_decided_wherever_the_words_stand(
    visit: Callable[..., Visitor], case: Case, officer: Actor
) -> None:
    record = home_of(case, "glandular")
    item = units.open_record(record)
    for start in (0, 8):
        redaction_mark.new_mark(case, item, 2, start, start + 7, person=None, made_by="", rule="test", kind=Kind.PHONE)
    db.session.commit()
    digest = redaction_mark.groups(case)[0].digest
    visitor = visit(officer)
    visitor.get(address(case, "details"))
    assert visitor.send({"treatment": "withhold", "code": "TP16"}, form="Decide").status_code == 400
    answer = visitor.send({"group": [digest], "treatment": "withhold", "code": "TP16"}, form="Decide")
    assert answer.status_code == 200 and "Decided in" in answer.text
    assert all(mark.treatment == "withhold" for mark in redaction_mark.same_words(fresh(case), digest))


def test_a_mark_is_decided_here_or_everywhere_and_taken_off_again(
    visit: Callable[..., Visitor], case: Case, officer: Actor
) -> None:
    record = home_of(case, "Fenwick")
    reading = address(case, f"reading/{record.id}")
    visitor = visit(officer)
    page = visitor.get(reading)
    assert "sar-mark--suggested" in page.text
    answer = visitor.send({"do": "withhold", "code": ""}, form=_first_suggested(visitor))
    assert answer.status_code == 400
    visitor.get(reading)
    done = visitor.send({"do": "withhold", "code": "TP16"}, form=_first_suggested(visitor))
    assert done.status_code == 200 and "sar-mark--withheld" in done.text


def _first_suggested(visitor: Visitor) -> int:
    forms = visitor.forms()
    return next(
        at
        for at, form in enumerate(forms)
        if re.search(r"/marks/[0-9a-f-]{36}$", form["action"]) and "Fenwick" in form["buttons"]
    )


def test_words_that_were_not_marked_are_withheld_by_typing_or_by_selecting_them(
    visit: Callable[..., Visitor], case: Case, officer: Actor
) -> None:
    record = home_of(case, "glandular")
    unit = next(each for each in units.open_record(record).units if "glandular" in each.text)
    reading = address(case, f"reading/{record.id}")
    visitor = visit(officer)
    visitor.get(reading)
    typed = {"words": "glandular  FEVER", "code": "TP16"}
    assert visitor.send(typed, form="Withhold these words").status_code == 200
    start = unit.text.index("ill with")
    selected = {"words": "ill with", "unit": unit.number, "start": start, "end": start + 8, "code": "TP16"}
    assert visitor.send(selected, form="Withhold these words").status_code == 200
    texts = {
        sealing.unseal(mark)["text"] for mark in db.session.scalars(select(MarkRow).where(MarkRow.rule == "officer"))
    }
    assert texts == {"glandular fever", "ill with"}
    preview = visitor.get(reading, query_string={"as": "reader"}).text
    assert "glandular" not in preview and "TP16]" in preview
    for wrong in (
        {"words": "ill with", "unit": unit.number, "start": 0, "end": 8},
        {"words": "no such words"},
        {"words": ""},
    ):
        visitor.get(reading)
        answer = visitor.send({**wrong, "code": "TP16"}, form="Withhold these words")
        assert answer.status_code == 400 and str(wrong["words"]) in answer.text


def test_words_that_stand_in_several_places_are_offered_one_by_one(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    row = a_file(case, "the barn and the barn", now=now)
    visitor = visit(officer)
    visitor.get(address(case, f"reading/{row.id}"))
    answer = visitor.send({"words": "barn", "code": "TP16"}, form="Withhold these words")
    assert answer.status_code == 400 and "2 places" in answer.text
    answer = visitor.send({"place": "1:17:21"}, form="Withhold these words")
    assert answer.status_code == 200
    mark = db.session.scalars(select(MarkRow).where(MarkRow.document_id == row.id)).one()
    assert (mark.unit, mark.start, mark.end) == (1, 17, 21)
    assert answer.text.count("sar-box sar-box--withheld") == 1
    visitor.send({"do": "remove"}, form="Take it off")
    assert db.session.scalars(select(MarkRow).where(MarkRow.document_id == row.id)).first() is None


def test_a_page_is_shown_as_our_picture_and_the_original_is_only_ever_downloaded(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    row = a_file(case, f"A {HOSTILE} page", now=now)
    visitor = visit(officer)
    page = visitor.get(address(case, f"reading/{row.id}"))
    assert HOSTILE not in page.text
    picture = visitor.get(address(case, f"files/{row.id}/pages/1"))
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")
    assert visitor.get(address(case, f"files/{row.id}/pages/2")).status_code == 404
    file = visitor.get(address(case, f"files/{row.id}/original"))
    assert file.data == HOSTILE.encode() and file.mimetype == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment")
    other = visit("officer", controllers=["southmoor"])
    assert other.get(address(case, f"files/{row.id}/original")).status_code == 404


def test_a_file_by_hand_waits_until_somebody_says_what_was_done(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    a_file(case, "", now=now, state=DocumentState.BY_HAND)
    visitor = visit(officer)
    page = visitor.get(address(case, "by-hand"))
    assert "It needs a password." in page.text and HOSTILE not in page.text
    assert visitor.send({"how": "withheld", "note": ""}, form="Save").status_code == 400
    answer = visitor.send({"how": "withheld", "note": "Nobody has the password."}, form="Save")
    assert answer.status_code == 200 and "Nobody has the password." in answer.text


def test_what_nobody_decided_is_not_told_as_shown(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    visitor = visit(officer)
    assert "Suggested by the machine, and shown" not in visitor.get(address(case, "sign-off")).text
    person = third_party(fresh(case))
    redaction_mark.decide_person(case, person, treatment="show", version=person.version, actor=officer, now=now)
    db.session.commit()
    assert "Suggested by the machine, and shown" in visitor.get(address(case, "sign-off")).text


def test_decisions_are_sent_signed_by_another_and_a_signer_cannot_be_the_decider(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    decide_everything(case, officer, now)
    first, second = visit(officer), visit("officer")
    first.get(address(case, "sign-off"))
    answer = first.send({"note": "Please look at the phone"}, form="Send it")
    if answer.request.path.endswith("/sign-off") is False:  # a second look marked more places
        decide_everything(fresh(case), officer, now)
        first.get(address(case, "sign-off"))
        answer = first.send(form="Send it")
    assert "Somebody else must check it" in answer.text
    assert fresh(case).status is Status.AWAITING_SIGNOFF
    page = second.get(address(case, "sign-off"))
    assert "Withheld by code" in page.text and "TP16" in page.text
    forged = second.send({"digest": "0" * 64}, form="Sign it off")
    assert forged.status_code == 409 and fresh(case).status is Status.AWAITING_SIGNOFF
    assert second.send(form="Sign it off").status_code == 200
    assert fresh(case).status is Status.SIGNED_OFF


def test_decisions_are_returned_only_with_a_note(
    visit: Callable[..., Visitor], case: Case, officer: Actor, now: datetime
) -> None:
    from sar_service.services import redaction_signoff

    decide_everything(case, officer, now)
    while redaction_signoff.submit(case, actor=officer, now=now) is None:
        decide_everything(case, officer, now)
    db.session.commit()
    second = visit("officer")
    second.get(address(case, "sign-off"))
    assert second.send({"note": ""}, form="Return it").status_code == 400
    answer = second.send({"note": "Look at the brother again"}, form="Return it")
    assert "Look at the brother again" in answer.text and fresh(case).status is Status.REVIEWING
