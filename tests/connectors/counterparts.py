"""A real counterpart for every kind of connected system, each holding the family of `family.py`.

A kind without one here fails `test_contract.py`: what is not tested against something real is not connected.
"""

import csv
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.connectors.family import CHILDREN, NOTES

SECRET = "tarragon-Lighthouse-58"
LETTER = b"Dear family, the review is on Monday.\n" * 40


@dataclass(kw_only=True)
class Counterpart:
    """A running system. `spoil` makes it unreachable; `limited` gives settings that allow one record per person;
    `ref` gives the candidate reference of a child's key."""

    kind: str
    settings: dict[str, Any]
    spoil: Callable[[], None]
    limited: Callable[[dict[str, Any]], dict[str, Any]]
    mistaken: Callable[[dict[str, Any]], dict[str, Any]]
    ref: Callable[[int], str] = str
    environ: Mapping[str, str] = field(default_factory=lambda: {"COUNTERPART_SECRET": SECRET})


TABLES = """
CREATE TABLE child (
  child_id INTEGER PRIMARY KEY, forename VARCHAR(80), surname VARCHAR(80), birth_date DATE, upn VARCHAR(20),
  street VARCHAR(80), postcode VARCHAR(10)
);
CREATE TABLE worker (worker_id INTEGER PRIMARY KEY, full_name VARCHAR(80));
CREATE TABLE note (
  note_id INTEGER PRIMARY KEY, child_id INTEGER REFERENCES child (child_id), written_on DATE, body TEXT,
  worker_id INTEGER REFERENCES worker (worker_id), kind VARCHAR(4)
);
CREATE TABLE letter (
  letter_id INTEGER PRIMARY KEY, child_id INTEGER REFERENCES child (child_id), sent_on DATE, name VARCHAR(80),
  body {blob}
);
CREATE TABLE note_kind (code VARCHAR(4) PRIMARY KEY, meaning VARCHAR(80));
"""
SQL_SETTINGS: dict[str, Any] = {
    "person": {
        "table": "child",
        "given_name": "forename",
        "family_name": "surname",
        "date_of_birth": "birth_date",
        "address": ["street"],
        "postcode": "postcode",
        "identifiers": {"upn": "upn"},
    },
    "records": [
        {
            "table": "child",
            "section": "Child",
            "title": "{forename} {surname}",
            "fields": {"forename": "Given name", "surname": "Family name", "birth_date": "Date of birth"},
        },
        {
            "table": "note",
            "section": "Case notes",
            "title": "Case note",
            "on": "written_on",
            "fields": {
                "written_on": "Written on",
                "kind": {"label": "Kind", "lookup": {"table": "note_kind", "key": "code", "value": "meaning"}},
                "body": {"label": "Note", "form": "prose"},
            },
            "people": [{"table": "worker", "names": "full_name", "role": "social worker", "standing": "professional"}],
        },
    ],
    "documents": [
        {
            "table": "letter",
            "section": "Letters",
            "title": "{name}",
            "on": "sent_on",
            "content": "body",
            "file_name": "name",
        }
    ],
}


def fill(execute: Callable[[str, tuple[Any, ...]], Any], mark: str, blob: str) -> None:
    """Create the tables and put the family in; `mark` is the driver's placeholder."""
    for statement in TABLES.format(blob=blob).split(";"):
        if statement.strip():
            execute(statement, ())

    def put(table: str, *values: Any) -> None:
        execute(f"INSERT INTO {table} VALUES ({', '.join([mark] * len(values))})", values)

    for child in CHILDREN:
        put(
            "child",
            child.key,
            child.given,
            child.family,
            child.born or None,
            child.upn or None,
            child.street,
            child.postcode,
        )
    workers = {name: number for number, name in enumerate(dict.fromkeys(note[3] for note in NOTES), 1)}
    for name, number in workers.items():
        put("worker", number, name)
    put("note_kind", "HV", "Home visit")
    for number, (key, day, body, worker) in enumerate(NOTES, 1):
        put("note", number, key, day, body, workers[worker], "HV")
    put("letter", 1, 1, "2023-08-01", "review letter.txt", LETTER)


