"""Logging a request that came by telephone, at the counter, by letter, by e-mail or through another team.

One page, as staff have somebody waiting: what is needed is first, and nothing that was typed is ever lost. Several
rights in one message become a case each.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.complaint import About, ComplaintKind, Matter
from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.letter import ROUTES, Result
from sar_service.domain.lifecycle import UNKNOWN as UNLOGGED
from sar_service.domain.permission import Permission, may_see_case
from sar_service.domain.redirect import Route
from sar_service.domain.rights import Right
from sar_service.models import Case, Letter
from sar_service.services import audit, complaint, intake, letter, letter_draft, link, sealing
from sar_service.services import case as cases
from sar_service.services.letter_words import ENGLISH, WELSH

from .. import access
from ..access import allow
from ..fields import clean_line, errors_for
from . import blueprint, frame, merge
from .log_questions import RIGHTS, UNKNOWN, Logged, columns

NUMBERS = ("nhs_number", "upn", "reference")


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := clean_line(each))]


def _addresses(form: Logged) -> list[list[str]]:
    """The address now and the earlier ones, each as lines."""
    blocks = form.earlier.data.replace("\r\n", "\n").split("\n\n")
    return [lines for lines in (_lines(form.address.data), *map(_lines, blocks)) if lines]


def _postcode(lines: list[str]) -> str:
    return lines[-1] if lines and any(letter.isdigit() for letter in lines[-1]) and len(lines[-1]) <= 9 else ""


def to_request(form: Logged, *, controller: str = "") -> intake.Request:
    """The request that was written down; its right is set for each case apart."""
    capacity, how, family = form.answers()
    mine = capacity == "self"
    addresses = _addresses(form)
    full = " ".join(filter(None, (form.given_name.data, family)))
    born = form.date_of_birth.data
    numbers = {key: form[key].data for key in NUMBERS if form[key].data}
    now = _lines(form.address.data)
    return intake.Request(
        controller=controller or (form.only.key if form.only is not None else form.controller.data),
        right=Right(form.rights.data[0]) if form.rights.data else Right.ACCESS,
        channel=form.channel.data,
        capacity=capacity,
        received_on=form.received_on.data,
        subject={
            "given_name": form.given_name.data,
            "family_name": family,
            "other_names": form.names(),
            "date_of_birth": born.isoformat() if born else None,
            "addresses": addresses,
            "postcode": _postcode(now),
            "phones": [form.phone.data] if mine and form.phone.data else [],
            "emails": [form.email.data] if mine and form.email.data else [],
            "identifiers": numbers,
        },
        requester={
            "name": full if mine else form.name.data,
            "email": form.email.data,
            "phone": form.phone.data,
            "address": _lines(form.postal.data) or (now if mine else []),
            "relationship": "" if mine else form.relationship.data,
            "organisation": "" if mine else form.organisation.data,
            "authority": "",
            "safe": "" if form.safe.data == UNKNOWN else form.safe.data,
            "safety_note": form.safety_note.data,
        },
        scope={"what": form.what.data, "services": [], "period": ""},
        delivery={
            "how": how,
            "needs": [],
            "note": "",
            "language": form.language.data if "language" in form else "",
        },
    )


class Elsewhere(InvalidInput):
    """The request that this one follows cannot be linked with it."""


def _filed(form: Logged, before: Case | None) -> complaint.Filed:
    """What was said of a complaint. A review is of some answer of ours: of which has to be said before its outcome."""
    review = bool(form.review.data)
    return complaint.Filed(
        kind=ComplaintKind.REVIEW if review else ComplaintKind.COMPLAINT,
        matter=Matter.ANSWER if review else Matter.OTHER,
        about=About.REQUEST if before is not None else About.UNKNOWN if review else About.NONE,
        request=before,
    )


def _submit(form: Logged, draft: Case | None) -> list[Case]:
    """Make the cases, of a draft where there is one, and link them with the request that they follow."""
    actor, now = access.actor(), access.now()
    before = None
    if form.about.data:
        try:
            before = cases.get(intake.tidy_reference(form.about.data) or form.about.data, actor=actor)
        except NotFound as error:
            raise Elsewhere(_("There is no request with this reference that you may see. Check it.")) from error
    request = replace(
        to_request(form, controller=draft.controller if draft is not None else ""), filed=_filed(form, before)
    )
    if before is not None and before.controller != request.controller:
        raise Elsewhere(_("That request is another council’s. Requests of one council are linked only."))
    audit.lock(*(link.with_them(before) if before is not None else ()), *filter(None, [draft]))
    goes = form.route() is not None
    rights = [request.right] if goes else [Right(each) for each in form.rights.data]
    if draft is not None:
        made = intake.log_draft(draft, request, rights, acknowledge=not goes, actor=actor, now=now)
    elif goes:
        made = [intake.submit(request, acknowledge=False, actor=actor, now=now)]
    else:
        made = intake.submit_all(request, rights, actor=actor, now=now)
    if before is not None:
        for case in made:
            link.follow(before, case, actor=actor, now=now)
    return made


def _goes(form: Logged, case: Case, route: Route) -> Letter:
    """Begin the letter that says who answers."""
    return letter_draft.begin(
        case,
        ROUTES[route].key,
        form.who_answers.data if ROUTES[route].worded else "",
        result=Result.ALL,
        actor=access.actor(),
        now=access.now(),
    )


def _point_out(case: Case) -> None:
    """Say at once which requests look like this one, and why; what they are is said on the case's own pages."""
    found = merge.alike(case)
    if found:
        each = [f"{one['case'].reference} ({', '.join(one['reasons'])})" for one in found[:3]]
        flash(_("It may be the same person, or the same request again: %(which)s. Look below.", which="; ".join(each)))


