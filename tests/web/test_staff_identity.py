"""Identity and authority as an officer settles them: the ladder from a child to a deputy, and what re-opens it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.lifecycle import Status
from sar_service.domain.redaction import Treatment
from sar_service.models import AuditEvent, Case, Fact, Letter, PersonRow
from sar_service.services import case as cases
from sar_service.services import identity, letter, link, redaction_mark, sealing, work
from sar_service.services.contact import contact_of
from tests import factories
from tests.browser import Visitor

MOTHER = {"name": "Lowenna Tregale", "email": "lowenna@example.org", "relationship": "mother"}
YOUNG = {"date_of_birth": "2013-02-01"}
SECRET = "told me at school that she is afraid of him"


@pytest.fixture
def asked_by_mother(app: Flask, now: datetime) -> Case:
    return factories.a_case(now=now, capacity="parent", requester=MOTHER, subject=YOUNG)


def fresh(case_id: Any) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case_id)


def clear_text_of(case_id: Any) -> str:
    """Everything that is kept of a case in clear, in facts and in the trail."""
    facts = db.session.query(Fact).filter(Fact.case_id == case_id)
    events = db.session.query(AuditEvent).filter(AuditEvent.case_id == case_id)
    return " ".join([*(str(fact.detail) for fact in facts), *(str(event.detail) for event in events)])


def later_at(app: Flask, monkeypatch: pytest.MonkeyPatch, now: datetime, **parts: float) -> datetime:
    moment = factories.later(now, **parts)
    monkeypatch.setitem(app.config, "NOW", lambda: moment)
    return moment


def test_a_parent_is_settled_once_each_thing_the_page_asks_for_was_recorded(
    visit: Callable[..., Visitor], asked_by_mother: Case
) -> None:
    key, here = asked_by_mother.id, f"/staff/cases/{asked_by_mother.reference}/identity"
    officer = visit("officer")
    page = officer.get(here).text
    for words in ("Who is asking", "Parental responsibility", "What the child thinks", "Nobody has looked for court"):
        assert words in page
    officer.send({"kind": "photo_document", "how": "video"}, form="Record it")
    unsaid = officer.send({"kind": "parental_responsibility", "how": "in_person"}, form="Record it")
    assert unsaid.status_code == 400 and "Say which document or order" in unsaid.text
    officer.send({"kind": "parental_responsibility", "how": "post", "basis": "birth_mother"}, form="Record it")
    officer.send({"found": "none", "where": "Case system, Legal: no order"}, form="Record what you found")
    alone = officer.send(
        {"understanding": "understands", "by": "Rose Penrose, social worker"}, form="Record the judgement"
    )
    assert alone.status_code == 400 and "how they came to it" in alone.text and "Rose Penrose" in alone.text
    told = {"understanding": "understands", "by": "Rose Penrose, social worker", "how": f"We talked; she {SECRET}"}
    judged = officer.send(told, form="Record the judgement").text
    assert "theirs to decide" in judged and "Judged: the child understands" in judged and SECRET in judged
    agreed = {"view": "agrees", "by": "Rose Penrose", "how": "She said so on a second visit"}
    assert "What was seen is enough" in officer.send(agreed, form="Record the judgement").text
    assert "Identity is settled" in officer.send(form="Identity is settled").text
    assert identity.settled(fresh(key))
    assert SECRET not in clear_text_of(key) and "Rose Penrose" not in clear_text_of(key)


def test_an_order_found_later_undoes_it_and_marks_the_case(
    visit: Callable[..., Visitor], asked_by_mother: Case, app: Flask, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    key, officer = asked_by_mother.id, visit("officer")
    officer.get(f"/staff/cases/{asked_by_mother.reference}/identity")
    officer.send({"override": "Seen by the team manager"}, form="Identity is settled")
    assert identity.settled(fresh(key))
    later_at(app, monkeypatch, now, minutes=10)
    found = {"found": "against", "where": "A non-molestation order of last May", "flag": "yes"}
    page = officer.send(found, form="Record what you found").text
    assert not identity.settled(fresh(key)) and "stands against giving this" in page
    assert [flag.value for flag in work.flags([fresh(key)])[key]] == ["safe_address"]
    assert "Seen by the team manager" in page and "No longer settled" in page


def test_what_was_recorded_by_mistake_is_taken_back_and_undoes_what_rested_on_it(
    visit: Callable[..., Visitor],
    app: Flask,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    staff: Callable[..., Actor],
) -> None:
    officer = staff("officer")
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    key, desk = case.id, visit(officer)
    entry = str(identity.seen_of(case)[0][0].id)
    later_at(app, monkeypatch, now, minutes=10)
    desk.get(f"/staff/cases/{case.reference}/identity")
    refused = desk.send({"entry": entry}, form="Take it back")
    assert refused.status_code == 400 and "Give the reason" in refused.text and identity.settled(fresh(key))
    page = desk.send({"entry": entry, "reason": "That was her sister’s passport"}, form="Take it back").text
    assert not identity.settled(fresh(key)) and not identity.evidence_of(fresh(key))
    assert "her sister’s passport" in page and "sister" not in clear_text_of(key)
    again = desk.send({"entry": entry, "reason": "Once more"}, form="Identity is settled")
    assert again.status_code == 400


def test_an_authority_has_a_date_and_says_what_may_be_asked_for(
    visit: Callable[..., Visitor], app: Flask, now: datetime
) -> None:
    case = factories.a_case(now=now, capacity="solicitor", requester={**MOTHER, "organisation": "Keast and Co"})
    key, officer = case.id, visit("officer")
    officer.get(f"/staff/cases/{case.reference}/identity")
    officer.send({"kind": "firm_checked", "how": "record"}, form="Record it")
    paper = {"kind": "signed_authority", "about": "subject", "how": "copy", "basis": "general_authority"}
    undated = officer.send(paper, form="Record it")
    assert undated.status_code == 400 and "signed and dated" in undated.text
    general = officer.send({**paper, "dated": "2026-02-02"}, form="Record it").text
    assert "does not say that this council" in general and "more than six months old" in general
    page = officer.send({**paper, "dated": "2026-11-02", "basis": "specific_authority"}, form="Record it").text
    assert "What was seen is enough" in page and "check with them, or send it to them" in page
    assert identity.evidence_of(fresh(key))[-1].basis == "specific_authority"


def test_a_parent_who_may_not_have_the_file_does_not_get_it_through_a_solicitor(
    visit: Callable[..., Visitor], app: Flask, now: datetime
) -> None:
    firm = {"name": "A Keast", "email": "keast@example.org", "organisation": "Keast and Co"}
    case = factories.a_case(now=now, capacity="solicitor", requester=firm, subject=YOUNG)
    key, officer = case.id, visit("officer")
    page = officer.get(f"/staff/cases/{case.reference}/identity").text
    assert "Orders and safe addresses" not in page and "ABUSE" not in {c.code for c in redaction_mark.codes(case)}
    officer.send({"kind": "firm_checked", "how": "record"}, form="Record it")
    paper = {"kind": "signed_authority", "about": "subject", "how": "copy", "dated": "2026-11-02"}
    page = officer.send({**paper, "basis": "parents_authority"}, form="Record it").text
    for words in ("Parental responsibility for the child has not been shown", "What the child thinks", "Nobody has"):
        assert words in page
    assert {"ABUSE", "WISH-W"} <= {code.code for code in redaction_mark.codes(fresh(key))}
    refused = officer.send(form="Identity is settled")
    assert refused.status_code == 400 and not identity.settled(fresh(key))
    officer.send({"kind": "parental_responsibility", "how": "post", "basis": "birth_mother"}, form="Record it")
    officer.send({"found": "none", "where": "Case system, Legal: no order"}, form="Record what you found")
    told = {"view": "agrees", "by": "Rose Penrose, social worker", "how": "She said so"}
    assert "What was seen is enough" in officer.send(told, form="Record the judgement").text


def test_somebody_we_know_is_asked_for_less(visit: Callable[..., Visitor], app: Flask, now: datetime) -> None:
    case = factories.a_case(now=now)
    officer = visit("officer")
    assert "Too much?" not in officer.get(f"/staff/cases/{case.reference}/identity").text
    officer.get(f"/staff/cases/{case.reference}/work")
    officer.send({"flag": "care_leaver"}, form="Keep the flags")
    page = officer.get(f"/staff/cases/{case.reference}/identity").text
    assert "Too much?" in page and "No passport is needed" in page


def test_a_child_takes_over_what_a_parent_asked_for(
    visit: Callable[..., Visitor],
    asked_by_mother: Case,
    sent: Any,
    staff: Callable[..., Actor],
    now: datetime,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was withheld to protect the child from the parent is open again, and nothing goes to the parent."""
    officer, key = staff("officer"), asked_by_mother.id
    identity.settle(asked_by_mother, override="Seen by the team manager", actor=officer, now=now)
    asked_by_mother.status = Status.REVIEWING
    person = redaction_mark_on(asked_by_mother, officer, now)
    db.session.commit()
    later_at(app, monkeypatch, now, minutes=10)
    desk = visit(officer)
    desk.get(f"/staff/cases/{asked_by_mother.reference}/identity")
    refused = desk.send({"capacity": "self"}, form="Correct who asks")
    assert refused.status_code == 400 and "Give the reason" in refused.text
    page = desk.send(
        {"capacity": "self", "reason": "She understands it and asks now herself"}, form="Correct who asks"
    ).text
    assert "1 decision rested on a code" in page
    case = fresh(key)
    assert case.capacity == "self" and not identity.settled(case)
    assert "ABUSE" not in {code.code for code in redaction_mark.codes(case)}
    row = db.session.get_one(PersonRow, person)
    assert (row.treatment, row.code) == ("", "")
    assert contact_of(case) == {"email": "", "phone": "", "address": []}
    assert sealing.unseal(case)["requester"]["name"] == "Morwenna Tregale"
    assert not [each for each in letter.letters(case) if each.kind == "contact-changed"]
    stale = desk.send(
        {"capacity": "parent", "name": "Lowenna", "reason": "No", "version": "1"}, form="Correct who asks"
    )
    assert stale.status_code == 409


