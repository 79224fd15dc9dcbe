"""The record of how a request was handled: its dates with their steps, what was noted, the letters, what was done.

It is for whoever has to account for it, to the regulator, an ombudsman or a court. Names stand in it only where staff
wrote them into a reason: a case is called by its reference.
"""

from typing import Any

from flask import Response as FlaskResponse
from flask import render_template

from sar_service.domain.permission import Permission, may_see_case
from sar_service.extensions import runtime
from sar_service.models import Case
from sar_service.services import audit, case_record, clock, letter_left, merge, work

from .. import access, filters
from ..access import allow
from . import blueprint, frame, history
from . import case as case_pages
from . import lateness as lateness_card
from .fact import entries
from .letter import as_file, listed

MOST = 1000  # things that were done: what is older stands on the page of the history


@blueprint.get("/cases/<reference>/record.pdf")
@allow(Permission.SEE_CASES)
def record_pdf(reference: str) -> FlaskResponse:
    """The record as a PDF, to be kept or handed on."""
    case = frame.find(reference)
    audit.viewed("the record of how it was handled", actor=access.actor(), now=access.now(), case=case)
    content = case_record.pdf(render_template("staff/record.html", case=case, **_told(case)))
    return as_file(content, f"record-{case.reference}.pdf")


def _told(case: Case) -> dict[str, Any]:
    events = audit.timeline(case.id, views=False, most=MOST + 1)
    names, merged = frame.staff_names(), merge.answered_by(case)
    council = runtime().catalogue.controllers.get(case.controller)  # gone, perhaps, from the configuration
    return {
        "council": council.name if council is not None else case.controller,
        "made": filters.moment(access.now()),
        "right": frame.RIGHTS[case.right.value],
        "what": frame.what(case),
        "stage": frame.stage(case),
        "channel": frame.CHANNELS.get(case.channel, case.channel),
        "capacity": frame.CAPACITIES.get(case.capacity, case.capacity),
        "flags": [str(frame.FLAGS[flag]) for flag in work.flags([case]).get(case.id, [])],
        "holder": names.get(f"staff:{case.assigned_to}", ""),
        "into": merged[1].reference if merged and may_see_case(access.actor(), merged[1]) else "",
        "late": lateness_card.shown(case),
        "steps": case_pages.clock_steps(case),
        "unnoticed": letter_left.unnoticed(case),
        "facts": entries(case),
        "kinds": clock.FACTS,
        "who": {each.recorded_by: frame.who(each.recorded_by, names) for each in case.facts},
        "letters": listed(case),
        "events": list(reversed(history.in_words(case, events[:MOST]))),
        "more": len(events) > MOST,
    }
