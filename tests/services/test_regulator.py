"""Letters of the regulator, one protection at a time: whose they are, what answers what, and which days can be."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import InvalidInput, NotFound, WrongState
from sar_service.models import CaseKey, RegulatorLetter
from sar_service.services import clock, regulator
from tests import factories, packs
from tests.browser import Visitor

Log = Callable[..., RegulatorLetter]


@pytest.fixture
def manager(app: Any, staff: packs.Made) -> Actor:
    return staff("manager")


@pytest.fixture
def log(manager: Actor, now: datetime) -> Log:
    """Logs a letter from the regulator of today that wants an answer in a week; of no case."""

    def log(*, controller: str = "northmoor", actor: Actor = manager, **changes: Any) -> RegulatorLetter:
        more = {name: changes.pop(name) for name in ("answers", "case") if name in changes}
        to = changes.get("direction") == regulator.TO
        given = {"direction": regulator.FROM, "on": now.date(), "subject": "Delay", **changes}
        given.setdefault("reply_by", None if to else now.date() + timedelta(days=7))
        row = regulator.log(regulator.Given(**given), controller=controller, actor=actor, now=now, **more)
        db.session.commit()
        return row

    return log


def answer(log: Log, to: RegulatorLetter, **changes: Any) -> RegulatorLetter:
    return log(direction=regulator.TO, answers=to, **changes)


def test_a_letter_of_no_case_is_its_own_councils(log: Log, manager: Actor, staff: packs.Made, now: datetime) -> None:
    there = staff("manager", controllers=["southmoor"])
    row = log()
    assert regulator.get(row.id, actor=manager).told["subject"] == "Delay"
    with pytest.raises(NotFound):
        regulator.get(row.id, actor=there)
    assert regulator.listed(there) == []
    today = now.date() + timedelta(days=8)
    assert (regulator.counts(manager, today=today), regulator.counts(there, today=today)) == ((1, 1), (0, 0))


def test_only_a_letter_to_them_answers_only_one_from_them(log: Log) -> None:
    asked, ours = log(), log(direction=regulator.TO)
    for changes in ({"direction": regulator.FROM, "answers": asked}, {"direction": regulator.TO, "answers": ours}):
        with pytest.raises(InvalidInput) as refused:
            log(**changes)
        assert refused.value.field == "direction"
        db.session.rollback()
    answer(log, asked)
    assert asked.settled_on is not None and ours.settled_on is None


def test_no_letter_is_answered_before_it_came_or_twice(log: Log, now: datetime) -> None:
    asked = log()
    with pytest.raises(InvalidInput) as refused:
        answer(log, asked, on=now.date() - timedelta(days=1))
    assert refused.value.field == "on"
    db.session.rollback()
    assert asked.settled_on is None
    answer(log, asked)
    with pytest.raises(WrongState):
        answer(log, asked)


@pytest.mark.parametrize("days", [-1, 1])
def test_it_is_settled_on_a_day_from_its_own_to_today(log: Log, manager: Actor, now: datetime, days: int) -> None:
    row = log(on=now.date()) if days < 0 else log()
    letter = regulator.get(row.id, actor=manager)
    told = {"reason": "They closed it", "version": row.version, "actor": manager, "now": now}
    with pytest.raises(InvalidInput) as refused:
        regulator.settle(letter, on=now.date() + timedelta(days=days), **told)
    assert refused.value.field == "on" and row.settled_on is None


def test_what_awaits_no_answer_has_no_day_and_no_settling(log: Log, manager: Actor, now: datetime) -> None:
    settled, ours = log(), log(direction=regulator.TO)
    answer(log, settled)
    for row in (settled, ours):
        letter = regulator.get(row.id, actor=manager)
        told = {"reason": "So", "version": row.version, "actor": manager, "now": now}
        with pytest.raises(WrongState):
            regulator.change_day(letter, now.date() + timedelta(days=20), **told)
        with pytest.raises(WrongState):
            regulator.settle(letter, on=now.date(), **told)


def test_a_file_is_opened_with_its_own_letter_alone(log: Log, manager: Actor) -> None:
    one, other = log(files=[("one.pdf", b"one")]), log(files=[("other.pdf", b"other")])
    mine, theirs = (regulator.get(each.id, actor=manager) for each in (one, other))
    [(file, name)] = regulator.files(theirs)
    assert name == "other.pdf" and regulator.content(theirs, file.id) == ("other.pdf", b"other")
    with pytest.raises(NotFound):
        regulator.content(mine, file.id)


def test_there_are_not_more_files_than_can_be_kept(log: Log) -> None:
    with pytest.raises(InvalidInput) as refused:
        log(files=[(f"{number}.pdf", b"x") for number in range(regulator.MOST_FILES + 1)])
    assert refused.value.field == "files"


def test_a_day_that_was_not_is_no_day(log: Log, now: datetime) -> None:
    for on in (now.date() + timedelta(days=1), date(2017, 12, 31)):
        with pytest.raises(InvalidInput) as refused:
            log(on=on, reply_by=None)
        assert refused.value.field == "on"


def test_an_answer_to_the_regulator_is_settled_after_its_case_was_destroyed(
    log: Log, visit: Callable[..., Visitor], now: datetime
) -> None:
    case = factories.a_case(now=now)
    letter = log(case=case, reply_by=clock.day_of(now) + timedelta(days=10), files=(("report.pdf", b"%PDF"),)).id
    db.session.get_one(CaseKey, case.id).wrapped = None
    db.session.commit()
    visitor, page = visit("manager"), f"/staff/regulator/{letter}"
    assert visitor.get(page).status_code == 200 and "report.pdf" not in visitor.last.text
    shown = visitor.send({"on": "2026-11-23", "reason": "Answered by telephone"}, form="It is settled")
    assert shown.status_code == 200 and "Answered by telephone" in shown.text
    assert db.session.get_one(RegulatorLetter, letter).settled_on == clock.day_of(now)
