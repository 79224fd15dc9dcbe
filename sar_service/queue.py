"""The courier: jobs are named here, remembered until the commit and only then sent. The database stays the truth.

A job carries ids and may be lost, repeated or late. If Redis is away nothing is wrong: the row it was about still
says "waiting", and the sweep sends it again. Jobs are JSON, their names come from this list alone.
"""

import logging
import secrets
import uuid
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from .db import db

log = logging.getLogger(__name__)

QUEUE = "sar"
JOBS = {
    "search": "workers.jobs.search.run",
    "document": "workers.jobs.document.run",
    "suggest": "workers.jobs.suggest.run",
    "pack": "workers.jobs.pack.run",
    "letter": "workers.jobs.letter.run",
    "staff_mail": "workers.jobs.staff_mail.run",
    "incoming": "workers.jobs.incoming.run",
    "incoming_scan": "workers.jobs.incoming_scan.run",
    "undelivered": "workers.jobs.undelivered.run",
    "sweep": "workers.jobs.sweep.run",
}
SECONDS = {
    "search": 1800,
    "document": 1800,
    "suggest": 3600,
    "pack": 7200,
    "letter": 120,
    "staff_mail": 120,
    "incoming": 1800,
    "incoming_scan": 900,
    "undelivered": 300,
    "sweep": 600,
}
REMEMBERED = "jobs_after_commit"


class Courier:
    """Sends jobs to Redis. `connect` is called once per process, on first use."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._queue: Queue | None = None

    @property
    def queue(self) -> Queue:
        if self._queue is None:
            # over a unix socket there is nothing to keep alive, and the option is refused
            options = {} if self.url.startswith("unix:") else {"socket_connect_timeout": 5, "socket_keepalive": True}
            connection = Redis.from_url(self.url, **options)
            self._queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
        return self._queue

    def send(self, job: str, *arguments: str) -> bool:
        """Send a job now, unless the same one waits in the queue already; False if Redis is away.

        The sweep sends again whatever waits long: behind a long queue that must not make the queue longer.
        """
        name = "-".join((job, *arguments))
        try:
            if any(waiting.startswith(f"{name}-") for waiting in self.queue.get_job_ids()):
                return True
            self.queue.enqueue(
                JOBS[job],
                args=arguments,
                job_id=f"{name}-{secrets.token_hex(4)}",
                job_timeout=SECONDS[job],
                result_ttl=300,
                failure_ttl=3600,
            )
        except (RedisError, OSError):
            log.warning("the queue is away; the sweep will send a %s job later", job)
            return False
        return True

    def check(self) -> None:
        """Reach Redis. Raises RedisError."""
        self.queue.connection.ping()


_courier: Any = None


def use(courier: Any) -> None:
    """Set the courier of this process (a `Courier`, or one that tests watch)."""
    global _courier
    _courier = courier


def courier() -> Any:
    return _courier


def after_commit(job: str, *ids: uuid.UUID | str) -> None:
    """Remember to send a job once what the current session holds is really committed."""
    if job not in JOBS:
        raise KeyError(f"there is no job named {job}")
    db.session.info.setdefault(REMEMBERED, []).append((job, tuple(str(each) for each in ids)))


@event.listens_for(Session, "after_commit")
def _send(session: Session) -> None:
    if session.in_nested_transaction():
        return
    remembered = session.info.pop(REMEMBERED, [])
    for job, ids in dict.fromkeys(remembered):
        if _courier is not None:
            _courier.send(job, *ids)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(REMEMBERED, None)
