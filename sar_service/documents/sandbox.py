"""Running the code that reads hostile bytes in a child process that can be stopped, starved and thrown away.

`run` calls one function of the project and gives its answer; `stream` does the same for a function that yields.
What a child sends back is JSON and nothing else. What the functions do is in `text`, `remove`, `verify` and the
converters; which limits a file has is in `pages.Limits`.
"""

import contextlib
import errno
import functools
import importlib
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sar_service.domain.errors import DomainError, Refused

from .pages import Limits

ROOT = Path(__file__).resolve().parents[2]
LINE_LIMIT = 64 * 1024 * 1024  # bytes of one answer, so that a broken child cannot fill its parent
SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/fonts",
    "/etc/alternatives",
    "/etc/ld.so.cache",
)
FRAMES = 6  # how many places in the code an unexpected failure names


def run(
    function: Callable[..., Any],
    *arguments: Any,
    limits: Limits | None = None,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
) -> Any:
    """Call `function(*arguments)` in a child process and return its answer.

    The function is named by its module and must be importable there. Arguments and answer are whatever JSON can
    say; a Path goes as a string, made absolute, since the child stands elsewhere. `reads` are the files, `writes`
    the folders that the child needs: where bubblewrap is installed it sees no others, and in no case has it this
    process's environment. Raises Refused with a sentence a person understands if the child takes too long, too much
    memory, breaks, or refuses by itself.
    """
    answers = list(stream(function, *arguments, limits=limits, reads=reads, writes=writes, single=True))
    return answers[0] if answers else None


def stream(
    function: Callable[..., Any],
    *arguments: Any,
    limits: Limits | None = None,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    feed: Iterable[Any] | None = None,
    each: float = 0.0,
    single: bool = False,
) -> Iterator[Any]:
    """Call a generator function in a child process and yield what it yields, as it yields it.

    `feed`, if given, reaches the function as its keyword `feed`, an iterator read as it is needed, so that neither
    side holds all of it. Every answer buys the child `each` more seconds on top of `limits.seconds`: a long file
    may take long, a stuck one may not. Raises Refused as `run` does.
    """
    limits = limits or Limits()
    job = {
        "function": [function.__module__, function.__qualname__],  # found again by name, never by pickle
        "arguments": [str(item.absolute()) if isinstance(item, Path) else item for item in arguments],
        "feed": feed is not None,
        "single": single,
        "memory": limits.memory,
        "seconds": int(limits.seconds + each * limits.pages) + 5,
        "file": max(limits.unpacked, limits.bytes) * 4,
    }
    with tempfile.TemporaryDirectory(prefix="sar-child-") as scratch:
        child = subprocess.Popen(
            command(reads=reads, writes=[*writes, Path(scratch)]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(scratch),
            cwd=scratch,
            start_new_session=True,
            close_fds=True,
        )
        assert child.stdin is not None and child.stdout is not None
        feeder = threading.Thread(target=_send, args=(child.stdin, job, feed), daemon=True)
        feeder.start()
        try:
            yield from _answers(child, child.stdout, limits=limits, each=each)
        finally:
            _stop(child)
            feeder.join(timeout=5)
            child.stdout.close()


def environment(scratch: str | Path) -> dict[str, str]:
    """The few variables a child gets; none of this process's own, which may hold secrets."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def command(*, reads: Sequence[Path] = (), writes: Sequence[Path] = ()) -> list[str]:
    """The command line of a child: Python alone, or inside bubblewrap with no network where that works."""
    python = [sys.executable, "-s", "-P", "-m", "sar_service.documents.sandbox"]
    bwrap = bubblewrap()
    if bwrap is None:
        return python
    words = [
        bwrap,
        "--unshare-all",
        "--die-with-parent",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--tmpfs",
        "/tmp",  # noqa: S108 - an empty one, seen by the child alone
    ]
    seen: set[str] = set()
    for place in (*SYSTEM, sys.prefix, sys.base_prefix, str(ROOT / "sar_service")):
        if place not in seen and Path(place).exists():
            seen.add(place)
            words += ["--ro-bind", place, place]
    for path in reads:
        words += ["--ro-bind", str(Path(path).resolve()), str(Path(path).absolute())]
    for path in writes:
        words += ["--bind", str(Path(path).resolve()), str(Path(path).absolute())]
    return [*words, "--", *python]


@functools.cache
def bubblewrap() -> str | None:
    """Where a working `bwrap` is, or None: in some containers it is installed but may not make name spaces."""
    found = shutil.which("bwrap")
    if found is None:
        return None
    trial = [
        found,
        "--unshare-all",
        "--die-with-parent",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--",
        "true",
    ]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        if subprocess.run(trial, capture_output=True, timeout=10, check=False).returncode == 0:
            return found
    return None


def _send(pipe: IO[bytes], job: dict[str, Any], feed: Iterable[Any] | None) -> None:
    """Write the job and then the feed, one JSON line each; a child that has gone is not this thread's trouble."""
    with contextlib.suppress(OSError, ValueError):
        pipe.write(_line(job))
        pipe.flush()
        for item in feed or ():
            pipe.write(_line(item))
            pipe.flush()
    with contextlib.suppress(OSError, ValueError):
        pipe.close()


def _line(item: Any) -> bytes:
    return json.dumps(item, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _answers(child: subprocess.Popen[bytes], pipe: IO[bytes], *, limits: Limits, each: float) -> Iterator[Any]:
    clock = _Clock(allowed=float(limits.seconds), started=time.monotonic())
    for line in _lines(pipe, clock.left):
        if line is None:
            raise clock.over()
        answer = _message(line)
        if "done" in answer:
            return
        if "refused" in answer:
            raise Refused(str(answer["refused"]))
        if "failed" in answer:
            raise _failure(answer, limits)
        clock.allowed += each
        before = time.monotonic()
        yield answer.get("answer")
        clock.waited += time.monotonic() - before
    raise _death(child, clock)


@dataclass
class _Clock:
    """How long a child may still take; the time in which its caller was busy with an answer is not the child's."""

    allowed: float
    started: float
    waited: float = 0.0

    def left(self) -> float:
        return self.allowed + self.waited - (time.monotonic() - self.started)

    def over(self) -> Refused:
        return Refused(f"it took longer than {int(self.allowed)} seconds")


def _message(line: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Refused("it is broken: what came of reading it makes no sense")
    return answer


def _lines(pipe: IO[bytes], left: Callable[[], float]) -> Iterator[bytes | None]:
    """The lines of a pipe; None once the time is up. Nothing after a line that is too long is believed."""
    descriptor = pipe.fileno()
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    parts: list[bytes] = []
    held = 0
    while True:
        remaining = left()
        if remaining <= 0 or not poll.poll(remaining * 1000):
            yield None
            return
        chunk = os.read(descriptor, 1 << 20)
        if not chunk:
            return
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*parts, line])
            parts, held = [], 0
        parts.append(rest)
        held += len(rest)
        if held > LINE_LIMIT:
            raise Refused("it holds more than the service can handle in one piece")


def _failure(answer: dict[str, Any], limits: Limits) -> Refused:
    kind = str(answer["failed"])
    if kind == "MemoryError":
        return _memory(limits)
    error = Refused(f"it is broken, or holds something the service cannot read ({kind})")
    for place in answer.get("places", ())[:FRAMES]:
        error.add_note(str(place))
    return error


def _memory(limits: Limits) -> Refused:
    return Refused(f"it needs more memory than allowed ({limits.memory // 1024**2} MB)")


def _death(child: subprocess.Popen[bytes], clock: _Clock) -> Refused:
    """Why a child ended without a last word."""
    try:
        code = child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return Refused("it is broken: reading it stopped half way")
    number = -code if code < 0 else code - 128
    if number == signal.SIGXCPU:
        return clock.over()
    if number == signal.SIGXFSZ:
        return Refused("it unpacks to more than is allowed")
    if number in (
        signal.SIGSEGV,
        signal.SIGABRT,
        signal.SIGTRAP,
        signal.SIGILL,
        signal.SIGBUS,
        signal.SIGKILL,
    ):
        return Refused("it is broken, or needs more memory than allowed: the program that reads it crashed")
    return Refused("it is broken: reading it stopped half way")


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started: it leads its own process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=10)