def _limited_sql(settings: dict[str, Any]) -> dict[str, Any]:
    return {**settings, "limits": {"rows": 1}}


def _mistaken_sql(settings: dict[str, Any]) -> dict[str, Any]:
    return {**settings, "person": {**settings["person"], "family_name": "surnam"}}


@contextmanager
def sqlite_system(folder: Path) -> Iterator[Counterpart]:
    path = folder / "children's file.db"
    with sqlite3.connect(path) as connection:
        fill(connection.execute, "?", "BLOB")
    connection.close()
    yield Counterpart(
        kind="sql",
        settings={"url": f"sqlite:///{path}", **SQL_SETTINGS},
        spoil=lambda: path.unlink(),
        limited=_limited_sql,
        mistaken=_mistaken_sql,
    )


# --- a JSON interface -------------------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    server: "JsonServer"

    def log_message(self, *_args: Any) -> None:
        pass

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if given == {"username": "reader", "password": SECRET}:
            self.server.signed_in += 1
            self._answer(200, {"access_token": f"token-{self.server.signed_in}"})
        else:
            self._answer(401, {"error": "no"})

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.odd is not None and self.server.odd(self):
            return
        if self.headers.get("authorization") != f"Bearer token-{self.server.signed_in}":
            return self._answer(401, {})
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        steps = parts.path.strip("/").split("/")
        if steps == ["api", "children"]:
            self._page(query, [_as_json(child) for child in CHILDREN if _answers(child, query)])
        elif steps[:2] == ["api", "children"] and steps[3:] == ["notes"]:
            self._page(query, [_note_json(number) for number, note in enumerate(NOTES) if str(note[0]) == steps[2]])
        elif steps[:2] == ["api", "children"] and steps[3:] == ["letters"]:
            held = [{"id": 1, "file": "review letter.txt", "sent": "2023-08-01"}] if steps[2] == "1" else []
            self._page(query, held)
        elif steps == ["api", "letters", "1", "content"]:
            self._bytes(200, LETTER)
        else:
            self._answer(404, {})

    def _page(self, query: dict[str, str], items: list[Any]) -> None:
        size, page = 2, int(query.get("page", "1"))
        self._answer(200, {"data": {"items": items[(page - 1) * size : page * size]}, "total": len(items)})

    def _answer(self, status: int, content: Any, **headers: str) -> None:
        self._bytes(status, json.dumps(content).encode(), **headers)

    def _bytes(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _answers(child: Any, query: dict[str, str]) -> bool:
    if "upn" in query:
        return child.upn == query["upn"]
    return child.family.lower() == query.get("surname", "").lower()


def _as_json(child: Any) -> dict[str, Any]:
    return {
        "id": child.key,
        "name": {"first": child.given, "last": child.family},
        "born": child.born or None,
        "upn": child.upn or None,
        "homes": [{"lines": [child.street], "postcode": child.postcode}] if child.street else [],
    }


def _note_json(number: int) -> dict[str, Any]:
    _, day, body, worker = NOTES[number]
    return {"id": number, "day": day, "body": body, "author": {"name": worker}, "kind": "HV"}


class JsonServer(ThreadingHTTPServer):
    """`odd` may answer a request in a way of its own, and then returns true."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.signed_in = 0
        self.asked: list[str] = []
        self.odd: Callable[[Any], bool] | None = None

    def handle_error(self, *_args: Any) -> None:
        pass


PAGING = {"kind": "page", "total": "total"}
HTTP_SETTINGS: dict[str, Any] = {
    "auth": {"kind": "token_endpoint", "user": "reader", "password": {"env": "COUNTERPART_SECRET"}},
    "limits": {"first_wait": 0, "seconds": 5},
    "find": [
        {"path": "/children", "params": {"surname": "{family_name}"}, "items": "data.items", "paging": PAGING},
        {"path": "/children", "params": {"upn": "{upn}"}, "items": "data.items", "paging": PAGING},
    ],
    "person": {
        "key": "id",
        "given_name": "name.first",
        "family_name": "name.last",
        "date_of_birth": "born",
        "address": "homes[*].lines[*]",
        "postcode": "homes[*].postcode",
        "identifiers": {"upn": "upn"},
    },
    "records": [
        {
            "name": "notes",
            "path": "/children/{key}/notes",
            "items": "data.items",
            "paging": PAGING,
            "section": "Case notes",
            "title": "Case note of {day}",
            "on": "day",
            "key": "id",
            "fields": {
                "day": {"label": "Written on", "date": True},
                "kind": {"label": "Kind", "codes": {"HV": "Home visit"}},
                "body": {"label": "Note", "form": "prose"},
            },
            "people": [{"names": "author.name", "role": "social worker", "standing": "professional"}],
        }
    ],
    "documents": [
        {
            "name": "letters",
            "path": "/children/{key}/letters",
            "items": "data.items",
            "paging": PAGING,
            "section": "Letters",
            "title": "{file}",
            "on": "sent",
            "key": "id",
            "file_name": "file",
            "content": "/letters/{key}/content",
        }
    ],
}


@contextmanager
def json_server() -> Iterator[JsonServer]:
    server = JsonServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def http_system(folder: Path) -> Iterator[Counterpart]:
    with json_server() as server:
        base = f"http://127.0.0.1:{server.server_address[1]}/api"

        def spoil() -> None:
            def cut(handler: Any) -> bool:
                handler.close_connection = True
                handler.connection.close()
                return True

            server.odd = cut

        yield Counterpart(
            kind="http",
            settings={"base_url": base, **HTTP_SETTINGS, "auth": {**HTTP_SETTINGS["auth"], "path": "/token"}},
            spoil=spoil,
            limited=lambda settings: {**settings, "limits": {**settings["limits"], "items": 1}},
            mistaken=lambda settings: {**settings, "find": [{**settings["find"][0], "items": "data.things"}]},
        )


# --- a file tree ------------------------------------------------------------------------------------------------


@contextmanager
def folder_system(folder: Path) -> Iterator[Counterpart]:
    root = folder / "files"
    with_manifest(root)

    def spoil() -> None:
        root.rename(folder / "elsewhere")

    yield Counterpart(
        kind="folder",
        settings={
            "root": str(root),
            "section": "Letters",
            "manifest": {
                "file": "manifest.csv",
                "path": "file",
                "key": "person",
                "given_name": "forename",
                "family_name": "surname",
                "date_of_birth": "dob",
                "postcode": "postcode",
                "identifiers": {"upn": "upn"},
                "on": "day",
            },
        },
        spoil=spoil,
        limited=lambda settings: {**settings, "limits": {"files": 3}},
        mistaken=lambda settings: {**settings, "manifest": {**settings["manifest"], "path": "fiel"}},
        ref=lambda key: f"manifest:{key}",
    )


def with_manifest(root: Path) -> None:
    """A tree with a manifest: one text file for each note of the family."""
    root.mkdir()
    with (root / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream)
        lines.writerow(["person", "forename", "surname", "dob", "postcode", "upn", "day", "file"])
        for number, (key, day, body, _) in enumerate(NOTES, 1):
            child = CHILDREN[key - 1]
            name = f"notes/{day} note {number}.txt"
            (root / "notes").mkdir(exist_ok=True)
            (root / name).write_text(body, encoding="utf-8")
            lines.writerow([key, child.given, child.family, child.born, child.postcode, child.upn, day, name])


COUNTERPARTS: Mapping[str, Any] = {"sqlite": sqlite_system, "http": http_system, "folder": folder_system}
