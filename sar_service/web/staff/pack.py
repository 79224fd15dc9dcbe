"""The pack: building it, where that stands, fetching it to check, and letting it go to the requester."""

import uuid
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import InvalidInput, NotFound
from sar_service.domain.lifecycle import Status
from sar_service.domain.permission import Permission
from sar_service.models import Case, Pack, PackState
from sar_service.services import audit, clock, pack, pack_release, portal, sealing
from sar_service.services import case as cases

from .. import access
from ..access import allow
from . import blueprint, frame
from .asking import again, identity, line

STATES: dict[PackState, tuple[Any, str]] = {
    PackState.WAITING: (_l("Waiting"), "grey"),
    PackState.BUILDING: (_l("Being built"), "blue"),
    PackState.CHECKING: (_l("Being read again to check it"), "blue"),
    PackState.READY: (_l("Ready, and nothing withheld can be found in it"), "green"),
    PackState.REFUSED: (_l("Something withheld was found in it: it may not leave"), "red"),
    PackState.FAILED: (_l("Could not be built"), "red"),
}
ON_THE_WAY = (PackState.WAITING, PackState.BUILDING, PackState.CHECKING)


def _told(case: Case) -> dict[str, Any]:
    latest = cases.latest_pack(case)
    words, colour = STATES[latest.state] if latest is not None else ("", "grey")
    return {
        "pack": latest,
        "state": {"text": words, "colour": colour},
        "done": latest is None or latest.state not in ON_THE_WAY,
    }


@blueprint.get("/cases/<reference>/pack")
@allow(Permission.SEE_CASES)
def pack_page(reference: str) -> str:
    """The newest pack, what was found in it, and what can be done with it."""
    case = frame.find(reference)
    told = _told(case)
    latest = told["pack"]
    ready = latest is not None and latest.state is PackState.READY
    return frame.page(
        "pack",
        case,
        tab="pack",
        viewed="the pack's page",
        findings=pack.findings(latest) if latest is not None and latest.state is PackState.REFUSED else [],
        checks=pack_release.checks(case, latest) if ready else [],
        to=pack_release.delivery_of(case),
        compared=pack_release.goes_to(case),
        hows=frame.HOW,
        until=portal.last_day(case),
        over=portal.over(case, today=clock.day_of(access.now())),
        held=portal.held(case),
        taken_back=portal.taken_back(case),
        ended=case.status is Status.CLOSED and case.merged_into is None,
        choices={each.action.value: each.blocked for each in cases.choices(case, actor=access.actor())},
        **told,
    )


@blueprint.get("/cases/<reference>/pack/state")
@allow(Permission.SEE_CASES)
def pack_state(reference: str) -> str:
    """The state alone, for the page to keep itself up to date."""
    case = frame.find(reference)
    return render_template("staff/pack_state.html", case=case, **_told(case))


@blueprint.post("/cases/<reference>/pack/build")
@allow(Permission.BUILD_PACK)
@again(pack_page)
def build_pack(reference: str) -> Response:
    """Begin to build the pack of what was signed off."""
    pack.ask(frame.find(reference), actor=access.actor(), now=access.now())
    flash(_("The pack is being built. You may leave this page."))
    return redirect(url_for("staff.pack_page", reference=reference))


def _one(case: Case, wanted: uuid.UUID) -> Pack:
    latest = cases.latest_pack(case)
    if latest is None or latest.id != wanted:
        raise NotFound(_("There is a newer pack. Open the page of the pack again."))
    return latest


@blueprint.get("/cases/<reference>/pack/<uuid:wanted>")
@allow(Permission.BUILD_PACK)
def fetch_pack(reference: str, wanted: uuid.UUID) -> FlaskResponse:
    """The pack to check it by eye: a download, recorded before a byte is sent."""
    case = frame.find(reference)
    row = _one(case, wanted)
    stored = sealing.get_object(row.object_id)
    audit.viewed("the pack", actor=access.actor(), now=access.now(), case=case, of=row)
    response = FlaskResponse(b"".join(sealing.object_chunks(stored)), mimetype="application/pdf")
    name = f"{case.reference}-check-{row.number}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.post("/cases/<reference>/pack/release")
@allow(Permission.RELEASE)
@again(pack_page)
def release_pack(reference: str) -> Response:
    """Let the pack go, once the officer has typed who it goes to and compared where."""
    case = frame.find(reference)
    row = _one(case, identity(line("pack")))
    to = pack_release.delivery_of(case)
    if line("recipient").casefold() != " ".join(to["to"].split()).casefold():
        raise InvalidInput(
            _("This is not the name on the request. Check who it goes to, and type the name."), field="recipient"
        )
    checked = request.form.get("recipient_checked") == "yes"
    pack_release.release(
        case,
        row,
        recipient_checked=checked,
        compared=line("compared"),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Released. The requester is told."))
    return redirect(url_for("staff.pack_page", reference=reference))
