"""Running several processes as one: started in order, restarted when they die, stopped together.

A process that keeps dying is given longer and longer pauses, up to half a minute; one that can be mended is mended
first.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 20.0  # seconds after which a process counts as well again
GRACE = 10.0
MEND_AFTER = 2  # early deaths


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = PAUSE
    not_before: float = 0.0
    deaths: int = 0
    keep_open: tuple[int, ...] = ()  # files of ours that it inherits
    mend: Callable[[], None] | None = None  # what to do before it is started once more after it died young twice
    died_young: int = 0


@dataclass
class Supervisor:
    """Keeps children alive until it is told to stop."""

    environ: Mapping[str, str]
    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    output: IO[bytes] | None = None  # where the children write; None for where we do
    lock: IO[bytes] | None = None  # held as long as we live

    def add(
        self,
        name: str,
        command: Sequence[str],
        *,
        keep_open: Sequence[int] = (),
        mend: Callable[[], None] | None = None,
    ) -> Child:
        """Start a process and keep it alive."""
        child = Child(name, command, keep_open=tuple(keep_open), mend=mend)
        self.children.append(child)
        self.start(child)
        return child

    def start(self, child: Child) -> None:
        """Start a process of ours, for the first time or again."""
        # Its own group, so that a Ctrl-C reaches it through us, in order; it dies with us, whatever becomes of us.
        child.process = subprocess.Popen(
            list(child.command),
            env=dict(self.environ),
            start_new_session=True,
            stdout=self.output,
            stderr=self.output,
            pass_fds=child.keep_open,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )
        child.started = time.monotonic()

    def tend(self) -> None:
        """Start again whatever has died. What cannot be started now (no memory, a full disk) is tried again later."""
        moment = time.monotonic()
        for child in self.children:
            process = child.process
            if process is not None and process.poll() is not None:
                self._died(child, process.returncode, moment)
            elif process is None and moment >= child.not_before and not self.stopping.is_set():
                try:
                    self.start(child)
                except OSError as error:
                    child.not_before = moment + LONGEST_PAUSE
                    self._say(f"sar: {child.name} cannot be started ({error}); trying again")

    def _died(self, child: Child, code: int, moment: float) -> None:
        if moment - child.started > STEADY:
            child.pause, child.died_young = PAUSE, 0
        else:
            child.died_young += 1
        child.deaths += 1
        child.process, child.not_before = None, moment + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)
        self._say(f"sar: {child.name} stopped ({code}); starting it again")
        if child.mend is not None and child.died_young >= MEND_AFTER:
            child.died_young = 0
            try:
                child.mend()
            except OSError as error:
                self._say(f"sar: {child.name} cannot be mended ({error})")

    def _say(self, words: str) -> None:
        """Said, where there is room for it: the others are kept alive on a full disk as well."""
        with suppress(OSError):
            os.write(2 if self.output is None else self.output.fileno(), f"{words}\n".encode())

    def run(self, *, every: float = 0.25) -> None:
        """Tend the children until told to stop."""
        while not self.stopping.wait(every):
            self.tend()

    def stop(self) -> None:
        """Stop the children, the one that was started first last of all; whoever does not go in time is killed."""
        self.stopping.set()
        first, rest = self.children[:1], self.children[1:]
        for children in (rest, first):  # the queue stays until those who use it have gone
            for child in children:
                if child.process is not None and child.process.poll() is None:
                    child.process.terminate()
            until = time.monotonic() + GRACE
            for child in children:
                if child.process is not None:
                    _await(child.process, until)
        if self.lock is not None:
            self.lock.close()


def _await(process: "subprocess.Popen[bytes]", until: float) -> None:
    """Wait until a process has ended; when the time is up, end it and whatever it started in its group."""
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: "subprocess.Popen[bytes]", number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def end_with_parent() -> None:
    """Ask Linux to tell this process to end when the one that started it ends."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def on_signals(stop: Callable[[], Any]) -> None:
    """Call `stop` when the process is told to end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())
