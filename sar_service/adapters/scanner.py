"""The virus scanner that files from outside are shown to before anything opens them: clamd, or none.

The bytes are sent to clamd over its own connection (INSTREAM) and never written to a disk for it. It has so many
seconds to answer, all in all: one that hangs, or answers a letter at a time, is silent.
"""

import socket
import struct
import time
from contextlib import suppress
from typing import Protocol

CHUNK = 64 * 1024
SECONDS = 30
NAMED = 80  # characters of what was found that are told


class ScannerSilent(Exception):
    """The scanner could not be asked, or did not answer: nobody knows whether the file is clean."""


class ScannerTakesLess(ScannerSilent):
    """The scanner looks at no file as large as this one, however often it is asked."""


class Scanner(Protocol):
    """What any scanner does: the name of what it found in some bytes, "" for nothing. Raises ScannerSilent."""

    there: bool  # is there one at all?

    def look(self, data: bytes, *, seconds: float = SECONDS) -> str: ...


class NoScanner:
    """Where there is none, nothing is found."""

    there = False

    def look(self, data: bytes, *, seconds: float = SECONDS) -> str:
        return ""


class Clamd:
    """A clamd that listens on a host and a port."""

    there = True

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address

    def look(self, data: bytes, *, seconds: float = SECONDS) -> str:
        """What clamd calls the thing that it found; "" if it found nothing.

        Raises ScannerSilent if it has not said so after these seconds, and ScannerTakesLess if it never will.
        """
        try:
            answer = self._ask(data, time.monotonic() + seconds)
        except OSError as error:
            raise ScannerSilent(str(error)) from error
        said = answer.strip(b"\0\n ").decode("utf-8", "replace").removeprefix("stream: ")
        said = "".join(letter for letter in said if letter.isprintable())
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND").strip()[:NAMED] or "something"
        if "size limit exceeded" in said:
            raise ScannerTakesLess(said[:NAMED])
        raise ScannerSilent(said[:NAMED] or "no answer")

    def _ask(self, data: bytes, until: float) -> bytes:
        with socket.create_connection(self.address, timeout=_left(until)) as connection:
            with suppress(ConnectionError):  # it has heard enough, and may have said why
                self._send(connection, data, until)
            answer = b""
            while len(answer) < 4096:
                connection.settimeout(_left(until))
                if not (more := connection.recv(1024)):
                    break
                answer += more
            return answer

    def _send(self, connection: socket.socket, data: bytes, until: float) -> None:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            part = data[start : start + CHUNK]
            connection.settimeout(_left(until))
            connection.sendall(struct.pack("!I", len(part)) + part)
        connection.settimeout(_left(until))
        connection.sendall(struct.pack("!I", 0))


def _left(until: float) -> float:
    """The seconds that are left. Raises TimeoutError if none are."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left
