"""What a letter speaks of: plain values, by the names in `domain/letter_words.py`, from a case and its council.

`words` needs no case, so that `sar check` fills every letter with invented ones.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sar_service.catalogue import Absent, Contact, Controller
from sar_service.catalogue.article_15 import contact_in_words
from sar_service.domain import clock_steps, welsh
from sar_service.domain import complaint as complaint_law
from sar_service.domain.clock import Reckoning
from sar_service.domain.rights import Right, terms
from sar_service.domain.sentence import with_article
from sar_service.extensions import runtime
from sar_service.models import Case

from . import clock, complaint, sealing, told_date

ENGLISH, WELSH = "en", "cy"
ABOUT = {"self": "about you", "parent": "about your child"}
OTHER = "about the person you act for"
ABOUT_IN_WELSH = {"self": "amdanoch", "parent": "am eich plentyn"}
OTHER_IN_WELSH = "am y person yr ydych yn gweithredu ar ei ran"


def language_of(told: Mapping[str, Any], controller: Controller) -> str:
    """The language that they want to be written to in, where the council offers it: "en" or "cy"."""
    wanted = str((told.get("delivery") or {}).get("language") or "")
    return WELSH if wanted == WELSH and offers_welsh(controller) else ENGLISH


def offers_welsh(controller: Controller) -> bool:
    return any(each.partition("-")[0] == WELSH for each in controller.languages)


def written(day: date, language: str) -> str:
    """A day in words of one of the two languages."""
    return welsh.written(day) if language == WELSH else clock_steps.written(day)


def of_case(case: Case, *, now: datetime, language: str = ENGLISH, untold: Collection[str] = ()) -> dict[str, Any]:
    """What every letter of a case may speak of, as it is now; `untold` are keys of steps that the letter itself is."""
    before = told_date.last(case)
    return words(
        runtime().catalogue.controllers[case.controller],
        reference=case.reference,
        right=case.right,
        capacity=case.capacity,
        told=sealing.unseal(case),
        reckoning=clock.reckon(case),
        today=clock.day_of(now),
        received=case.received_on,
        review=complaint.is_review(case),
        base_url=runtime().settings.base_url,
        told_before=before.due if before else None,
        language=language,
        untold=untold,
    )


def words(
    controller: Controller,
    *,
    reference: str,
    right: Right,
    capacity: str,
    told: Mapping[str, Any],
    reckoning: Reckoning,
    today: date,
    received: date,
    base_url: str,
    told_before: date | None = None,
    review: bool = False,
    language: str = ENGLISH,
    untold: Collection[str] = (),
) -> dict[str, Any]:
    """The values of every name but those that a letter is given besides (`reason`, `result`, `code`)."""
    regulator, due, cymraeg = controller.regulator, reckoning.due, language == WELSH
    named = regulator.name if isinstance(regulator, Contact) else None
    complaints = next((each for each in _to_complain(controller, cymraeg) if each), "")
    return {
        "reference": reference,
        "requester": {"name": str(told["requester"].get("name") or "")},
        "right": right.value,
        "right_name": welsh.RIGHTS[right] if cymraeg else terms(right).name,
        "capacity": capacity,
        "about": (ABOUT_IN_WELSH if cymraeg else ABOUT).get(capacity) or (OTHER_IN_WELSH if cymraeg else OTHER),
        "country": controller.schools_of,
        "how": str((told.get("delivery") or {}).get("how") or ""),
        "email_known": bool(told["requester"].get("email")),
        "paper_only": paper_only(told),
        "controller": _council(controller, cymraeg),
        "complaints_to": complaints,
        "regulator_name": _regulator(controller, named, cymraeg),
        "regulator_to": ", ".join(regulator.ways()) if isinstance(regulator, Contact) else "",
        "due": written(due, language) if due else "",
        "late": bool(due and due < today),
        "missed": written(reckoning.missed, language) if reckoning.missed else "",
        "reckoning": {"state": reckoning.state.value, "steps": steps(reckoning, cymraeg, untold)},
        "told_before": written(told_before, language) if told_before else "",
        "today": written(today, language),
        "received": written(received, language),
        "review": review,
        "acknowledgement_owed": received >= complaint_law.DUTY_SINCE,
        "news_days": controller.complaint_aims.news_days,
        "outcome_days": controller.complaint_aims.outcome_days,
        "until": written(today + timedelta(days=controller.delivery.portal_days), language),
        "base_url": base_url,
        "done": "",
        "reopen": False,
    }


def paper_only(told: Mapping[str, Any]) -> bool:
    """Did they ask for paper, and say that somebody else may see their messages? Then no code opens the answer."""
    how = (told.get("delivery") or {}).get("how") or "portal"
    return bool(how != "portal" and told["requester"].get("safe") == "careful")


def steps(reckoning: Reckoning, cymraeg: bool, untold: Collection[str] = ()) -> list[str]:
    """How the date was worked out, without what only the council has to look at."""
    told = [step for step in reckoning.steps if not step.for_staff and step.key not in untold]
    return [welsh.sentence(step) if cymraeg else step.sentence for step in told]


def _council(controller: Controller, cymraeg: bool) -> dict[str, Any]:
    """The council with what it adds to its letters. What it does not give in Welsh keeps its English name."""
    added = controller.welsh if cymraeg else controller.letters
    contact = _reached(controller, cymraeg)
    signed_by = _named(controller.signatory)
    if cymraeg:
        public = _named(controller.public_contact)
        signed_by = controller.welsh.signed_by or (contact["name"] if public and signed_by == public else signed_by)
    known = bool(contact["email"] or contact["phone"])
    address = [] if known or isinstance(controller.address, Absent) else controller.address
    return {
        "name": (controller.welsh.name if cymraeg else None) or controller.name,
        "short_name": (controller.welsh.short_name if cymraeg else None) or controller.short_name,
        "public_contact": contact,
        "address": ", ".join(address),
        "opening": added.opening or "",
        "sign_off": added.sign_off or "",
        "signed_by": "" if signed_by == contact["name"] else signed_by,
        "post": added.post or "",
        "footer": added.footer or "",
    }


def _reached(controller: Controller, cymraeg: bool) -> dict[str, str]:
    """How the letter says that we are reached: the team that answers requests, else whoever else can be written to."""
    also = controller.welsh if cymraeg else None
    public = _parts(controller.public_contact)
    if also is not None:
        public |= {"name": also.team or public["name"], "hours": also.hours or ""}
    others = (_parts(controller.dpo), _parts(controller.complaints))
    if also is not None and also.complaints:
        others[1]["name"] = also.complaints
    return next((each for each in (public, *others) if each["email"] or each["phone"]), public)


def _to_complain(controller: Controller, cymraeg: bool) -> Iterator[str]:
    names = (controller.welsh.complaints, controller.welsh.team, None) if cymraeg else (None, None, None)
    for contact, name in zip((controller.complaints, controller.public_contact, controller.dpo), names, strict=True):
        if isinstance(contact, Contact):
            yield contact_in_words(contact.model_copy(update={"name": name}) if name else contact)


def _regulator(controller: Controller, named: object, cymraeg: bool) -> str:
    if cymraeg:
        return controller.welsh.regulator
    return with_article(named) if isinstance(named, str) else "the Information Commissioner"


def _named(given: Contact | Absent) -> str:
    return given.name if isinstance(given, Contact) and isinstance(given.name, str) else ""


def _parts(given: Contact | Absent) -> dict[str, str]:
    """Every part of a contact that a letter may name, empty where it is not stated."""
    found = {name: getattr(given, name, "") for name in ("name", "email", "phone", "url", "hours")}
    return {name: value if isinstance(value, str) else "" for name, value in found.items()}
