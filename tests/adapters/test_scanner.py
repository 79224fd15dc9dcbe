"""What clamd is told and what its answers mean, against a socket that answers as it would."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from sar_service.adapters.scanner import Clamd, NoScanner, ScannerSilent

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


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OKAY"])
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
