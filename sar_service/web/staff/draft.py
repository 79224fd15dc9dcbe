"""A draft: an e-mail that nobody has logged yet. It is logged as a request, put to a case, or set aside."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.db import db, reading_only
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import UNKNOWN, Action, Status
from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import finding, incoming_sort, sealing, team

from .. import access
from ..access import allow
from . import blueprint, frame, history, incoming
from . import case as case_pages
from .asking import again, keep_typed, reason
from .log import taken
from .log_questions import RIGHTS, Logged, columns
from .log_questions import UNKNOWN as NOT_ASKED

MOST = 5  # cases of one address that are shown


@blueprint.errorhandler(frame.NotLogged)
def not_logged(error: frame.NotLogged) -> tuple[str, int]:
    """The page that says to log it first, and leads there."""
    db.session.rollback()
    reading_only.set(True)
    return render_template("staff/not_logged.html", reference=error.reference, aside=error.aside), 409


@blueprint.get("/cases/<reference>/draft")
@allow(Permission.SEE_CASES)
def draft_page(reference: str) -> Any:
    """What came, and what can be done with it."""
    case = frame.find(reference)
    if case.status not in UNKNOWN:
        if request.method == "GET":
            return redirect(url_for("staff.case_page", reference=reference))
        return case_pages.case_page(reference)  # somebody was quicker: how it stands now, with what was wrong
    return frame.page(
        "draft",
        case,
        tab="overview",
        viewed="the e-mail",
        messages=incoming.shown(case),
        open_draft=case.status is Status.DRAFT,
        steps=case_pages.clock_steps(case),
        history=history.newest(case),
        names=frame.staff_names(),
        mine=str(case.assigned_to) == access.actor().id,
        members=[(str(member.id), member.name) for member in team.workers(case.controller)],
        alike=_of_the_same_address(case),
        what=frame.what,
        stage=frame.stage,
    )


def _of_the_same_address(case: Case) -> list[tuple[Case, str]]:
    """Other cases with the address that the e-mail came from: it may belong to one of them."""
    question = finding.read(sealing.unseal(case)["requester"].get("email") or "")
    found = finding.find(question, actor=access.actor(), most=MOST + 1).cases if question else []
    return [(each, frame.title_of(sealing.unseal(each))) for each in found if each.id != case.id][:MOST]


@blueprint.route("/cases/<reference>/draft/log", methods=["GET", "POST"])
@allow(Permission.LOG_REQUEST)
def log_draft(reference: str) -> Any:
    """The page on which requests are logged, filled in with what the e-mail says."""
    case = frame.find(reference)
    if case.status is not Status.DRAFT:
        if request.method == "GET":
            return redirect(url_for("staff.case_page", reference=reference))
        raise WrongState(_("Somebody has sorted this e-mail already. Look at it again."))
    sent = request.method == "POST"
    form = Logged(request.form if sent else None, data=_known(case))
    form.prepare(case.controller)
    problems: list[dict[str, str]] = []
    if sent:
        answer, problems = taken(form, case)
        if answer is not None:
            return answer
    if sent:
        keep_typed()
    page = frame.page(
        "draft_log",
        frame.find(reference),
        tab="overview",
        viewed="the e-mail",
        form=form,
        columns=columns(form),
        errors=problems,
        messages=incoming.shown(frame.find(reference)),
    )
    return page, 400 if problems else 200


def _known(case: Case) -> dict[str, Any]:
    """What the form begins with: what the e-mail says by itself, and nothing that would have to be guessed."""
    told = sealing.unseal(case)
    return {
        "received_on": case.received_on,
        "channel": "email",
        "kind": RIGHTS,
        "name": told["requester"].get("name", ""),
        "email": told["requester"].get("email", ""),
        "what": told["scope"].get("what", ""),
        "safe": NOT_ASKED,
        "how": "portal",
    }


@blueprint.post("/cases/<reference>/draft/case")
@allow(Permission.LOG_REQUEST)
@again(draft_page)
def attach_draft(reference: str) -> Response:
    """Put the e-mail to a case that is there already."""
    case = frame.find(reference)
    other = incoming_sort.attach(case, frame.typed_in("reference"), actor=access.actor(), now=access.now())
    flash(_("The e-mail is with this case now."))
    return redirect(url_for("staff.messages_page", reference=other.reference))


@blueprint.post("/cases/<reference>/draft/aside")
@allow(Permission.LOG_REQUEST)
@again(draft_page)
def set_draft_aside(reference: str) -> Response:
    """Say that it is no request."""
    case = frame.find(reference)
    incoming_sort.set_aside(case, reason=reason(), actor=access.actor(), now=access.now())
    flash(_("Set aside. It is counted apart, and can be taken up again."))
    return redirect(url_for("staff.worklist"))


@blueprint.post("/cases/<reference>/draft/again")
@allow(Permission.LOG_REQUEST)
@again(draft_page)
def take_up_draft(reference: str) -> Response:
    """Take an e-mail up again that was set aside."""
    case = frame.find(reference)
    cases.move(case, Action.REOPEN, actor=access.actor(), now=access.now(), reason=reason())
    flash(_("It waits to be logged again. Its time runs from the day it came."))
    return redirect(url_for("staff.draft_page", reference=reference))
