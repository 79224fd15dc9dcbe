"""Everything the pack says around the records: the letter, what was searched, Article 15, the key to the codes.

Plain values for the templates below templates/pack/, worked out from the case and the catalogue. The records and
documents themselves are in `pack_records.py`, building is in `pack.py`.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select

from sar_service.catalogue import Absent, Contact
from sar_service.catalogue.article_15 import NOT_STATED, contact_in_words
from sar_service.catalogue.system import EXTERNAL, ExternalSettings
from sar_service.db import db
from sar_service.domain.exemption import Tell
from sar_service.domain.people import Identifier
from sar_service.domain.search import SearchState
from sar_service.extensions import runtime
from sar_service.models import Case, PersonRow, Record

from . import left_out, units
from .clock import day_of
from .pack_records import NOT_SAID, Papers, by_hand, holds, in_words, title_of
from .search import UNANSWERED, included_refs, latest_searches, searched_systems

IDENTIFIERS = {
    Identifier.NAME: "name",
    Identifier.DATE_OF_BIRTH: "date of birth",
    Identifier.ADDRESS: "address",
    Identifier.POSTCODE: "postcode",
    Identifier.PHONE: "telephone number",
    Identifier.EMAIL: "e-mail address",
    Identifier.UPN: "unique pupil number",
    Identifier.NHS_NUMBER: "NHS number",
    Identifier.REFERENCE: "reference number",
}
ANSWERS = {
    SearchState.HELD: "We found information",
    SearchState.NOTHING: "We looked and found nothing",
    SearchState.CANNOT: "We could not look here with what we know",
    SearchState.FAILED: "This system did not answer",
    SearchState.AWAITING: "We have asked, and have not had an answer yet",
    SearchState.UNCLEAR: "We were not sure that what we found is about this person",
    SearchState.WAITING: "The search was not finished",
    SearchState.RUNNING: "The search was not finished",
}


@dataclass
class Counts:
    """What is in the pack: records and documents by system, pages of documents, and gaps by code."""

    records: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    document_pages: int = 0
    gaps: Counter[str] = field(default_factory=Counter)

    @property
    def all_records(self) -> int:
        return sum(self.records.values())

    @property
    def all_documents(self) -> int:
        return sum(self.documents.values())


def counts(case: Case, papers: Papers) -> Counts:
    """What belongs to the case. The gaps are counted while the parts are made."""
    found = Counts()
    rows = db.session.execute(
        select(Record.system, Record.about_digest, func.count())
        .where(Record.case_id == case.id, Record.left_out == "")
        .group_by(Record.system, Record.about_digest)
    ).all()
    refs = {system: included_refs(case.id, system) for system in {row.system for row in rows}}
    for row in rows:
        if row.about_digest in refs[row.system]:
            found.records[row.system] += row[2]
    for paper in papers.rows:
        found.documents[paper.system] += 1
        found.document_pages += paper.pages
    return found


def contact(given: Contact | Absent | None) -> str:
    """Every way to reach somebody in one line, or nothing."""
    return contact_in_words(given) if isinstance(given, Contact) else ""


def ways(given: Contact | Absent | None) -> str:
    """Every way to reach somebody without their name, which stands before it already; or nothing."""
    return ", ".join(given.ways()) if isinstance(given, Contact) else ""


def name_of(given: Contact | Absent | None, otherwise: str) -> str:
    """The name in a contact, or other words where there is none."""
    return given.name if isinstance(given, Contact) and isinstance(given.name, str) else otherwise


def frame(case: Case, *, told: Mapping[str, Any]) -> dict[str, Any]:
    """What every page of a pack knows: the council, whose pack it is, its reference and title."""
    controller = runtime().catalogue.controller(case.controller)
    subject = told["subject"]
    name = " ".join(part for part in (subject.get("given_name"), subject.get("family_name")) if part)
    return {
        "council": controller.name,
        "short_name": controller.short_name,
        "brand": controller.colours.brand,
        "brand_text": controller.colours.text,
        "reference": case.reference,
        "subject": name,
        "own": case.capacity == "self",
        "title": f"Disclosure pack {case.reference}",
    }


def opening(case: Case, *, told: Mapping[str, Any], counted: Counts, on: date, secret: Sequence[str]) -> dict[str, Any]:
    """The cover, the letter and the page on how to read the pack.

    What was asked for is repeated in the requester's own words, unless they hold something that is withheld.
    """
    controller = runtime().catalogue.controller(case.controller)
    requester = told["requester"]
    address = requester.get("address") or []
    lines = address if isinstance(address, list) else str(address).splitlines()
    asked = str((told.get("scope") or {}).get("what", "")).strip()
    return {
        "to": requester.get("name", ""),
        "organisation": requester.get("organisation", ""),
        "address": [line for line in lines if str(line).strip()],
        "council_address": [] if isinstance(controller.address, Absent) else list(controller.address),
        "on": in_words(on),
        "received": in_words(case.received_on),
        "asked": "" if holds(asked, secret) else asked,
        "records": counted.all_records,
        "documents": counted.all_documents,
        "document_pages": counted.document_pages,
        "held": bool(counted.all_records or counted.all_documents),
        "withheld": sum(counted.gaps.values()),
        "reasons": _reasons(counted.gaps)[:3],
        "by_hand": 0,
        "left_out": 0,
        "files_held_back": 0,
        "unanswered": sum(row.state in UNANSWERED for row in latest_searches(case)),
        "questions": contact(controller.public_contact),
        "dpo": contact(controller.dpo),
        "complaints": contact(controller.complaints),
        "regulator": ways(controller.regulator),
        "regulator_name": name_of(controller.regulator, "the Information Commissioner"),
        "signatory": name_of(controller.signatory, name_of(controller.public_contact, "The team")),
    }


def _reasons(gaps: Counter[str]) -> list[str]:
    """The plain reasons that stand behind the most gaps; none of those that may not be told."""
    known = runtime().catalogue.exemptions
    told = [code for code, _ in gaps.most_common() if code in known and known[code].tell != Tell.NEITHER]
    return list(dict.fromkeys(known[code].plain for code in told))


def searched(case: Case, counted: Counts) -> dict[str, Any]:
    """Every system with what it was searched by, when, and its answer; and who else may hold something."""
    catalogue = runtime().catalogue
    known = {system.key: system for system in searched_systems(case.controller)}
    found = []
    for row in latest_searches(case):
        system = known.get(row.system)
        found.append(
            {
                "title": title_of(row.system),
                "why": system.why_searched if system is not None else "",
                "by": [IDENTIFIERS[Identifier(each)] for each in row.searched_by],
                "on": in_words(day_of(row.finished_at)) if row.finished_at else "",
                "state": row.state.value,
                "answer": ANSWERS[row.state],
                "records": counted.records[row.system],
                "documents": counted.documents[row.system],
                "without": row.excepted_because,
            }
        )
    others = []
    for system in catalogue.systems_for(case.controller):
        if system.kind == EXTERNAL:
            settings = ExternalSettings.model_validate(system.settings or {})
            others.append(
                {
                    "title": system.title,
                    "why": settings.why_not_searched,
                    "ask": contact_in_words(settings.addressee),
                }
            )
    return {"searches": found, "others": others}


def services(case: Case, counted: Counts) -> list[dict[str, Any]]:
    """Article 15(1)(a) to (h), (ea) and 15(2) for each service whose systems held something."""
    catalogue = runtime().catalogue
    found: dict[str, dict[str, Any]] = {}
    for key in sorted(set(counted.records) | set(counted.documents)):
        if key not in catalogue.systems:
            continue
        notice = catalogue.notice_of(key)
        entry = found.setdefault(
            notice.key,
            {
                "service": notice.service,
                "source": notice.source_document,
                "dated": notice.dated_in_words() or "",
                "version": "" if isinstance(notice.version, Absent) else notice.version,
                "provider": notice.provider or "",
                "systems": [],
                "items": _items(notice.key, case.controller),
            },
        )
        entry["systems"].append(title_of(key))
    return list(found.values())


def _items(notice: str, controller: str) -> list[dict[str, Any]]:
    items = []
    for item in runtime().catalogue.article_15(notice, controller=controller):
        parts = []
        for part in item.parts:
            lines = [_with(line.text, line.remark) for line in part.lines]
            if not part.stated:
                lines.append(_with(NOT_STATED, part.remark))
            parts.append({"heading": part.heading, "lines": lines, "stated": part.stated})
        items.append({"letter": item.letter, "heading": item.heading, "parts": parts})
    return items


def _with(text: str, remark: str) -> str:
    return f"{text} ({remark})" if remark else text


def closing(
    case: Case, people: Mapping[uuid.UUID, PersonRow], counted: Counts, secret: Sequence[str]
) -> dict[str, Any]:
    """What could not be put in as pages, the key to the codes, and the rights and ways to complain."""
    controller = runtime().catalogue.controller(case.controller)
    return {
        "by_hand": by_hand(case, people, secret),
        "left_out": left_out.account(case),
        "codes": key_to_codes(counted.gaps),
        "untold": units.UNTOLD,
        "questions": contact(controller.public_contact),
        "complaints": contact(controller.complaints),
        "dpo": contact(controller.dpo),
        "regulator": ways(controller.regulator),
        "regulator_name": name_of(controller.regulator, "the Information Commissioner"),
    }


def key_to_codes(gaps: Mapping[str, int]) -> list[dict[str, Any]]:
    """The codes that stand in the pack, in plain words and with how often, as far as each may be told.

    A code that may not even be named (tell: neither) stands nowhere: its gaps are among those without a code. For one
    that may be told in general only, the general words are given and the provision is left out.
    """
    known = runtime().catalogue
    found = []
    for code in sorted(each for each in gaps if each):
        exemption = known.exemptions.get(code)
        if exemption is not None:
            in_general = exemption.tell == Tell.GENERAL
            reference = "" if in_general else exemption.reference
            found.append(
                {
                    "code": code,
                    "plain": exemption.plain,
                    "reference": reference,
                    "general": in_general,
                    "count": gaps[code],
                }
            )
        elif code in known.dispositions:
            plain = known.dispositions[code].plain
            found.append({"code": code, "plain": plain, "reference": "", "general": False, "count": gaps[code]})
    if gaps.get(""):
        found.append(
            {
                "code": "",
                "plain": NOT_SAID,
                "reference": "",
                "general": True,
                "count": gaps[""],
            }
        )
    return found
