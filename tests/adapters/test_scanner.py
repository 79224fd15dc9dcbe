"""What clamd is told and what its answers mean, against a socket that answers as it would."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from sar_service.adapters.scanner import Clamd, NoScanner, ScannerSilent, ScannerTakesLess

Serve = Callable[[bytes], tuple[tuple[str, int], list[bytes]]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A scanner on a free port that gives one answer, and what it was sent."""
    servers: list[socket.socket] = []

    def start(answer: bytes) -> tuple[tuple[str, int], list[bytes]]:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        got: list[bytes] = []

        def talk() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                while size := struct.unpack("!I", stream.read(4))[0]:
                    got.append(stream.read(size))
                connection.sendall(answer)

        threading.Thread(target=talk, daemon=True).start()
        return server.getsockname(), got

    yield start
    for server in servers:
        server.close()


def test_a_clean_file_is_sent_whole(serve: Serve) -> None:
    address, got = serve(b"stream: OK\0")
    data = bytes(range(256)) * 1000
    assert Clamd(address).look(data) == ""
    assert b"".join(got) == data and len(got) > 1


def test_what_was_found_is_named(serve: Serve) -> None:
    address, _ = serve(b"stream: Eicar-Test-Signature FOUND\0")
    assert Clamd(address).look(b"x") == "Eicar-Test-Signature"


@pytest.mark.parametrize("answer", [b"INSTREAM: some other ERROR\0", b"", b"stream: OKAY", b"stream: \xff\0\r\n"])
def test_anything_else_is_no_answer(serve: Serve, answer: bytes) -> None:
    address, _ = serve(answer)
    with pytest.raises(ScannerSilent):
        Clamd(address).look(b"x")


def test_a_scanner_that_is_not_there_is_no_answer_and_none_finds_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        gone = server.getsockname()
    with pytest.raises(ScannerSilent):
        Clamd(gone).look(b"x")
    assert NoScanner().look(b"x") == ""


def test_a_file_that_is_too_large_for_it_is_another_answer_than_none(serve: Serve) -> None:
    address, _ = serve(b"INSTREAM size limit exceeded. ERROR\0")
    with pytest.raises(ScannerTakesLess):
        Clamd(address).look(b"x")


def test_what_it_names_holds_nothing_that_moves_the_text_around_it(serve: Serve) -> None:
    address, _ = serve("stream: Bad\u202e\r\n\x1b[2JThing FOUND\0".encode())
    assert Clamd(address).look(b"x") == "Bad[2JThing"


def test_one_that_takes_the_file_and_then_says_nothing_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(ScannerSilent):
        Clamd(server.getsockname()).look(b"x" * 1000, seconds=0.2)


def test_one_that_answers_a_letter_at_a_time_is_silent_when_its_time_is_over() -> None:
    done = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not done.wait(0.05):
                connection.sendall(b"s")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        try:
            with pytest.raises(ScannerSilent):
                Clamd(server.getsockname()).look(b"x", seconds=0.5)
        finally:
            done.set()
            thread.join()


def test_one_that_hangs_up_in_the_middle_of_a_large_file_is_silent() -> None:
    def hang_up(server: socket.socket) -> None:
        connection, _ = server.accept()
        connection.recv(100)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=hang_up, args=(server,), daemon=True).start()
        with pytest.raises(ScannerSilent):
            Clamd(server.getsockname()).look(bytes(5_000_000))
