"""A stand-in for GOV.UK Notify on this machine: it checks keys, keeps what it is handed, and fails as it is told.

It speaks the part of the public API that the service uses, over real HTTP: templates, e-mails, and what became of them.
"""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"northmoor-live-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
FAILED = ("permanent-failure", "temporary-failure", "technical-failure")


class Notify:
    """What was handed over, as `sent`; `refuse` is a status and an error with which the next requests are refused."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.refuse: tuple[int, str, str] | None = None
        self.template: dict[str, Any] = {"id": TEMPLATE, "type": "email", "subject": "((subject))", "body": "((text))"}
        self.garbled = False
        self.url = ""

    def answer(self, method: str, path: str, asked: dict[str, list[str]], told: dict[str, Any]) -> tuple[int, Any]:
        if method == "POST" and path == "/v2/notifications/email":
            return self._take(told)
        if path == f"/v2/template/{TEMPLATE}":
            return 200, self.template
        if method == "GET" and path == "/v2/notifications":
            return 200, {
                "notifications": [each for each in reversed(self.sent) if _asked_for(each, asked)],
                "links": {},
            }
        return 404, _error("NoResultFound", "No result found")

    def _take(self, told: dict[str, Any]) -> tuple[int, Any]:
        if told["template_id"] != TEMPLATE:
            return 400, _error("BadRequestError", "Template not found")
        if "@" not in told["email_address"]:
            return 400, _error("ValidationError", f"email_address {told['email_address']} Not a valid email address")
        row = {"id": str(uuid.uuid4()), "type": "email", "status": "sending", **told}
        self.sent.append(row)
        return 201, {"id": row["id"], "reference": told.get("reference"), "template": {"id": TEMPLATE}}


def _asked_for(row: dict[str, Any], asked: dict[str, list[str]]) -> bool:
    if asked.get("status") == ["failed"] and row["status"] not in FAILED:
        return False
    return "reference" not in asked or asked["reference"] == [row.get("reference")]


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"errors": [{"error": kind, "message": message}]}


@contextmanager
def running() -> Iterator[Notify]:
    """The stand-in, at its `url`, until the end of the block."""
    notify = Notify()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            try:
                assert jwt.decode(token, SECRET, algorithms=["HS256"], issuer=SERVICE)["iat"]
            except jwt.InvalidTokenError:
                status, answer = 403, _error("AuthError", "Invalid token: API key not found")
            else:
                if notify.refuse is not None:
                    status, kind, message = notify.refuse
                    answer = _error(kind, message)
                else:
                    told = json.loads(body) if body else {}
                    status, answer = notify.answer(method, parts.path, parse_qs(parts.query), told)
            said = b"<html>a proxy's page" if notify.garbled else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    notify.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield notify
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
