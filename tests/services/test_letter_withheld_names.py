"""Single names in a letter, words that are names as well, and who lets them stand."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.people import Standing
from sar_service.models import Case
from sar_service.services import audit, letter_draft, letter_withheld, sealing
from sar_service.services.withheld import Loose
from tests import factories
from tests.browser import Visitor
from tests.services.test_letter_withheld import SAFE, begun, goes, register


@pytest.mark.parametrize(
    "words",
    [
        "Ms Ashgrove wrote this.",
        "It is Ashgrove’s paper.",
        "ASHGROVE wrote it.",
        "We asked Ash-\ngrove first.",
        "Ashgrove-Penrose wrote it.",
        "We spoke to Siân.",
        "We spoke to SIAN about it.",
        "We asked O'Hanrahan.",
    ],
)
def test_a_single_name_of_somebody_who_is_withheld_is_found_however_it_is_written(
    case: Case, officer: Actor, now: datetime, words: str
) -> None:
    register(case, {"names": ["Siân Ashgrove", "Siân O’Hanrahan"]}, standing=Standing.THIRD_PARTY)
    with pytest.raises(InvalidInput, match="withheld"):
        goes(case, begun(case, words, officer, now), officer, now)


@pytest.mark.parametrize(
    "words",
    [
        "Ms Tregale, you asked for nine boxes.",
        "Mr Penrose read them.",
        "You may ask again. Young people get help. We hope so.",
        "We write on 1 May 2027 again.",
        "Mrs Smith is our Young People’s lead.",
    ],
)
def test_a_name_that_others_have_too_and_an_everyday_word_stop_no_letter(
    case: Case, officer: Actor, now: datetime, words: str
) -> None:
    register(case, {"names": ["Mrs Petronella Tregale", "May Young"]}, standing=Standing.THIRD_PARTY)
    register(case, {"names": ["Jory Penrose"]}, standing=Standing.PROFESSIONAL, treatment="show", number=4)
    register(case, {"names": ["Kensa Penrose"]}, standing=Standing.THIRD_PARTY, number=5)
    row = begun(case, words, officer, now)
    goes(case, row, officer, now)
    assert row.state == "waiting"


def test_words_of_the_letter_itself_stop_it_in_no_language(
    app: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A surname may be a word of Welsh that stands in every letter: nobody could take it out."""
    from tests.services.test_letters_welsh import council

    council(app, monkeypatch)
    case = factories.a_case(now=now, delivery={"how": "portal", "language": "cy"})
    names = ("Mai", "Rydym", "Dear")
    monkeypatch.setattr(
        letter_withheld, "loose_strings", lambda case: [Loose(name, None, guarded=True) for name in names]
    )
    row = begun(case, "We read.", officer, now)
    assert " rydym " in sealing.unseal(row)["welsh"]["text"]
    goes(case, row, officer, now)
    assert row.state == "waiting"
    row = begun(case, "Mai wrote this.", officer, now)
    with pytest.raises(InvalidInput, match="withheld"):
        goes(case, row, officer, now)


def test_a_person_lets_words_stand_and_it_is_kept_who_and_why(
    visit: Callable[..., Visitor], case: Case, now: datetime
) -> None:
    register(case, {"names": ["Petronella Ashgrove"]}, standing=Standing.THIRD_PARTY)
    key, reference = case.id, case.reference
    visitor = visit("officer")
    visitor.get(f"/staff/cases/{reference}/letters/new")
    visitor.send({"kind": "progress", "reason": "The Ashgrove office has nine boxes."}, form="Look at the letter")
    page = visitor.send({"do": "send"}, form="Send it")
    assert page.status_code == 400 and "say below why they stand" in page.text
    assert visitor.send({"do": "save", "stands": "An office of ours"}, form="Send it").status_code == 200
    page = visitor.send({"do": "send", "stands": "An office of ours"}, form="Send it")
    assert "on its way" in page.text
    (event,) = [each for each in audit.timeline(key) if "let words stand" in each.verb]
    assert event.actor == visitor.actor.label and "Ashgrove" not in str(event.detail)
    assert "An office of ours" in visitor.get(f"/staff/cases/{reference}/history").text


def test_what_was_let_stand_is_asked_of_once_and_another_word_anew(case: Case, officer: Actor, now: datetime) -> None:
    register(case, {"names": ["Petronella Ashgrove"]}, standing=Standing.THIRD_PARTY)
    row = begun(case, "The Ashgrove office has it.", officer, now)
    told = sealing.unseal(row)
    more = {"subject": told["subject"], "actor": officer, "now": now}
    letter_draft.save(
        case, row, text=told["text"] + "\nAshgrove again.\n", stands="An office", version=row.version, **more
    )
    with pytest.raises(InvalidInput, match="withheld"):
        letter_draft.save(case, row, text=told["text"] + "\nPetronella.\n", version=row.version, **more)
    letter_draft.send(case, row, version=row.version, actor=officer, now=now)
    assert row.state == "waiting"


def test_what_leads_to_somebody_who_must_not_be_found_stands_for_no_reason(
    case: Case, officer: Actor, now: datetime
) -> None:
    register(case, {**SAFE, "names": ["Hope Wearne"]}, standing=Standing.PROTECTED)
    for words in ("We wait for 9 Harbour View.", "Ms Wearne wrote."):
        row = begun(case, words, officer, now)
        with pytest.raises(InvalidInput, match="withheld") as refused:
            letter_draft.send(case, row, stands="I know", version=row.version, actor=officer, now=now)
        assert "say below" not in str(refused.value)
        letter_draft.drop(case, row, version=row.version, actor=officer, now=now)
    row = begun(case, "We hope to write soon. Hope is not a plan.", officer, now)
    goes(case, row, officer, now)
    row = begun(case, "It was said that Hope wrote it.", officer, now)
    with pytest.raises(InvalidInput, match="withheld"):
        goes(case, row, officer, now)
    letter_draft.send(case, row, stands="A charity", version=row.version, actor=officer, now=now)
    assert row.state == "waiting"
    db.session.rollback()
