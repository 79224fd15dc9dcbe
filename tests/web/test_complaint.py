"""The complaint form, and the page on which staff look into a complaint."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.complaint import About, ComplaintKind, Matter
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.models import Case, LinkRow
from sar_service.services import complaint, intake, letter_draft, sealing
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]
TOLD = {
    "controller": "northmoor",
    "matter": "answer",
    "what": "Half of the letters are missing",
    "wish": "Look again",
    "given_name": "Morwenna",
    "family_name": "Tregale",
    "email": "morwenna@example.org",
    "safe": "safe",
}
VOLATILE = r"nonce-?[^ ]*|value=\"[^\"]*\"|content=\"[^\"]*\"|[A-Z2-9]{5}-[A-Z2-9]{5}-[A-Z2-9]{5}"


def complaints() -> list[Case]:
    db.session.rollback()
    db.session.expire_all()
    query = select(Case).where(Case.right == Right.COMPLAINT).order_by(Case.created_at)
    return list(db.session.scalars(query))


def tell(visitor: Visitor, **answers: str) -> Any:
    visitor.get("/complaint/")
    return visitor.send({**TOLD, **answers}, form="Send the complaint")


def test_a_complaint_is_sent_without_an_account_acknowledged_and_followed(
    app: Flask, stranger: Visitor, sent: Any, outbox: list[Any], now: datetime
) -> None:
    request = factories.a_case(now=now)
    page = tell(stranger, reference=request.reference.lower())
    assert page.request.path == "/complaint/submitted" and "We have your complaint" in page.text
    [case] = complaints()
    row = complaint.of(case)
    assert case.reference in page.text and request.reference not in page.text
    assert (row.kind, row.about, row.about_id) == (ComplaintKind.REVIEW, About.REQUEST, request.id)
    assert complaint.acknowledged_on(case) is None
    sent.work()
    [case] = complaints()
    assert complaint.acknowledged_on(case) == now.date()
    mail = next(each for each in outbox if case.reference in each.subject)
    assert "section 164A" in mail.text and "Half of the letters" not in mail.text and request.reference not in mail.text
    stranger.enter_portal(case.id)
    page = stranger.get("/portal/")
    assert "Your complaint" in page.text and "We check who you are" not in page.text
    assert "You hear from us by Wednesday 23 December 2026" in page.text


def test_nothing_tells_whether_there_is_such_a_request(
    app: Flask, stranger: Visitor, sent: Any, outbox: list[Any], now: datetime
) -> None:
    known = factories.a_case(now=now).reference
    sent.work()
    seen = []
    for reference in (known, intake.new_reference(), "no reference at all", ""):
        outbox.clear()
        page = tell(stranger, reference=reference)
        sent.work()
        mails = [re.sub(VOLATILE, "", each.text) for each in outbox]
        seen.append((page.status_code, re.sub(VOLATILE, "", page.text), mails))
    assert all(each == seen[0] for each in seen)
    assert sorted(complaint.of(case).about for case in complaints()) == sorted([About.REQUEST, *[About.UNKNOWN] * 3])
    assert "no reference at all" in [sealing.unseal(case)["scope"].get("about") for case in complaints()]
    assert db.session.query(LinkRow).count() == 1


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"what": ""}, "Tell us what is wrong"),
        ({"what": "x" * 9000}, "8000"),
        ({"matter": "nonsense"}, "Choose"),
        ({"email": "", "postal": ""}, "we have to write to you"),
        ({"email": "not an address"}, "email address"),
        ({"safe": "careful"}, "how we can reach you safely"),
        ({"controller": "elsewhere"}, "Choose"),
        ({"family_name": "\x00"}, "Enter your family name"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    stranger: Visitor, answers: dict[str, str], said: str
) -> None:
    page = tell(stranger, **answers)
    assert page.status_code == 400 and said in page.text
    assert "Look again" in page.text and 'value="Morwenna"' in page.text
    assert complaints() == []


def test_a_complaint_sent_twice_is_one_and_not_too_many_come_from_one_place(stranger: Visitor) -> None:
    stranger.get("/complaint/")
    fields = {**stranger.forms()[0]["fields"], **TOLD}
    for _ in range(2):
        stranger.client.post("/complaint/", data=fields)
    assert len(complaints()) == 1
    answers = [tell(stranger).status_code for _ in range(20)]
    assert answers[-1] == 429 and answers[0] == 200


def test_from_ones_own_page_the_reference_is_there_already(app: Flask, stranger: Visitor, now: datetime) -> None:
    request = factories.a_case(now=now)
    reference = request.reference
    stranger.enter_portal(request.id)
    stranger.get("/portal/")
    assert "/complaint/" in stranger.last.text
    assert f'value="{reference}"' in stranger.get("/complaint/").text


def test_from_ones_own_page_the_council_is_chosen_already(app: Flask, stranger: Visitor, now: datetime) -> None:
    """The other one would have the complaint, and find no request of this reference."""
    request = factories.a_case(now=now, controller="southmoor")
    stranger.enter_portal(request.id)
    chosen = re.search(r'<input[^>]*name="controller"[^>]*checked[^>]*>', stranger.get("/complaint/").text)
    assert chosen is not None and 'value="southmoor"' in chosen[0]


def test_for_somebody_else_by_post(app: Flask, stranger: Visitor, sent: Any) -> None:
    page = tell(stranger, email="", postal="1 Quay Street\nNorthmoor", theirs="Jago Tregale", matter="use")
    assert "We write to you by post" in page.text
    [case] = complaints()
    told = sealing.unseal(case)
    assert (case.capacity, told["requester"]["address"]) == ("representative", ["1 Quay Street", "Northmoor"])
    assert told["subject"]["family_name"] == "Jago Tregale" and complaint.of(case).kind is ComplaintKind.COMPLAINT


def test_from_the_form_to_the_reopened_request(
    app: Flask,
    stranger: Visitor,
    visit: Visit,
    staff: Any,
    sent: Any,
    outbox: list[Any],
    now: datetime,
) -> None:
    decider, second = staff("officer"), staff("officer")
    request = factories.with_identity(factories.a_case(now=now, right=Right.ERASURE), actor=decider, now=now)
    row = letter_draft.begin(request, "outcome-erasure", "We need it.", result="none", actor=decider, now=now)
    letter_draft.send(request, row, version=row.version, actor=second, now=now)
    db.session.commit()
    request_id, reference = request.id, request.reference

    tell(stranger, reference="", what="You deleted nothing")
    sent.work()
    [case] = complaints()
    own, case_id = case.reference, case.id
    path = f"/staff/cases/{own}/complaint"
    officer = visit("officer")
    page = officer.get(path)
    assert "You deleted nothing" in page.text and "no outcome before that" in page.text
    page = officer.send({"result": "all", "found": "We were wrong", "done": "We look again"}, form="Look at the letter")
    assert page.status_code == 409 and "Say first which request" in page.text and "We were wrong" in page.text
    for typed, said in (("AAAAA", "not a whole reference"), ("AAAAA-AAAAA-AAAAA", "no case with this reference")):
        page = officer.send({"about": "request", "request": typed}, form="Keep it")
        assert page.status_code == 400 and said in page.text
    page = officer.send({"about": "request", "request": reference}, form="Keep it")
    assert page.status_code == 200 and "Officer 1" in page.text and "Officer 2" in page.text

    page = officer.get(f"/staff/cases/{own}")
    assert "News of how far it is, or the outcome, is due by the end of Wednesday 23 December 2026" in page.text

    barred = visit(decider)
    assert "You decided on what this is about" in barred.get(path).text
    typed = {"form": "outcome-form", "result": "none", "found": "All was well", "reopen": "yes"}
    answer = barred.post(f"{path}/outcome", typed)
    assert answer.status_code in (403, 409) and "Somebody else must look into it" in answer.text
    assert "Reopen the request … as the letter goes" in answer.text

    officer.get(path)
    page = officer.send(
        {"result": "all", "found": "We were wrong", "done": "We look again", "reopen": "yes"}, form="Look at the letter"
    )
    draft = page.request.path
    assert "It also reopens the request" in page.text and "You were right." in page.text
    for worker, words in (
        (officer, "You wrote in this letter"),
        (barred, "You decided"),
        (visit("officer"), "A manager"),
    ):
        page = worker.get(draft)
        assert "Somebody else has to send it" in page.text and words in page.text and ">Send it<" not in page.text
    manager = visit("manager")
    assert "Somebody else has to send it" not in manager.get(draft).text
    assert manager.send({"do": "send"}, form="Send it").status_code == 200
    db.session.rollback()
    assert db.session.get_one(Case, case_id).status is Status.CLOSED
    assert db.session.get_one(Case, request_id).status is Status.REVIEWING
    assert "They were right" in officer.get(path).text
    assert own in officer.get(f"/staff/cases/{reference}/complaint").text


def test_complaints_and_reviews_are_counted_apart_with_their_dates_and_without_names(
    app: Flask, visit: Visit, staff: Any, sent: Any, now: datetime
) -> None:
    officer, second = staff("officer"), staff("officer")
    early = factories.a_case(now=now, right=Right.COMPLAINT, received_on=date(2026, 10, 5))  # its day is past
    review = factories.a_case(
        now=now,
        right=Right.COMPLAINT,
        filed=complaint.Filed(kind=ComplaintKind.REVIEW, matter=Matter.ANSWER, about=About.NONE),
    )
    factories.a_case(now=now)
    row = letter_draft.begin(review, "outcome-complaint", "We looked.", result="part", actor=officer, now=now)
    letter_draft.send(review, row, version=row.version, actor=second, now=now)
    db.session.commit()
    late, done = early.reference, review.reference
    auditor = visit("auditor")
    page = auditor.get("/managers/complaints")
    assert late in page.text and "Upheld in part" in page.text and "Tregale" not in page.text
    rows = list(csv.DictReader(io.StringIO(auditor.get("/managers/complaints.csv").text)))
    told = {each["reference"]: each for each in rows}
    assert (told[late]["to be acknowledged by"], told[late]["acknowledged"]) == ("2026-11-04", "")
    assert (told[done]["acknowledged"], told[done]["in time"], told[done]["result"]) == (
        "2026-11-23", "yes", "upheld in part",
    )  # fmt: skip
    months = list(csv.DictReader(io.StringIO(auditor.get("/managers/complaints-by-month.csv").text)))
    assert [(each["month"], each["kind"], each["received"]) for each in months] == [
        ("2026-11", "review", "1"), ("2026-10", "complaint", "1"),
    ]  # fmt: skip
    assert months[1]["acknowledged late or overdue"] == "1" and months[0]["median days to the outcome"] == "0"
    board = list(csv.DictReader(io.StringIO(auditor.get("/managers/board.csv").text)))
    assert [each["received"] for each in board][-2:] == ["0", "1"]  # the request alone
    assert visit("manager").get("/staff/?closed=yes&right=requests").text.count('class="govuk-link sar-reference"') == 1