# --- the child's side ---------------------------------------------------------------------------------------------


def limit(job: dict[str, Any]) -> None:
    """Lower this process's limits for good: no core file, so much memory, time and file size, and no orphan."""
    die_with_parent()
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, job["memory"]),
        (resource.RLIMIT_CPU, job["seconds"]),
        (resource.RLIMIT_FSIZE, job["file"]),
    ):
        _soft, hard = resource.getrlimit(what)
        most = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
        # one second between the soft and the hard limit of time, so that the signal says which limit it was
        resource.setrlimit(what, (most, most + 1 if what == resource.RLIMIT_CPU else most))


def die_with_parent() -> None:
    """Ask Linux to end this process when the one that started it ends, so that a killed worker leaves nothing."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)


def work() -> None:
    """Read one job from standard input, do it, and write what comes of it as JSON lines."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints does not get between the answers
    source = sys.stdin.buffer
    job = json.loads(source.readline())
    limit(job)

    def say(item: dict[str, Any]) -> None:
        answers.write(_line(item))
        answers.flush()

    try:
        module, name = job["function"]
        function: Any = functools.reduce(getattr, name.split("."), importlib.import_module(module))
        extra = {"feed": (json.loads(line) for line in source)} if job["feed"] else {}
        result = function(*job["arguments"], **extra)
        for answer in (result,) if job["single"] else result:
            say({"answer": answer})
        say({"done": True})
    except MemoryError:
        say({"failed": "MemoryError"})
    except DomainError as error:
        say({"refused": str(error)})
    except OSError as error:
        if error.errno == errno.EFBIG:
            say({"refused": "it unpacks to more than is allowed"})
        else:
            say({"failed": type(error).__name__, "places": _places(error)})
    except Exception as error:  # a child never ends with a traceback: its text might quote the file
        say({"failed": type(error).__name__, "places": _places(error)})
    answers.flush()
    os._exit(0)


def _places(error: BaseException) -> list[str]:
    """Where in the code an error came up: file and line only, never the message, which may quote a record."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


if __name__ == "__main__":
    work()
