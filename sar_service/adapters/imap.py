"""Reading a mailbox over IMAP (RFC 3501, RFC 9051): what waits in a folder, each message, and moving it away once read.

A message is never deleted: it is moved to another folder of the same mailbox. Connections are encrypted, certificates
checked, and every answer is waited for a bounded time.
"""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from . import reaching

SECONDS = 30
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(
    rb'INTERNALDATE "([ \d]\d)-(' + "|".join(MONTHS).encode() + rb')-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"'
)
# What is short, or empty, may come as a string in quotes.
_SHORT = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')


class MailboxFailed(Exception):
    """The mailbox cannot be read now; the message says why and holds no secret."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a mailbox is. `security` is "tls" from the first byte, or "starttls"; `ca_file` names the authority that
    vouches for the server, where it is not one that the machine knows.
    """

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str
    done: str
    ca_file: Path | None = None

    def __repr__(self) -> str:
        return f"{self.folder} at {self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A message that has not been read: its number in the folder, its size in bytes, and when the server got it."""

    uid: int
    size: int
    arrived_at: datetime


class Mailbox:
    """An open mailbox. `validity` is the UIDVALIDITY of the folder: only with it is a number that of one message."""

    def __init__(self, server: imaplib.IMAP4, address: Address) -> None:
        self.server, self.address = server, address
        # what it can do before somebody has signed in is less than what it can do now
        able = b" ".join(each or b"" for each in self._ok(server.capability(), "it does not say what it can do"))
        self.moves = b"MOVE" in able.upper().split()
        if not self.moves and b"UIDPLUS" not in able.upper().split():
            raise MailboxFailed(f"{address!r} can neither MOVE messages nor expunge one alone (UIDPLUS)")
        self._ok(server.select(quoted(address.folder)), f"there is no folder {address.folder}")
        told = server.response("UIDVALIDITY")[1]
        self.validity = int(told[0]) if told and isinstance(told[0], bytes) and told[0].isdigit() else 0

    def numbers(self) -> list[int]:
        """The messages in the folder by their numbers, the oldest first."""
        found = self._ok(self.server.uid("SEARCH", "UNDELETED"), "its messages cannot be listed")
        return sorted(int(each) for each in (found[0] or b"").split())

    def count(self) -> int:
        """How many messages there are to read."""
        return len(self.numbers())

    def look(self, uid: int) -> Waiting | None:
        """What is to be known of a message before it is fetched; None if it is no longer there."""
        answer = self._ok(
            self.server.uid("FETCH", str(uid), "(UID RFC822.SIZE INTERNALDATE)"), "a message cannot be looked at"
        )
        line = b" ".join(each if isinstance(each, bytes) else each[0] for each in answer if each)
        size, day = re.search(rb"RFC822\.SIZE (\d+)", line), _DAY.search(line)
        return Waiting(uid=uid, size=int(size[1]), arrived_at=_instant(day)) if size and day else None

    def content(self, uid: int, most: int) -> bytes | None:
        """The bytes of a message, no more than `most` of them; None if it is no longer there."""
        answer = self._ok(self.server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)"), "a message cannot be fetched")
        parts = [each[1] for each in answer if isinstance(each, tuple)]
        if parts:
            return parts[0]
        short = next(filter(None, (_SHORT.search(each) for each in answer if isinstance(each, bytes))), None)
        return re.sub(rb"\\(.)", rb"\1", short[1]) if short else None

    def check_gone(self, uid: int) -> None:
        """Raises MailboxFailed if a message of which nothing was given is there all the same."""
        found = self._ok(self.server.uid("SEARCH", "UNDELETED", "UID", str(uid)), "its messages cannot be listed")
        if (found[0] or b"").split():
            raise MailboxFailed(f"{self.address!r}: a message is there, and the server does not give it")

    def put_away(self, uid: int) -> None:
        """Move a message to the folder of those that were read; nothing if somebody else has."""
        done = quoted(self.address.done)
        try:
            if self.moves:
                self._ok(self.server.uid("MOVE", str(uid), done), f"a message cannot be moved to {self.address.done}")
                return
            self._ok(self.server.uid("COPY", str(uid), done), f"a message cannot be copied to {self.address.done}")
            self._ok(self.server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"), "a message cannot be put away")
            self._ok(self.server.uid("EXPUNGE", str(uid)), "a message cannot be put away")
        except MailboxFailed:
            if self.content(uid, 1) is not None:  # else another reader was quicker
                raise

    def make_done(self) -> None:
        """Make the folder for what was read, where there is none."""
        if not self.has_done():
            self._ok(self.server.create(quoted(self.address.done)), f"the folder {self.address.done} cannot be made")

    def has_done(self) -> bool:
        """Is there a folder for what was read?"""
        answer = self._ok(self.server.list('""', quoted(self.address.done)), "its folders cannot be listed")
        return any(answer)

    def _ok(self, answer: tuple[str, Any], problem: str) -> Any:
        if answer[0] != "OK":
            why = answer[1][0] if answer[1] and isinstance(answer[1][0], bytes) else b""
            said = " ".join(why.decode("ascii", "replace").split())[:150]
            raise MailboxFailed(f"{self.address!r}: {problem}" + (f" (the server says: {said})" if said else ""))
        return answer[1]


@contextmanager
def open_mailbox(address: Address) -> Iterator[Mailbox]:
    """Sign in and open the folder; closed at the end. Raises MailboxFailed, also for what fails in between."""
    server: imaplib.IMAP4 | None = None
    try:
        server = _connected(address)
        try:
            server.login(address.user, address.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise MailboxFailed(f"{address!r} does not let us sign in: check the user and the password") from error
        yield Mailbox(server, address)
    except OSError as error:
        raise MailboxFailed(f"{address!r}: {reaching.why(error)}") from error
    except (imaplib.IMAP4.error, ValueError) as error:
        problem = "does not answer as a mail server should: check host, port and security"
        raise MailboxFailed(f"{address!r} {problem}") from error
    finally:
        if server is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                server.logout()


def _trusted(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(authority) if authority else None)
    except OSError as error:
        raise MailboxFailed(f"{authority}, named as ca_file, cannot be read, or holds no certificate") from error


def _connected(address: Address) -> imaplib.IMAP4:
    trusted = _trusted(address.ca_file)
    if address.security == "tls":
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=trusted, timeout=SECONDS)
    server = imaplib.IMAP4(address.host, address.port, timeout=SECONDS)
    try:
        server.starttls(ssl_context=trusted)
    except BaseException:
        server.shutdown()
        raise
    return server


def _instant(found: re.Match[bytes]) -> datetime:
    """When the server got a message, from its INTERNALDATE."""
    day, month, year, hour, minute, second, sign, hours, minutes = (each.decode() for each in found.groups())
    ahead = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    moment = datetime(
        int(year),
        MONTHS.index(month) + 1,
        int(day),
        int(hour),
        int(minute),
        min(int(second), 59),
        tzinfo=timezone(ahead),
    )
    return moment.astimezone(UTC)


def quoted(folder: str) -> str:
    """The name of a folder as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3), in quotes."""

    def shifted(found: re.Match[str]) -> str:
        coded = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{coded}-"

    coded = re.sub(r"[^\x20-\x7e]+", shifted, folder.replace("&", "&-"))
    return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'
