"""How fast each kind of connector gathers, against a script written by hand for that one system with the same driver.

    python -m tests.bench.gather [--json FILE]

Rates are records (for a folder: files) a second of wall time, the best of three runs. Memory is the peak of a process
of its own that reads every row of one person. All content is invented here.
"""

import argparse
import csv
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlalchemy import create_engine, text

from sar_service import connectors
from sar_service.domain.search import FoundDocument, FoundRecord
from tests.connectors.counterparts import HTTP_SETTINGS, SECRET, SQL_SETTINGS, TABLES
from tests.connectors.family import BORN, SUBJECT, UPN

ROWS, MANY, FEW = 20_000, 1_000_000, 10_000
PAGE = 200
FILES = 5_000
NOTE = "Home visit. She was cheerful, showed me her drawings and spoke about the new school. " * 6
DAY = "2023-05-04"


def database(path: Path, *, own: int, others: int) -> dict[str, Any]:
    """A database with so many notes of the subject and of somebody else; returns the settings that connect it."""
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES.format(blob="BLOB"))
        born = BORN.isoformat()
        connection.executemany(
            "INSERT INTO child VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (1, "Linnea", "Osterby", born, UPN, "4 Quarry Lane", "ZE9 9QL"),
                (2, "Piotr", "Halloran", "2009-11-30", "B823432107010", "6 Quarry Lane", "ZE9 9QL"),
            ],
        )
        connection.execute("INSERT INTO worker VALUES (1, 'Hana Petrossian')")
        connection.execute("INSERT INTO note_kind VALUES ('HV', 'Home visit')")
        rows = ((number, 1 if number <= own else 2, DAY, NOTE, 1, "HV") for number in range(1, own + others + 1))
        connection.executemany("INSERT INTO note VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("CREATE INDEX note_child ON note (child_id)")
    connection.close()
    limits = {"rows": own + 1, "seconds": 600}
    return {"url": f"sqlite:///{path}", **SQL_SETTINGS, "limits": limits}


def counted(kind: str, settings: dict[str, Any]) -> int:
    """Everything that a search by the connector finds."""
    connector = connectors.build(kind, settings, secrets={"COUNTERPART_SECRET": SECRET})
    return sum(isinstance(found, FoundRecord | FoundDocument) for found in connector.search(SUBJECT))


def by_hand_sql(url: str) -> int:
    """The same notes with two statements, as somebody who knows this one database would fetch them."""
    count = 0
    with create_engine(url).connect() as connection:
        person = connection.execute(
            text("SELECT child_id, forename, surname, birth_date FROM child WHERE upn = :upn"), {"upn": UPN}
        ).one()
        notes = connection.execution_options(stream_results=True).execute(
            text(
                "SELECT n.note_id, n.written_on, n.body, w.full_name, k.meaning FROM note n "
                "JOIN worker w ON w.worker_id = n.worker_id JOIN note_kind k ON k.code = n.kind "
                "WHERE n.child_id = :child ORDER BY n.note_id"
            ),
            {"child": person.child_id},
        )
        for number, day, body, worker, kind in notes:
            record = {"ref": str(number), "on": day, "title": "Case note", "fields": [kind, body], "by": worker}
            count += bool(record)
    return count


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: Any) -> None:
        pass

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer({"access_token": "token"})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        if parts.path == "/api/children":
            person = {"id": 1, "name": {"first": "Linnea", "last": "Osterby"}, "born": BORN.isoformat(), "upn": UPN}
            self._answer({"data": {"items": [person] if page == 1 else []}, "total": 1})
        elif parts.path.endswith("/notes"):
            numbers = range((page - 1) * PAGE, min(page * PAGE, ROWS))
            items = [{"id": n, "day": DAY, "body": NOTE, "author": {"name": "Hana Petrossian"}} for n in numbers]
            self._answer({"data": {"items": [{**item, "kind": "HV"} for item in items]}, "total": ROWS})
        else:
            self._answer({"data": {"items": []}, "total": 0})

    def _answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve() -> None:
    """Answer as a JSON interface until the parent closes our standard input; prints the port first."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


@contextmanager
def interface() -> Iterator[str]:
    """The address of a JSON interface in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.gather", "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/api"
        finally:
            process.stdin.close()