def taken(form: Logged, draft: Case | None = None) -> tuple[Response | None, list[dict[str, str]]]:
    """Do what a form that was sent asks for, with a draft where there is one: where to go next, or what to mend."""
    if not form.validate():
        return None, errors_for(form)
    route = form.route()
    try:
        made = _submit(form, draft)
        leaves = _goes(form, made[0], route) if route is not None else None
    except Elsewhere as error:
        form.about.errors = [str(error)]
        return None, errors_for(form)
    except InvalidInput as error:
        return None, [{"text": str(error), "href": "#main-content"}]
    seen = may_see_case(access.actor(), made[0])
    if leaves is not None and seen:
        flash(_("Logged. Nothing has gone yet: look at the letter. The request goes elsewhere when you send it."))
        return redirect(url_for("staff.letter_page", reference=made[0].reference, letter_id=leaves.id)), []
    references = ", ".join(case.reference for case in made)
    flash(
        _("Logged: %(references)s.", references=references)
        if len(made) == 1
        else _("Logged as %(count)s cases: %(references)s.", count=len(made), references=references)
    )
    if not seen:
        flash(_("It is restricted, as the request that it follows is: a manager gives it to somebody."))
        return redirect(url_for("staff.worklist")), []
    _point_out(made[0])
    return redirect(url_for("staff.case_page", reference=made[0].reference)), []


def _begun(about: str) -> dict[str, Any]:
    """The answers that a complaint about a request begins with: who asked, about whom, and where they are reached."""
    begun: dict[str, Any] = {"about": about, "rights": [Right.COMPLAINT.value]}
    try:
        before = cases.get(about, actor=access.actor())
    except NotFound:
        return begun
    if before.status in UNLOGGED:
        return begun
    audit.viewed("who asked, to log a complaint", actor=access.actor(), now=access.now(), case=before)
    told = sealing.unseal(before)
    subject, requester, how = told["subject"], told["requester"], (told.get("delivery") or {}).get("how", "")
    addresses = ["\n".join(lines) for lines in subject.get("addresses") or []]
    mine = before.capacity == "self"
    address = requester.get("address") or []
    postal = address if isinstance(address, str) else "\n".join(address)
    return begun | {
        "controller": before.controller,
        "capacity": before.capacity,
        "given_name": subject.get("given_name") or "",
        "family_name": subject.get("family_name") or "",
        "other_names": ", ".join(subject.get("other_names") or []),
        "date_of_birth": _day(subject.get("date_of_birth") or ""),
        "address": addresses[0] if addresses else "",
        "earlier": "\n\n".join(addresses[1:]),
        **{key: value for key, value in (subject.get("identifiers") or {}).items() if key in NUMBERS},
        "name": "" if mine else requester.get("name") or "",
        "relationship": requester.get("relationship") or "",
        "organisation": requester.get("organisation") or "",
        "email": requester.get("email") or "",
        "phone": requester.get("phone") or "",
        "postal": "" if mine and postal in addresses[:1] else postal,  # of anybody else it is not taken from above
        "safe": requester.get("safe") or UNKNOWN,
        "safety_note": requester.get("safety_note") or "",
        "how": how if how in frame.HOW else "portal",
        "language": WELSH if letter.wants_welsh(before) else ENGLISH,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@blueprint.route("/log", methods=["GET", "POST"])
@allow(Permission.LOG_REQUEST)
def log() -> Any:
    """Write down a request and make a case of each right that it uses."""
    sent = request.method == "POST"
    about = intake.tidy_reference(request.args.get("about", "")[:60])  # from the page of what is complained about
    begun = _begun(about) if about else {}
    form = Logged(
        request.form if sent else None,
        data={"kind": RIGHTS, "safe": UNKNOWN, "how": "portal", **begun},
    )
    form.prepare()
    answer, problems = taken(form) if sent else (None, [])
    if answer is not None:
        return answer
    page = render_template(
        "staff/log.html",
        form=form,
        columns=columns(form),
        errors=problems,
    )
    return page, 400 if problems else 200
