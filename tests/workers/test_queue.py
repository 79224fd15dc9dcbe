"""What lies in Redis is not trusted: only our own jobs run, with text ids, whatever somebody has put there.

A real worker process reads from a real private Redis. Everything that must not run would leave a file behind.
"""

import os
import pickle
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Callback, Job, JobStatus
from rq.serializers import JSONSerializer, PickleSerializer

from sar_service import create_app
from sar_service.adapters import redis_server
from sar_service.cli.serve import start_redis
from sar_service.cli.supervise import Supervisor
from sar_service.db import db
from sar_service.queue import JOBS, QUEUE, Courier, courier, use
from sar_service.services import schema
from tests import configuration

SECONDS = 120  # after which a test is told that something hangs
OURS = JOBS["sweep"]


class Canary:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.path}'",)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """A private Redis as `sar serve` starts it; its address."""
    supervisor = Supervisor(dict(os.environ))
    yield start_redis(supervisor, tmp_path / "redis")
    supervisor.stop()


@pytest.fixture
def environ(tmp_path: Path, redis: str) -> Iterator[dict[str, str]]:
    """The environment of a worker with an empty database."""
    before = courier()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAR_")}
    found = kept | {
        "SAR_ENV": "test",
        "SAR_CONFIG_DIR": str(configuration.write(tmp_path / "council")),
        "SAR_TEMPLATES_DIR": str(configuration.ROOT / "templates"),
        "SAR_DATA_DIR": str(tmp_path / "data"),
        "SAR_REDIS_URL": redis,
        "TMPDIR": str(tmp_path),
    }
    with create_app(environ=found, web=False).app_context():
        schema.upgrade()
        db.session.remove()
        db.engine.dispose()
    yield found
    use(before)


@pytest.fixture
def queue(redis: str) -> Iterator[Queue]:
    with Redis.from_url(redis) as connection:
        yield Queue(QUEUE, connection=connection, serializer=JSONSerializer)


@pytest.fixture
def send() -> Iterator[Callable[[str], bool]]:
    """Sends a job through a courier of its own to a Redis."""
    made: list[Courier] = []

    def sending(address: str) -> bool:
        made.append(Courier(address))
        return made[-1].send("search", "0b5c")

    yield sending
    for each in made:
        each.queue.connection.close()


def waiting(address: str) -> int:
    """How many jobs wait in a Redis."""
    with Redis.from_url(address) as connection:
        return len(Queue(QUEUE, connection=connection, serializer=JSONSerializer))


