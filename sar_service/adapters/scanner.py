"""The virus scanner that files from outside are shown to before anything opens them: clamd, or none.

The bytes are sent to clamd over its own connection (INSTREAM) and never written to a disk for it.
"""

import socket
import struct
from typing import Protocol

CHUNK = 64 * 1024
SECONDS = 30
NAMED = 80  # characters of what was found that are told


class ScannerSilent(Exception):
    """The scanner could not be asked, or did not answer: nobody knows whether the file is clean."""


class Scanner(Protocol):
    """What any scanner does: the name of what it found in some bytes, "" for nothing. Raises ScannerSilent."""

    def look(self, data: bytes) -> str: ...


class NoScanner:
    """Where there is none, nothing is found."""

    def look(self, data: bytes) -> str:
        return ""


class Clamd:
    """A clamd that listens on a host and a port."""

    def __init__(self, address: tuple[str, int], *, seconds: float = SECONDS) -> None:
        self.address = address
        self.seconds = seconds

    def look(self, data: bytes) -> str:
        """What clamd calls the thing that it found; "" if it found nothing. Raises ScannerSilent."""
        try:
            answer = self._ask(data)
        except OSError as error:
            raise ScannerSilent(str(error)) from error
        said = answer.strip(b"\0\n ").decode("utf-8", "replace").removeprefix("stream: ")
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND")[:NAMED] or "something"
        raise ScannerSilent(said[:NAMED] or "no answer")

    def _ask(self, data: bytes) -> bytes:
        with socket.create_connection(self.address, timeout=self.seconds) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                part = data[start : start + CHUNK]
                connection.sendall(struct.pack("!I", len(part)) + part)
            connection.sendall(struct.pack("!I", 0))
            answer = b""
            while len(answer) < 4096 and (more := connection.recv(1024)):
                answer += more
            return answer
