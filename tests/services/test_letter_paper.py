"""A letter on paper: whom it goes to, on which day, and that nothing of it is hidden or torn apart."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pypdfium2
import pytest
from flask import Flask

from sar_service.catalogue.controller import LetterText
from sar_service.db import db
from sar_service.domain.actor import SERVICE, Actor
from sar_service.extensions import KEY
from sar_service.models import Case, Letter
from sar_service.services import delivery, identity, identity_change, letter, letter_draft, sealing
from tests import factories

SEVEN = ["Flat 12b", "Saint Piran’s House", "The Old Maltings", "141 Lower Quarry Lane", "Netherby", "Penmoor"]
NO_EMAIL = {"name": "Ivo Penhale", "email": "", "address": ["3 Quay Row", "Northmoor"]}
DARK = 140  # of 255


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def seen_and_where(content: bytes, words: str) -> tuple[bool, float, float]:
    """Is there ink where the first page says these words; and how far their ends are from the left and the top, in
    millimetres. What is cut off is still in the text."""
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    page = document[0]
    text = page.get_textpage()
    at = text.search(words).get_next()
    assert at is not None, words
    boxes = [text.get_charbox(place) for place in range(at[0], at[0] + at[1])]
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    height = page.get_height()
    picture = page.render(scale=3).to_pil().convert("L")
    cut = picture.crop((int(left * 3), int((height - top) * 3), int(right * 3) + 1, int((height - bottom) * 3) + 1))
    document.close()
    return cut.getextrema()[0] < DARK, right / 72 * 25.4, (height - bottom) / 72 * 25.4


@pytest.mark.parametrize("name", ["Ivo Penhale", "O'Brien-Łukasz & Sons " * 9])
def test_every_line_of_an_address_can_be_read_in_the_window(app: Flask, now: datetime, name: str) -> None:
    asks = {"name": name.strip(), "email": "", "address": [*SEVEN, "PM4 2QT"]}
    row = letter.write(case := factories.a_case(now=now, requester=asks), "withdrawn", actor=SERVICE, now=now)
    for line in (*SEVEN, "PM4 2QT"):
        seen, right, down = seen_and_where(letter.pdf(case, row, now=now), line)
        assert seen, line
        assert right <= 110 and down <= 90, f"{line} is beyond the window of a DL envelope"


def test_a_solicitor_s_letter_names_the_firm_and_nobody_else_s_envelope_says_who_helps(
    app: Flask, now: datetime
) -> None:
    asks = {"name": "Ada Fenn", "organisation": "Fenn & Daughters", "email": "", "address": ["1 Row", "NM1 1AA"]}
    for capacity, firm in (("solicitor", True), ("representative", False)):
        case = factories.a_case(now=now, capacity=capacity, requester=asks)
        assert letter.address_of(case) == ["Ada Fenn", *(["Fenn & Daughters"] if firm else []), "1 Row", "NM1 1AA"]
    alone = {**asks, "name": "Fenn & Daughters"}
    assert letter.address_of(factories.a_case(now=now, capacity="solicitor", requester=alone)) == [
        "Fenn & Daughters", "1 Row", "NM1 1AA",
    ]  # fmt: skip


def test_what_is_sent_again_on_paper_goes_to_the_address_of_now(
    app: Flask, now: datetime, staff: Callable[..., Actor]
) -> None:
    officer = staff("officer")
    case = factories.with_identity(
        factories.a_case(now=now, requester={**NO_EMAIL, "email": "i@example.org"}), actor=officer, now=now
    )
    row = letter_draft.begin_and_send(case, "progress", "We read.", actor=officer, now=now)
    row.state = "failed"
    db.session.commit()
    moved = {"email": "", "address": ["The Refuge", "Southmoor"]}
    identity_change.change_contact(case, moved, actor=officer, now=now + timedelta(hours=1))
    later = now + timedelta(hours=2)
    identity.settle(case, actor=officer, now=later, override="They rang", sure="rang_back")
    delivery.send_again(case, row, by_post=True, version=row.version, actor=officer, now=later)
    db.session.commit()
    text = pages(letter.pdf(case, row, now=later))[0]
    assert "The Refuge" in text and "Quay Row" not in text


def test_a_draft_is_shown_as_it_will_go_whatever_day_that_is(
    app: Flask, now: datetime, staff: Callable[..., Actor]
) -> None:
    case, officer, later = factories.a_case(now=now), staff("officer"), now + timedelta(days=2)
    row = letter_draft.begin(case, "progress", "We read.", actor=officer, now=now)
    before = pages(letter.pdf(case, row, now=later))
    mail = letter.mail_of(case, row.kind, sealing.unseal(row), now=later)
    letter_draft.send(case, row, version=row.version, actor=officer, now=later)
    assert "Wednesday 25 November 2026" in before[0] and "23 November" not in before[0]
    assert pages(letter.pdf(case, row, now=later + timedelta(days=9))) == before
    assert sealing.unseal(row)["mail"] == mail


def _drafted(case: Case, lines: int, *, actor: Actor, now: datetime) -> Letter:
    words = "\n".join(f"Line {number}" for number in range(lines))
    return letter_draft.begin(case, "progress", words, actor=actor, now=now)


def test_who_signs_stands_together_and_never_on_a_page_of_its_own(
    app: Flask, now: datetime, staff: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, made, split = staff("officer"), app.extensions[KEY], 0
    added = LetterText(sign_off="Yours sincerely", post="Head of Rights", footer="Here to help.")
    council = made.catalogue.controllers["northmoor"].model_copy(update={"letters": added})
    controllers = {**made.catalogue.controllers, "northmoor": council}
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=replace(made.catalogue, controllers=controllers)))
    for lines in range(6, 22, 2):
        row = _drafted(factories.a_case(now=now), lines, actor=officer, now=now)
        texts = pages(letter.pdf(db.session.get_one(Case, row.case_id), row, now=now))
        split += len(texts) > 1
        last = texts[-1]
        for words in ("Your reference", "Yours sincerely", "Head of Rights", "01632 960100", "Here to help."):
            assert words in last, f"{words} after {lines} lines"
    assert split, "some of them have a second page"
