"""The model with two hands says what it says with one."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor

from sar_service.documents import detect_hands, detect_model
from sar_service.documents.detect_hands import ENOUGH, TwoHands, two_hands

NAMES = ("Sarah Whitcombe", "Imran Qureshi", "Delia Bancroft", "Owen Pritchard", "Marta Kowalczyk")
TEXTS = [
    f"{NAMES[n % 5]} visited the home on Tuesday. {NAMES[(n + 2) % 5]} from Leeds spoke to the school about number {n}."
    for n in range(500)
]


def test_the_same_is_found_by_both_hands() -> None:
    alone = list(detect_model.load().propose(TEXTS))
    assert sum(map(len, alone)) > 500
    with two_hands(ENOUGH, processors=2) as model:
        assert isinstance(model, TwoHands)
        assert model.version == detect_model.load().version
        assert model.propose(TEXTS) == alone
        assert model.propose(["", *TEXTS[:3], ""]) == [[], *alone[:3], []]
        assert model.propose([]) == []


def test_little_work_and_one_processor_need_no_second_hand() -> None:
    for characters, processors in ((ENOUGH - 1, 8), (ENOUGH, 1)):
        with two_hands(characters, processors=processors) as model:
            assert model is detect_model.load()


def test_a_hand_that_is_killed_costs_nothing() -> None:
    alone = list(detect_model.load().propose(TEXTS))
    with two_hands(ENOUGH, processors=2) as model:
        assert isinstance(model, TwoHands)
        assert model._pool is not None
        model._pool.submit(detect_hands.propose_there, TEXTS[:1]).result()
        for process in _processes(model._pool):
            os.kill(process, signal.SIGKILL)
        assert model.propose(TEXTS) == alone
        assert model._pool is None
        assert model.propose(TEXTS[:9]) == alone[:9]


def _processes(pool: ProcessPoolExecutor) -> list[int]:
    return list(pool._processes)
