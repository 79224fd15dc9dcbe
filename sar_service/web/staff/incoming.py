"""Messages that came to a case by e-mail: read as plain text, their files downloaded, and dealt with."""

import uuid
from datetime import datetime
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sar_service.domain.permission import Permission, may_see_case
from sar_service.models import Case, Incoming
from sar_service.services import audit, incoming, incoming_scan, incoming_sort

from .. import access, filters
from ..access import allow
from . import blueprint, frame
from .asking import again


def shown(case: Case) -> list[dict[str, Any]]:
    """The messages of a case as its pages show them."""
    names = frame.staff_names()
    return [
        {
            "row": row,
            "told": told,
            "kind": row.kind.value,
            "who": told["name"] or told["from"] or _("somebody"),
            "sent": filters.moment(datetime.fromisoformat(told["sent"])) if told["sent"] else "",
            "by": frame.who(row.handled_by, names) if row.handled_at else "",
            "files": [_file(row, each) for each in told["files"]],
            "original": {**incoming_scan.provable(row), **_file(row, told.get("original", {}))},
            "scan": row.scan,
        }
        for row, told in incoming.of(case)
    ]


def _file(row: Incoming, part: dict[str, Any]) -> dict[str, Any]:
    """A file of a message, or its original, and whether it may be opened."""
    return {"found": "", "large": False, "scan": row.scan, **part, "opened": incoming_scan.opened(part, row)}


@blueprint.get("/cases/<reference>/messages")
@allow(Permission.SEE_CASES)
def messages_page(reference: str) -> str:
    """What came in about the case, the newest first."""
    case = frame.find(reference)
    return frame.page("messages", case, tab="messages", viewed="the messages", messages=shown(case))


@blueprint.post("/cases/<reference>/messages/<uuid:message>/handled")
@allow(Permission.SEE_CASES)
@again(messages_page)
def message_handled(reference: str, message: uuid.UUID) -> Response:
    """Say that a message is dealt with."""
    case = frame.find(reference)
    incoming_sort.handled(case, incoming.get(case, message), actor=access.actor(), now=access.now())
    flash(_("Recorded."))
    return redirect(url_for("staff.messages_page", reference=reference))


@blueprint.post("/cases/<reference>/messages/<uuid:message>/request")
@allow(Permission.LOG_REQUEST)
@again(messages_page)
def message_request(reference: str, message: uuid.UUID) -> Response:
    """Make a draft of a message that asks for something of its own."""
    case = frame.find(reference)
    row = incoming.get(case, message)
    draft = incoming_sort.begin_request(case, row, actor=access.actor(), now=access.now())
    if not may_see_case(access.actor(), draft):
        flash(_("This is a request of its own now; its time runs from the day the message came."))
        flash(_("It is restricted, as the request that it follows is: a manager gives it to somebody."))
        return redirect(url_for("staff.messages_page", reference=reference))
    flash(_("This is a request of its own now. Log it: its time runs from the day the message came."))
    return redirect(url_for("staff.draft_page", reference=draft.reference))


@blueprint.get("/cases/<reference>/messages/<uuid:message>/original")
@allow(Permission.SEE_CASES)
def message_original(reference: str, message: uuid.UUID) -> FlaskResponse:
    """The message as it came, as a download."""
    case = frame.find(reference)
    row = incoming.get(case, message)
    content = incoming_scan.original(row)
    audit.viewed("an original message", actor=access.actor(), now=access.now(), case=case, of=row)
    return _download(content, f"message-{case.reference}.eml")


@blueprint.get("/cases/<reference>/messages/<uuid:message>/files/<int:number>")
@allow(Permission.SEE_CASES)
def message_file(reference: str, message: uuid.UUID, number: int) -> FlaskResponse:
    """A file that came with a message: always a download, never shown by the browser."""
    case = frame.find(reference)
    row = incoming.get(case, message)
    name, content = incoming_scan.file(row, number)
    audit.viewed("a file of a message", actor=access.actor(), now=access.now(), case=case, of=row, number=number)
    plain = "".join(c if c.isalnum() or c in "-._ " else "_" for c in name)[-100:] or "file"
    return _download(content, plain)


def _download(content: bytes, name: str) -> FlaskResponse:
    response = FlaskResponse(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
