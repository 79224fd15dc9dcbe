"""One table from what went wrong to a status and a page. Views do not catch, except to put a message on a field."""

import logging
import re
from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from sar_service.adapters.storage import ObjectMissing
from sar_service.adapters.vault import SealBroken
from sar_service.db import db, overtaken, reading_only
from sar_service.domain.errors import (
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Refused,
    StaleWrite,
    WrongState,
)
from sar_service.domain.permission import Permission
from sar_service.services.attempt import TooMany
from sar_service.services.audit import NotRecorded

from . import access, labels

log = logging.getLogger(__name__)

STATUS: list[tuple[type[Exception], int]] = [
    (NotFound, 404),
    (NotAllowed, 403),
    (StaleWrite, 409),
    (WrongState, 409),
    (InvalidInput, 400),
    (TooMany, 429),
    (NotRecorded, 503),
    (Refused, 400),
    (DomainError, 400),
]
# What a form carries that nobody typed, and what nobody but its owner may see, however it was sent.
_CARRIED = re.compile(r"csrf_token|idempotency_key|form|next|do|try|basis|seen|digest|(.*_)?version.*")
_SECRET = re.compile(r".*password.*|before|fresh|again|code")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|")
MOST_TYPED = 100
PAGES = (400, 401, 403, 404, 405, 409, 413, 429, 500, 503)


def _typed(status: int) -> list[dict[str, Any]]:
    """What was typed into a form that led nowhere, to be read and copied: going back may not bring it again."""
    if request.method != "POST" or status == 413:  # what was too much to be read is not begun a second time
        return []
    try:
        sent = list(request.form.items(multi=True))[:MOST_TYPED]
    except HTTPException:  # it was too large to be read
        return []
    shown = [
        (name, value.strip())
        for name, value in sent
        if not (_CARRIED.fullmatch(name) or _SECRET.fullmatch(name) or _ID.fullmatch(value.strip()))
    ]
    return labels.typed(shown, request.form.get("form", ""))


def _onwards(status: int) -> list[dict[str, str]]:
    """Where a member of staff goes on from a page that led nowhere: the case they were at, and where they begin."""
    if status >= 500 or not getattr(current_user, "is_authenticated", False):
        return []
    sees = access.actor().may(Permission.SEE_CASES)
    case = re.match(r"(/staff/cases/[^/]{1,40})/", request.path)
    links = [{"href": case[1], "text": str(_("Back to the case"))}] if case and sees and status != 404 else []
    return [
        *links,
        {"href": "/staff/", "text": str(_("Go to the worklist"))}
        if sees
        else {"href": "/managers/", "text": str(_("Go to the pages that you may see"))},
    ]


def _answer(status: int, message: str, *, stale: bool = False) -> tuple[Any, int]:
    """The page or the JSON for a status; `stale` where somebody else was quicker."""
    g.failed = status >= 500
    db.session.rollback()
    reading_only.set(True)  # the page waits for nobody who writes
    if request.path.startswith("/api/"):
        return jsonify({"error": {"status": status, "message": message}}), status
    page = status if status in PAGES else (400 if status < 500 else 500)
    shown = {"message": message, "typed": _typed(status), "onwards": _onwards(status), "stale": stale}
    return render_template(f"errors/{page}.html", **shown), status


def _domain(error: DomainError) -> tuple[Any, int]:
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    if status >= 500:
        log.exception("refused on %s", request.endpoint)
    return _answer(status, str(error), stale=isinstance(error, StaleWrite))


def _database(error: SQLAlchemyError) -> tuple[Any, int]:
    """Two people sent a form about one thing in the same moment: the second is answered as if it had come later."""
    if not overtaken(error):
        return _unexpected(error)
    log.warning("overtaken on %s: %s", request.endpoint, type(error).__name__)
    said = "Somebody else worked on this in the same moment. Nothing of yours was kept. Send it again."
    return _answer(409, said, stale=True)


def _http(error: HTTPException) -> Any:
    if error.code is not None and error.code < 400:
        return error
    return _answer(error.code or 500, "")


def _host(_error: SecurityError) -> Any:
    """It was asked for under a name that is not the service's, so that no address on a page could be made."""
    said = (
        "This service does not answer under this name. Whoever keeps it names in SAR_TRUSTED_HOSTS those that it has."
    )
    if request.path.startswith("/api/"):
        return _answer(400, said)
    return current_app.response_class(said, 400, mimetype="text/plain")


def _csrf(error: CSRFError) -> tuple[Any, int]:
    return _answer(400, "You were signed out meanwhile, or the page was open for too long. Nothing was kept.")


def _unexpected(error: Exception) -> tuple[Any, int]:
    log.exception("unexpected error on %s", request.endpoint)
    return _answer(500, "")


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _host)
    app.register_error_handler(SealBroken, _unexpected)
    app.register_error_handler(ObjectMissing, _unexpected)
    app.register_error_handler(Exception, _unexpected)
