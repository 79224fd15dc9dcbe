"""E-mails that came in, on the pages of staff: logged as a request, put to a case, set aside, or dealt with."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.incoming import File, Message
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter, LinkRow
from sar_service.services import clock, delivery, incoming, letter_draft, listing, report, sealing
from tests import factories
from tests.browser import Visitor

Visit = Callable[..., Visitor]
CAME = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
BORN = {"date_of_birth-day": "3", "date_of_birth-month": "5", "date_of_birth-year": "1999"}
TYPED: dict[str, Any] = {
    "rights": ["access", "erasure"], "capacity": "self", "given_name": "Tamsin", "family_name": "Penrose",
    "safe": "unknown", **BORN,
}  # fmt: skip


@pytest.fixture
def come(tmp_path: Path, now: datetime) -> Callable[..., Case]:
    """Have a message come in as the mailbox's job would; returns the case that it is with."""
    number = 0

    def take(controller: str = "northmoor", **changes: Any) -> Case:
        nonlocal number
        number += 1
        path = tmp_path / "file"
        path.write_bytes(b"<script>f()</script>")
        values: dict[str, Any] = {
            "sender": "tamsin@example.org", "name": "Tamsin Penrose", "subject": "My <b>records</b>",
            "text": "Send me <script>f()</script> everything.\n\nTamsin",
            "files": (File(name='we"ird <i>.html', type="text/html", size=20, path=str(path)),),
            **changes,
        }  # fmt: skip
        row = incoming.take(
            controller,
            Message(**values),
            b"Subject: the whole\r\n\r\nof it",
            key=f"{number:064}",
            place=incoming.Place(mailbox="box", validity=1, uid=number),
            arrived_at=CAME,
            now=now,
        )
        assert row is not None
        db.session.commit()
        return db.session.get_one(Case, row.case_id)

    return take


def kinds(of: str) -> list[str]:
    found = select(Letter.kind).join(Case).where(Case.reference == of).order_by(Letter.written_at)
    return list(db.session.scalars(found))


def test_an_e_mail_is_logged_and_acknowledged_and_its_time_runs_from_the_day_it_came(
    visit: Visit, come: Callable[..., Case], sent: Any, outbox: list[Any]
) -> None:
    reference = come().reference
    visitor = visit("officer")
    page = visitor.get("/staff/")
    assert "E-mail from Tamsin Penrose" in page.text and "E-mail to log" in page.text
    page = visitor.get(f"/staff/cases/{reference}")
    assert "&lt;script&gt;f()" in page.text and "<b>records" not in page.text
    page = visitor.get(f"/staff/cases/{reference}/draft/log")
    assert 'value="tamsin@example.org"' in page.text and "everything." in page.text
    page = visitor.send({"rights": ["access"]}, form="Log it")
    assert page.status_code == 400 and "Choose who asks" in page.text and "tamsin@example.org" in page.text
    page = visitor.send(TYPED, form="Log it")
    assert "Logged as 2 cases" in page.text and "Tamsin Penrose" in page.text
    db.session.rollback()
    first, second = db.session.scalars(select(Case).order_by(Case.right))
    assert (first.reference, first.right, first.status) == (reference, Right.ACCESS, Status.RECEIVED)
    assert (second.right, second.status) == (Right.ERASURE, Status.RECEIVED)
    for each in (first, second):
        assert each.received_on.isoformat() == "2026-11-20" and each.due_on == clock.reckon(each).due is not None
    assert db.session.scalar(select(LinkRow.one_id)) in (first.id, second.id)
    assert sealing.unseal(first)["subject"]["emails"] == ["tamsin@example.org"]
    assert kinds(first.reference) == ["acknowledgement-several"] and kinds(second.reference) == []
    sent.work()
    assert [mail.to for mail in outbox] == ["tamsin@example.org"] and second.reference in outbox[0].text
    page = visitor.get(f"/staff/cases/{reference}/messages")
    assert "Tamsin Penrose" in page.text


def test_an_e_mail_that_is_for_somebody_else_is_logged_as_that_and_its_letter_begun(
    visit: Visit, come: Callable[..., Case]
) -> None:
    reference = come(text="Under the Freedom of Information Act, what did the new bridge cost?").reference
    visitor = visit("officer")
    visitor.get(f"/staff/cases/{reference}/draft/log")
    page = visitor.send({"kind": "foi", "name": "Tamsin Penrose"}, form="Log it")
    assert "Nothing has gone yet" in page.text and f"/{reference}/letters/" in page.request.path
    assert kinds(reference) == ["redirect-foi"]  # no acknowledgement of a request that is not for us


