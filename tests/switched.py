"""A real mail server on this machine that is switched off and on again; it answers as it is told to."""

import socket
import threading
from contextlib import suppress

from sar_service.demo.council import free_port
from tests.adapters.test_mail_smtp import Server


class Switched:
    """A server at `port`; `taken` are the messages that it took, `answers` what it says to a command."""

    def __init__(self) -> None:
        self.port = free_port()
        self.server = Server()
        self.answers, self.taken = self.server.answers, self.server.taken
        self.tried = 0
        self._listening: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def on(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._serve, args=(self._listening,), daemon=True)
        self._thread.start()

    def off(self) -> None:
        if self._listening is not None and self._thread is not None:
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._thread.join()
            self._listening = None

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection = listening.accept()[0]
            except OSError:
                return
            self.tried += 1
            with suppress(OSError):
                self.server.talk(connection)
