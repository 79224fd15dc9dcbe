"""The letters that a requester was written, as they read them."""

import uuid
from typing import Any

from flask import Response, render_template, url_for
from flask_babel import lazy_gettext as _l

from sar_service.models import Case
from sar_service.services import letter as letters
from sar_service.services import portal as portals
from sar_service.services import sealing

from ..access import allow_requester, now, portal_case
from . import blueprint

CODE = "access-code"  # it brought them here, and has served
NAMES: dict[str, Any] = {
    "acknowledgement": _l("We have your request"),
    "complaint-acknowledged": _l("We have your complaint"),
    "identity-asked": _l("We asked who you are"),
    "authority-asked": _l("We asked whether you may act for somebody"),
    "partial-disclosure": _l("A part of our answer"),
    "released": _l("Our answer is ready"),
    "extension": _l("We need more time"),
    "clarification": _l("We asked what you are looking for"),
    "contact-changed": _l("Your contact details were changed"),
    "refused": _l("We said why we will not do what you asked"),
    "unfounded": _l("We said why we will not do what you asked"),
    "closed": _l("Your request was closed"),
    "withdrawn": _l("Your request was withdrawn"),
    "restriction-ends": _l("A limit on how information is used is about to end"),
    "fee-asked": _l("We asked for a fee"),
    "progress": _l("How far we are"),
    "new-date": _l("The date of our answer has changed"),
    "not-held": _l("We do not hold what you asked for"),
    "other-controller": _l("Who can answer your request"),
    "redirect-foi": _l("Your request under the freedom of information law"),
    "redirect-police": _l("How to ask us to disclose information"),
    "redirect-school": _l("Who answers for school records"),
    "redirect-dead": _l("Your request about somebody who has died"),
    "redirect-member": _l("Your letter for somebody you represent"),
    "outcome-complaint": _l("What came of your complaint"),
    "acknowledgement-several": _l("We have your requests"),
    "merged": _l("Two of your requests are answered together, or apart again"),
    "outcome-rectification": _l("Our answer to your request"),
    "outcome-erasure": _l("Our answer to your request"),
    "outcome-restriction": _l("Our answer to your request"),
    "outcome-portability": _l("Our answer to your request"),
    "outcome-objection": _l("Our answer to your request"),
    "outcome-automated-decision": _l("Our answer to your request"),
    "outcome-withdraw-consent": _l("Our answer to your request"),
    "outcome-pupil-record": _l("Our answer to your request"),
}


def listed(case: Case) -> list[dict[str, Any]]:
    """The letters of a case, each with its name, its day, and its id where they may read it here."""
    readable = portals.readable(case)
    return [
        {"name": NAMES[row.kind], "at": row.written_at, "id": row.id if row.id in readable else None}
        for row in letters.letters(case, drafts=False)
        if row.kind != CODE
    ]


@blueprint.get("/letters/<uuid:letter_id>")
@allow_requester
def letter_page(letter_id: uuid.UUID) -> str:
    """A letter that we wrote to them."""
    case = portal_case()
    row = portals.letter_to(case, letter_id, now=now())
    return render_template(
        "portal/letter.html",
        case=case,
        letter=row,
        written=sealing.unseal(row),
        account={"name": case.reference, "sign_out": url_for("portal.leave")},
    )


@blueprint.get("/letters/<uuid:letter_id>/pdf")
@allow_requester
def letter_pdf(letter_id: uuid.UUID) -> Any:
    """The same as a PDF, to keep or to print."""
    case = portal_case()
    row = portals.letter_to(case, letter_id, now=now())
    response = Response(letters.pdf(case, row, now=now()), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="letter-{case.reference}.pdf"'
    return response
