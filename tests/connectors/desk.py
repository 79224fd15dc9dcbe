"""A service desk: one more system of the council of `configuration.py`, a JSON interface that may misbehave.

It holds Morwenna Tregale and whatever calls the test gives it.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.connectors.counterparts import HTTP_SETTINGS, SECRET, json_server
from tests.connectors.interface import answering

SIZE = 2  # calls on a page of an answer
MORWENNA: dict[str, Any] = {
    "id": 1,
    "name": {"first": "Morwenna", "last": "Tregale"},
    "born": "2007-03-14",
    "upn": None,
    "homes": [{"lines": ["4 Quarry Lane"], "postcode": "NM4 2QT"}],
}


class Desk:
    """`people` and `calls` are what it holds; `odd` may answer a page of calls in another way."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.people: list[dict[str, Any]] = [MORWENNA]
        self.calls = [f"Call {number}: asked about the bus pass." for number in range(1, 6)]
        self.odd: Callable[[Any, int], Any] = lambda handler, page: None
        self.asked: list[str] = []

    def answer(self, handler: Any, path: str) -> Any:
        self.asked.append(path)
        page = int(found[1]) if (found := re.search(r"[?&]page=(\d+)", path)) else 1
        if path.startswith("/api/children?"):
            mine = [each for each in self.people if f"surname={each['name']['last']}" in path]
            return self._page(mine, page)
        given = self.odd(handler, page)
        if given is not None:
            return given
        return self._page([_call(number, text) for number, text in enumerate(self.calls)], page)

    def _page(self, items: list[Any], page: int) -> Any:
        return 200, {"data": {"items": items[(page - 1) * SIZE : page * SIZE]}, "total": len(items)}, {}

    def system(self, key: str = "desk", *, title: str = "Service desk", **settings: Any) -> dict[str, Any]:
        """Its file in config/systems."""
        given = {name: value for name, value in HTTP_SETTINGS.items() if name != "documents"}
        auth = {**given["auth"], "path": "/token"}
        return {
            "key": key,
            "title": title,
            "kind": "http",
            "notice": "care",
            "owner": {"name": "Digital services"},
            "why_searched": "It holds calls.",
            "held_about": ["children"],
            "settings": {**given, "base_url": self.base, "auth": auth, **settings},
        }


def _call(number: int, text: str) -> dict[str, Any]:
    return {
        "id": number,
        "day": f"2020-01-{number % 28 + 1:02d}",
        "body": text,
        "kind": "HV",
        "author": {"name": "Olive Marchbanks"},
    }


def breaking_off(handler: Any) -> tuple[int, bytes, dict[str, str]]:
    """Begin an answer and end the connection before it is whole."""
    handler.send_response(200)
    handler.send_header("content-length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"data": {"items": [')
    handler.close_connection = True
    handler.connection.close()
    raise ConnectionAbortedError


def connect(config: Path, *systems: dict[str, Any]) -> None:
    """Write the files of these systems; JSON is YAML, too."""
    for system in systems:
        (config / "systems" / f"{system['key']}.yaml").write_text(json.dumps(system))


@contextmanager
def desk() -> Iterator[Desk]:
    with json_server() as server:
        found = Desk(f"http://127.0.0.1:{server.server_address[1]}/api")
        answering(server, found.answer)
        yield found


class Gate:
    """Holds an answer back until it is opened: a system that falls silent in the middle."""

    def __init__(self, *, page: int) -> None:
        self.page, self.reached = page, 0
        self.open = threading.Event()
        self.open.set()

    def __call__(self, handler: Any, page: int) -> Any:
        if page == self.page:
            self.reached += 1
            self.open.wait(240)


__all__ = ["SECRET", "Desk", "Gate", "breaking_off", "connect", "desk"]
