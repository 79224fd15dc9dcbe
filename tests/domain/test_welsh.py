"""Days, rights and the steps of the clock in Welsh: each has its words, with the same gaps as in English."""

import re
from datetime import date

from sar_service.domain import welsh
from sar_service.domain.clock_steps import SENTENCES, Step
from sar_service.domain.rights import Right


def gaps(sentence: str) -> set[str]:
    return {name.removesuffix("_soft").replace("soft", "on") for name in re.findall(r"\{(\w+)\}", sentence)}


def test_every_step_has_a_sentence_with_the_same_gaps() -> None:
    assert welsh.SENTENCES.keys() == SENTENCES.keys()
    for key, sentence in SENTENCES.items():
        english = sentence if isinstance(sentence, str) else sentence[1]
        assert gaps(welsh.SENTENCES[key]) == gaps(english), key


def test_days_soften_where_the_sentence_needs_it() -> None:
    day = date(2026, 1, 30)
    assert welsh.written(day) == "dydd Gwener 30 Ionawr 2026"
    assert welsh.sentence(Step(key="received", on=day)) == "Daeth y cais i law ddydd Gwener 30 Ionawr 2026."
    assert welsh.sentence(Step(key="due", on=day)) == "Rhaid rhoi’r ateb erbyn diwedd dydd Gwener 30 Ionawr 2026."
    pause = Step(key="pause", on=day, values={"asked": date(2026, 1, 5), "count": 25})
    assert "ddydd Llun 5 Ionawr 2026" in welsh.sentence(pause) and ": 25." in welsh.sentence(pause)


def test_holidays_and_provisions_are_named_in_welsh_or_as_they_are() -> None:
    for name, told in {
        "Christmas Day": "(Dydd Nadolig)",
        "Boxing Day (substitute day)": "(Gŵyl San Steffan (diwrnod yn ei le))",
        "New Year's Day": "(Dydd Calan)",
        "A day of mourning": "(A day of mourning)",
    }.items():
        assert told in welsh.sentence(Step(key="holiday", on=date(2026, 12, 25), values={"name": name}))
    step = Step(key="fee_does_not_wait", values={"article": "section 164A Data Protection Act 2018"})
    assert "adran 164A Deddf Diogelu Data 2018" in welsh.sentence(step)


def test_every_right_has_its_name() -> None:
    assert set(welsh.RIGHTS) == set(Right)
