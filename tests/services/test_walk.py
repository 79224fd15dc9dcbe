"""A case from its request to its sign-off, through the services alone."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Status
from sar_service.domain.search import SearchState
from sar_service.models import CandidateRow, Case, PersonRow, Record
from sar_service.services import audit, people, redaction_mark, redaction_signoff, sealing, search, units, withheld
from tests import factories


@pytest.fixture
def case(app: Any, sent: Any, officer: Actor, now: datetime) -> Case:
    return factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)


def test_a_search_finds_the_subject_and_never_her_namesake(case: Case) -> None:
    found = search.outcomes(case)
    assert [(each.system, each.state) for each in found] == [("care", SearchState.HELD)]
    texts = [unit.text for item in units.items(case) for unit in item.units]
    assert any("Visited Morwenna at home" in text for text in texts)
    assert not any("Another child altogether" in text for text in texts)
    assert case.status is Status.REVIEWING


def test_what_is_found_rests_sealed(case: Case) -> None:
    raw = b"".join(row.sealed for row in db.session.scalars(select(Record)))
    assert b"Jago" not in raw and b"glandular" not in raw
    assert b"Tregale" not in case.sealed


def test_searching_again_doubles_nothing(case: Case, sent: Any, officer: Actor, now: datetime) -> None:
    before = len(db.session.scalars(select(Record)).all())
    search.start(case, actor=officer, now=now)
    db.session.commit()
    sent.work()
    assert len(db.session.scalars(select(Record)).all()) == before
    assert len(db.session.scalars(select(CandidateRow)).all()) == len(
        {row.ref_digest for row in db.session.scalars(select(CandidateRow))}
    )


def test_people_in_the_text_form_the_register_and_wait_for_a_decision(case: Case) -> None:
    register = {
        name: row
        for row in db.session.scalars(select(PersonRow).where(PersonRow.case_id == case.id))
        for name in sealing.unseal(row)["names"]
    }
    assert "Jago Tregale" in register
    assert "Morwenna Tregale" in register
    assert redaction_mark.undecided(case) > 0


def _decide_all(case: Case, actor: Actor, now: datetime) -> None:
    for person in units.people_of(case).values():
        if person.standing.value in ("third_party", "protected", "source"):
            redaction_mark.decide_person(
                case, person, treatment="withhold", code="TP16", version=person.version, actor=actor, now=now
            )
    for group in redaction_mark.groups(case):
        marks = redaction_mark.same_words(case, group.digest)
        redaction_mark.decide_marks(case, marks, treatment="withhold", code="TP16", actor=actor, now=now)
    db.session.commit()


def test_the_same_person_may_not_sign_off_and_another_may(
    case: Case, officer: Actor, staff: Callable[..., Actor], now: datetime
) -> None:
    _decide_all(case, officer, now)
    sending = redaction_signoff.submit(case, actor=officer, now=now)
    assert sending is not None
    db.session.commit()
    with pytest.raises(WrongState, match="Somebody else"):
        redaction_signoff.sign_off(case, digest=sending.digest, actor=officer, now=now)
    db.session.rollback()
    second = staff("officer")
    redaction_signoff.sign_off(case, digest=sending.digest, actor=second, now=now)
    assert case.status is Status.SIGNED_OFF


def test_a_change_after_sending_off_undoes_the_signature(
    case: Case, officer: Actor, staff: Callable[..., Actor], now: datetime
) -> None:
    _decide_all(case, officer, now)
    sending = redaction_signoff.submit(case, actor=officer, now=now)
    assert sending is not None
    person = next(p for p in units.people_of(case).values() if p.treatment == "withhold")
    redaction_mark.decide_person(case, person, treatment="show", version=person.version, actor=officer, now=now)
    db.session.commit()
    with pytest.raises(WrongState, match="changed"):
        redaction_signoff.sign_off(case, digest=sending.digest, actor=staff("officer"), now=now)


def test_what_must_not_be_in_the_pack_is_what_was_withheld(case: Case, officer: Actor, now: datetime) -> None:
    _decide_all(case, officer, now)
    strings = withheld.strings(case)
    assert any("Jago" in text for text in strings)
    assert any("07700" in text for text in strings)
    assert not any("Morwenna" in text for text in strings)


def test_the_councils_own_address_in_every_letter_stops_no_pack(case: Case, officer: Actor, now: datetime) -> None:
    _decide_all(case, officer, now)
    for words, stops in (("Glandular fever", True), ("Town Hall", False)):
        item, unit = next(
            (item, unit)
            for item in units.items(case)
            for unit in item.units
            if words.casefold() in unit.text.casefold()
        )
        start = unit.text.casefold().index(words.casefold())
        redaction_mark.add_mark(
            case, item.row.id, unit.number, start, start + len(words), person=None, code="TP16", reason="",
            everywhere=True, actor=officer, now=now,
        )  # fmt: skip
        assert (words.casefold() in {each.casefold() for each in withheld.strings(case)}) is stops


def test_merging_two_people_moves_their_marks(case: Case, officer: Actor, now: datetime) -> None:
    third = [p for p in units.people_of(case).values() if p.standing.value == "third_party"]
    keep = third[0]
    extra = people.add(case, names=["Jaggs"], role="brother", standing=keep.standing, actor=officer, now=now)
    people.merge(case, keep, extra, actor=officer, now=now)
    db.session.commit()
    assert "Jaggs" in sealing.unseal(db.session.get_one(PersonRow, keep.id))["names"]


def test_every_step_is_in_a_trail_that_holds(case: Case) -> None:
    count, broken = audit.verify()
    assert broken is None and count > 5
