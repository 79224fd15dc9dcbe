"""Letters to whoever wants Welsh: Welsh first, the same in English below it, each tagged with its own language."""

import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pytest

from sar_service.catalogue.controller import LetterText, WelshText
from sar_service.catalogue.letters import kinds
from sar_service.documents.letter_template import Own
from sar_service.domain.actor import SERVICE, Actor
from sar_service.domain.errors import InvalidInput
from sar_service.domain.letter import KINDS, Result
from sar_service.domain.rights import Right
from sar_service.extensions import KEY
from sar_service.models import Case
from sar_service.services import clock, delivery, identity, letter, letter_check, letter_draft, letter_fill, sealing
from tests import factories

NAMES = WelshText(
    name="Cyngor Bwrdeistref Northmoor", team="Tîm Hawliau Gwybodaeth", hours="9yb i 5yp", opening="Helo."
)
NOT_ABOUT = (Right.COMPLAINT, Right.PUPIL_RECORD, Right.RECTIFICATION)
WANTS = {"how": "portal", "language": "cy"}


def council(app: Any, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Northmoor offers Welsh, with its own names in it."""
    made = app.extensions[KEY]
    offered = {"languages": ("en", "cy"), "welsh": NAMES}
    changed = made.catalogue.controllers["northmoor"].model_copy(update=offered)
    controllers = {**made.catalogue.controllers, "northmoor": changed}
    catalogue = replace(made.catalogue, controllers=controllers, **changes)
    monkeypatch.setitem(app.extensions, KEY, replace(made, catalogue=catalogue))


@pytest.fixture
def case(app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Case:
    council(app, monkeypatch)
    return factories.a_case(now=now, delivery=dict(WANTS))


@pytest.fixture
def officer(staff: Any) -> Actor:
    actor: Actor = staff("manager")
    return actor


def acknowledged(case: Case) -> Any:
    return next(row for row in letter.letters(case) if row.kind == "acknowledgement")


def test_the_letter_and_its_e_mail_are_welsh_first_and_english_below(case: Case) -> None:
    told = sealing.unseal(acknowledged(case))
    welsh, english = told["welsh"]["text"], told["text"]
    due = clock.reckon(case).due
    assert due is not None
    assert welsh.startswith("Annwyl Morwenna Tregale\n\nHelo.\n\n") and "Cyngor Bwrdeistref Northmoor" in welsh
    assert "erbyn dydd " in welsh and str(due.year) in welsh and "Received on" not in welsh
    assert "Tîm Hawliau Gwybodaeth" in welsh and "9yb i 5yp" in welsh
    assert english.startswith("Dear Morwenna Tregale\n\nThank you.") and "Helo" not in english
    mail = told["mail"]
    assert mail["subject"] == f"{told['welsh']['subject']} / {told['subject']}"
    assert mail["text"].index("Annwyl") < mail["text"].index("Dear Morwenna")
    assert mail["text"].startswith("(This message is also in English, below.)")


def test_a_team_that_signs_is_named_once_and_in_welsh(case: Case) -> None:
    """Northmoor's letters are signed by the team itself, of which only the English name is given as the signatory."""
    assert "Information Rights Team" not in sealing.unseal(acknowledged(case))["welsh"]["text"]


def test_each_part_of_the_pdf_says_its_language(case: Case, now: datetime) -> None:
    with pikepdf.open(io.BytesIO(letter.pdf(case, acknowledged(case), now=now))) as pdf:
        assert str(pdf.Root.Lang) == "cy"
        languages = [str(each.Lang) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Lang" in each]
        assert sorted(set(languages)) == ["cy", "en-GB"]
        with pdf.open_metadata() as told:
            assert told["pdfuaid:part"] == "1"
            assert " / " in told["dc:title"]


def test_whoever_wants_english_or_asks_where_welsh_is_not_offered_gets_english(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = factories.a_case(now=now, delivery=dict(WANTS))
    assert "welsh" not in sealing.unseal(acknowledged(made))
    council(app, monkeypatch)
    assert "welsh" not in sealing.unseal(acknowledged(factories.a_case(now=now, subject={"given_name": "Una"})))


def test_what_says_that_a_letter_is_there_is_in_both(case: Case, officer: Actor, now: datetime) -> None:
    row = letter_draft.begin_and_send(case, "progress", "We read the last box.", actor=officer, now=now)
    mail = sealing.unseal(row)["mail"]
    assert "Rydym wedi ysgrifennu atoch" in mail["subject"] and "We have written to you" in mail["subject"]
    assert "llythyr â’r dyddiad hwn: dydd " in mail["text"] and "last box" not in mail["text"]


def test_reasons_are_told_in_both_languages_or_said_to_be_in_english(case: Case, officer: Actor, now: datetime) -> None:
    welsh = {"reason": "Gofynnwyd ddwywaith."}
    row = letter_draft.begin(case, "refused", "Asked twice.", welsh=welsh, actor=officer, now=now)
    told = sealing.unseal(row)
    assert "Gofynnwyd ddwywaith." in told["welsh"]["text"] and "Asked twice." not in told["welsh"]["text"]
    assert "Asked twice." in told["text"]
    for words in ("adran 164A", "adran 165", "adran 167"):
        assert words in told["welsh"]["text"] and words in told["welsh"]["must"]
    row = letter_draft.begin(case, "closed", "Asked twice.", actor=officer, now=now)
    assert "Yn Saesneg yn unig y rhoddwyd y geiriau hyn" in sealing.unseal(row)["welsh"]["text"]


def test_the_welsh_part_is_changed_and_keeps_what_the_law_wants(case: Case, officer: Actor, now: datetime) -> None:
    row = letter_draft.begin(case, "refused", "Asked twice.", actor=officer, now=now)
    told = sealing.unseal(row)

    def save(subject: str, text: str) -> None:
        english = {"subject": told["subject"], "text": told["text"]}
        letter_draft.save(case, row, **english, welsh=(subject, text), version=row.version, actor=officer, now=now)

    for subject, text, field in (
        ("", told["welsh"]["text"], "subject_welsh"),
        ("Pwnc", "", "text_welsh"),
        ("Pwnc", told["welsh"]["text"].replace("adran 165", ""), "text_welsh"),
    ):
        with pytest.raises(InvalidInput) as refused:
            save(subject, text)
        assert refused.value.field == field
    save("Pwnc newydd", told["welsh"]["text"] + "Rhagor.\n")
    kept = sealing.unseal(row)
    assert kept["welsh"]["subject"] == "Pwnc newydd" and kept["welsh"]["text"].endswith("Rhagor.\n")
    assert kept["text"] == told["text"]


def test_a_letter_without_a_welsh_template_says_so_in_welsh(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    body = "Ours {{ reference }}"
    own = {"": {"letters/withdrawn/body.txt": Own(body, "config/letters/withdrawn/body.txt")}}
    council(app, monkeypatch, letters=own)
    row = letter.write(case, "withdrawn", actor=SERVICE, now=now)
    told = sealing.unseal(row)
    assert told["welsh"] == {"subject": "", "text": "Nid oes fersiwn Gymraeg o’r llythyr hwn ar gael. "
                             "Mae’r llythyr yn Saesneg isod.\n"}  # fmt: skip
    assert told["text"] == f"Ours {case.reference}\n"
    assert told["mail"]["subject"] == told["subject"]
    with pikepdf.open(io.BytesIO(letter.pdf(case, row, now=now))) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"  # the most of it


def test_what_is_sent_again_is_in_both_languages_too(case: Case, officer: Actor, now: datetime) -> None:
    plain = acknowledged(case)
    link = letter_draft.begin_and_send(case, "progress", "We read the last box.", actor=officer, now=now)
    for row, says in ((plain, "Annwyl Morwenna"), (link, "Rydym wedi ysgrifennu atoch")):
        before = sealing.unseal(row)["mail"]
        row.state = "failed"
        delivery.send_again(case, row, by_post=False, version=row.version, actor=officer, now=now + timedelta(days=3))
        assert sealing.unseal(row)["mail"] == before and says in before["text"]


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x0b", "\x85", "\r"])
def test_lines_that_another_program_ended_are_lines_of_the_letter(
    case: Case, officer: Actor, now: datetime, end: str
) -> None:
    row = letter_draft.begin(case, "progress", f"We read.{end}It takes longer.", actor=officer, now=now)
    assert "We read.\nIt takes longer." in sealing.unseal(row)["text"]


@pytest.mark.parametrize("right", [each for each in Right if f"outcome-{each}" in KINDS and each not in NOT_ABOUT])
@pytest.mark.parametrize("result", list(Result))
def test_an_answer_about_a_child_does_not_speak_of_the_parent(
    app: Any, now: datetime, monkeypatch: pytest.MonkeyPatch, officer: Actor, right: Right, result: Result
) -> None:
    council(app, monkeypatch)
    case = factories.a_case(now=now, right=right, capacity="parent", delivery=dict(WANTS))
    identity.settle(case, override="Seen by the manager", actor=officer, now=now)
    row = letter_draft.begin(case, f"outcome-{right}", "We looked.", result=result, actor=officer, now=now)
    told = sealing.unseal(row)["welsh"]["text"]
    assert "amdanoch" not in told and "am eich plentyn" in told


def shape(text: str) -> dict[str, Any]:
    """What of a letter is the same in each language: headings, points, paragraphs, provisions and addresses."""
    return {
        "headings": len(re.findall(r"^## ", text, re.M)),
        "points": re.findall(r"^(-|\d+\.) ", text, re.M),
        "paragraphs": len(re.split(r"\n\n+", text.strip())),
        "provisions": sorted(re.findall(r"\b(?:164A|16[578]|12A?|1[5-9]|2[0-2]C?)\b(?=[^0-9-])", text)),
        "addresses": re.findall(r"https?://\S+", text),
    }


@pytest.mark.parametrize("kind", kinds())
def test_the_welsh_part_says_as_much_as_the_english(app: Any, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    council(app, monkeypatch)
    added = {"letters": LetterText(opening="Hello.")}
    controller = app.extensions[KEY].catalogue.controllers["northmoor"].model_copy(update=added)
    pairs = zip(*(letter_check.samples(controller, kind, language) for language in ("en", "cy")), strict=True)
    for english, welsh in pairs:
        of_wales = {"country": "wales"}
        _, ours = letter_fill.written("northmoor", kind, english | of_wales)
        _, theirs = letter_fill.written("northmoor", kind, welsh | of_wales, language="cy")
        assert shape(theirs) == shape(ours), (theirs, ours)