def by_hand_http(base: str) -> int:
    """The same notes with one client and a loop over the pages."""
    count = 0
    with httpx.Client() as client:
        token = client.post(f"{base}/token", json={"username": "reader", "password": SECRET}).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        child = client.get(f"{base}/children", params={"upn": UPN}).json()["data"]["items"][0]["id"]
        page = 1
        while items := client.get(f"{base}/children/{child}/notes", params={"page": page}).json()["data"]["items"]:
            for item in items:
                record = {"ref": item["id"], "on": item["day"], "fields": [item["kind"], item["body"]]}
                count += bool(record)
            page += 1
    return count


def tree(root: Path) -> dict[str, Any]:
    """A folder of text files with a manifest; returns the settings that connect it."""
    root.mkdir()
    with (root / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream)
        lines.writerow(["person", "forename", "surname", "dob", "upn", "day", "file"])
        for number in range(FILES):
            name = f"{number // 500:02d}/note {number}.txt"
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(NOTE, encoding="utf-8")
            lines.writerow([1, "Linnea", "Osterby", BORN.isoformat(), UPN, DAY, name])
    columns = {"path": "file", "key": "person", "given_name": "forename", "family_name": "surname"}
    manifest = {"file": "manifest.csv", **columns, "date_of_birth": "dob", "identifiers": {"upn": "upn"}, "on": "day"}
    return {"root": str(root), "section": "Letters", "manifest": manifest}


def by_hand_folder(root: Path) -> int:
    """The same files from the manifest, each looked at."""
    count = 0
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if line["upn"] == UPN:
                size = (root / line["file"]).stat().st_size
                record = {"path": line["file"], "on": line["day"], "size": size}
                count += bool(record)
    return count


def rate(work: Callable[[], int], expected: int, *, runs: int = 3) -> float:
    """Records a second, the best of some runs; raises ValueError if not everything was found."""
    best = 0.0
    for _ in range(runs):
        started = time.perf_counter()
        found = work()
        best = max(best, found / (time.perf_counter() - started))
        if found < expected:
            raise ValueError(f"only {found} of {expected} were found")
    return best


def peak(folder: Path, count: int) -> float:
    """Peak MB of a process that gathers so many rows of one person from a database."""
    settings = database(folder / f"{count}.db", own=count, others=0)
    file = folder / f"{count}.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "tests.bench.gather", "--peak", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    found, peak_mb = run.stdout.split()
    if int(found) < count:
        raise ValueError(f"only {found} of {count} rows were found")
    return float(peak_mb)


def rows() -> Iterator[dict[str, Any]]:
    """Each figure as a row."""

    def row(name: str, unit: str, value: float, yardstick: float) -> dict[str, Any]:
        return {"name": name, "value": value, "unit": unit, "yardstick": yardstick, "ratio": value / yardstick}

    with tempfile.TemporaryDirectory(prefix="sar-bench-") as name:
        folder = Path(name)
        sql = database(folder / "rate.db", own=ROWS, others=ROWS * 4)
        by_hand = rate(lambda: by_hand_sql(sql["url"]), ROWS)
        yield row("gather.sql.rate", "records/s", rate(lambda: counted("sql", sql), ROWS), by_hand)
        with interface() as base:
            limits = {**HTTP_SETTINGS["limits"], "items": ROWS + 1}
            auth = {**HTTP_SETTINGS["auth"], "path": "/token"}
            http = {"base_url": base, **HTTP_SETTINGS, "auth": auth, "limits": limits}
            by_hand = rate(lambda: by_hand_http(base), ROWS)
            yield row("gather.http.rate", "records/s", rate(lambda: counted("http", http), ROWS), by_hand)
        files = tree(folder / "files")
        by_hand = rate(lambda: by_hand_folder(folder / "files"), FILES)
        yield row("gather.folder.rate", "files/s", rate(lambda: counted("folder", files), FILES), by_hand)
        yield row("gather.memory", "MB", peak(folder, MANY), peak(folder, FEW))


def main() -> None:
    """Measure everything and print it; with --json also write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="also write the rows here")
    parser.add_argument("--serve", action="store_true", help="be the JSON interface that is measured against")
    parser.add_argument("--peak", type=Path, help="gather by these settings and print how many rows and the peak MB")
    chosen = parser.parse_args()
    if chosen.serve:
        return serve()
    if chosen.peak:
        found = counted("sql", json.loads(chosen.peak.read_text(encoding="utf-8")))
        print(found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return None
    measured = list(rows())
    for each in measured:
        print(
            f"{each['name']:24}{each['value']:12.1f} {each['unit']:10} {each['yardstick']:12.1f} {each['ratio']:6.2f}"
        )
    if chosen.json:
        chosen.json.write_text(json.dumps(measured, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
