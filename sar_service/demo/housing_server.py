"""The demo council's housing and council tax system: a small server that speaks JSON over HTTP.

It asks for a sign-in, gives long answers in pages, and once in each run says "later" (429), as real ones do. Only
`make demo` and the tests start it; it listens on this machine alone.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

USER = "rights-requests"
COLLECTIONS = {"/people": "people", "/tenancies": "tenancies", "/council-tax": "council_tax", "/repairs": "repairs"}
_BODY_LIMIT = 10_000


class HousingServer(ThreadingHTTPServer):
    """The server with its data: `password` is what the one user signs in with."""

    daemon_threads = False  # closing the server waits for answers that are under way

    def __init__(
        self, data: Mapping[str, list[dict[str, Any]]], *, password: str, port: int = 0, page_size: int = 5,
        busy_at: int = 4,
    ) -> None:  # fmt: skip
        super().__init__(("127.0.0.1", port), Handler)
        self.data = data
        self.password = password
        self.page_size = page_size
        self.busy_at = busy_at  # the question that is answered with "later", counted from 1; 0 for none
        self.tokens: set[str] = set()
        self._asked = 0
        self._lock = Lock()

    def is_busy(self) -> bool:
        """Whether this question is the one that has to wait."""
        with self._lock:
            self._asked += 1
            return self._asked == self.busy_at

    @property
    def address(self) -> str:
        """Where the server is, as a base address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One question and its answer."""

    server: HousingServer
    timeout = 10  # seconds that a connection may say nothing

    def do_POST(self) -> None:
        """Sign in: user and password for a token."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, _BODY_LIMIT))
        if urlsplit(self.path).path != "/token":
            self._answer(404, {"error": "There is nothing here."})
            return
        try:
            given = json.loads(body)
            user, password = str(given["username"]), str(given["password"])
        except (ValueError, KeyError, TypeError):
            self._answer(400, {"error": "Send username and password as JSON."})
            return
        right = secrets.compare_digest(password.encode(), self.server.password.encode())
        if user != USER or not right:
            self._answer(401, {"error": "This user and password do not match."})
            return
        token = secrets.token_urlsafe(24)
        self.server.tokens.add(token)
        self._answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def do_GET(self) -> None:
        """Health for anybody; everything else for those who signed in."""
        parts = urlsplit(self.path)
        if parts.path == "/health":
            self._answer(200, {"status": "ok"})
            return
        kind, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if kind != "Bearer" or token not in self.server.tokens:
            self._answer(401, {"error": "Sign in first."})
            return
        name = COLLECTIONS.get(parts.path)
        if name is None:
            self._answer(404, {"error": "There is nothing here."})
            return
        if self.server.is_busy():
            print("housing: one question was said later (429) to", file=sys.stderr, flush=True)
            self._answer(429, {"error": "Too many questions. Please ask again."}, {"Retry-After": "1"})
            return
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        try:
            page = int(asked.pop("page", "1"))
        except ValueError:
            page = 0
        if page < 1:
            self._answer(400, {"error": "page is a number from 1."})
            return
        found = [item for item in self.server.data[name] if _fits(item, asked)]
        size = self.server.page_size
        more = page * size < len(found)
        following = f"{parts.path}?{urlencode({**asked, 'page': page + 1})}" if more else None
        answer = {"items": found[(page - 1) * size : page * size], "total": len(found), "next": following}
        self._answer(200, answer)

    def _answer(self, status: int, content: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a question holds names."""


def _fits(item: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    for name, wanted in asked.items():
        wanted = wanted.strip().casefold()
        if name == "surname":
            names = [item.get("surname", ""), *(whole.split()[-1] for whole in item.get("former_names", []))]
            if wanted not in {str(known).casefold() for known in names}:
                return False
        elif name == "postcode":
            held = str((item.get("address") or {}).get("postcode", ""))
            if held.replace(" ", "").casefold() != wanted.replace(" ", ""):
                return False
        elif str(item.get(name) or "").casefold() != wanted:
            return False
    return True


def main(arguments: list[str] | None = None) -> int:
    """Serve a data file until stopped. The password comes from the environment name given with --password-from."""
    import os

    parser = argparse.ArgumentParser(prog="python -m sar_service.demo.housing_server", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="housing.json, as the demo council is built")
    parser.add_argument("--port", type=int, default=0, help="0 for any free port (the address is printed)")
    parser.add_argument("--password-from", default="DEMO_HOUSING_PASSWORD", help="name of the environment variable")
    given = parser.parse_args(arguments)
    password = os.environ.get(given.password_from, "")
    if not password:
        print(f"Set {given.password_from} to the password that the demo signs in with.", file=sys.stderr)
        return 2
    try:
        data = json.loads(given.data.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        print(f"{given.data} is not a data file of the demo council: build it first.", file=sys.stderr)
        return 2
    with HousingServer(data, password=password, port=given.port) as server:
        print(server.address, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
