"""The same request made twice: comparing the two, merging them, and taking them apart."""

import uuid
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.permission import Permission
from sar_service.models import Case
from sar_service.services import audit, finding, letter, merge, sealing, work

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from . import letter as letter_pages
from .asking import again, number, one_of, reason


def alike(case: Case) -> list[dict[str, Any]]:
    """The cases that may be of the same person, with why."""
    if case.merged_into is not None:
        return []
    found = finding.alike(case, actor=access.actor())
    return [{"case": each.case, "name": name(each.case), "reasons": each.reasons} for each in found]


def name(case: Case | None) -> str:
    """The name of the person a case is about."""
    return frame.title_of(sealing.unseal(case)) if case is not None else ""


def merged(case: Case) -> list[dict[str, Any]]:
    """The cases that were merged into this one, with what stands in them. That it is read is recorded of each."""
    found = merge.into(case)
    for _row, other in found:
        audit.viewed("the notes and tasks", actor=access.actor(), now=access.now(), case=other)
    return [
        {
            "row": row,
            "case": other,
            "reason": sealing.unseal(row)["reason"],
            "apart": not merge.touched(row),
            "stopped": _stopped(case, other),
            "letters": letter_pages.listed(other),
            "notes": work.notes(other),
            "tasks": [(task, what) for task, what in work.tasks(other) if not task.outcome],
        }
        for row, other in found
    ]


def _stopped(*pair: Case) -> str:
    """Why whoever looks may neither merge these two nor take them apart, in words; "" where they may."""
    return next(filter(None, map(frame.stopped, pair)), "")


def _side(case: Case) -> dict[str, Any]:
    told = sealing.unseal(case)
    subject, requester = told["subject"], told["requester"]
    return {
        "case": case,
        "name": frame.name_of(subject),
        "born": frame.born(subject),
        "addresses": [", ".join(lines) for lines in subject.get("addresses") or []],
        "asks": " ".join(filter(None, (requester.get("name"), requester.get("organisation")))),
        "capacity": str(frame.CAPACITIES.get(case.capacity, case.capacity)),
        "contact": " ".join(filter(None, (requester.get("email"), requester.get("phone")))),
        "what": (told.get("scope") or {}).get("what") or _("everything"),
        "right": str(frame.RIGHTS[case.right.value]),
        "stage": str(frame.stage(case)),
        "letters": len(letter.letters(case)),
    }


@blueprint.get("/cases/<reference>/merging/<other>")
@allow(Permission.CLOSE)
def merge_page(reference: str, other: str) -> str:
    """Both requests side by side, what stands against merging them, and the form."""
    case = frame.find(reference)
    far = frame.find(other)
    audit.viewed("two requests side by side", actor=access.actor(), now=access.now(), case=far)
    older, younger = sorted((case, far), key=lambda each: (each.received_on, each.created_at))
    stopped = _stopped(case, far)
    return frame.page(
        "merge",
        case,
        tab="work",
        viewed="two requests side by side",
        far=far,
        sides=[_side(older), _side(younger)],
        against={
            older.reference: stopped or merge.stands_against(older, younger),
            younger.reference: stopped or merge.stands_against(younger, older),
        },
        suggested=(younger if merge.stands_against(older, younger) else older).reference,
    )


@blueprint.post("/cases/<reference>/merging/<other>")
@allow(Permission.CLOSE)
@again(merge_page, stands=conflict.merging)
def merge_cases(reference: str, other: str) -> Response:
    """Merge the two into the one that was chosen."""
    pair = {each.reference: each for each in (frame.find(reference), frame.find(other))}
    keep = pair.pop(one_of("keep", pair, _("Choose under which reference it goes on.")))
    away = next(iter(pair.values()), keep)
    merge.merge(
        keep,
        away,
        why=reason(),
        version=number(f"version-{keep.reference}"),
        away_version=number(f"version-{away.reference}"),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("The two are one now. The requester is told."))
    return redirect(url_for("staff.case_page", reference=keep.reference))


@blueprint.post("/cases/<reference>/merged/<uuid:merging>/undoing")
@allow(Permission.CLOSE)
def undo_merging(reference: str, merging: uuid.UUID) -> Any:
    """Take them apart again."""
    from .work import work_page

    def undone(reference: str) -> Response:
        case = frame.find(reference)
        away = merge.undo(case, merging, why=reason(), actor=access.actor(), now=access.now())
        flash(_("They are two requests again. The requester is told."))
        return redirect(url_for("staff.case_page", reference=away.reference))

    return again(work_page)(undone)(reference=reference)
