"""What letters say of a date that has passed, and of one that passes while a letter lies there."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.clock_steps import written
from sar_service.domain.errors import WrongState
from sar_service.domain.letter import KINDS
from sar_service.domain.lifecycle import Status
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import clock, intake, letter, letter_draft, letter_part, sealing
from tests import factories
from tests.services.test_letters import ELSEWHERE, MORE
from tests.services.test_letters_welsh import WANTS, council

SEPTEMBER = date(2026, 9, 14)
PROMISES = (
    "will have our answer",
    "will have it by",
    "which you should have our",
    "is due by",
    "cewch ein hateb",
    "Byddwch yn ei gael erbyn",
    "dylech gael ein",
    "eich cyrraedd erbyn",
)
DATED = [
    "acknowledgement",
    "merged",
    "identity-asked",
    "authority-asked",
    "clarification",
    "fee-asked",
    "progress",
    "new-date",
    "partial-disclosure",
    *(kind.key for kind in KINDS.values() if kind.route is not None),
]


def lines_about(text: str, day: str) -> list[str]:
    """The lines that name this day, without the steps that lead to it."""
    return [line for line in text.splitlines() if day in line and not line[:1].isdigit()]


@pytest.mark.parametrize("right", [Right.ACCESS, Right.PUPIL_RECORD])
@pytest.mark.parametrize("kind", DATED)
def test_no_letter_promises_an_answer_by_a_day_that_has_passed(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, kind: str, right: Right
) -> None:
    council(app, monkeypatch)
    case = factories.a_case(now=now, right=right, capacity="parent", received_on=SEPTEMBER, delivery=dict(WANTS))
    assert case.due_on is not None
    more = {**MORE.get(kind, {}), "come_late": True}
    if kind == "partial-disclosure":
        more["come_by"] = "Friday 18 December 2026"
    if KINDS[kind].route is not None:
        more |= {**ELSEWHERE, "result": "part"}
    told = sealing.unseal(letter.write(case, kind, actor=SERVICE, now=now, **more))
    for text, day, sorry in (
        (told["text"], written(case.due_on), "sorry"),
        (told["welsh"]["text"], letter.written(case.due_on, "cy"), "ddrwg gennym"),
    ):
        found = lines_about(text, day)
        assert found, f"{kind} names the day"
        for line in found:
            assert not any(words.casefold() in line.casefold() for words in PROMISES), line
            assert sorry in line or kind == "new-date", line
        assert sorry in text


ANSWERS = [
    ("released", Right.ACCESS),
    ("refused", Right.ACCESS),
    ("unfounded", Right.ACCESS),
    ("not-held", Right.ACCESS),
    *((f"outcome-{right}", right) for right in Right if right not in (Right.ACCESS, Right.COMPLAINT)),
]


@pytest.mark.parametrize(("kind", "right"), ANSWERS)
def test_an_answer_that_comes_late_says_that_it_is_late_and_no_other_does(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, kind: str, right: Right
) -> None:
    council(app, monkeypatch)
    for received, is_late in ((SEPTEMBER, True), (clock.day_of(now), False)):
        case = factories.a_case(now=now, right=right, received_on=received, delivery=dict(WANTS))
        told = sealing.unseal(letter.write(case, kind, actor=SERVICE, now=now, **MORE.get(kind, {})))
        english, cymraeg = told["text"], told["welsh"]["text"]
        assert case.due_on is not None
        assert (f"should have had this by {written(case.due_on)}. We are sorry" in english) is is_late
        assert (f"cael hwn erbyn {letter.written(case.due_on, 'cy')}. Mae’n ddrwg gennym" in cymraeg) is is_late
        assert ("comes late" in english) is is_late


def test_several_requests_that_are_late_are_said_to_be(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    council(app, monkeypatch)
    asked = factories.a_request(now=now, received_on=SEPTEMBER, delivery=dict(WANTS))
    first, _ = intake.submit_all(asked, [Right.ACCESS, Right.ERASURE], actor=SERVICE, now=now)
    told = sealing.unseal(next(row for row in letter.letters(first) if row.kind == intake.SEVERAL))
    assert told["text"].count("you should have had our answer by Wednesday 14 October 2026") == 2
    assert told["welsh"]["text"].count("dylech fod wedi cael ein hateb erbyn dydd Mercher 14 Hydref 2026") == 2
    assert "our answer is due by" not in told["text"]
    today = factories.a_request(now=now, received_on=date(2026, 10, 23), delivery=dict(WANTS))  # due today
    first, _ = intake.submit_all(today, [Right.ACCESS, Right.ERASURE], actor=SERVICE, now=now)
    told = sealing.unseal(next(row for row in letter.letters(first) if row.kind == intake.SEVERAL))
    assert told["text"].count("our answer is due by Monday 23 November 2026") == 2 and "sorry" not in told["text"]


def test_several_requests_are_told_how_each_date_was_worked_out(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    council(app, monkeypatch)
    asked = factories.a_request(now=now, delivery=dict(WANTS), capacity="parent")
    made = intake.submit_all(asked, [Right.ACCESS, Right.ERASURE, Right.PUPIL_RECORD], actor=SERVICE, now=now)
    told = sealing.unseal(next(row for row in letter.letters(made[0]) if row.kind == intake.SEVERAL))
    first, alike, other = ([step.sentence for step in clock.reckon(case).steps if not step.for_staff] for case in made)
    assert first == alike != other
    listed = "\n".join(f"{at}. {each}" for at, each in enumerate(first, 1))
    assert f"## How we worked out the date\n\n{listed}" in told["text"]
    assert f". {' '.join(other)}\n" in told["text"]
    assert "## Sut y cyfrifwyd y dyddiad" in told["welsh"]["text"]


@pytest.mark.parametrize("kind", ["progress", "new-date", "clarification"])
def test_a_letter_is_not_sent_once_the_date_in_it_has_passed(
    app: Any, now: datetime, staff: Callable[..., Actor], kind: str
) -> None:
    case, officer = factories.a_case(now=now, right=Right.ERASURE), staff("officer")
    if kind == "new-date":
        clock.correct(
            case, str(case.facts[0].id), on=SEPTEMBER + timedelta(days=50), reason="-", actor=officer, now=now
        )
    row = letter_draft.begin(case, kind, "We read.", actor=officer, now=now)
    db.session.commit()
    assert case.due_on is not None
    late = now + timedelta(days=(case.due_on - clock.day_of(now)).days + 1)
    with pytest.raises(WrongState, match="Throw it away and write it again"):
        letter_draft.send(case, row, version=row.version, actor=officer, now=late)
    db.session.rollback()
    case = db.session.get_one(Case, case.id)
    letter_draft.drop(case, row, version=row.version, actor=officer, now=late)
    again = letter_draft.begin_and_send(case, kind, "We read.", actor=officer, now=late)
    assert "should have had our answer" in sealing.unseal(again)["text"]


def test_a_letter_that_names_no_date_is_sent_though_the_date_has_passed(
    app: Any, now: datetime, staff: Callable[..., Actor]
) -> None:
    case, manager, late = factories.a_case(now=now, right=Right.ERASURE), staff("manager"), now + timedelta(days=40)
    row = letter_draft.begin(case, "refused", "We answered the same last week.", actor=manager, now=now)
    letter_draft.send(case, row, version=row.version, actor=manager, now=late)
    assert (case.status, row.state) == (Status.REFUSED, "waiting")


def test_a_part_promised_in_time_is_not_sent_once_the_whole_is_late(
    app: Any, now: datetime, staff: Callable[..., Actor]
) -> None:
    officer, case = staff("officer"), factories.a_case(now=now)
    factories.with_identity(case, actor=officer, now=now)
    assert case.due_on is not None
    come_by, late = case.due_on + timedelta(days=20), now + timedelta(days=35)
    said = {"given": "Letters.", "to_come": "The rest.", "come_by": come_by, "withheld": ""}
    row = letter_part.begin(case, **said, actor=officer, now=now)
    with pytest.raises(WrongState, match="Throw it away and write it again"):
        letter_draft.send(case, row, version=row.version, actor=staff("officer"), now=late)


def test_the_notice_of_an_extension_names_no_day_on_which_it_was_given(
    app: Any, now: datetime, staff: Callable[..., Actor]
) -> None:
    """It may be sent, and put into the post, on a later day than it was written."""
    case, officer, later = factories.a_case(now=now), staff("officer"), now + timedelta(days=2)
    row = letter_draft.begin(case, "extension", "Nine boxes.", actor=officer, now=now)
    letter_draft.send(case, row, version=row.version, actor=officer, now=later)
    text = sealing.unseal(row)["text"]
    assert "was given in time" not in text and "2. One month later" in text
    assert "\n3. With the extension, three months from the start is" in text
    later_on = letter.compose(case, "new-date", now=later, reason="It is longer.")[1]
    assert "was given in time, on Wednesday 25 November 2026" in later_on
