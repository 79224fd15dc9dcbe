"""Who may come through which door: every route declares it, and one that does not is refused.

Also the commit rule (an unsafe method that answers below 400 commits, anything else rolls back) and the idempotency
key (a repeated POST is answered as the first was; one with other content is another).
"""

import hashlib
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from sar_service.db import db, reading_only
from sar_service.domain.actor import PUBLIC, Actor
from sar_service.domain.errors import NotFound
from sar_service.domain.permission import Permission
from sar_service.models import Case, Once
from sar_service.services import portal, pulse, team

from . import session as sessions

View = TypeVar("View", bound=Callable[..., Any])
DECLARED = "_access"
SAFE = ("GET", "HEAD", "OPTIONS")
ONCE = "idempotency_key"
CHANGING = ("staff.password", "staff.change_password")  # all that a password somebody else saw opens
STARTING = timedelta(minutes=1)


def allow(*permissions: Permission) -> Callable[[View], View]:
    """Staff who hold all of these permissions."""

    def declare(view: View) -> View:
        setattr(view, DECLARED, ("staff", frozenset(permissions)))
        return view

    return declare


def allow_anyone(view: View) -> View:
    """Anybody, signed in or not."""
    setattr(view, DECLARED, ("anyone", frozenset()))
    return view


def allow_requester(view: View) -> View:
    """The requester of a case, who entered the portal with a code."""
    setattr(view, DECLARED, ("requester", frozenset()))
    return view


def declaration(app: Flask, endpoint: str) -> tuple[str, frozenset[Permission]] | None:
    """What a route declares, or None. Static files are for anyone."""
    if endpoint == "static":
        return ("anyone", frozenset())
    view = app.view_functions.get(endpoint)
    declared: tuple[str, frozenset[Permission]] | None = getattr(view, DECLARED, None)
    return declared


class SignedIn:
    """A member of staff as Flask-Login wants one."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, actor: Actor, *, must_change: bool = False) -> None:
        self.actor = actor
        self.must_change = must_change  # somebody else saw the password: nothing opens until another is chosen

    def get_id(self) -> str:
        return self.actor.id


def now() -> datetime:
    """The moment of this request: one for the whole of it."""
    if not hasattr(g, "now"):
        g.now = current_app.config.get("NOW", lambda: datetime.now(UTC))()
    moment: datetime = g.now
    return moment


def actor() -> Actor:
    """Who makes this request."""
    if getattr(current_user, "is_authenticated", False):
        found: Actor = current_user.actor
        return found
    case = getattr(g, "portal_case", None)
    return portal.requester_of(case) if case is not None else PUBLIC


def portal_case() -> Case:
    """The case of the requester who makes this request."""
    found: Case = g.portal_case
    return found


def failed() -> bool:
    """Did this request fail on our side? The page that says so asks the database for nothing: it may be what failed."""
    return bool(g.get("failed"))


def standstill() -> pulse.Standstill | None:
    """What of the service stands still, for the pages of somebody who is signed in.

    Nothing is said in the first minute of a process: the others of the service start with it, and what waited while all
    of them were down begins to leave.
    """
    began = timedelta(0) <= now() - current_app.config["STARTED"] < STARTING
    return None if failed() or began else pulse.standstill(now=now())


def sign_in(member_actor: Actor) -> None:
    """Begin a signed-in session, under a fresh token."""
    sessions.rotate()
    login_user(SignedIn(member_actor))


def sign_out() -> None:
    """End the session here and on the server."""
    logout_user()
    sessions.end()


def remote() -> str:
    return request.remote_addr or "unknown"


def _loader(member_id: str) -> SignedIn | None:
    member = team.get(member_id)
    return SignedIn(team.actor_of(member), must_change=member.must_change) if member is not None else None


def _check() -> BaseResponse | None:
    stopped = _at_the_door()
    g.inside = stopped is None and request.endpoint is not None
    return stopped


def _at_the_door() -> BaseResponse | None:
    """What somebody is answered who is not let in, or whose form was answered before; None for everybody else."""
    reading_only.set(request.method in SAFE)
    if request.endpoint is None:
        return None  # no such page: the 404 of the application
    declared = declaration(current_app, request.endpoint)
    if declared is None:
        abort(403)
    kind, permissions = declared
    if kind == "staff":
        if not current_user.is_authenticated:
            if request.path.startswith("/api/"):
                abort(401)
            after = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("staff.sign_in", next=after))
        if current_user.must_change and request.endpoint not in CHANGING:
            if request.path.startswith("/api/"):
                abort(403)
            return redirect(url_for("staff.password"))
        if not permissions <= actor().permissions:
            abort(403)
    elif kind == "requester":
        case_id = sessions.get("portal_case")
        try:
            g.portal_case = portal.of_session(case_id, sessions.get("portal_contact") or "") if case_id else None
        except NotFound:
            g.portal_case = None
        if g.portal_case is None:
            return redirect(url_for("portal.enter"))
    if request.method not in SAFE:
        return _answered_before()
    return None


def _once_key() -> str:
    """What tells the form that was sent, with all that it holds, from every other; nothing where it brings no key.

    The page may have been gone back to and another name entered in it: what is sent then is not the same again.
    """
    if "once_key" not in g:
        g.once_key = _of_content() if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", request.form.get(ONCE, "")) else ""
    key: str = g.once_key
    return key


def _of_content() -> str:
    """A digest of the form with its files; the key in it is a secret, so that nothing can be told from the digest."""
    entered = sorted(pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token")
    files = []
    for name, each in sorted(request.files.items(multi=True), key=lambda pair: (pair[0], pair[1].filename or "")):
        files.append((name, each.filename, hashlib.file_digest(each.stream, "sha256").hexdigest()))  # type: ignore[arg-type]
        each.stream.seek(0)
    return hashlib.sha256(repr((entered, files)).encode("utf-8", "surrogatepass")).hexdigest()


def _answered_before() -> BaseResponse | None:
    key = _once_key()
    if not key:
        return None
    row = db.session.scalar(select(Once).where(Once.key == key, Once.actor == actor().label))
    if row is None:
        return None
    if row.path != request.path:
        abort(400)
    return redirect(row.location, code=row.status)


def _commit(response: Response) -> Response:
    if request.method in SAFE or response.status_code >= 400 or not g.get("inside"):  # which did nothing
        db.session.rollback()
        return response
    key = _once_key()
    if key and 300 <= response.status_code < 400:
        db.session.add(
            Once(
                key=key,
                actor=actor().label,
                path=request.path,
                location=response.location or "/",
                status=response.status_code,
                created_at=now(),
            )
        )
    try:
        db.session.commit()
    except IntegrityError:
        # The same form was sent twice at once: the other one won, and is answered as if it were the only one.
        db.session.rollback()
        repeated = _answered_before()
        if repeated is None:
            raise
        return current_app.make_response(repeated)
    return response


def once() -> str:
    """A fresh idempotency key for a form."""
    return str(uuid.uuid4())


def register(app: Flask) -> None:
    """Put the rules on the application."""
    app.config["STARTED"] = app.config.get("NOW", lambda: datetime.now(UTC))()
    login = LoginManager()
    login.session_protection = None  # the session is on the server; its token is the protection
    login.user_loader(_loader)
    login.init_app(app)
    app.before_request(_check)
    app.after_request(_commit)
    app.jinja_env.globals["once"] = once
    app.context_processor(lambda: {"actor": actor(), "may": actor().may, "Permission": Permission})
