"""What would the clock say: several things supposed at once, days to come included. Nothing is recorded here."""

from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _

from sar_service.domain.errors import InvalidInput
from sar_service.domain.permission import Permission
from sar_service.services import clock, clock_trial, told_date
from sar_service.services.clock_trial import Supposed

from .. import access
from ..access import allow
from . import blueprint, case, frame
from .asking import again, day, keep_typed, line

ROWS = 4
KINDS = (
    "identity_requested", "identity_received", "clarification_requested", "clarification_received", "fee_requested",
    "fee_paid", "extension_notice",
)  # fmt: skip
MOST_AHEAD = 366  # days


@blueprint.get("/cases/<reference>/what-if")
@allow(Permission.CORRECT_FACTS)
def what_if_page(reference: str) -> str:
    """The form: what is on file, to be thought away or moved, and what might come."""
    return _page(reference, None)


def _page(reference: str, trial: dict[str, Any] | None) -> str:
    found = frame.find(reference)
    return frame.page(
        "what_if",
        found,
        tab="overview",
        viewed="the facts",
        rows=range(1, ROWS + 1),
        kinds=[(kind, clock.FACTS[kind]) for kind in KINDS],
        entries=_entries(found),
        steps=case.clock_steps(found),
        trial=trial,
        letter=told_date.last(found),
    )


def _entries(found: Any) -> list[dict[str, Any]]:
    return [
        {"id": str(each.id), "text": clock.FACTS[each.kind], "on": each.on, "first": each.kind == "received"}
        for each in clock.standing_facts(found)
        if each.kind in clock.CORRECTABLE
    ]


@blueprint.post("/cases/<reference>/what-if")
@allow(Permission.CORRECT_FACTS)
@again(what_if_page)
def what_if(reference: str) -> str:
    """The same page with the clock as it would be."""
    found = frame.find(reference)
    supposed = [*_changed(_entries(found)), *_new()]
    if not supposed:
        raise InvalidInput(_("Suppose at least one thing: choose what happens, or change a day."), field="kind-1")
    after = clock_trial.what_if(found, supposed, actor=access.actor(), now=access.now())
    notice_by = None if after.extension_valid else after.notice_by
    trial = {"due": after.due, "notice_by": notice_by, "steps": case.steps_of(after)}
    keep_typed()
    return _page(reference, trial)


def _changed(entries: list[dict[str, Any]]) -> list[Supposed]:
    found = []
    for each in entries:
        field = f"on-{each['id']}"
        if line(f"gone-{each['id']}") == "yes":
            found.append(Supposed(field=field, entry=each["id"], on=None))
        elif field in request.form and (on := _day(field)) != each["on"]:
            found.append(Supposed(field=field, entry=each["id"], on=on))
    return found


def _new() -> list[Supposed]:
    found = []
    for row in range(1, ROWS + 1):
        kind = line(f"kind-{row}")
        if kind and kind not in KINDS:
            raise InvalidInput(_("Choose what happens from the list."), field=f"kind-{row}")
        if kind:
            found.append(Supposed(field=f"on-{row}", kind=kind, on=_day(f"on-{row}")))
    return found


def _day(field: str) -> date:
    on = day(field)
    if (on - frame.today()).days > MOST_AHEAD:
        raise InvalidInput(_("Suppose a day within a year from now."), field=field)
    return on
