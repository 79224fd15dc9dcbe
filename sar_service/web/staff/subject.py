"""What is known of the data subject: everything the systems are searched with, adding to it and taking out of it."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput
from sar_service.domain.lifecycle import BEFORE_SIGNOFF
from sar_service.domain.permission import Permission
from sar_service.services import sealing, search
from sar_service.services import subject as subjects

from .. import access
from ..access import allow
from ..fields import EMAIL
from . import blueprint, conflict, frame
from .asking import again, day, line, one_of, reason, version, words

WHAT: dict[str, Any] = {
    "other_names": _l("Another name"),
    "addresses": _l("Address"),
    "phones": _l("Telephone"),
    "emails": _l("E-mail"),
    "date_of_birth": _l("Date of birth"),
    **frame.NUMBERS,
}


@blueprint.get("/cases/<reference>/person")
@allow(Permission.SEARCH)
def subject_page(reference: str) -> str:
    """Everything the systems are searched with, and a form for what was learnt since."""
    case = frame.find(reference)
    told, known = sealing.unseal(case), subjects.entries(case)
    return frame.page(
        "subject",
        case,
        tab="search",
        viewed="what is known of the person",
        what=WHAT,
        known=known,
        options=[(key, f"{WHAT.get(kind, kind)}: {value}") for key, kind, value in known],
        learnt=[{**each, "at": datetime.fromisoformat(each["at"])} for each in reversed(told.get("learnt") or [])],
        names=frame.staff_names(),
        numbers=list(frame.NUMBERS.items()),
        open=case.status in BEFORE_SIGNOFF,
        old=len(search.out_of_date(case)),
    )


@blueprint.post("/cases/<reference>/person")
@allow(Permission.SEARCH)
@again(subject_page, stands=conflict.known)
def learn(reference: str) -> Response:
    """Add what was learnt; the systems then have to be searched again."""
    case = frame.find(reference)
    name, phone, email, number = line("other_names"), line("phones"), line("emails"), line("number")
    address = tuple(text.strip() for text in words("addresses", longest=600).splitlines() if text.strip())
    if email and not EMAIL.fullmatch(email):
        raise InvalidInput(_("Enter an email address in the correct format, like name@example.com"), field="emails")
    if phone and sum(letter.isdigit() for letter in phone) < 6:
        raise InvalidInput(_("Enter a telephone number, with at least six digits."), field="phones")
    scheme = one_of("scheme", subjects.SCHEMES, _("Choose what kind of number it is.")) if number else ""
    learnt = subjects.Learnt(
        other_names=(name,) if name else (),
        addresses=(address,) if address else (),
        phones=(phone,) if phone else (),
        emails=(email,) if email else (),
        identifiers={scheme: number} if number else {},
        date_of_birth=day("date_of_birth") if line("date_of_birth") else None,
    )
    subjects.learn(case, learnt, reason=reason(), version=version(), actor=access.actor(), now=access.now())
    flash(_("Recorded. Search the systems again, so that it is looked for."))
    return redirect(url_for("staff.subject_page", reference=reference))


@blueprint.post("/cases/<reference>/person/removal")
@allow(Permission.SEARCH)
@again(subject_page, stands=conflict.known)
def forget(reference: str) -> Response:
    """Take something out that is wrong, or somebody else's."""
    case = frame.find(reference)
    subjects.forget(case, line("entry"), reason=reason(), version=version(), actor=access.actor(), now=access.now())
    flash(_("Taken out. Search the systems again without it."))
    return redirect(url_for("staff.subject_page", reference=reference))
