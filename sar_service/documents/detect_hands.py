"""A model that reads with two hands: half of what it is given is read in a second process.

A model keeps one processor busy, and most of the time of a first look at a large file is the model's. The second
process starts while this one reads on, and is given no more than it can take; if it dies, this one reads the rest.
"""

import logging
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from . import detect_model
from .detect_model import Model, Proposal
from .sandbox import die_with_parent

log = logging.getLogger(__name__)

SHARE = 10_000  # characters given to a hand at a time
AHEAD = 2  # shares that wait for the second hand
ENOUGH = 150_000  # characters from which starting another process is worth while


class TwoHands:
    """The shipped model in this process and in another one. See `two_hands`."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._here = detect_model.load()
        self._pool: ProcessPoolExecutor | None = pool
        self.version = self._here.version

    def propose(self, texts: Sequence[str]) -> list[list[Proposal]]:
        """Names in each text, as the model by itself would give them."""
        found: list[list[Proposal]] = [[] for _ in texts]
        left = deque(_shares(texts))
        away: deque[tuple[range, Future[list[list[Proposal]]]]] = deque()
        while left or away:
            while left and self._pool is not None and len(away) < AHEAD:
                share = left.pop()
                future = self._send([texts[n] for n in share])
                if future is None:
                    left.append(share)
                else:
                    away.append((share, future))
            if left:
                share = left.popleft()
                self._keep(found, share, self._here.propose([texts[n] for n in share]))
            while away and (away[0][1].done() or not left):
                share, future = away.popleft()
                try:
                    self._keep(found, share, future.result())
                except BrokenProcessPool:
                    self._alone()
                    left.append(share)
        return found

    @staticmethod
    def _keep(found: list[list[Proposal]], share: range, proposals: Iterable[list[Proposal]]) -> None:
        for number, each in zip(share, proposals, strict=True):
            found[number] = each

    def _send(self, texts: list[str]) -> "Future[list[list[Proposal]]] | None":
        assert self._pool is not None
        try:
            return self._pool.submit(propose_there, texts)
        except BrokenProcessPool:
            self._alone()
            return None

    def _alone(self) -> None:
        log.warning("a process that was looking for names was killed; this one goes on alone")
        self._pool = None


def propose_there(texts: list[str]) -> list[list[Proposal]]:
    """What the shipped model says of some texts, in the second process."""
    return list(detect_model.load().propose(texts))


def _shares(texts: Sequence[str]) -> Iterator[range]:
    start = size = 0
    for number, text in enumerate(texts):
        if size and size + len(text) > SHARE:
            yield range(start, number)
            start, size = number, 0
        size += len(text)
    if size or start < len(texts):
        yield range(start, len(texts))


@contextmanager
def two_hands(characters: int, *, processors: int) -> Iterator[Model]:
    """The shipped model; with a second process for as long as this is open, where there is work and room for one."""
    if processors < 2 or characters < ENOUGH:
        yield detect_model.load()
        return
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=die_with_parent)
    try:
        yield TwoHands(pool)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
