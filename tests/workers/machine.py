"""One machine that runs the whole service: `sar serve` as a process, a council beside it, and ways to kill parts of it.

Only processes that descend from the one started here are ever killed, each by its number.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

from sar_service import create_app
from sar_service.adapters import redis_server
from sar_service.cli.supervise import end_with_parent
from sar_service.db import db
from sar_service.demo.council import free_port
from sar_service.queue import courier, use
from sar_service.services import schema
from tests.configuration import ROOT

PATIENCE = 400.0  # seconds after which a test is told that something hangs; nothing is measured by it
START = "from sar_service.cli import main; main()"


class Machine:
    """The service on one machine. `app` is the same service in the test's own process: same database, same queue."""

    def __init__(self, folder: Path, config: Path) -> None:
        self.folder, self.data, self.port = folder, folder / "data", free_port()
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(("SAR_", "DEMO_"))} | {
            "SAR_ENV": "test",
            "SAR_CONFIG_DIR": str(config),
            "SAR_TEMPLATES_DIR": str(ROOT / "templates"),
            "SAR_DATA_DIR": str(self.data),
            "SAR_MAIL_BACKEND": "file",
            "SAR_BASE_URL": f"http://127.0.0.1:{self.port}",
            "COUNTERPART_SECRET": "tarragon-Lighthouse-58",
            "TMPDIR": str(folder),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.seen: dict[int, str] = {}  # every descendant that was ever seen, with when it began

    def start(self) -> None:
        """Start `sar serve` and wait until it answers."""
        with (self.folder / "service.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, "serve", "--port", str(self.port)],
                cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True, preexec_fn=end_with_parent,
            )  # fmt: skip
        self.until(self._ready, "the service to answer")

    def _ready(self) -> bool:
        assert self.process is not None and self.process.poll() is None, self.said()
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def said(self) -> str:
        """The end of what the processes had to say."""
        return (self.folder / "service.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def until(self, reached: Callable[[], Any], what: str) -> Any:
        """Look again and again, for a bounded time, until something is so."""
        end = time.monotonic() + PATIENCE
        while not (found := reached()):
            assert time.monotonic() < end, f"waited in vain for {what}\n{self.said()}"
            time.sleep(0.05)
        return found

    # --- processes -----------------------------------------------------------------------------------------------

    def below(self) -> dict[int, list[str]]:
        """Every process that descends from `sar serve`, with its command."""
        assert self.process is not None
        found: dict[int, list[str]] = {}
        children, waiting = _children(), [self.process.pid]
        while waiting:
            for child in children.get(waiting.pop(), []):
                told = _told(child)
                if told is not None:
                    found[child], self.seen[child] = told
                    waiting.append(child)
        return found

    def named(self, *words: str) -> list[int]:
        """The processes that `sar serve` started itself and whose command holds one of these words."""
        assert self.process is not None
        own = _children().get(self.process.pid, [])
        return [
            each for each, command in self.below().items()
            if each in own and any(word in part for word in words for part in command)
        ]  # fmt: skip

    def workers(self) -> list[int]:
        return [each for each in self.named("workers") if "timetable" not in self.below().get(each, [])]

    def redis(self) -> list[int]:
        return self.named("redis-server", "valkey-server")

    def kill(self, processes: list[int]) -> None:
        """`kill -9` of these, and wait until they are gone."""
        assert processes, "there is nobody to kill"
        mine = {each: self.seen[each] for each in processes}
        for each in processes:
            _kill(each)
        self.until(lambda: not any(_alive(each, began) for each, began in mine.items()), "the killed to be gone")

    def kill_all(self) -> None:
        """`kill -9` of everything at once, as when the power goes."""
        assert self.process is not None
        everybody = list(self.below())
        _kill(self.process.pid)
        self.process.wait(PATIENCE)
        for each in everybody:
            _kill(each)
        self.until(lambda: not any(_alive(each, began) for each, began in self.seen.items()), "everybody to be gone")

    def kill_the_first(self) -> None:
        """`kill -9` of `sar serve` alone."""
        assert self.process is not None
        self.below()
        _kill(self.process.pid)
        self.process.wait(PATIENCE)

    def left(self) -> list[int]:
        """Who of those that were seen is still there."""
        return [each for each, began in self.seen.items() if _alive(each, began)]

    def stop(self) -> None:
        """Stop everything as Ctrl-C would; whoever stays is killed."""
        if self.process is not None and self.process.poll() is None:
            self.below()
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.below()
                self.process.kill()
                self.process.wait(60)
        for each in self.left():
            _kill(each)


@contextmanager
def driver(machine: Machine) -> Iterator[Flask]:
    """The service in this process, on the machine's database and its queue."""
    before = courier()
    environ = machine.environ | {"SAR_REDIS_URL": redis_server.url(machine.data / "redis")}
    made = create_app(environ=environ, web=False)
    try:
        with made.app_context():
            schema.upgrade()
            db.session.remove()
            yield made
            db.session.remove()
            db.engine.dispose()
    finally:
        use(before)


def _children() -> dict[int, list[int]]:
    """The processes of this computer by their parent."""
    found: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        found.setdefault(int(parent), []).append(int(path.parent.name))
    return found


def _told(process: int) -> tuple[list[str], str] | None:
    """A process's command, and when it began: together with its number that is one process and no other."""
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return command, Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def _alive(process: int, began: str) -> bool:
    try:
        state, *more = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return state not in ("Z", "X") and more[18] == began


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return