def until(reached: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.fixture
def worker(environ: dict[str, str]) -> Iterator[Callable[[], None]]:
    """Starts worker processes; all of them have ended when the test has."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        started.append(
            subprocess.Popen([sys.executable, "-m", "workers"], cwd=configuration.ROOT, env=environ, stderr=-3)
        )

    yield start
    for each in started:
        each.kill()
        each.wait(60)


def planted(queue: Queue, canary: Path) -> dict[str, str]:
    """Puts every kind of job that must not run into the queue; the id of each by its kind."""
    touch = f"touch '{canary}'"
    found = {}
    for kind, name, arguments in (
        ("a shell", "os.system", (touch,)),
        ("a process", "subprocess.getoutput", (touch,)),
        ("an expression", "builtins.eval", (f"open({str(canary)!r}, 'w')",)),
        ("a method of ours", "sar_service.cli.main", ()),
        ("a module beside ours", "workers.jobs.sweep.os.system", (touch,)),
        ("too long an argument", JOBS["search"], ("x" * 65,)),
        ("an argument that is no text", JOBS["search"], (7,)),
    ):
        found[kind] = queue.enqueue(name, args=arguments).id
    found["keywords"] = queue.enqueue(OURS, kwargs={"a": "b"}).id
    callback = Callback(f"{__name__}.never")
    found["a callback on success"] = queue.enqueue(OURS, on_success=callback).id
    found["a callback on failure"] = queue.enqueue(OURS, on_failure=callback).id
    found["a callback on stopping"] = queue.enqueue(OURS, on_stopped=callback).id
    pickled = Queue(QUEUE, connection=queue.connection, serializer=PickleSerializer)
    found["pickled by its own queue"] = pickled.enqueue(OURS, meta={"canary": Canary(canary)}).id
    for field in ("data", "meta", "result"):
        job = queue.enqueue(OURS)
        content = pickle.dumps(Canary(canary))
        queue.connection.hset(job.key, field, zlib.compress(content) if field == "data" else content)
        if field == "data":  # the others are never read: the job is ours, and may run
            found["a pickle as its data"] = job.id
    return found


def never(*_: Any) -> None:
    """A callback that nobody may call."""
    raise AssertionError("a callback was run")


def test_only_our_own_jobs_run_whatever_lies_in_redis(queue: Queue, worker: Callable[[], None], tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    kinds = planted(queue, canary)
    good = queue.enqueue(OURS)
    worker()
    until(lambda: good.get_status() is JobStatus.FINISHED, "our own job to run")
    assert not canary.exists()
    ran = {kind for kind, identity in kinds.items() if status(queue, identity) is JobStatus.FINISHED}
    assert ran == set()


def status(queue: Queue, identity: str) -> JobStatus | None:
    told = queue.connection.hget(Job.key_for(identity), "status")
    return JobStatus(told.decode()) if told else None


def test_the_canary_sings_where_pickles_are_believed(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Canary(tmp_path / "canary")))
    assert (tmp_path / "canary").exists()


def test_what_the_courier_sends_is_json_with_text_ids_and_a_time_limit(
    redis: str, queue: Queue, send: Callable[[str], bool]
) -> None:
    assert send(redis) is True
    assert send(redis) is True  # it waits already
    [job] = queue.jobs
    assert (job.func_name, job.args, job.kwargs, job.timeout) == (JOBS["search"], ["0b5c"], {}, 1800)
    assert zlib.decompress(queue.connection.hget(job.key, "data")).startswith(b'["workers.jobs.search.run"')


def test_a_courier_without_redis_says_so_and_raises_nothing(tmp_path: Path, send: Callable[[str], bool]) -> None:
    assert send(f"unix://{tmp_path}/nobody.sock") is False


def test_the_private_redis_is_private_and_keeps_what_it_was_given(redis: str, tmp_path: Path) -> None:
    with Redis.from_url(redis) as connection:
        told = {name: connection.config_get(name)[name] for name in ("port", "appendonly", "maxmemory-policy", "dir")}
    assert told == {
        "port": "0", "appendonly": "yes", "maxmemory-policy": "noeviction", "dir": str(tmp_path / "redis"),
    }  # fmt: skip
    socket = redis_server.socket_path(tmp_path / "redis")
    assert socket.stat().st_mode & 0o077 == 0
    assert socket.parent.stat().st_mode & 0o077 == 0


def the_redis(folder: Path) -> tuple[Supervisor, str]:
    supervisor = Supervisor(dict(os.environ))
    return supervisor, start_redis(supervisor, folder)


def killed(supervisor: Supervisor) -> None:
    process = supervisor.children[0].process
    assert process is not None
    process.kill()
    process.wait(60)


def test_what_was_queued_survives_a_kill(tmp_path: Path, send: Callable[[str], bool]) -> None:
    supervisor, address = the_redis(tmp_path / "redis")
    try:
        send(address)
        time.sleep(1.5)  # it is written to the disk every second
        killed(supervisor)
        until(lambda: _tended(supervisor, address), "Redis to be back")
        assert waiting(address) == 1
    finally:
        supervisor.stop()


def _tended(supervisor: Supervisor, address: str) -> bool:
    supervisor.tend()
    try:
        with Redis.from_url(address) as connection:
            return bool(connection.ping())
    except (RedisError, OSError):
        return False


def broken(folder: Path) -> None:
    """Spoils the middle of what Redis kept, which it will not load."""
    for path in (folder / redis_server.APPENDED).glob("*.aof"):
        path.write_bytes(b"*3\r\n$3\r\nSET\r\n$1\r\nspoilt" + path.read_bytes())


@pytest.mark.parametrize("when", ["at the start", "while it runs"])
def test_files_that_redis_cannot_read_are_set_aside_and_it_starts_without_them(
    tmp_path: Path, send: Callable[[str], bool], when: str
) -> None:
    folder = tmp_path / "redis"
    supervisor, address = the_redis(folder)
    try:
        send(address)
        time.sleep(1.5)
        killed(supervisor)
        broken(folder)
        if when == "at the start":
            supervisor.stop()
            supervisor, address = the_redis(folder)
        until(lambda: _tended(supervisor, address), "Redis to be back")
        assert waiting(address) == 0
        assert (folder / redis_server.SET_ASIDE).is_dir()
    finally:
        supervisor.stop()


def test_a_folder_in_use_is_refused_and_one_whose_redis_has_ended_is_free(redis: str, tmp_path: Path) -> None:
    with pytest.raises(redis_server.NoRedis, match="runs here already"):
        redis_server.alone(tmp_path / "redis", seconds=0)
    redis_server.alone(tmp_path / "another", seconds=0).close()
