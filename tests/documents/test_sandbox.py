"""The child process that hostile files are read in: what it may do, and what a person is told when it may not."""

import builtins
import itertools
import os
import resource
import signal
import socket
import string
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sar_service.documents import sandbox
from sar_service.documents.pages import Limits
from sar_service.domain.errors import Refused


def test_the_answer_of_a_function_comes_back() -> None:
    assert sandbox.run(sum, [1, 2, 3]) == 6


def test_a_child_that_takes_too_long_is_stopped_and_says_so() -> None:
    with pytest.raises(Refused, match="took longer than 1 seconds"):
        sandbox.run(time.sleep, 60, limits=Limits(seconds=1))


def test_what_a_child_started_is_stopped_with_it(tmp_path: Path) -> None:
    script = f"sleep 3; touch {tmp_path}/alive"
    with pytest.raises(Refused):
        sandbox.run(subprocess.call, ["sh", "-c", script], limits=Limits(seconds=1), writes=[tmp_path])
    time.sleep(3)
    assert not (tmp_path / "alive").exists()


def test_memory_beyond_the_limit_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="more memory than allowed"):
        sandbox.run(builtins.bytearray, 4 * 1024**3, limits=Limits(memory=512 * 1024**2))


def test_a_crash_is_a_refusal() -> None:
    with pytest.raises(Refused, match="crashed"):
        sandbox.run(os.abort)


def test_a_child_that_just_leaves_is_a_refusal() -> None:
    with pytest.raises(Refused, match="half way"):
        sandbox.run(os._exit, 3)


def test_no_core_file_can_be_written() -> None:
    assert sandbox.run(resource.getrlimit, int(resource.RLIMIT_CORE)) == [0, 0]


def test_the_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAR_SECRET_KEY", "not for children")
    assert sandbox.run(os.getenv, "SAR_SECRET_KEY") is None


def test_an_error_names_its_kind_but_never_quotes_the_input() -> None:
    with pytest.raises(Refused, match="ValueError") as caught:
        sandbox.run(int, "Ferdinand Oakapple")
    assert "Oakapple" not in str(caught.value)
    assert not any("Oakapple" in note for note in getattr(caught.value, "__notes__", ()))


def test_answers_are_streamed_as_they_are_made() -> None:
    answers = sandbox.stream(itertools.count, 5)
    assert [next(answers) for _ in range(3)] == [5, 6, 7]
    answers.close()  # an endless function ends with its reader


def test_what_a_library_prints_does_not_spoil_the_answer() -> None:
    assert sandbox.run(print, '{"answer": "forged"}') is None


def test_the_child_leads_its_own_process_group() -> None:
    assert sandbox.run(os.getpgid, 0) != os.getpgid(0)


def test_too_large_an_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LINE_LIMIT", 1000)
    with pytest.raises(Refused, match="one piece"):
        sandbox.run(string.capwords, "x" * 5_000_000)


def test_a_file_over_the_size_limit_is_refused(tmp_path: Path) -> None:
    limits = Limits(bytes=1000, unpacked=1000)
    big = tmp_path / "big"
    big.touch()
    with pytest.raises(Refused, match="unpacks to more than is allowed"):
        sandbox.run(os.truncate, str(big), 1_000_000, limits=limits, writes=[tmp_path])


def test_inside_bubblewrap_there_is_no_network_and_no_other_file(tmp_path: Path) -> None:
    """Where bubblewrap works, this is run for real; elsewhere the plain child must be what is used."""
    if sandbox.bubblewrap() is None:
        assert sandbox.command()[0] == sys.executable
        return
    secret = tmp_path / "secret"
    secret.write_text("not for children")
    assert sandbox.run(os.path.exists, str(secret)) is False
    assert sandbox.run(os.path.exists, str(secret), reads=[secret]) is True
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with pytest.raises(Refused, match="Error"):
            sandbox.run(socket.create_connection, ["127.0.0.1", server.getsockname()[1]])


def test_a_signal_that_means_too_much_time_is_told_as_that() -> None:
    with pytest.raises(Refused, match="longer than"):
        sandbox.run(signal.raise_signal, int(signal.SIGXCPU))
