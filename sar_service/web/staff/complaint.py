"""Complaints: what one is about, who may look into it, when they hear again and what came of it.

On the page of a request: the complaints about it.
"""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.complaint import About, ComplaintKind, Matter
from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.letter import Result
from sar_service.domain.lifecycle import OPEN
from sar_service.domain.permission import Permission, may_see_case
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import complaint, letter, letter_draft, regulator, team

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, in_welsh, line, one_of, version, words

KINDS: list[tuple[str, Any]] = [
    (ComplaintKind.COMPLAINT.value, _l("A complaint")),
    (ComplaintKind.REVIEW.value, _l("A wish to have an answer looked at again")),
]
MATTERS: list[tuple[str, Any]] = [
    (Matter.ANSWER.value, _l("Our answer: something is missing, left out or refused")),
    (Matter.DELAY.value, _l("How long it takes")),
    (Matter.USE.value, _l("How information was used, kept or shared")),
    (Matter.OTHER.value, _l("Something else")),
]
ABOUT: list[tuple[str, Any]] = [
    (About.REQUEST.value, _l("This request of ours:")),
    (About.NONE.value, _l("None of our requests")),
]
OUTCOMES: list[tuple[str, Any]] = [
    (Result.ALL.value, _l("They were right")),
    (Result.PART.value, _l("They were right in part")),
    (Result.NONE.value, _l("We acted as we should")),
]
NOT_SENT = {
    "waiting": _l("on its way"),
    "sending": _l("on its way"),
    "to_post": _l("to be posted"),
    "failed": _l("not delivered"),
}


@blueprint.get("/cases/<reference>/complaint")
@allow(Permission.SEE_CASES)
def complaint_page(reference: str) -> str:
    """A complaint, or the complaints about a request."""
    case = frame.find(reference)
    return frame.page(
        "complaint",
        case,
        tab="complaint",
        viewed="the complaint",
        regulator=regulator.listed(access.actor(), case=case),
        is_complaint=case.right is Right.COMPLAINT,
        complaints=[
            {"case": each, "kind": dict(KINDS)[row.kind], "status": frame.status_of(each)}
            for each, row in complaint.about_this(case, actor=access.actor())
        ],
        **(_complaint(case) if case.right is Right.COMPLAINT else {}),
    )


def _complaint(case: Case) -> dict[str, Any]:
    """What the page of a complaint shows beside what every page does."""
    actor, names = access.actor(), frame.staff_names()
    row, about, decided = complaint.of(case), complaint.about(case), complaint.decided(case)
    visible = seen(about)
    acknowledgements = [each for each in letter.letters(case, drafts=False) if each.kind == complaint.ACKNOWLEDGEMENT]
    stuck = next((NOT_SENT[each.state] for each in acknowledgements if each.state in NOT_SENT), "")
    return {
        "row": row,
        "kinds": KINDS,
        "matters": MATTERS,
        "abouts": ABOUT,
        "results": OUTCOMES,
        "about": visible,
        "hidden": about is not None and visible is None,
        "acknowledged": complaint.acknowledged_on(case),
        "limit": complaint.acknowledgement_due(case),
        "stuck": stuck,
        "undelivered": bool(acknowledgements) and acknowledgements[0].state == "failed",
        "decided": sorted(names.get(f"staff:{each}", _("somebody")) for each in decided),
        "barred": actor.id in decided,
        "free": [each.name for each in team.workers(case.controller) if str(each.id) not in decided],
        "outcomes": [
            {"on": fact.on, "words": dict(OUTCOMES).get(fact.detail.get("result", ""), "")}
            for fact in complaint.outcomes(case)
        ],
        "open": case.status in OPEN,
        "reopens": complaint.can_reopen(case) if visible is not None else None,
        "welsh": letter.wants_welsh(case),
        "wanted": request.form.get("reopen") == "yes",
    }


def seen(case: Case | None) -> Case | None:
    """A case, if whoever looks may see it."""
    try:
        return cases.get(case.reference, actor=access.actor()) if case is not None else None
    except NotFound:
        return None


@blueprint.post("/cases/<reference>/complaint/acknowledgement")
@allow(Permission.WRITE_LETTERS)
@again(complaint_page)
def acknowledge_complaint(reference: str) -> Response:
    """Write the acknowledgement again: the first did not get there."""
    complaint.acknowledge(frame.find(reference), actor=access.actor(), now=access.now())
    flash(_("The acknowledgement is written again. It counts on the day it leaves."))
    return redirect(url_for("staff.complaint_page", reference=reference))


@blueprint.post("/cases/<reference>/complaint")
@allow(Permission.WRITE_LETTERS)
@again(complaint_page, stands=conflict.complaint)
def settle_complaint(reference: str) -> Response:
    """Say what a complaint is, and what it is about."""
    case = frame.find(reference)
    about = About(one_of("about", [key for key, _words in ABOUT], _("Choose what it is about.")))
    complaint.settle(
        case,
        kind=ComplaintKind(one_of("kind", [key for key, _words in KINDS], _("Choose what it is."))),
        matter=Matter(one_of("matter", [key for key, _words in MATTERS], _("Choose what it is about in general."))),
        about=about,
        request=frame.typed_in("request", empty=_("Enter the reference of the request that it is about."))
        if about is About.REQUEST
        else None,
        version=version(),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Kept."))
    if not may_see_case(access.actor(), case):
        flash(_("It is restricted, as the request that it follows is: a manager gives it to somebody."))
        return redirect(url_for("staff.worklist"))
    return redirect(url_for("staff.complaint_page", reference=reference))


@blueprint.post("/cases/<reference>/complaint/outcome")
@allow(Permission.WRITE_LETTERS)
@again(complaint_page)
def begin_outcome(reference: str) -> Response:
    """Begin the letter that says what came of it. Nothing happens before somebody else sends that."""
    case = frame.find(reference)
    if case.right is not Right.COMPLAINT:
        raise InvalidInput(_("This case is no complaint."))
    result = one_of("result", [key for key, _words in OUTCOMES], _("Choose what came of it."))
    found, done = words("found", longest=4000), words("done", longest=4000)
    if not found:
        raise InvalidInput(_("Say what was found. They read it."), field="found")
    if not done and result != Result.NONE.value:
        raise InvalidInput(_("Say what is done about it. They read it."), field="done")
    row = letter_draft.begin(
        case,
        complaint.OUTCOME,
        found,
        welsh=in_welsh("reason", "done"),
        result=result,
        done=done,
        reopen=line("reopen") == "yes",
        actor=access.actor(),
        now=access.now(),
    )
    return redirect(url_for("staff.letter_page", reference=reference, letter_id=row.id))
