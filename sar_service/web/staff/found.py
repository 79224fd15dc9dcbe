"""What was found: records and files by system and section, each a way into the reading pane; files by hand."""

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from sar_service.domain.errors import StaleWrite
from sar_service.domain.permission import Permission
from sar_service.models import Case, Document, DocumentState
from sar_service.services import audit, document, left_out, reading, sealing

from .. import access
from ..access import allow
from . import blueprint, conflict, frame
from .asking import again, line, one_of, words

PAGE = 100
STATES: dict[DocumentState, Any] = {
    DocumentState.WAITING: _l("waiting to be read"),
    DocumentState.READING: _l("being read"),
    DocumentState.READY: _l("ready"),
    DocumentState.BY_HAND: _l("by hand"),
}


def _listed(case: Case, page: int) -> tuple[list[dict[str, Any]], int]:
    titles, places = frame.systems(case), reading.places(case)
    shown = []
    for place in places[(page - 1) * PAGE : page * PAGE]:
        row = place.row
        by_hand = place.is_document and getattr(row, "state", None) is DocumentState.BY_HAND
        shown.append(
            {
                "place": place,
                "row": row,
                "system": titles.get(row.system, row.system),
                "title": reading.title_of(row) or _("No title"),
                "state": STATES[row.state] if place.is_document else "",  # type: ignore[union-attr]
                "href": url_for("staff.by_hand_page", reference=case.reference)
                if by_hand
                else url_for("staff.read_item", reference=case.reference, home=row.id),
            }
        )
    return shown, len(places)


@blueprint.get("/cases/<reference>/found")
@allow(Permission.SEE_CASES)
def found_page(reference: str) -> str:
    """Everything that belongs to the case, a hundred at a time."""
    case = frame.find(reference)
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isdigit() and asked.isascii() and 0 < len(asked) < 6 else 1
    page = max(page, 1)
    shown, total = _listed(case, page)
    return frame.page(
        "found",
        case,
        tab="found",
        viewed="what was found",
        shown=shown,
        left_out=left_out.listed(case),
        dispositions={each.code: each.plain for each in left_out.dispositions()},
        names=frame.staff_names(),
        titles=frame.systems(case),
        total=total,
        number=page,
        pages=max(1, -(-total // PAGE)),
        first=(page - 1) * PAGE + 1,
    )


@blueprint.get("/cases/<reference>/by-hand")
@allow(Permission.SEE_CASES)
def by_hand_page(reference: str) -> str:
    """Files that the machine cannot read: why, the original to fetch, and what was done with each."""
    case = frame.find(reference)
    titles = frame.systems(case)
    rows = [row for row in document.included(case) if row.state is DocumentState.BY_HAND]
    return frame.page(
        "by_hand",
        case,
        tab="by-hand",
        viewed="files by hand",
        files=[
            {
                "row": row,
                "told": sealing.unseal(row),
                "seen": _seen(row),
                "system": titles.get(row.system, row.system),
            }
            for row in rows
        ],
        ways=list(document.HANDLED.items()),
        way_words=document.HANDLED,
        codes=[("", _("No code")), *frame.codes(case)],
    )


def _seen(row: Document) -> str:
    """What stood on the page of what was done with a file, to tell whether somebody has said more since."""
    told = row.handled_detail or {}
    return "|".join((row.handled, str(told.get("by", "")), str(told.get("at", "")))) if row.handled else ""


@blueprint.post("/cases/<reference>/files/<uuid:file>/handled")
@allow(Permission.DECIDE)
@again(by_hand_page, stands=conflict.handled)
def handle(reference: str, file: uuid.UUID) -> Response:
    """Say what was done with a file."""
    case = frame.find(reference)
    row = document.get(case, file)
    if request.form.get("seen", "") != _seen(row):
        raise StaleWrite(
            _("Somebody else has said what was done with this file."), of=f"document:{row.id}", case=case.id
        )
    document.handle(
        case,
        row,
        how=one_of("how", document.HANDLED, _("Choose what was done with the file.")),
        note=words("note", longest=2000),
        code=line("code", longest=20),
        actor=access.actor(),
        now=access.now(),
    )
    flash(_("Recorded."))
    return redirect(url_for("staff.by_hand_page", reference=reference))


@blueprint.get("/cases/<reference>/files/<uuid:file>/original")
@allow(Permission.SEE_CASES)
def original(reference: str, file: uuid.UUID) -> FlaskResponse:
    """The file as it was received: always a download, never shown by the browser."""
    case = frame.find(reference)
    row = document.get(case, file)
    stored = sealing.get_object(row.original_id)
    audit.viewed("an original file", actor=access.actor(), now=access.now(), case=case, of=row)
    name = "".join(c if c.isalnum() or c in "-._ " else "_" for c in sealing.unseal(row)["file_name"])[-100:] or "file"
    return _download(sealing.object_chunks(stored), name)


def _download(chunks: Iterator[bytes], name: str) -> FlaskResponse:
    response = FlaskResponse(b"".join(chunks), mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.get("/cases/<reference>/files/<uuid:file>/pages/<int:number>")
@allow(Permission.SEE_CASES)
def page_picture(reference: str, file: uuid.UUID, number: int) -> FlaskResponse:
    """A page as a picture that we drew."""
    case = frame.find(reference)
    row = document.get(case, file)
    audit.viewed("a page's picture", actor=access.actor(), now=access.now(), case=case, of=row, page=number)
    return FlaskResponse(reading.page_picture(case, row, number), mimetype="image/png")
