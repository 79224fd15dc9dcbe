"""Sending the decisions to a second person, and that person's page: figures, a sample to look at, sign or return."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.lifecycle import BEFORE_SIGNOFF
from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import case as cases
from sar_service.services import reading, redaction_signoff, review, sealing

from .. import access
from ..access import allow
from . import blueprint, frame
from .asking import again, reason, words


def _choices(case: Case) -> dict[str, str]:
    """What may be done here: the action, and what stands against it (nothing if it can be done)."""
    return {each.action.value: each.blocked for each in cases.choices(case, actor=access.actor())}


@blueprint.get("/cases/<reference>/sign-off")
@allow(Permission.SEE_CASES)
def sign_off_page(reference: str) -> str:
    """What was decided in figures, and what can be done with it."""
    case = frame.find(reference)
    signing = cases.latest_sign_off(case)
    figures = review.summary(case, signing)
    names, people = frame.staff_names(), frame.person_names(case)
    short = dict(frame.codes(case))
    return frame.page(
        "sign_off",
        case,
        tab="sign-off",
        viewed="the sign-off",
        signing=signing,
        reopened=case.status in BEFORE_SIGNOFF,
        note=sealing.unseal(signing) if signing is not None else {},
        by=frame.who(signing.submitted_by, names) if signing is not None else "",
        signed_by=frame.who(signing.signed_by, names) if signing is not None and signing.signed_by else "",
        returned_by=frame.who(signing.returned_by, names) if signing is not None and signing.returned_by else "",
        figures=figures,
        by_code=[(short.get(code, code or _("no code")), count) for code, count in figures.by_code.most_common()],
        by_person=[(key, people.get(key, ""), count) for key, count in figures.by_person.most_common(30)],
        shown=[(key, people.get(key, ""), count) for key, count in figures.shown_by_person.most_common(30)],
        protected=[(key, people.get(key, "")) for key in figures.protected],
        sample=[(place, reading.title_of(place.row) or _("No title")) for place in figures.sample],
        choices=_choices(case),
    )


def _back(reference: str, message: str) -> Response:
    flash(message)
    return redirect(url_for("staff.sign_off_page", reference=reference))


@blueprint.post("/cases/<reference>/sign-off/submit")
@allow(Permission.DECIDE)
@again(sign_off_page)
def submit(reference: str) -> Response:
    """Send the decisions off, after a second look for places left open."""
    case = frame.find(reference)
    sent = redaction_signoff.submit(case, note=words("note"), actor=access.actor(), now=access.now())
    if sent is None:
        flash(_("Not sent yet: words withheld elsewhere still stand in places, which are marked now. Decide them."))
        return redirect(url_for("staff.reading_page", reference=reference))
    return _back(reference, _("Sent. Somebody else has to sign it off."))


@blueprint.post("/cases/<reference>/sign-off/sign")
@allow(Permission.SIGN_OFF)
@again(sign_off_page)
def sign(reference: str) -> Response:
    """Sign exactly the state that was shown."""
    case = frame.find(reference)
    redaction_signoff.sign_off(
        case, digest=request.form.get("digest", "")[:64], note=words("note"), actor=access.actor(), now=access.now()
    )
    return _back(reference, _("Signed off. The pack can be built."))


@blueprint.post("/cases/<reference>/sign-off/return")
@allow(Permission.SIGN_OFF)
@again(sign_off_page)
def send_back(reference: str) -> Response:
    """Return the decisions, saying what to look at again."""
    case = frame.find(reference)
    redaction_signoff.return_to_review(case, note=reason("note"), actor=access.actor(), now=access.now())
    return _back(reference, _("Returned for another look."))
