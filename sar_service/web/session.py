"""Sessions kept on the server: the cookie is a random token, the data is a sealed row that logging out ends.

Flask, Flask-Login and the forms' CSRF token see an ordinary session.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request, Response, g
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from sar_service.services import team

COOKIE = "sar_session"


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """A session's data; knows its token and whether it was changed."""

    def __init__(self, data: dict[str, Any] | None, token: str | None) -> None:
        def changed(_: Any) -> None:
            self.modified = True

        super().__init__(data or {}, changed)
        self.token = token
        self.modified = False
        self.rotated = False
        self.ended = False


class ServerSessions(SessionInterface):
    """Opens and keeps sessions through `services/team.py`."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        token = request.cookies.get(self.get_cookie_name(app))
        if token and len(token) <= 100:
            data = team.open_session(token, now=_now(app))
            if data is not None:
                return ServerSession(data, token)
        return ServerSession(None, None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, ServerSession)
        name = self.get_cookie_name(app)
        now = _now(app)
        if session.ended:
            if session.token:
                team.end_session(session.token, now=now)
            response.delete_cookie(name, path="/", secure=self.get_cookie_secure(app), httponly=True, samesite="Lax")
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
            return
        if not session and not session.token:
            return
        if session.rotated and session.token:
            team.end_session(session.token, now=now)
            session.token = None
        if not session.modified and session.token and not _stale(session, now):
            return
        session["_seen"] = int(now.timestamp())
        token = team.keep_session(session.token, dict(session), member_id=session.get("_user_id", ""), now=now)
        response.set_cookie(name, token, path="/", secure=self.get_cookie_secure(app), httponly=True, samesite="Lax")
        response.headers.add("Vary", "Cookie")


def _stale(session: ServerSession, now: datetime) -> bool:
    """Has it been a minute since the session was last seen? More often need not be written down."""
    return now.timestamp() - session.get("_seen", 0) > 60


def _now(app: Flask) -> datetime:
    moment: datetime = app.config.get("NOW", lambda: datetime.now(UTC))()
    return moment


def rotate() -> None:
    """Give the session a fresh token: whoever knew the old one has nothing."""
    session = flask_session._get_current_object()  # type: ignore[attr-defined]
    session.clear()
    session.rotated = True
    g.pop("csrf_token", None)


def end() -> None:
    """End the session on the server."""
    session = flask_session._get_current_object()  # type: ignore[attr-defined]
    session.clear()
    session.ended = True


def get(name: str, default: Any = None) -> Any:
    return flask_session.get(name, default)


def put(name: str, value: Any) -> None:
    flask_session[name] = value


def drop(name: str) -> None:
    flask_session.pop(name, None)


def register(app: Flask) -> None:
    app.session_interface = ServerSessions()
    app.config["SESSION_COOKIE_NAME"] = f"__Host-{COOKIE}" if app.config["SESSION_COOKIE_SECURE"] else COOKIE
