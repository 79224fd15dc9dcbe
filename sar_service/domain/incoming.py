"""What an e-mail that came in is: a request nobody has read yet, an answer to a letter of ours, a machine's reply, or a
report of the mail system about a letter that did not arrive.

A message is known again by who sent it, when, under which id and with what in it, wherever it was moved meanwhile.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MessageKind(StrEnum):
    """What a message is to the case that it is kept with."""

    REQUEST = "request"  # it began the case
    REPLY = "reply"  # somebody wrote about the case
    AUTOMATIC = "automatic"  # a machine answered: out of the office, a receipt
    REPORT = "report"  # a mail system says what became of a letter


class Scan(StrEnum):
    """What the virus scanner said of a message, or of a file that came with it."""

    WAITING = "waiting"  # it has not said anything yet: held, and opened by nobody
    FOUND = "found"  # it found something: barred for good
    CLEAN = "clean"
    UNSCANNED = "unscanned"  # there is none


OPENED = (Scan.CLEAN, Scan.UNSCANNED)  # what staff may open


def overall(scans: Iterable[Scan]) -> Scan:
    """What is to be said of a message as a whole: what is open in any part of it, or was found, counts for all."""
    found = set(scans)
    return next((each for each in (Scan.WAITING, Scan.FOUND, Scan.CLEAN) if each in found), Scan.UNSCANNED)


@dataclass(frozen=True, kw_only=True)
class File:
    """An attachment; `path` is where it was written while the message was read."""

    name: str
    type: str
    size: int
    path: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a mail system says became of one recipient's copy (RFC 3464): "failed", "delayed", "delivered" …"""

    action: str
    status: str = ""  # an enhanced status code, like 5.1.1 (RFC 3463)


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as it was read. Texts hold no control characters.

    `automatic` is "" for what a person wrote, "replied" for a machine's answer, "generated" for what a machine sent by
    itself. `about` are the ids of the messages that it answers or reports on. `notes` say what could not be read.
    """

    id: str = ""
    sender: str = ""
    name: str = ""
    reply_to: str = ""
    to: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    text: str = ""
    automatic: str = ""
    about: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    returned: bool = False  # a report of a mail system, whether or not a machine can read it
    files: tuple[File, ...] = ()
    notes: tuple[str, ...] = ()


_LETTER = re.compile(r"\bletter\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.(\d{1,4}))?@", re.IGNORECASE)
_STAFF = re.compile(r"\bstaff\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
# looked for at every place: the five letters of "About" before a reference are no part of it
_REFERENCE = re.compile(r"(?<![A-Z0-9])(?=([A-Z2-9]{5}[- ]?[A-Z2-9]{5}[- ]?[A-Z2-9]{5})(?![A-Z0-9]))", re.IGNORECASE)


def letters_named(ids: Iterable[str]) -> list[tuple[UUID, int]]:
    """The letters of ours that message ids name, each with the number of the sending (0 the first)."""
    found = [(UUID(match[1]), int(match[2] or 0)) for each in ids for match in _LETTER.finditer(each)]
    return list(dict.fromkeys(found))


def staff_message_id(mail_id: UUID) -> str:
    """The first half of the message id of an e-mail to a member of staff."""
    return f"staff.{mail_id}"


def staff_mails_named(ids: Iterable[str]) -> list[UUID]:
    """The e-mails to staff that message ids name."""
    return list(dict.fromkeys(UUID(match[1]) for each in ids for match in _STAFF.finditer(each)))


def references_in(subject: str) -> list[str]:
    """What may be references of ours in a subject line; whether one is, its check character and the books say."""
    return _REFERENCE.findall(subject)


def message_id(letter_id: UUID, sending: int) -> str:
    """The first half of the message id of a letter, the same for each try at one sending."""
    return f"letter.{letter_id}.{sending}" if sending else f"letter.{letter_id}"


def fingerprint(raw: bytes) -> str:
    """What makes a message that message: its id, sender, date and content; not the way that it took here.

    Without an id all of its bytes count. Line ends do not: servers change them.
    """
    raw = raw.replace(b"\r\n", b"\n")
    head, _, body = raw.partition(b"\n\n")
    unfolded = re.sub(rb"\n[ \t]+", b" ", head)
    named = {
        name: b" ".join(found[1].split())
        for name in (b"message-id", b"from", b"date")
        if (found := re.search(rb"(?im)^" + name + rb"[ \t]*:([^\n]*)", unfolded))
    }
    if not named.get(b"message-id"):
        return hashlib.sha256(raw).hexdigest()
    parts = [named[b"message-id"], named.get(b"from", b""), named.get(b"date", b""), hashlib.sha256(body).digest()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


WHY: Mapping[str, str] = {
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail server",
    "1.3": "the address is not written as one",
    "1.6": "the mailbox has moved",
    "1.10": "the address takes no mail",
    "2.0": "the mailbox cannot be used",
    "2.1": "the mailbox is switched off",
    "2.2": "the mailbox is full",
    "2.3": "the message is longer than the mailbox takes",
    "4.1": "the mail server does not answer",
    "4.4": "the address leads nowhere",
    "4.7": "it was given up after many tries",
    "7.1": "the other side refused it",
}


def why(status: str) -> str:
    """What an enhanced status code says, in words; the words of a mail system may name people, and are not repeated."""
    found = re.match(r"([245])\.(\d{1,3}\.\d{1,3})\b", status.strip())
    if not found:
        return "the mail system says that it did not arrive"
    words = WHY.get(found[2], "the mail system says that it did not arrive")
    return f"{words} ({found[1]}.{found[2]})"
