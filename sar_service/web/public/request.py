"""The request form: one question a page, a draft that nothing loses, answers checked before they are sent.

The draft is kept in the session on the server, sealed. Which questions are asked depends on who asks; the questions
themselves are in `request_questions.py`, the request that is made of the answers in `request_answers.py`.
"""

import hashlib
import json
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask import request as asked
from flask_babel import gettext as _

from sar_service.domain.rights import Right
from sar_service.extensions import runtime
from sar_service.services import attempt, clock, intake
from sar_service.services import portal as portals

from .. import session
from ..access import actor, allow_anyone, now, once, remote
from ..fields import errors_for
from ..fields_rows import asked_for_rows
from .request_answers import sections, to_request
from .request_questions import FORMS, TITLES, services, steps_for
from .request_wanted import wanted

blueprint = Blueprint("request", __name__, url_prefix="/request")

DRAFT = "request_draft"
SENT = "request_sent"
MOST_A_QUARTER_HOUR = 20
EXIT = "https://www.bbc.co.uk/weather"  # where "Exit this page" leads: something anybody may be looking at


def _draft() -> dict[str, Any]:
    found = session.get(DRAFT, {})
    return found if isinstance(found, dict) else {}


def _keep(step: str, answers: dict[str, Any]) -> None:
    """Keep the answers of a step. Services that another council had, which was chosen before, are left out."""
    draft = {**_draft(), step: answers}
    if "what" in draft:
        offered = {key for key, _words in services(draft, runtime().catalogue)}
        draft["what"] = {
            **draft["what"],
            "services": [key for key in draft["what"].get("services", []) if key in offered],
        }
    session.put(DRAFT, draft)


@blueprint.get("/")
@allow_anyone
def begin() -> Any:
    """The first question."""
    return redirect(url_for("request.step", step="who"))


@blueprint.route("/<step>", methods=["GET", "POST"])
@allow_anyone
def step(step: str) -> Any:
    """One question: asked, or answered and kept."""
    if step == "check":
        return _check()
    draft = _draft()
    steps = steps_for(draft)
    if step not in steps:
        if step in FORMS:
            return redirect(url_for("request.step", step=steps[0]))
        abort(404)
    waiting = next((each for each in steps[: steps.index(step)] if each not in draft), None)
    if waiting is not None:
        return redirect(url_for("request.step", step=waiting))
    form = FORMS[step](asked.form if asked.method == "POST" else None, data=draft.get(step, {}))
    form.prepare(draft, runtime().catalogue)
    status = 200
    if asked.method == "POST":
        if asked_for_rows(form):
            pass  # a row was added or taken away: the page is shown again with what was typed
        elif form.validate():
            _keep(step, form.answers())
            return redirect(_after(step))
        else:
            status = 400
    errors = errors_for(form) if status == 400 else []
    page = render_template(
        "public/step.html",
        step=step,
        title=TITLES[step](draft),
        said=wanted(draft).before,
        form=form,
        errors=errors,
        action=asked.full_path.rstrip("?"),
        number=steps.index(step) + 1,
        count=len(steps) + 1,
        back=_before(step, steps),
        exit_address=EXIT,
    )
    return page, status


def _after(step: str) -> str:
    """The next question, or the answers if they were being checked."""
    draft = _draft()
    steps = steps_for(draft)
    if asked.args.get("change") and all(each in draft for each in steps):
        return url_for("request.step", step="check")
    following = steps[steps.index(step) + 1 :] if step in steps else steps
    return url_for("request.step", step=following[0] if following else "check")


def _before(step: str, steps: tuple[str, ...]) -> str:
    if asked.args.get("change"):
        return url_for("request.step", step="check")
    at = steps.index(step)
    return url_for("request.step", step=steps[at - 1]) if at else url_for("public.start")


def _check() -> Any:
    """The answers, before they are sent; sent by POST."""
    draft = _draft()
    steps = steps_for(draft)
    waiting = next((each for each in steps if each not in draft), None)
    if waiting is not None:
        if session.get(SENT) and not draft:
            return redirect(url_for("request.submitted"))
        return redirect(url_for("request.step", step=waiting))
    changed = asked.method == "POST" and asked.form.get("seen") != _digest(draft)
    if asked.method == "POST" and not changed:
        return _send(draft)
    page = render_template(
        "public/check.html",
        sections=sections(draft, runtime().catalogue),
        errors=[{"text": _("Your answers were changed in another window. Check them again."), "href": "#main-content"}]
        if changed
        else [],
        seen=_digest(draft),
        action=url_for("request.step", step="check"),
        back=url_for("request.step", step=steps[-1]),
        number=len(steps) + 1,
        count=len(steps) + 1,
        key=once(),
        exit_address=EXIT,
    )
    return page, 409 if changed else 200


def _digest(draft: dict[str, Any]) -> str:
    """What the answers are known by: what is sent must be what was shown, whatever another window did meanwhile."""
    return hashlib.sha256(json.dumps(draft, sort_keys=True).encode()).hexdigest()


def _send(draft: dict[str, Any]) -> Any:
    attempt.check("send a request from", remote(), limit=MOST_A_QUARTER_HOUR, now=now())
    made = to_request(draft, catalogue=runtime().catalogue, received_on=clock.day_of(now()))
    case = intake.submit(made, actor=actor(), now=now())
    attempt.count("send a request from", remote(), now=now())
    session.put(SENT, str(case.id))
    session.drop(DRAFT)
    return redirect(url_for("request.submitted"))


@blueprint.get("/submitted")
@allow_anyone
def submitted() -> Any:
    """The reference, the due date and what happens next; for whoever sent it, as long as their session lasts."""
    identity = session.get(SENT)
    if not identity:
        return redirect(url_for("public.start"))
    case = portals.get(identity)
    return render_template(
        "public/submitted.html",
        reference=case.reference,
        due=case.due_on,
        reckoning=clock.reckon(case),
        acknowledged=portals.acknowledged_to(case),
        copy=case.right is Right.ACCESS,
        exit_address=EXIT,
        title=_("We have your request"),
    )
