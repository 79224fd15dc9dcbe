"""The Welsh part of a draft does not go missing without somebody's word, and who insists is kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import audit, letter, letter_draft, letter_welsh, sealing
from tests import factories
from tests.browser import Visitor
from tests.services.test_letters_welsh import WANTS, council

ENGLISH = "We are still reading the papers that the council has for you, and we will write to you when it is done.\n"


@pytest.fixture
def case(app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Case:
    council(app, monkeypatch)
    return factories.a_case(now=now, delivery=dict(WANTS))


def draft(case: Case, actor: Actor, now: datetime, **more: Any) -> Letter:
    row = letter_draft.begin(case, "progress", "We read nine boxes.", actor=actor, now=now, **more)
    db.session.commit()
    return row


def kept(row: Letter, case: Case, welsh: str, actor: Actor, now: datetime) -> None:
    told = sealing.unseal(row)
    letter_draft.save(
        case,
        row,
        subject=told["subject"],
        text=told["text"],
        welsh=(told["welsh"]["subject"], welsh),
        version=row.version,
        actor=actor,
        now=now,
    )


def must(row: Letter) -> str:
    return "\n\n".join(sealing.unseal(row)["welsh"]["must"])


@pytest.mark.parametrize(
    ("welsh", "why"),
    [
        (lambda all_of_it: "Gweler isod.\n", letter_welsh.CUT),
        (lambda all_of_it: all_of_it[: len(all_of_it) // 3], letter_welsh.CUT),
        (lambda all_of_it: ENGLISH * 9, letter_welsh.NOT_WELSH),
    ],
)
def test_a_welsh_part_that_was_cut_or_written_over_does_not_go_without_somebodys_word(
    case: Case, officer: Actor, now: datetime, welsh: Callable[[str], str], why: str
) -> None:
    row = draft(case, officer, now)
    told = sealing.unseal(row)
    kept(row, case, f"{welsh(told['welsh']['text'])}\n\n{must(row)}", officer, now)  # a draft may be half done
    with pytest.raises(InvalidInput) as refused:
        letter_draft.send(case, row, version=row.version, actor=officer, now=now)
    assert (str(refused.value), refused.value.field) == (why + letter_welsh.INSIST, "english_only")
    assert row.state == "draft"
    letter_draft.send(case, row, english_only=True, version=row.version, actor=officer, now=now)
    assert row.state == "waiting"
    (event,) = [each for each in audit.timeline(case.id) if "without its whole Welsh" in each.verb]
    assert event.actor == officer.label


def test_a_draft_begun_before_they_wanted_welsh_does_not_go_in_english_alone(
    app: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where two requests are merged, and Welsh was asked for in the other."""
    council(app, monkeypatch)
    case = factories.a_case(now=now)
    row = draft(case, officer, now)
    told = sealing.unseal(case)
    sealing.seal(case, {**told, "delivery": dict(WANTS)})
    assert letter.wants_welsh(case)
    with pytest.raises(InvalidInput, match="was begun without"):
        letter_draft.send(case, row, version=row.version, actor=officer, now=now)


@pytest.mark.parametrize("words", ["", "Rydym yn darllen naw blwch o bapurau."])
def test_a_welsh_part_as_it_was_begun_goes_and_so_does_one_that_was_put_into_better_words(
    case: Case, officer: Actor, now: datetime, words: str
) -> None:
    row = draft(case, officer, now, welsh={"reason": words})
    text = sealing.unseal(row)["welsh"]["text"]
    kept(row, case, text.replace("Helo.", "Sut mae.") + "\nMae rhagor i ddod gan y swyddog.\n", officer, now)
    letter_draft.send(case, row, version=row.version, actor=officer, now=now)
    assert row.state == "waiting" and not [each for each in audit.timeline(case.id) if "Welsh" in each.verb]


@pytest.mark.parametrize("right", [Right.ERASURE, Right.COMPLAINT, Right.PUPIL_RECORD])
def test_every_letter_that_staff_begin_is_welsh_enough_as_it_is_begun(
    app: Any, staff: Callable[..., Actor], now: datetime, monkeypatch: pytest.MonkeyPatch, right: Right
) -> None:
    manager = staff("manager")
    council(app, monkeypatch)
    case = factories.a_case(now=now, right=right, delivery=dict(WANTS))
    factories.with_identity(case, actor=manager, now=now)
    for kind in letter_draft.kinds(case):
        if kind == letter_draft.NEW_DATE:  # they have been told the date
            continue
        result = "all" if kind.startswith("outcome") else ""
        row = letter_draft.begin(case, kind, ENGLISH, result=result, actor=manager, now=now)
        assert letter_welsh.lacks(case, sealing.unseal(row)) == "", kind


def test_who_sends_it_is_told_and_can_insist(
    case: Case, visit: Callable[..., Visitor], officer: Actor, now: datetime
) -> None:
    row = draft(case, officer, now)
    page = f"/staff/cases/{case.reference}/letters/{row.id}"
    short, key = f"Gweler isod.\n\n{must(row)}", row.id
    visitor = visit("officer")
    visitor.get(page)
    refused = visitor.send({"do": "send", "text_welsh": short}, form="Send it")
    assert refused.status_code == 400 and "Put it back, or say below" in refused.text and "Gweler isod" in refused.text
    assert "on its way" in visitor.send({"do": "send", "english_only": ["yes"]}, form="Send it").text
    db.session.expire_all()
    assert db.session.get_one(Letter, key).state == "waiting"
