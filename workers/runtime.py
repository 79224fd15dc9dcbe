"""What every job stands on: the application of this process, short transactions, and a heartbeat for long work.

No transaction is open during slow work. The worker runs only functions named in `sar_service/queue.py`.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps

from flask import Flask
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from sar_service import create_app
from sar_service.adapters import workplace
from sar_service.db import db, reading_only
from sar_service.documents.sandbox import die_with_parent
from sar_service.queue import JOBS
from sar_service.services.lease import HEARTBEAT

log = logging.getLogger(__name__)
_app: Flask | None = None


def app() -> Flask:
    """The application of this process, made once."""
    global _app
    if _app is None:
        _app = create_app(web=False)
    return _app


def use_app(given: Flask) -> None:
    """Run jobs of this process in an application that is already there."""
    global _app
    _app = given


def now() -> datetime:
    moment: datetime = app().config.get("NOW", lambda: datetime.now(UTC))()
    return moment


@contextmanager
def transaction() -> Iterator[None]:
    """One short transaction: committed at the end, rolled back on an error."""
    reading_only.set(False)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        db.session.remove()


@contextmanager
def reading() -> Iterator[None]:
    """A transaction that only reads, however long it takes: on SQLite nobody who writes waits for it."""
    token = reading_only.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        db.session.remove()
        reading_only.reset(token)


def job(function: Callable[..., None]) -> Callable[..., None]:
    """Run a job inside the application, its arguments as text ids."""

    @wraps(function)
    def run(*arguments: str) -> None:
        with app().app_context():
            try:
                function(*arguments)
            finally:
                db.session.remove()

    return run


@contextmanager
def heartbeat(keep: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Call `keep` every few seconds while slow work runs; yields a function that says whether to go on."""
    stop = threading.Event()
    lost = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT.total_seconds()):
            try:
                with app().app_context(), transaction():
                    if not keep():
                        lost.set()
            except Exception:  # the database is away for a moment: the lease is long enough to wait
                log.debug("a heartbeat was missed", exc_info=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield lambda: not lost.is_set()
    finally:
        stop.set()
        thread.join()


class PlainJob(Job):
    """A job to which nothing is attached: callbacks that somebody wrote into Redis are never looked up, let alone run.

    The queue would run them outside the job, too: when a worker clears up after another, or is told to stop a job.
    """

    @property
    def success_callback(self) -> None:  # type: ignore[override]
        return None

    @property
    def failure_callback(self) -> None:  # type: ignore[override]
        return None

    @property
    def stopped_callback(self) -> None:  # type: ignore[override]
        return None


class ListedWorker(Worker):
    """A worker that refuses any job whose function is not on our list, or that carries a callback.

    The process that does a job ends when its worker does: whoever stops the service, or kills a worker, stops the
    work as well, and its lease runs out.
    """

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        die_with_parent()
        if os.getppid() != self.pid:
            os._exit(1)  # it died before we asked to be told
        super().main_work_horse(job, queue)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        if not listed(job):
            self.log.error("refused a job that is not on the list")
            self.handle_job_failure(job=job, queue=queue, exc_string="this job is not on the list")
            return False
        place = workplace.settle()
        try:
            return bool(super().perform_job(job, queue, execution))
        finally:
            shutil.rmtree(place, ignore_errors=True)


def listed(job: Job) -> bool:
    """Is this one of our jobs, with text ids for arguments, and nothing else attached?"""
    try:
        arguments, keywords = job.args or (), job.kwargs or {}
        name = job.func_name
    except Exception:
        return False
    callbacks = (
        getattr(job, "_success_callback_name", None),
        getattr(job, "_failure_callback_name", None),
        getattr(job, "_stopped_callback_name", None),
    )
    return (
        name in JOBS.values()
        and job.instance is None
        and not keywords
        and all(isinstance(each, str) and len(each) <= 64 for each in arguments)
        and not any(callbacks)
        and job.serializer is JSONSerializer
    )
