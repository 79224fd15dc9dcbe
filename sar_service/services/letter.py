"""Letters: written from templates/letters/<kind>/, kept as sent, and sent by a job once all is committed.

An e-mail carries no personal data beyond its recipient: of a letter that others must not read it says that it is there,
and where to read it. Letters that somebody looks at first are begun in `letter_draft.py`;
the job that sends one is `letter_send.py`.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from sar_service.catalogue import Absent
from sar_service.db import db, new_id
from sar_service.documents.letter_text import as_html, as_pdf, as_plain
from sar_service.domain.actor import Actor
from sar_service.domain.errors import NotFound
from sar_service.domain.identity import Capacity
from sar_service.domain.letter import KINDS
from sar_service.extensions import runtime
from sar_service.models import Case, Letter
from sar_service.queue import after_commit

from . import audit, clock, lease, letter_fill, letter_words, sealing, told_date
from .letter_words import ENGLISH, WELSH, language_of, paper_only, written

# Steps of the clock that a letter is itself: as it is written nobody knows yet on which day it is given.
IS_ITSELF = {"extension": ("extended",)}
NOTICE = "notice"  # the e-mail that says that a letter is there
BOTH = "(This message is also in English, below.)"
RULE = "-" * 40


def last_day(case: Case, released_at: datetime) -> date:
    """The last day on which what is released now can be fetched, as the council's `portal_days` say."""
    days = runtime().catalogue.controllers[case.controller].delivery.portal_days
    return clock.day_of(released_at) + timedelta(days=days)


def write(case: Case, kind: str, *, actor: Actor, now: datetime, **more: Any) -> Letter:
    """Write a letter that needs nobody to look at it first, and have it sent; without an e-mail address, posted."""
    row = begun(case, kind, in_languages(case, kind, now=now, **more), actor=actor, now=now)
    hand_over(case, row, actor=actor, now=now)
    return row


def compose(case: Case, kind: str, *, now: datetime, language: str = ENGLISH, **more: Any) -> tuple[str, str]:
    """The subject and the text of a letter, from its template and what the case says now. Raises LetterFault."""
    untold = IS_ITSELF.get(kind, ())
    values = {**letter_words.of_case(case, now=now, language=language, untold=untold), **more}
    return letter_fill.written(case.controller, kind, values, language=language)


