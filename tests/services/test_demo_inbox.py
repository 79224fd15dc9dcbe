"""What waits on the worklist of the demo council is as far as it is said to be."""

from datetime import datetime, timedelta

from sar_service.demo import inbox
from sar_service.domain.actor import Actor
from sar_service.services import clock, letter, letter_send
from tests import factories


def test_who_they_are_was_asked_on_the_day_that_is_said(officer: Actor, now: datetime) -> None:
    then = now - timedelta(days=32)
    case = factories.a_case(now=then - timedelta(days=1))
    inbox.ask(case, officer, then)
    row = next(each for each in letter.letters(case) if each.kind == "identity-asked")
    assert row.state == "sent" and row.sent_at == then
    assert letter_send.begin(row.id, now=now) is None  # nor does it leave again when somebody looks
    assert [fact.on for fact in clock.in_order(case, "identity_requested")] == [clock.day_of(then)]
    assert not {step.key for step in clock.reckon(case).steps} & {"identity_asked_late", "identity_asked_after_due"}
