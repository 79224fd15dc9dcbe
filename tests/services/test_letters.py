"""Every letter can be written, reads as plain text, and says nothing about anybody but how to get at the answer."""

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pypdfium2
import pytest

from sar_service.catalogue import ABSENT
from sar_service.catalogue.controller import LetterText
from sar_service.db import db
from sar_service.documents.letter_template import LetterFault, Own
from sar_service.domain.actor import SERVICE
from sar_service.domain.letter import KINDS
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.extensions import KEY
from sar_service.models import Case, Letter
from sar_service.services import clock, letter, sealing
from tests import factories

ELSEWHERE = {
    "result": "all",
    "route_contact": "",
    "nation": "england-and-wales",
    "received": "Monday 23 November 2026",
    "answer_by": "",
    "answer_late": False,
}
MORE: dict[str, dict[str, Any]] = {
    "identity-asked": {"reason": "The name on the request isn't the one in our records."},
    "authority-asked": {"reason": "We have nothing that says that you're their advocate."},
    "partial-disclosure": {
        "reason": "The record of the social workers, & its letters.",
        "to_come": "The paper file of 2009, which is in a store.",
        "come_by": "Friday 18 December 2026",
        "come_late": False,
        "withheld": "",
    },
    "access-code": {"code": "1234 5678", "minutes": 20},
    "acknowledgement-several": {"together": ["A request, & its date"]},
    "merged": {"other": "ABCDE-FGHJK-LMNPQ", "other_due": "", "undone": False},
    "extension": {"reason": "There's a great deal of it, & it is hard to read."},
    "refused": {"reason": "You asked for the same, & got it, last month."},
    "closed": {"reason": "We asked what you mean and didn't hear from you."},
    "clarification": {"reason": "Which school's records do you want?"},
    "fee-asked": {"reason": "It is the ninth time that you ask for the same. The fee is £20."},
    "progress": {"reason": "Two of five systems have answered, & we read what they hold."},
    "new-date": {"reason": "You answered our question, & we have gone on."},
    "restriction-ends": {"reason": "From 1 March on: we have found that it's right, & who wrote it."},
    "not-held": {"reason": "We looked in housing, & in schools."},
    "other-controller": {"reason": "Quayside Academy, office@quayside.example", **ELSEWHERE},
    **{
        f"redirect-{route}": {"reason": "Quayside Academy, & its governors.", **ELSEWHERE}
        for route in Route
        if route is not Route.CONTROLLER
    },
    **{f"outcome-{right}": {"reason": "We looked at it, & at the law.", "result": "part"} for right in Right},
    "unfounded": {"reason": "You asked for the same five times, & said why: to cost us money."},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_plain_text_and_private(app: Any, now: datetime, kind: str) -> None:
    case = factories.a_case(now=now, requester={"name": "Morwenna O'Tregale", "email": "m@example.org"})
    row = letter.write(case, kind, actor=SERVICE, now=now, **MORE.get(kind, {}))
    assert row is not None
    told = sealing.unseal(row)
    for text in (told["subject"], told["text"]):
        assert text.strip()
        assert "&#39;" not in text and "&amp;" not in text and "{{" not in text
        assert "<" not in text
        assert "Quarry Lane" not in text and "2007" not in text
    assert told["mail"]["text"].strip() and "#" not in told["mail"]["text"]
    assert "\n\n\n" not in told["text"]
    for name in ("reason", "code", "minutes"):
        assert str(MORE.get(kind, {}).get(name, "")) in told["text"]
    assert "Northmoor Borough Council" in told["text"]


def test_a_letter_of_a_council_that_names_no_contacts_is_still_whole(app: Any, now: datetime) -> None:
    case = factories.a_case(now=now, controller="southmoor")
    for kind in KINDS:
        row = letter.write(case, kind, actor=SERVICE, now=now, **MORE.get(kind, {}))
        assert row is not None
        assert "remark" not in sealing.unseal(row)["text"]


def text_of(case: Case, kind: str, now: datetime, **more: Any) -> str:
    row = letter.write(case, kind, actor=SERVICE, now=now, **{**MORE.get(kind, {}), **more})
    assert row is not None
    text: str = sealing.unseal(row)["text"]
    return text


@pytest.mark.parametrize(
    "kind",
    [
        "refused",
        "closed",
        "extension",
        "unfounded",
        "not-held",
        "other-controller",
        "fee-asked",
        "outcome-erasure",
        "restriction-ends",
    ],
)
def test_whoever_is_refused_or_put_off_is_told_why_and_the_three_ways_to_complain(
    app: Any, now: datetime, kind: str
) -> None:
    text = text_of(factories.a_case(now=now), kind, now)
    assert MORE[kind]["reason"] in text
    for words in ("Complain to us", "section 164A", "section 165", "section 167", "section 168", "court"):
        assert words in text
    assert "Article 77" not in text


def test_what_is_said_fits_what_was_asked(app: Any, now: datetime) -> None:
    """Whoever wanted something deleted did not ask for it, and a complaint is no request."""
    for right, words in ((Right.ACCESS, "what you asked us for"), (Right.ERASURE, "information that you wrote to us")):
        assert words in text_of(factories.a_case(now=now, right=right), "not-held", now)
    for right, word in ((Right.ACCESS, "request"), (Right.COMPLAINT, "complaint")):
        row = letter.write(
            factories.a_case(now=now, right=right), "progress", actor=SERVICE, now=now, reason="We read."
        )
        assert f"about your {word} to" in sealing.unseal(row)["mail"]["text"]


def test_a_question_can_be_answered_from_paper_as_well(app: Any, now: datetime) -> None:
    text = text_of(factories.a_case(now=now), "clarification", now)
    assert "this message" not in text and "by e-mail, by telephone or by post" in text


def test_the_date_and_its_steps_are_those_of_the_clock(app: Any, now: datetime) -> None:
    case = factories.a_case(now=now, received_on=date(2026, 10, 31))
    found = clock.reckon(case)
    for text in (text_of(case, "acknowledgement", now), text_of(case, "extension", now)):
        for step in found.steps:
            assert (step.sentence in text) is not step.for_staff
        assert f"by {found.steps[-1].sentence.removeprefix('The answer is due by the end of ').rstrip('.')}" in text


def test_an_extension_while_the_clock_is_stopped_still_says_until_when(app: Any, now: datetime) -> None:
    case = factories.a_case(now=now)
    clock.add_fact(case, "clarification_requested", clock.day_of(now), actor=SERVICE, now=now)
    assert "two months later" in text_of(case, "extension", now)


def test_a_question_says_that_days_do_not_count_only_where_that_is_so(app: Any, now: datetime) -> None:
    for right, so in ((Right.ACCESS, True), (Right.ERASURE, False)):
        case = factories.a_case(now=now, right=right)
        clock.add_fact(case, "clarification_requested", clock.day_of(now), actor=SERVICE, now=now)
        text = text_of(case, "clarification", now)
        assert ("do not count" in text) is so
        assert ("does not change the date" in text) is not so
        assert "today" not in text  # on paper it goes later: the days are counted from then


@pytest.mark.parametrize(
    ("capacity", "words"),
    [
        ("self", "a document with your photograph"),
        ("parent", "parental responsibility"),
        ("representative", "authority that they have signed"),
        ("solicitor", "authority that your client has signed"),
        ("deputy", "power of attorney"),
    ],
)
def test_what_is_asked_for_is_what_settles_it(app: Any, now: datetime, capacity: str, words: str) -> None:
    case = factories.a_case(now=now, capacity=capacity)
    text = text_of(case, "identity-asked", now)
    assert words in text
    assert "does not change the date" in text  # nothing was recorded: the time runs
    clock.add_fact(case, "identity_requested", clock.day_of(now), actor=SERVICE, now=now)
    assert "begins once we have what we need" in text_of(case, "identity-asked", now)


def test_waiting_for_identity_puts_off_no_complaint(app: Any, now: datetime) -> None:
    case = factories.a_case(now=now, right=Right.COMPLAINT)
    clock.add_fact(case, "identity_requested", clock.day_of(now), actor=SERVICE, now=now)
    assert "begins once" not in text_of(case, "identity-asked", now)
    told = text_of(case, "complaint-acknowledged", now)
    assert "section 164A" in told and "no fixed day for" in told and "take out what belongs to other people" not in told


def test_a_pack_that_goes_by_post_is_not_said_to_be_on_a_screen_only(app: Any, now: datetime) -> None:
    assert "by post" in text_of(factories.a_case(now=now, delivery={"how": "post"}), "released", now)
    assert "by post" not in text_of(factories.a_case(now=now), "released", now)


@pytest.mark.parametrize("kind", KINDS)
def test_paragraphs_and_lists_stand_apart(app: Any, now: datetime, kind: str) -> None:
    lines = text_of(factories.a_case(now=now), kind, now).split("\n")
    for above, below in pairwise(lines):
        assert not (above.startswith("- Go to court") and below.strip())
        assert not (len(above) > 100 and not above.startswith("-") and below[:1].isupper()), (above, below)


def own_letters(app: Any, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    """The council with templates of its own, as if they had been there when the service started."""
    made = app.extensions[KEY]
    letters = {"": {f"letters/{name}": Own(text, f"config/letters/{name}") for name, text in files.items()}}
    changed = replace(made, catalogue=replace(made.catalogue, letters=letters))
    monkeypatch.setitem(app.extensions, KEY, changed)


def test_a_council_says_a_letter_in_its_own_words(app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    own_letters(app, monkeypatch, {"withdrawn/body.txt": 'We stop {{ reference }}.\n\n{% include "foot.txt" %}'})
    case = factories.a_case(now=now)
    assert text_of(case, "withdrawn", now).startswith(f"We stop {case.reference}.\n\nInformation Rights Team\n")


def test_a_letter_that_leaves_out_what_it_has_to_say_is_not_written_and_its_file_is_named(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_letters(app, monkeypatch, {"rights.txt": "section 164A", "refused/body.txt": "{{ reason }} {{ reference }}"})
    case = factories.a_case(now=now)
    for kind, file in (("refused", "config/letters/refused/body.txt"), ("closed", "letters/closed/body.txt")):
        with pytest.raises(LetterFault, match="does not say that they can") as refused:
            letter.write(case, kind, actor=SERVICE, now=now, **MORE[kind])
        assert file in str(refused.value)
    assert [row.kind for row in letter.letters(case)] == ["acknowledgement"]


def test_what_a_council_adds_stands_in_every_letter(app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    made = app.extensions[KEY]
    added = LetterText(opening="We are here to help.", sign_off="Yours sincerely", post="Head of Rights", footer="Bye.")
    council = made.catalogue.controllers["northmoor"].model_copy(update={"letters": added})
    controllers = {**made.catalogue.controllers, "northmoor": council}
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=replace(made.catalogue, controllers=controllers)))
    text = text_of(factories.a_case(now=now), "withdrawn", now)
    assert text.startswith("Dear Morwenna Tregale\n\nWe are here to help.\n\n")
    assert "Yours sincerely\n\nHead of Rights\nInformation Rights Team\nNorthmoor Borough Council\n" in text
    assert text.endswith("\n\nBye.\n")


def test_a_council_without_a_public_contact_is_reached_where_else_it_can_be(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter that says that our details are below has some."""
    made, absent = app.extensions[KEY], ABSENT
    council = made.catalogue.controllers["northmoor"]
    cases = (
        ({"public_contact": absent}, "Data Protection Officer\nNorthmoor Borough Council\ndpo@northmoor.example\n"),
        (
            {"public_contact": absent, "dpo": absent},
            "Information Governance Team\nNorthmoor Borough Council\ncomplaints@northmoor.example\n",
        ),
        (
            {"public_contact": absent, "dpo": absent, "complaints": absent, "signatory": absent},
            "Northmoor Borough Council\nTown Hall, Northmoor, NM1 1AA\n",
        ),
    )
    for changes, foot in cases:
        moved = {**made.catalogue.controllers, "northmoor": council.model_copy(update=changes)}
        monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=replace(made.catalogue, controllers=moved)))
        text = text_of(factories.a_case(now=now), "clarification", now)
        assert "our details are below" in text and text.endswith(foot)


def test_what_was_sent_stays_as_it_was_sent(app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    case = factories.a_case(now=now)
    row = letter.write(case, "withdrawn", actor=SERVICE, now=now)
    before, paper = sealing.unseal(row), words_in(letter.pdf(case, row, now=now))
    own_letters(app, monkeypatch, {"withdrawn/body.txt": "Changed {{ reference }}", "foot.txt": "Changed"})
    made = app.extensions[KEY]
    moved = made.catalogue.controllers["northmoor"].model_copy(update={"name": "Another", "address": ("Elsewhere",)})
    changed = replace(made.catalogue, controllers={**made.catalogue.controllers, "northmoor": moved})
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=changed))
    assert sealing.unseal(row) == before
    assert words_in(letter.pdf(case, row, now=now)) == paper


def test_a_letter_goes_although_its_council_has_gone_from_the_configuration(
    app: Any, sent: Any, outbox: list[Any], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.a_case(now=now)
    row = letter.write(case, "progress", actor=SERVICE, now=now, **MORE["progress"])
    db.session.commit()
    made = app.extensions[KEY]
    others = {key: each for key, each in made.catalogue.controllers.items() if key != "northmoor"}
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=replace(made.catalogue, controllers=others)))
    outbox.clear()
    sent.work()
    mails = [mail for mail in outbox if case.reference in mail.subject]
    assert len(mails) == 2 and all(mail.reply_to == "" for mail in mails)
    assert db.session.get_one(Letter, row.id).state == "sent"


def words_in(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text