def in_languages(
    case: Case, kind: str, *, now: datetime, welsh: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """{"subject", "text"} of a letter, and for whoever wants Welsh {"welsh": the same in Welsh}.

    `welsh` are those of the values that differ in Welsh. A letter without a template in Welsh says so in Welsh.
    """
    subject, text = compose(case, kind, now=now, **more)
    told: dict[str, Any] = {"subject": subject, "text": text}
    if wants_welsh(case):
        subject, text = "", letter_fill.NO_WELSH
        if letter_fill.in_welsh(case.controller, kind):
            subject, text = compose(case, kind, now=now, language=WELSH, **{**more, **(welsh or {})})
        told["welsh"] = {"subject": subject, "text": text}
    return told


def wants_welsh(case: Case) -> bool:
    """Are they written to in Welsh, with the English below it?"""
    controller = runtime().catalogue.controllers[case.controller]
    return language_of(sealing.unseal(case), controller) == WELSH


def on_page(text: str, classes: Mapping[str, str]) -> str:
    """The text of a letter as HTML, its elements with the classes of the page it stands on."""
    return as_html(text, classes)


def begun(case: Case, kind: str, told: dict[str, Any], *, actor: Actor, now: datetime) -> Letter:
    """A letter that is written and goes nowhere yet."""
    row = Letter(
        id=new_id(),
        case_id=case.id,
        controller=case.controller,
        kind=kind,
        state="draft",
        written_by=actor.label,
        written_at=now,
    )
    sealing.seal(row, told)
    db.session.add(row)
    db.session.flush()
    return row


def way(case: Case, kind: str) -> str:
    """How a letter of this kind would reach the requester: "email" as it is, "link" to it in an e-mail, or "post"."""
    asked = sealing.unseal(case)
    plain = KINDS[kind].plain
    if not asked["requester"].get("email") or (not plain and paper_only(asked)):
        return "post"
    return "email" if plain else "link"


def hand_over(case: Case, row: Letter, *, actor: Actor, now: datetime) -> None:
    """Have a letter sent as it stands now, on the way that is safe: by e-mail, by one that leads to it, or on paper.

    From here on it is kept as it is. The address is the one that the requester has now.
    """
    told, asked = sealing.unseal(row), sealing.unseal(case)
    goes = way(case, row.kind)
    told["to"] = "" if goes == "post" else str(asked["requester"]["email"])
    told["address"] = address_of(case)
    if row.attempts:  # it was tried before it was held back: what is said of that sending says nothing of this one
        told["sending"], told["went"] = told.get("sending", 0) + 1, told.get("went", False)
        row.attempts, row.message = 0, ""
        lease.give_back(row)
    told["named"] = told.get("named") or told_date.named(case, told["text"])  # one that was held says what it said
    mail = mail_of(case, row.kind, told, now=now)
    if mail:
        told["mail"] = mail
    row.written_by, row.written_at = actor.label, now
    told["paper"] = paper(case, told, on=clock.day_of(now))
    for lay in ("printed", "waits_since", "stop"):  # where it lay before, and was held back: with another address
        told.pop(lay, None)
    sealing.seal(row, told)
    row.state = "to_post" if goes == "post" else "waiting"
    told_date.renew(case)
    audit.record("wrote a letter", actor=actor, now=now, case=case, of=row, kind=row.kind)
    if goes != "post":
        row.queued_at = now
        after_commit("letter", row.id)


def mail_of(case: Case, kind: str, told: Mapping[str, Any], *, now: datetime) -> dict[str, str]:
    """The e-mail that goes, {"subject", "text"}: the letter, or what says that it is there. Empty if it is posted."""
    goes = way(case, kind)
    if goes == "post":
        return {}
    if goes == "link":
        day = clock.day_of(now)
        told = in_languages(
            case, NOTICE, now=now, written_on=written(day, ENGLISH), welsh={"written_on": written(day, WELSH)}
        )
    subject, text = told["subject"], as_plain(told["text"])
    other = told.get("welsh")
    if other:
        subject = f"{other['subject']} / {subject}" if other["subject"] else subject
        text = f"{BOTH}\n\n{as_plain(other['text'])}\n{RULE}\n\n{text}"
    return {"subject": subject, "text": text}


def address_of(case: Case) -> list[str]:
    """The lines of the requester's name and address, as they stand on an envelope; for a solicitor with the firm.

    No other organisation is named: an envelope that comes to somebody's home tells nobody who helps them.
    """
    requester = sealing.unseal(case)["requester"]
    address = requester.get("address") or []
    lines = address if isinstance(address, list) else re.split(r"[\n,]", str(address))
    firm = requester.get("organisation") if case.capacity == Capacity.SOLICITOR else ""
    told = (str(part or "").strip() for part in (requester.get("name"), firm, *lines))
    return list(dict.fromkeys(text for text in told if text))


def pdf(case: Case, row: Letter, *, now: datetime) -> bytes:
    """A letter as the accessible PDF that is previewed, printed and downloaded; a draft as it would go now."""
    told = sealing.unseal(row)
    return as_pdf(
        told.get("paper") or paper(case, told, on=clock.day_of(now)),
        [(part["language"], part["text"]) for part in parts_of(told)],
        folder=runtime().settings.templates_dir,
    )


def parts_of(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """The letter by language, as it is read: {"language", "subject", "text"}, the Welsh first."""
    english = {"language": "en-GB", "subject": told["subject"], "text": told["text"]}
    return [{"language": "cy", **told["welsh"]}, english] if told.get("welsh") else [english]


def paper(case: Case, told: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """What stands on the sheet around the text of a letter of this day; kept with a letter that goes."""
    controller = runtime().catalogue.controllers[case.controller]
    return {
        "council": [name for name in (controller.welsh.name if told.get("welsh") else None, controller.name) if name],
        "council_address": [] if isinstance(controller.address, Absent) else list(controller.address),
        "brand": controller.colours.brand,
        "brand_text": controller.colours.text,
        "to": told.get("address") or address_of(case),
        "reference": case.reference,
        "parts": [
            {
                "language": part["language"],
                "on": _capital(written(on, WELSH if part["language"] == "cy" else ENGLISH)),
                "our_reference": "Ein cyfeirnod" if part["language"] == "cy" else "Our reference",
                "subject": part["subject"].replace(f" ({case.reference})", ""),  # it stands beside the date
            }
            for part in parts_of(told)
        ],
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def of(case: Case, letter_id: uuid.UUID) -> Letter:
    """A letter of this case. Raises NotFound."""
    row = db.session.get(Letter, letter_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such letter in this case.")
    return row


def letters(case: Case, *, drafts: bool = True) -> list[Letter]:
    """The letters of a case, newest first; without `drafts` only those that went, or are on their way."""
    query = select(Letter).where(Letter.case_id == case.id)
    if not drafts:
        query = query.where(Letter.state.not_in(("draft", "held")))
    return list(db.session.scalars(query.order_by(Letter.written_at.desc(), Letter.id)))