def redaction_mark_on(case: Case, officer: Actor, now: datetime) -> Any:
    """A person of the file who is withheld under a code that only holds against a parent."""
    from sar_service.domain.people import Standing
    from sar_service.services import people

    row = people.add(case, names=["Denzil Rowe"], role="uncle", standing=Standing.THIRD_PARTY, actor=officer, now=now)
    db.session.flush()
    redaction_mark.decide_person(
        case, row, treatment=Treatment.WITHHOLD, code="ABUSE", reason="x", version=row.version, actor=officer, now=now
    )
    return row.id


def test_nobody_of_a_family_was_born_after_they_were_asked_about(
    visit: Callable[..., Visitor], now: datetime, app: Flask
) -> None:
    case = factories.a_case(now=now, capacity="parent", requester=MOTHER, subject=YOUNG, received_on=date(2026, 11, 2))
    officer = visit("officer")
    officer.get(f"/staff/cases/{case.reference}/identity")
    page = officer.send({"whose": "child", "given_name": "Kitto", "date_of_birth": "2026-11-03"}, form="Make the case")
    assert page.status_code == 400 and "after the day the request came" in page.text


def test_the_family_file_becomes_a_case_for_each_person(visit: Callable[..., Visitor], asked_by_mother: Case) -> None:
    key, received, officer = asked_by_mother.id, asked_by_mother.received_on, visit("officer")
    officer.get(f"/staff/cases/{asked_by_mother.reference}/identity")
    unnamed = officer.send({"whose": "themselves"}, form="Make the case")
    assert unnamed.status_code == 400 and "Give the name" in unnamed.text
    officer.send({"whose": "themselves", "given_name": "Lowenna", "family_name": "Tregale"}, form="Make the case")
    officer.send({"whose": "child", "given_name": "Kitto", "date_of_birth": "2016-05-04"}, form="Make the case")
    linked = [other for _row, other in link.links(fresh(key), actor=officer.actor) if other is not None]  # type: ignore[arg-type]
    told = {each.capacity: sealing.unseal(each) for each in linked}
    assert {each.received_on for each in linked} == {received} and set(told) == {"self", "parent"}
    assert told["self"]["subject"]["given_name"] == "Lowenna"
    assert told["parent"]["subject"]["given_name"] == "Kitto"
    assert all(each["requester"]["email"] == "lowenna@example.org" for each in told.values())


