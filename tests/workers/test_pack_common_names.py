"""A withheld name may be a word of ours as well: "Page" stands on every page, and a day of birth may be the day of a
record. The pack is still built, and checked."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2

from sar_service.db import db
from sar_service.domain.people import Standing
from sar_service.models import PackState
from sar_service.services import people, redaction, redaction_mark, redaction_signoff, units, withheld
from tests import factories, packs

LETTER = b"""Dear Morwenna,

Mr Adrian Page rang the office on Monday. Mr Page wants to see you. Mrs Case and Dr Person were there.
The plan stands on page 3 of the case file. Case closed by the office.
Your cousin Loveday Nance was born on 4 March 2024.
"""


REFUGE = b"""Dear Morwenna,

Your mother is at Haven now. She said that it is a haven for her. The sign says HAVEN.
"""


def page_texts(pdf: Path) -> str:
    """All text of a finished file."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_a_surname_that_is_a_word_of_the_pack_and_a_birth_on_the_day_of_a_record_do_not_keep_it_back(
    staff: packs.Made, sent: Any, now: datetime, tmp_path: Path
) -> None:
    officer, second = staff("officer"), staff("officer")
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    packs.with_file(case, sent, name="letter.txt", content=LETTER, actor=officer, now=now)
    redaction.ask(packs.again(case), now=now)
    db.session.commit()
    sent.work()
    case = packs.again(case)
    packs.decide_all(case, actor=officer, now=now)
    packs.sign(packs.again(case), officer=officer, second=second, now=now)
    row = packs.built(packs.again(case), sent, actor=officer, now=now)
    assert row.state is PackState.READY, row.message
    text = " ".join(page_texts(packs.saved(row, tmp_path)).split())
    assert not any(gone in text for gone in ("Adrian", "Mr Page", "Loveday", "born on 4 March"))
    assert "4 March 2024" in text  # the letter is filed on that day
    assert "The plan stands on page 3 of the case file." in text  # a small letter is no name of anybody


def test_an_everyday_word_that_leads_to_somebody_who_must_not_be_found_is_decided_wherever_it_stands(
    staff: packs.Made, sent: Any, now: datetime
) -> None:
    officer = staff("officer")
    case = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    packs.with_file(case, sent, name="note.txt", content=REFUGE, actor=officer, now=now)
    redaction.ask(packs.again(case), now=now)
    db.session.commit()
    sent.work()
    case = packs.again(case)
    packs.decide_all(case, actor=officer, now=now)
    row = people.add(case, names=["Haven"], role="", standing=Standing.PROTECTED, actor=officer, now=now)
    item = next(each for each in units.items(case) if each.is_document)
    text = item.units[1].text
    start = text.index("Haven")
    places = {"person": row, "code": "TP16", "reason": "The refuge.", "everywhere": False}
    redaction_mark.add_mark(case, item.row.id, 1, start, start + 5, actor=officer, now=now, **places)
    db.session.commit()
    assert redaction_signoff.submit(packs.again(case), actor=officer, now=now) is None
    left = [mark for marks in units.marks_of(packs.again(case)).values() for mark in marks if not mark.treatment]
    words = sorted(text[mark.start : mark.end] for mark in left if mark.rule.startswith("second look"))
    assert words == ["HAVEN", "haven"]
    assert "Haven" in withheld.checked(packs.again(case), ["nothing of that kind"])
    assert "Haven" not in withheld.checked(packs.again(case), ["a safe haven"])


def test_what_everyday_words_are() -> None:
    assert all(withheld.everyday(word) for word in ("Page", "young", "Case"))
    assert not any(withheld.everyday(word) for word in ("Holloway", "Mr Page", "Page 3", "4 March 2024", ""))
