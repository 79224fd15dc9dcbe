"""Letters that are looked at before they go: what sending one does, and what an e-mail may say."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sar_service.adapters.mail import as_message
from sar_service.db import db
from sar_service.documents.letter_text import as_html
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotAllowed, StaleWrite, WrongState
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.models import AuditEvent, Case
from sar_service.services import clock, letter, letter_draft, letter_send, sealing, search
from tests import factories, packs

WORDS = "There are nine boxes of paper about the flat in Quarry Lane"


@pytest.fixture
def manager(staff: Any) -> Actor:
    actor: Actor = staff("manager")
    return actor


def begun(case: Case, kind: str, actor: Actor, now: datetime, words: str = WORDS) -> Any:
    result = Result.ALL if KINDS[kind].route is not None else ""
    row = letter_draft.begin(case, kind, words, result=result, actor=actor, now=now)
    db.session.commit()
    return row


def goes(case: Case, row: Any, actor: Actor, now: datetime) -> None:
    letter_draft.send(case, row, version=row.version, actor=actor, now=now)
    db.session.commit()


def kinds_of(case: Case) -> list[str]:
    return [fact.kind for fact in clock.standing_facts(case)]


def test_a_draft_does_nothing_and_tells_the_date_that_will_be_so(case: Case, officer: Actor, now: datetime) -> None:
    before, facts = case.due_on, kinds_of(case)
    row = begun(case, "extension", officer, now)
    db.session.expire_all()
    assert (case.due_on, kinds_of(case), row.state) == (before, facts, "draft")
    told = sealing.unseal(row)
    goes(case, row, officer, now)
    assert case.due_on is not None and before is not None and case.due_on > before
    assert told["due"] == case.due_on.isoformat()
    assert f"{case.due_on:%-d %B %Y}" in told["text"]
    assert "extension_notice" in kinds_of(case) and row.state == "waiting"


@pytest.mark.parametrize(
    ("kind", "fact", "status"),
    [
        ("identity-asked", "identity_requested", Status.IDENTITY),
        ("clarification", "clarification_requested", Status.RECEIVED),
        ("fee-asked", "fee_requested", Status.RECEIVED),
        ("progress", "", Status.RECEIVED),
        ("other-controller", "", Status.REDIRECTED),
        ("redirect-foi", "", Status.REDIRECTED),
        ("closed", "", Status.CLOSED),
        ("refused", "", Status.REFUSED),
    ],
)
def test_sending_is_the_act(case: Case, manager: Actor, now: datetime, kind: str, fact: str, status: Status) -> None:
    row = begun(case, kind, manager, now)
    assert case.status is Status.RECEIVED and fact not in kinds_of(case)
    goes(case, row, manager, now)
    assert case.status is status
    assert not fact or fact in kinds_of(case)


@pytest.mark.parametrize("kind", [key for key, kind in KINDS.items() if kind.drafted and not kind.second])
def test_what_staff_write_is_in_no_email_and_not_in_the_trail(
    case: Case, manager: Actor, now: datetime, kind: str
) -> None:
    case.capacity = "representative" if KINDS[kind].for_others else case.capacity
    case.right = case.right if KINDS[kind].suits(case.right) else Right.ERASURE
    if kind == letter_draft.NEW_DATE:
        earlier = clock.day_of(now) - timedelta(days=3)
        clock.correct(case, str(case.facts[0].id), on=earlier, reason="It came then", actor=manager, now=now)
    row = begun(case, kind, manager, now)
    goes(case, row, manager, now)
    told = sealing.unseal(row)
    assert WORDS in told["text"]
    mail = letter_send.begin(row.id, now=now)
    assert mail is not None
    assert WORDS not in mail[1].text and "Quarry" not in mail[1].subject + mail[1].text
    assert case.reference in mail[1].text and "/portal/" in mail[1].text
    assert not any("Quarry" in str(event.detail) for event in db.session.query(AuditEvent))
    assert not any("Quarry" in str(fact.detail) for fact in case.facts)


def test_the_same_letter_has_the_same_message_id_however_often_it_is_sent(
    case: Case, officer: Actor, now: datetime
) -> None:
    row = letter_draft.begin_and_send(case, "progress", WORDS, actor=officer, now=now)
    db.session.commit()
    first = letter_send.begin(row.id, now=now)
    row.lease_until = now - timedelta(seconds=1)
    row.state = "waiting"
    db.session.commit()
    second = letter_send.begin(row.id, now=now)
    assert first is not None and second is not None
    ids = {as_message(mail)["Message-ID"] for _token, mail in (first, second)}
    assert ids == {f"<letter.{row.id}@{first[1].sender.rpartition('@')[2]}>"}


def test_a_letter_to_somebody_whose_messages_are_read_goes_on_paper(app: Any, officer: Actor, now: datetime) -> None:
    asked = {
        "name": "Morwenna Tregale",
        "email": "m@example.org",
        "safe": "careful",
        "address": "1 High Street, Northmoor",
    }
    case = factories.a_case(now=now, requester=asked, delivery={"how": "post"})
    row = letter_draft.begin_and_send(case, "progress", WORDS, actor=officer, now=now)
    assert row.state == "to_post"
    assert sealing.unseal(row)["address"] == ["Morwenna Tregale", "1 High Street", "Northmoor"]


def test_a_date_that_is_no_longer_right_is_not_sent(case: Case, officer: Actor, now: datetime) -> None:
    row = begun(case, "progress", officer, now)
    clock.add_fact(case, "extension_notice", clock.day_of(now), actor=officer, now=now, reasons="Many files")
    db.session.commit()
    with pytest.raises(WrongState, match="no longer right"):
        goes(case, row, officer, now)
    db.session.rollback()
    assert row.state == "draft"


def test_an_extension_that_comes_too_late_can_be_neither_begun_nor_sent(
    case: Case, officer: Actor, now: datetime
) -> None:
    row = begun(case, "extension", officer, now)
    late = now + timedelta(days=40)
    with pytest.raises(InvalidInput, match="had to be given by"):
        letter_draft.begin(factories.a_case(now=now), "extension", WORDS, actor=officer, now=late)
    db.session.rollback()
    with pytest.raises(InvalidInput, match="had to be given by"):
        goes(case, row, officer, late)
    db.session.rollback()
    assert "extension_notice" not in kinds_of(case) and row.state == "draft"


def test_what_is_called_unfounded_is_sent_by_a_second_manager(case: Case, staff: Any, now: datetime) -> None:
    first, second = staff("manager"), staff("manager")
    row = begun(case, "unfounded", first, now)
    with pytest.raises(NotAllowed):
        goes(case, row, first, now)
    db.session.rollback()
    goes(case, row, second, now)
    assert case.status is Status.REFUSED


ANSWERED = [right for right in Right if right is not Right.ACCESS]


def settled(case: Case, actor: Actor, now: datetime) -> Case:
    return factories.with_identity(case, actor=actor, now=now)


@pytest.mark.parametrize("result", list(Result))
@pytest.mark.parametrize("right", ANSWERED)
def test_every_other_right_is_answered_by_a_letter_that_a_second_person_sends(
    app: Any, staff: Any, now: datetime, right: Right, result: Result
) -> None:
    officer, second = staff("officer"), staff("officer")
    case = settled(factories.a_case(now=now, right=right), officer, now)
    row = letter_draft.begin(case, f"outcome-{right}", WORDS, result=result, actor=officer, now=now)
    db.session.commit()
    with pytest.raises(NotAllowed, match="Somebody else"):
        goes(case, row, officer, now)
    db.session.rollback()
    assert case.status is not Status.CLOSED
    goes(case, row, second, now)
    assert (case.status, case.released_on, row.state) == (Status.CLOSED, clock.day_of(now), "waiting")
    text = sealing.unseal(row)["text"]
    refused = result is not Result.ALL and right is not Right.PUPIL_RECORD  # other regulations say where to complain
    for words in ("section 165", "section 167", "section 168"):
        assert (words in text) is (refused or right is Right.COMPLAINT)
    assert ("section 164A" in text) is (refused and right is not Right.COMPLAINT)


def test_whoever_changed_a_letter_does_not_send_it_either(app: Any, staff: Any, now: datetime) -> None:
    officer, second, third = staff("officer"), staff("officer"), staff("officer")
    case = settled(factories.a_case(now=now, right=Right.ERASURE), officer, now)
    row = letter_draft.begin(case, "outcome-erasure", WORDS, result="all", actor=officer, now=now)
    letter_draft.save(
        case,
        row,
        subject="Answer",
        text=sealing.unseal(row)["text"] + "Bye",
        version=row.version,
        actor=second,
        now=now,
    )
    db.session.commit()
    for writer in (officer, second):
        with pytest.raises(NotAllowed):
            goes(case, row, writer, now)
        db.session.rollback()
    goes(case, row, third, now)


def test_nothing_is_answered_before_it_is_known_who_asks(app: Any, staff: Any, now: datetime) -> None:
    officer = staff("officer")
    case = factories.a_case(now=now, right=Right.RECTIFICATION)
    with pytest.raises(WrongState, match="identity"):
        letter_draft.begin(case, "outcome-rectification", WORDS, result="all", actor=officer, now=now)


def test_that_nothing_is_held_is_said_only_once_everything_was_searched(app: Any, staff: Any, now: datetime) -> None:
    officer = staff("officer")
    case = settled(factories.a_case(now=now), officer, now)
    with pytest.raises(WrongState, match="No search"):
        letter_draft.begin(case, "not-held", WORDS, actor=officer, now=now)


def test_nothing_is_said_not_to_be_held_where_something_was_found(staff: Any, sent: Any, now: datetime) -> None:
    officer, second = staff("officer"), staff("officer")
    case = packs.again(factories.searched(factories.a_case(now=now), sent, actor=officer, now=now))
    with pytest.raises(WrongState, match="was found"):
        letter_draft.begin(case, "not-held", WORDS, actor=officer, now=now)
    db.session.rollback()
    for row in search.candidates(case):
        search.decide_candidate(case, row.id, decision="rejected", version=row.version, actor=officer, now=now)
    row = letter_draft.begin(case, "not-held", WORDS, actor=officer, now=now)
    db.session.commit()
    goes(case, row, second, now)
    assert case.status is Status.CLOSED and case.released_on == clock.day_of(now)


def test_no_mark_but_headings_and_lists_means_anything() -> None:
    html = as_html("# One\n\n## Two\n\n*a* <b> [x](http://y) `z`\n\n- p\n\n1. q\n", {"h2": "big"})
    assert html.count('<h2 class="big">') == 2 and "<h1" not in html
    assert "*a* &lt;b&gt; [x](http://y) `z`" in html and "<li>p</li>" in html and "<ol>" in html


@pytest.mark.parametrize(
    ("kind", "result"), [("outcome-erasure", "all"), ("outcome-objection", ""), ("outcome-objection", "some")]
)
def test_a_decision_is_of_this_right_and_says_how_much(
    app: Any, staff: Any, now: datetime, kind: str, result: str
) -> None:
    officer = staff("officer")
    case = settled(factories.a_case(now=now, right=Right.OBJECTION), officer, now)
    with pytest.raises(InvalidInput):
        letter_draft.begin(case, kind, WORDS, result=result, actor=officer, now=now)


def test_only_who_may_refuse_can_begin_a_refusal(case: Case, officer: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        letter_draft.begin(case, "refused", WORDS, actor=officer, now=now)


def test_an_older_page_changes_nothing(case: Case, officer: Actor, now: datetime) -> None:
    row = begun(case, "progress", officer, now)
    old = row.version
    changed = sealing.unseal(row)["text"] + "We read."
    letter_draft.save(case, row, subject="News", text=changed, version=old, actor=officer, now=now)
    db.session.commit()
    with pytest.raises(StaleWrite):
        letter_draft.save(case, row, subject="Other", text="No.", version=old, actor=officer, now=now)
    with pytest.raises(StaleWrite):
        letter_draft.send(case, row, version=old, actor=officer, now=now)
    assert sealing.unseal(row)["text"] == changed + "\n"


@pytest.mark.parametrize(
    ("kind", "words", "said"),
    [
        ("refused", "section 164A", "complain to us"),
        ("refused", "section 165", "complain to the regulator"),
        ("refused", "section 167", "go to court"),
        ("extension", "2027", "has to say the date"),
    ],
)
def test_what_the_law_wants_in_a_letter_cannot_be_taken_out(
    case: Case, manager: Actor, now: datetime, kind: str, words: str, said: str
) -> None:
    row = begun(case, kind, manager, now)
    told = sealing.unseal(row)
    text = told["text"].replace(words, "")
    assert text != told["text"]
    with pytest.raises(InvalidInput, match=said):
        letter_draft.save(case, row, subject="Ours", text=text, version=row.version, actor=manager, now=now)
    more = told["text"] + "\nRing us.\n"
    letter_draft.save(case, row, subject="Ours", text=more, version=row.version, actor=manager, now=now)


def test_what_has_gone_is_kept_as_it_went(case: Case, officer: Actor, now: datetime) -> None:
    row = letter_draft.begin_and_send(case, "progress", WORDS, actor=officer, now=now)
    for deed in (
        lambda: letter_draft.save(case, row, subject="a", text="b", version=row.version, actor=officer, now=now),
        lambda: letter_draft.send(case, row, version=row.version, actor=officer, now=now),
        lambda: letter_draft.drop(case, row, version=row.version, actor=officer, now=now),
    ):
        with pytest.raises(WrongState, match="has gone"):
            deed()


def test_nobody_overwrites_the_draft_of_another(case: Case, officer: Actor, now: datetime) -> None:
    first = begun(case, "progress", officer, now)
    with pytest.raises(WrongState, match="begun already"):
        begun(case, "progress", officer, now, "Other news")
    db.session.rollback()
    assert [row.id for row in letter.letters(case) if row.state == "draft"] == [first.id]
    assert not [row for row in letter.letters(case, drafts=False) if row.state == "draft"]
    letter_draft.drop(case, first, version=first.version, actor=officer, now=now)
    begun(case, "progress", officer, now, "Other news")


@pytest.mark.parametrize(("kind", "words"), [("progress", "  "), ("released", WORDS), ("pizza", WORDS)])
def test_what_cannot_be_begun(case: Case, officer: Actor, now: datetime, kind: str, words: str) -> None:
    with pytest.raises(InvalidInput):
        letter_draft.begin(case, kind, words, actor=officer, now=now)


def test_a_letter_is_an_accessible_pdf_with_all_that_it_says(
    case: Case, officer: Actor, now: datetime, tmp_path: Any
) -> None:
    import pikepdf
    import pypdfium2

    row = letter_draft.begin_and_send(case, "progress", f"{WORDS} <b>& more</b>", actor=officer, now=now)
    path = tmp_path / "letter.pdf"
    path.write_bytes(letter.pdf(case, row, now=now))
    with pikepdf.open(path) as pdf:
        assert pdf.Root.MarkInfo.Marked and pdf.Root.Lang
        with pdf.open_metadata() as told:
            assert told["pdfuaid:part"] == "1"
    document = pypdfium2.PdfDocument(path)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "<b>& more</b>" in text and case.reference in text and "Northmoor Borough Council" in text