def test_a_changed_contact_holds_letters_and_release_until_identity_is_settled_again(
    visit: Callable[..., Visitor],
    staff: Callable[..., Actor],
    app: Flask,
    sent: Any,
    outbox: list[Any],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer = staff("officer")
    case = factories.with_identity(factories.a_case(now=now), actor=officer, now=now)
    key, reference, desk = case.id, case.reference, visit(officer)
    sent.work()
    outbox.clear()
    desk.get(f"/staff/cases/{reference}/letters/new")
    desk.send({"kind": "progress", "reason": "We are reading"}, form="Look at the letter")
    desk.send({"do": "send"}, form="Send it")  # it waits for its job
    later_at(app, monkeypatch, now, minutes=10)
    desk.get(f"/staff/cases/{reference}/identity")
    bad = desk.send({"email": "not an address"}, form="Change the contact")
    assert bad.status_code == 400 and "correct format" in bad.text and "not an address" in bad.text
    nowhere = desk.send({"email": "", "address": ""}, form="Change the contact")
    assert nowhere.status_code == 400 and "one of them has to stay" in nowhere.text
    page = desk.send({"email": "new@example.org"}, form="Change the contact").text
    assert "letters are held back" in page
    sent.work()
    assert [(mail.to, "contact details" in mail.subject) for mail in outbox] == [("morwenna@example.org", True)]
    assert {row.kind: row.state for row in letter.letters(fresh(key))}["progress"] == "held"

    desk.get(f"/staff/cases/{reference}/letters/new")
    desk.send({"kind": "clarification", "reason": "Which years?"}, form="Look at the letter")
    stopped = desk.send({"do": "send"}, form="Send it")
    assert stopped.status_code == 409 and "nobody has settled since who has the new one" in stopped.text
    desk.get(f"/staff/cases/{reference}/letters/new")
    desk.send({"kind": "extension", "reason": "Very many files"}, form="Look at the letter")
    assert desk.send({"do": "send"}, form="Send it").status_code == 200

    monkeypatch.setitem(app.config, "NOW", lambda: factories.later(now, minutes=20))
    desk.get(f"/staff/cases/{reference}/identity")
    desk.send({"kind": "vouched", "how": "in_person"}, form="Record it")
    desk.send({"sure": "evidence", "override": "Her worker met her"}, form="Identity is settled")
    outbox.clear()
    sent.work()
    assert {mail.to for mail in outbox} == {"new@example.org"}
    row = db.session.query(Letter).filter(Letter.case_id == key, Letter.kind == "progress").one()
    assert row.state == "sent" and sealing.unseal(row)["to"] == "new@example.org" and row.written_at == now
    assert cases.situation(fresh(key)).identity_settled
