"""Handing messages to a mail server: what counts is whether it took the message, whatever it says after that."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sar_service.adapters.mail import (
    ADDRESS_LATER,
    MESSAGE_LATER,
    MESSAGE_REFUSED,
    NOT_PASSED_ON,
    Mail,
    MailFailed,
    SmtpMailer,
)
from sar_service.demo.council import free_port
from tests.dovecot import certify

MAIL = Mail(to="morwenna@example.org", subject="A letter", text="It is there.", sender="sar@council.example", key="k1")


class Server:
    """A mail server that answers as it is told to; `taken` are the messages it took."""

    def __init__(self, **answers: bytes) -> None:
        self.answers = {"EHLO": b"250 here", "MAIL": b"250 ok", "RCPT": b"250 ok", "DATA": b"354 go on",
                        "END": b"250 taken", "QUIT": b"221 bye", "RSET": b"250 ok", **answers}  # fmt: skip
        self.taken: list[bytes] = []

    def talk(self, connection: socket.socket) -> None:
        with connection:
            connection.sendall(b"220 here\r\n")
            self.obey(connection)

    def obey(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            for line in lines:
                word = line[:4].decode().strip().upper()
                if not self._say(connection, word):
                    return
                if word == "DATA" and self.answers[word].startswith(b"354"):
                    text = b"".join(iter(lines.readline, b".\r\n"))
                    if self.answers["END"].startswith(b"250"):
                        self.taken.append(text)
                    if not self._say(connection, "END"):
                        return

    def _say(self, connection: socket.socket, word: str) -> bool:
        answer = self.answers.get(word, b"502 what")
        if answer:
            connection.sendall(answer + b"\r\n")
        return bool(answer)


@contextmanager
def serving(server: Server, **more: Any) -> Iterator[SmtpMailer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            server.talk(listening.accept()[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield SmtpMailer("127.0.0.1", listening.getsockname()[1], **{"tls": False, **more})
        thread.join(30)


@pytest.mark.parametrize("goodbye", [b"221 bye", b"421 too busy for that", b"250 what?", b""])
def test_a_message_that_was_taken_is_sent_however_they_part(goodbye: bytes) -> None:
    """Else it would be sent again: the server has it."""
    server = Server(QUIT=goodbye)
    with serving(server) as mailer:
        assert mailer.send(MAIL) == "<k1@council.example>"
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    "answers",
    [
        {"END": b"452 no room"},
        {"END": b""},
        {"DATA": b"451 later"},
        {"MAIL": b"450 no"},
        {"RCPT": b"451 greylisted"},
        {"RCPT": b""},
    ],
)
def test_a_message_that_was_not_taken_is_tried_again(answers: dict[str, bytes]) -> None:
    server = Server(**answers)
    with serving(server) as mailer, pytest.raises(MailFailed) as failed:
        mailer.send(MAIL)
    assert not failed.value.permanent
    assert server.taken == []


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"RCPT": b"451 greylisted"}, ADDRESS_LATER),
        ({"DATA": b"451 later"}, MESSAGE_LATER),
        ({"END": b"452 no room"}, MESSAGE_LATER),
        ({"END": b"554 no"}, MESSAGE_REFUSED),
        ({"RCPT": b"554 5.7.1 Relay access denied"}, NOT_PASSED_ON),
        ({"RCPT": b"550 relaying not permitted"}, NOT_PASSED_ON),
        ({"RCPT": b"530 5.7.0 Authentication required"}, NOT_PASSED_ON),
        ({"MAIL": b"450 no"}, "did not accept the message"),
        ({"END": b""}, "broke off"),
    ],
)
def test_what_is_said_of_one_message_is_told_apart_from_what_keeps_all_of_them(
    answers: dict[str, bytes], says: str
) -> None:
    with serving(Server(**answers)) as mailer, pytest.raises(MailFailed, match=says) as failed:
        mailer.send(MAIL)
    assert not failed.value.permanent


def test_an_address_that_the_server_has_no_letters_for_is_refused_at_once() -> None:
    """And not said to be a fault of our settings, and tried for hours."""
    with serving(Server()) as mailer, pytest.raises(MailFailed, match="letters that the mail server") as failed:
        mailer.send(replace(MAIL, to="siân@example.org"))
    assert failed.value.permanent


def test_a_recipient_that_is_refused_is_not_tried_again() -> None:
    with serving(Server(RCPT=b"550 5.1.1 nobody here")) as mailer, pytest.raises(MailFailed) as failed:
        mailer.send(MAIL)
    assert failed.value.permanent


@pytest.mark.parametrize(
    ("answers", "more", "says"),
    [
        ({}, {"tls": True}, "offers no STARTTLS"),
        (
            {"EHLO": b"250-here\r\n250 AUTH PLAIN", "AUTH": b"535 no"},
            {"user": "sar", "password": "x"},
            "sign in: check",
        ),
        ({"NOOP": b""}, {}, "broke off"),
    ],
)
def test_the_check_says_what_is_wrong_with_the_server(
    answers: dict[str, bytes], more: dict[str, Any], says: str
) -> None:
    with serving(Server(**answers), **more) as mailer, pytest.raises(MailFailed, match=says):
        mailer.check()


@pytest.mark.parametrize(
    ("host", "says"), [("127.0.0.1", "nothing answers at that port"), ("nowhere.invalid", "no server of that name")]
)
def test_a_server_that_is_not_there_is_told_apart_from_one_that_refuses(host: str, says: str) -> None:
    with pytest.raises(MailFailed, match=says) as failed:
        SmtpMailer(host, free_port(), tls=False).send(MAIL)
    assert not failed.value.permanent


class Encrypting(Server):
    """A mail server that speaks STARTTLS under an authority of its own."""

    def __init__(self, home: Path) -> None:
        super().__init__(EHLO=b"250-here\r\n250 STARTTLS", STARTTLS=b"220 go on")
        certify(home)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(home / "server.pem", home / "server.key")

    def talk(self, connection: socket.socket) -> None:
        connection.sendall(b"220 here\r\n")
        for command in ("EHLO", "STARTTLS"):
            assert self._line(connection).upper().startswith(command.encode())
            self._say(connection, command)
        with suppress(OSError), self.context.wrap_socket(connection, server_side=True) as safe:
            self.obey(safe)

    @staticmethod
    def _line(connection: socket.socket) -> bytes:
        text = b""
        while not text.endswith(b"\n"):
            text += connection.recv(1)
        return text


def test_a_server_of_the_councils_own_authority_is_trusted_where_that_is_named(tmp_path: Path) -> None:
    server = Encrypting(tmp_path)
    with serving(server, tls=True, authority=tmp_path / "authority.pem") as mailer:
        assert mailer.send(MAIL) == "<k1@council.example>"
    assert len(server.taken) == 1


def test_a_server_of_an_authority_that_nobody_named_is_not_trusted_and_what_to_do_is_said(tmp_path: Path) -> None:
    server = Encrypting(tmp_path)
    with serving(server, tls=True) as mailer, pytest.raises(MailFailed, match="SAR_MAIL_CA_FILE") as failed:
        mailer.send(MAIL)
    assert not failed.value.permanent and server.taken == []


class Implicit(Encrypting):
    """One that is encrypted from the first byte, and wants a password."""

    def talk(self, connection: socket.socket) -> None:
        self.answers |= {"EHLO": b"250-here\r\n250 AUTH PLAIN", "AUTH": b"235 come in", "NOOP": b"250 ok"}
        with suppress(OSError), self.context.wrap_socket(connection, server_side=True) as safe:
            super(Encrypting, self).talk(safe)


def test_a_server_that_is_encrypted_from_the_first_byte_takes_a_message(tmp_path: Path) -> None:
    server, named = Implicit(tmp_path), {"at_once": True, "tls": True, "authority": tmp_path / "authority.pem"}
    with serving(server, **named, user="sar", password="x") as mailer:
        assert mailer.send(MAIL) == "<k1@council.example>"
    assert len(server.taken) == 1
    with serving(server, **named) as mailer:
        mailer.check()


def test_one_that_nobody_vouches_for_is_given_neither_password_nor_message(tmp_path: Path) -> None:
    server = Implicit(tmp_path)
    with (
        serving(server, at_once=True, user="sar", password="x") as mailer,
        pytest.raises(MailFailed, match="SAR_MAIL_CA_FILE"),
    ):
        mailer.send(MAIL)
    assert server.taken == []


def test_one_that_is_not_encrypted_from_the_first_byte_is_told_apart() -> None:
    class Plain(Server):
        def talk(self, connection: socket.socket) -> None:
            with connection:
                connection.sendall(b"220 here\r\n")
                connection.recv(10_000)

    with serving(Plain(), at_once=True) as mailer, pytest.raises(MailFailed, match="from when on it encrypts"):
        mailer.send(MAIL)


def test_an_authority_that_cannot_be_read_any_more_is_said_and_tried_again(tmp_path: Path) -> None:
    with pytest.raises(MailFailed, match="SAR_MAIL_CA_FILE") as failed:
        SmtpMailer("127.0.0.1", free_port(), authority=tmp_path / "gone.pem").send(MAIL)
    assert not failed.value.permanent
