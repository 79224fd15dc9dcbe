"""Several processes as one: what dies comes back, what is stopped goes, and nothing outlives whoever started it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sar_service.cli import supervise
from sar_service.cli.serve import _free
from sar_service.cli.supervise import Supervisor
from sar_service.domain.errors import InvalidInput
from tests.configuration import ROOT

SECONDS = 60  # after which a test is told that something hangs
WAITS = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [
    sys.executable, "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open(sys.argv[1], 'w'); time.sleep(600)",
]  # fmt: skip


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with (tmp_path / "log").open("wb") as log:
        found = Supervisor(dict(os.environ), output=log)
        yield found
        found.stop()


def until(reached: Callable[[], Any]) -> None:
    end = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def comes_back(supervisor: Supervisor) -> None:
    """What is killed runs again."""
    child = supervisor.add("sleeper", WAITS)
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    child.process.wait(SECONDS)
    until(lambda: supervisor.tend() or (child.process is not None and child.process.pid != first))


def test_what_dies_is_started_again_and_said(supervisor: Supervisor, tmp_path: Path) -> None:
    comes_back(supervisor)
    assert b"sleeper stopped (-9); starting it again" in (tmp_path / "log").read_bytes()


def test_a_disk_without_room_for_a_word_of_it_keeps_nobody_from_being_started_again() -> None:
    with Path("/dev/full").open("wb") as full:
        supervisor = Supervisor(dict(os.environ), output=full)
        try:
            comes_back(supervisor)
        finally:
            supervisor.stop()


def test_what_cannot_be_started_or_mended_now_is_tried_again_and_the_others_are_tended(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(supervise, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(supervise, "PAUSE", 0.01)
    queue = supervisor.add("queue", [sys.executable, "-c", "raise SystemExit(1)"], mend=full)
    other = supervisor.add("other", WAITS)
    until(lambda: supervisor.tend() or queue.deaths >= 5)
    queue.command = [str(tmp_path / "missing")]
    said = tmp_path / "log"
    until(lambda: supervisor.tend() or said.read_bytes().count(b"cannot be started") >= 2)
    assert b"queue cannot be mended" in said.read_bytes()
    queue.command = WAITS
    until(lambda: supervisor.tend() or (queue.process is not None and queue.process.poll() is None))
    assert other.process is not None and other.process.poll() is None


def test_what_keeps_dying_is_given_longer_and_longer_pauses(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "PAUSE", 0.01)
    child = supervisor.add("dying", [sys.executable, "-c", "raise SystemExit(1)"])
    child.pause = 0.01
    pauses = []
    while child.deaths < 4:
        supervisor.tend()
        if len(pauses) < child.deaths:
            pauses.append(child.pause)
        time.sleep(0.01)
    assert pauses == [0.02, 0.04, 0.08, 0.16]


def test_what_dies_young_twice_is_mended_before_it_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    mended = tmp_path / "mended"
    reads = [sys.executable, "-c", "import sys, time; open(sys.argv[1]); time.sleep(600)", str(mended)]
    child = supervisor.add("reader", reads, mend=mended.touch)
    until(lambda: supervisor.tend() or (child.deaths == 2 and child.process is not None))
    assert mended.exists()


def test_stopping_ends_even_those_who_will_not_hear(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "GRACE", 0.5)
    deaf = supervisor.add("deaf", [*DEAF, str(tmp_path / "deaf")])
    sleeper = supervisor.add("sleeper", WAITS)
    until((tmp_path / "deaf").exists)
    supervisor.stop()
    assert deaf.process is not None and deaf.process.returncode == -signal.SIGKILL
    assert sleeper.process is not None and sleeper.process.returncode == -signal.SIGTERM


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from sar_service.cli.supervise import Supervisor\n"
        "child = Supervisor(dict(os.environ)).add('sleeper', [sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not _alive(child))


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_a_port_that_somebody_holds_is_refused_in_plain_words() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"Port {port} .* cannot be used .* --port"):
            _free("127.0.0.1", port, seconds=0)
    _free("127.0.0.1", port, seconds=0)