def test_logging_puts_the_day_right_and_a_second_person_logs_it_no_more(
    visit: Visit, come: Callable[..., Case]
) -> None:
    reference = come().reference
    one, two = visit("officer"), visit("officer")
    for visitor in (one, two):
        visitor.get(f"/staff/cases/{reference}/draft/log")
    days = {"received_on-day": "18", "received_on-month": "11", "received_on-year": "2026"}
    assert "Logged: " in one.send({**TYPED, **days, "rights": ["access"]}, form="Log it").text
    again = two.send({**TYPED, "rights": ["access"]}, form="Log it")
    assert again.status_code == 409 and "sorted this e-mail already" in again.text
    found = db.session.scalars(select(Case)).one()
    assert found.received_on.isoformat() == "2026-11-18" and kinds(reference) == ["acknowledgement"]
    assert len([fact for fact in found.facts if fact.kind == "received"]) == 2  # both days stay on file


def test_files_are_only_ever_downloaded_and_only_of_this_case(visit: Visit, come: Callable[..., Case]) -> None:
    here, there = come(), come(subject="Another")
    reference, row = here.reference, incoming.of(here)[0][0].id
    elsewhere = incoming.of(there)[0][0].id
    visitor = visit("officer")
    file = visitor.get(f"/staff/cases/{reference}/messages/{row}/files/1")
    assert file.data == b"<script>f()</script>" and file.headers["Content-Type"] == "application/octet-stream"
    assert (
        file.headers["Content-Disposition"].startswith("attachment") and "<" not in file.headers["Content-Disposition"]
    )
    assert visitor.get(f"/staff/cases/{reference}/messages/{row}/original").data.endswith(b"of it")
    for wrong in (f"{row}/files/0", f"{row}/files/2", f"{elsewhere}/files/1", f"{elsewhere}/original"):
        assert visitor.get(f"/staff/cases/{reference}/messages/{wrong}").status_code == 404
    assert visit("officer", controllers=["southmoor"]).get(f"/staff/cases/{reference}/draft").status_code == 404


