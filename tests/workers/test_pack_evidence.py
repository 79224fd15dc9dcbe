"""Copies of identity documents are in no pack and in no letter: not the file, its name, its words or its picture."""

import io
import subprocess
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from sar_service.db import db
from sar_service.domain.lifecycle import Action
from sar_service.models import Case, IdentityCopy, PackState
from sar_service.services import case as cases
from sar_service.services import (
    clock,
    identity,
    identity_copy,
    letter,
    letter_draft,
    portal,
    redaction,
    sealing,
    search,
)
from tests import factories, packs

PINK = (255, 0, 200)  # nothing that we draw has this colour
NUMBER, NAME, WHAT, SEEN = "533401372", "Zennor-licence-scan.png", "Zennor driving licence", "Zennor licence by video"
WORDS = (NUMBER, "zennor", "licence-scan", "specimen")


def a_licence() -> io.BytesIO:
    """A scan that can be told by its words and by its colour."""
    made = io.BytesIO()
    picture = Image.new("RGB", (900, 600), PINK)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 180, 860, 420), fill="white")
    draw.text((80, 240), f"SPECIMEN {NUMBER}", fill="black", font=ImageFont.load_default(72))
    picture.save(made, "PNG")
    made.seek(0)
    return made


def raw(pdf: Path) -> bytes:
    """Every object of a PDF with its streams unpacked."""
    command: list[str | Path] = ["qpdf", "--qdf", "--object-streams=disable", pdf, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.lower()


def words(pdf: Path) -> str:
    """What is written in a PDF, and what a machine reads off the pictures in it."""
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    for number, picture in enumerate(pictures(pdf)):
        path = pdf.with_name(f"{pdf.stem}-picture{number}.png")
        picture.save(path)
        command: list[str | Path] = ["tesseract", path, "-"]
        text += subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return text.lower()


def pictures(pdf: Path) -> list[Image.Image]:
    """The pictures that are in a PDF."""
    with pikepdf.open(pdf) as opened:
        found = [image for page in opened.pages for image in page.get_images().values()]
        return [pikepdf.PdfImage(image).as_pil_image().convert("RGB") for image in found]


def drawn(pdf: Path) -> list[Path]:
    """Pictures of its pages."""
    subprocess.run(["pdftoppm", "-r", "70", "-png", pdf, pdf.with_suffix("")], check=True)
    return sorted(pdf.parent.glob(f"{pdf.stem}-[0-9]*.png"))


def pink(picture: Image.Image) -> bool:
    """Is any of it of the colour of the scan?"""
    shades = picture.convert("RGB").resize((200, 200)).getcolors(200 * 200) or []
    return any(red > 200 and green < 60 and blue > 150 for _, (red, green, blue) in shades)  # type: ignore[misc]


def traces(pdf: Path) -> list[str]:
    """Everything by which the scan could be told in a PDF."""
    inside, said, pages = raw(pdf), words(pdf), drawn(pdf)
    found = [f"word {each}" for each in WORDS if each.encode() in inside or each in said]
    for page in pages:
        with Image.open(page) as opened:
            found += ["colour of a page"] if pink(opened) else []
    with pikepdf.open(pdf) as opened:
        found += ["a file inside"] if opened.attachments else []
    return found + ["a picture" for each in pictures(pdf) if pink(each)]


def told(texts: Iterable[str]) -> list[str]:
    return [each for text in texts for each in WORDS if each in text.lower()]


def test_no_trace_of_a_copy_is_in_the_pack_nor_in_any_letter(
    sent: Any, staff: packs.Made, outbox: list[Any], now: datetime, tmp_path: Path
) -> None:
    officer, second = staff("officer"), staff("officer")
    case = factories.a_case(now=now)
    mine, today = portal.requester_of(case), clock.day_of(now)
    identity_copy.take(case, a_licence(), name=NAME, what=WHAT, actor=mine, now=now)
    db.session.commit()
    asked = letter_draft.begin(case, "identity-asked", "We could not read it.", actor=officer, now=now)
    letter_draft.send(case, asked, version=asked.version, actor=officer, now=now)
    identity.see(
        case,
        kind="photo_document",
        about="requester",
        arrived_on=today,
        seen_on=today,
        seen=SEEN,
        actor=officer,
        now=now,
    )
    news = letter_draft.begin(case, "progress", "We are looking.", actor=officer, now=now)
    letter_draft.send(case, news, version=news.version, actor=officer, now=now)
    identity.settle(case, actor=officer, now=now)
    for each in identity_copy.copies(case):  # for as long as the pack is built
        until = today + timedelta(days=30)
        identity_copy.keep(case, each, until=until, reason="It is disputed", actor=officer, now=now)
    db.session.commit()
    identity_copy.take(case, a_licence(), name=NAME, what=WHAT, actor=officer, now=now)
    cases.move(case, Action.START_SEARCH, actor=officer, now=now)
    search.start(case, actor=officer, now=now)
    db.session.commit()
    key = case.id
    sent.work()
    case = db.session.get_one(Case, key)
    redaction.ask_when_gathered(case, now=now)
    sent.work()
    case = db.session.get_one(Case, key)
    packs.decide_all(case, actor=officer, now=now)
    packs.sign(case, officer=officer, second=second, now=now)
    row = packs.built(case, sent, actor=officer, now=now)
    assert row.state is PackState.READY, row.message
    case = db.session.get_one(Case, key)
    copies = db.session.query(IdentityCopy).all()
    assert len(copies) == 2 and all(each.object_id is not None for each in copies)

    # the traces are found where there are any: in the copy itself
    there = traces(sealing.object_to(copies[0].object_id, tmp_path / "copy.pdf"))
    assert {"word 533401372", "word specimen", "colour of a page", "a picture"} <= set(there)
    assert traces(packs.saved(row, tmp_path)) == []

    packs.release(case, row, actor=officer, now=now)
    db.session.commit()
    sent.work()
    case = db.session.get_one(Case, key)
    letters = letter.letters(case)
    assert {"acknowledgement", "identity-asked", "progress", "released"} <= {each.kind for each in letters}
    for number, each in enumerate(letters):
        assert told(map(str, sealing.unseal(each).values())) == []
        if each.state != "draft":
            path = tmp_path / f"letter{number}.pdf"
            path.write_bytes(letter.pdf(case, each, now=now))
            assert traces(path) == []
    assert outbox and told(f"{mail.subject} {mail.text}" for mail in outbox) == []
    assert sealing.object_bytes(copies[0].object_id).startswith(b"%PDF")  # it was there all the time