def test_a_message_that_waits_is_shown_however_many_came_since(
    visit: Visit, come: Callable[..., Case], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST", 2)
    case = come(text="The first: please look at this")
    incoming.of(case)[0][0].handled_at = None
    for at in range(4):
        row, told = incoming.of(come(subject=f"Automatic reply {at}", text="I am away"))[0]
        row.case_id, row.arrived_at, row.handled_at = case.id, CAME + timedelta(minutes=at + 1), now
        sealing.seal(row, told)
    db.session.commit()
    assert [row.handled_at is None for row, _ in incoming.of(case)] == [False, False, True]
    assert "The first: please look at this" in visit("officer").get(f"/staff/cases/{case.reference}/messages").text


def test_no_letter_of_a_draft_is_begun_in_any_other_way_either(
    come: Callable[..., Case], staff: Callable[..., Actor], now: datetime
) -> None:
    draft = come()
    with pytest.raises(WrongState, match="Log it first"):
        letter_draft.begin(draft, "progress", "We are looking into it", actor=staff("officer"), now=now)
    assert kinds(draft.reference) == []


def test_of_a_draft_no_letter_is_written_and_nothing_is_searched(visit: Visit, come: Callable[..., Case]) -> None:
    reference = come().reference
    visitor = visit("manager")
    for place, typed in (
        ("letters", {"kind": "progress", "reason": "Soon"}),
        ("move", {"action": "refuse", "reason": "No"}),
        ("move", {"action": "close", "reason": "No"}),
    ):
        visitor.get(f"/staff/cases/{reference}/draft")
        assert visitor.post(f"/staff/cases/{reference}/{place}", typed).status_code in (400, 404, 409)
    db.session.rollback()
    assert kinds(reference) == [] and db.session.scalars(select(Case)).one().status is Status.DRAFT


def test_an_e_mail_is_put_to_its_case_and_waits_there_to_be_dealt_with(
    visit: Visit, come: Callable[..., Case], now: datetime
) -> None:
    case_there = factories.a_case(now=now, requester={"name": "Tamsin", "email": "tamsin@example.org"})
    other = factories.a_case(now=now, controller="southmoor").reference
    target, reference = case_there.reference, come().reference
    visitor = visit("officer", controllers=["northmoor", "southmoor"])
    page = visitor.get(f"/staff/cases/{reference}/draft")
    assert target in page.text  # it bears the address of that case's requester
    for wrong, says in (
        (other, "another council"),
        (reference, "the e-mail itself"),
        ("ABCDE", "not a whole reference"),
        ("AAAAA-AAAAA-AAAAA", "no case with this reference"),
    ):
        page = visitor.send({"reference": wrong}, form="Put it to this case")
        assert page.status_code == 400 and says in page.text
    page = visitor.send({"reference": target}, form="Put it to this case")
    assert page.request.path.endswith(f"/{target}/messages") and "everything." in page.text
    db.session.rollback()
    draft = db.session.scalars(select(Case).where(Case.reference == reference)).one()
    assert draft.status is Status.SET_ASIDE and draft.closed_at is not None
    page = visitor.get("/staff/")
    assert "1 message came in that nobody has dealt with" in page.text
    visitor.get(f"/staff/cases/{target}")
    page = visitor.get(f"/staff/cases/{target}/messages")
    page = visitor.send({}, form="It is dealt with")
    assert "Recorded" in page.text and "Dealt with: " in page.text
    assert "nobody has dealt with" not in visitor.get("/staff/").text


def test_what_is_no_request_is_set_aside_counted_apart_and_can_be_taken_up_again(
    visit: Visit, come: Callable[..., Case], now: datetime
) -> None:
    reference = come().reference
    visitor = visit("officer")
    listed = visitor.get("/staff/").text
    assert ">Not said yet</td>" in listed and ">Copy of information</td>" not in listed
    visitor.get(f"/staff/cases/{reference}/draft")
    assert visitor.send({"reason": ""}, form="Set it aside").status_code == 400
    assert "Set aside" in visitor.send({"reason": "An advertisement"}, form="Set it aside").text
    manager = visit("manager")
    months = report.months(actor=_actor(manager), today=clock.day_of(now))
    assert (months[-1].received, months[-1].set_aside, months[-1].still_open) == (0, 1, 0)
    assert "Set aside" in manager.get("/managers/board").text
    page = visitor.get(f"/staff/cases/{reference}")
    assert "An advertisement" in page.text
    page = visitor.send({"reason": "It asks for something after all"}, form="Take it up again")
    assert "Its time runs from the day it came" in page.text
    db.session.rollback()
    found = db.session.scalars(select(Case)).one()
    assert found.status is Status.DRAFT and found.received_on.isoformat() == "2026-11-20" and found.closed_at is None


def _actor(visitor: Visitor) -> Any:
    from sar_service.services import team

    return team.actor_of(next(member for member in team.members() if member.role.value == "manager"))


def test_a_message_about_a_closed_case_can_begin_a_request_of_its_own(
    visit: Visit, come: Callable[..., Case], now: datetime
) -> None:
    closed = factories.a_case(now=now)
    closed.status, reference = Status.CLOSED, closed.reference
    db.session.commit()
    assert come(subject=f"Again {reference}", sender="else@example.org").reference == reference
    visitor = visit("officer")
    page = visitor.get("/staff/")
    assert "Another sender" in page.text and reference in page.text  # though closed, it is on the list
    page = visitor.get(f"/staff/cases/{reference}/messages")
    assert "does not come from the address that we have" in page.text
    page = visitor.send({}, form="Make it a request of its own")
    assert "Its time runs from the day it came" in page.text.replace("the message", "it") or "Log it" in page.text
    db.session.rollback()
    draft = db.session.scalars(select(Case).where(Case.status == Status.DRAFT)).one()
    assert draft.received_on.isoformat() == "2026-11-20"
    assert sealing.unseal(draft)["requester"]["email"] == "else@example.org"
    assert len(incoming.of(draft)) == 1 and sealing.object_bytes(incoming.of(draft)[0][0].raw_id).endswith(b"of it")
    assert incoming.counts(db.session.scalars(select(Case).where(Case.reference == reference)).one()) == (1, 0)


def test_what_came_by_e_mail_to_a_restricted_case_is_restricted_wherever_it_is_put(
    visit: Visit, come: Callable[..., Case], now: datetime
) -> None:
    visitor, colleague, manager = visit("officer"), visit("officer"), visit("manager")
    assert visitor.actor is not None
    case = factories.a_case(now=now)
    case.restricted, case.assigned_to = True, uuid.UUID(visitor.actor.id)
    reference = case.reference
    db.session.commit()
    assert come(subject=f"A complaint {reference}").reference == reference
    put, other = come(subject="Where he lives now"), "/staff/cases/{}/draft"
    moved = put.reference
    assert colleague.get(other.format(moved)).status_code == 200
    visitor.get(other.format(moved))
    assert visitor.send({"reference": reference}, form="Put it to this case").request.path.endswith("/messages")
    visitor.get(f"/staff/cases/{reference}/messages")
    page = visitor.send({}, form="Make it a request of its own")
    assert page.status_code == 200 and "It is restricted" in page.text
    db.session.rollback()
    found = db.session.scalars(select(Case).where(Case.channel == "email")).all()
    assert len(found) == 2 and all(each.restricted for each in found)
    for each in [each.reference for each in found]:
        assert colleague.get(other.format(each)).status_code == 404
        assert manager.get(other.format(each)).status_code == 200


@pytest.fixture
def bounced(now: datetime, sent: Any) -> Letter:
    """An acknowledgement that came back."""
    factories.a_case(now=now)
    sent.work()
    row = db.session.scalars(select(Letter)).one()
    assert delivery.bounced(row.id, sending=0, reason="there is no such mailbox (5.1.1)", permanent=True, now=now)
    db.session.commit()
    return row


def test_a_letter_that_did_not_arrive_is_on_everybodys_list_until_it_is_sent_again(
    visit: Visit, bounced: Letter, sent: Any, outbox: list[Any], now: datetime
) -> None:
    letter_id, key = bounced.id, outbox[0].key
    reference = db.session.get_one(Case, bounced.case_id).reference
    visitor = visit("officer")
    assert "1 letter did not arrive" in visitor.get("/staff/").text
    assert "1 letter did not arrive" not in visit("officer", controllers=["southmoor"]).get("/staff/").text
    page = visitor.get(f"/staff/cases/{reference}/letters/{letter_id}")
    assert "there is no such mailbox (5.1.1)" in page.text
    assert "on its way" in visitor.send({"way": "again"}, form="Send it again").text
    sent.work()
    assert outbox[-1].text == outbox[0].text and outbox[-1].key == f"{key}.1" != key
    assert "did not arrive" not in visitor.get("/staff/").text
    # word of the first sending, which comes late, says nothing of the second
    assert delivery.bounced(letter_id, sending=0, reason="late", permanent=True, now=now + timedelta(hours=1))
    db.session.commit()
    assert db.session.get_one(Letter, letter_id).state == "sent"
    assert visitor.post(f"/staff/cases/{reference}/letters/{letter_id}/delivery", {"way": "again"}).status_code in (
        400,
        409,
    )


def test_a_letter_that_did_not_arrive_is_posted_instead_or_dealt_with(visit: Visit, bounced: Letter) -> None:
    letter_id, reference = bounced.id, db.session.get_one(Case, bounced.case_id).reference
    visitor = visit("officer")
    visitor.get(f"/staff/cases/{reference}/letters/{letter_id}")
    assert visitor.send({"reason": ""}, form="It is dealt with").status_code == 400
    page = visitor.send({"way": "post"}, form="Send it again")
    assert "waits to be printed and posted" in page.text
    row = db.session.get_one(Letter, letter_id)
    assert row.state == "to_post" and sealing.unseal(row)["to"] == ""
    row.state = "failed"
    db.session.commit()
    visitor.get(f"/staff/cases/{reference}/letters/{letter_id}")
    assert "Recorded" in visitor.send({"reason": "Told on the telephone"}, form="It is dealt with").text
    db.session.rollback()
    assert db.session.get_one(Letter, letter_id).state == "ended"
    assert "did not arrive" not in visitor.get("/staff/").text


def test_a_mailbox_that_is_silent_is_told_on_the_worklist(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(incoming, "silent", lambda **_: [("access@northmoor.example", now - timedelta(hours=3))])
    page = visit("officer").get("/staff/")
    assert "access@northmoor.example is not being read to the end" in re.sub(r"\s+", " ", page.text)
