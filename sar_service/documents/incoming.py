"""Reading a message that came by e-mail: who wrote, what they say as plain text, and the files that came with it.

Bytes from outside are read in a child process with limits. A message is never refused: what of it cannot be read is
named in its notes, and the original is kept.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message as Mime
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any

from sar_service.domain.errors import Refused
from sar_service.domain.incoming import File, Message, Outcome

from . import sandbox
from .convert_email import header_text, leaves, nested, part_bytes, part_page, part_text, said
from .convert_html import paragraphs
from .pages import Limits

LIMITS = Limits(seconds=60, memory=1024**3, unpacked=150 * 1024 * 1024)
PARTS = 200
FILES = 100
EMPTIES = 20  # notes beyond which no empty file is named
TEXT = 100_000  # letters that are kept of the text
UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
BROKEN = "The machine could not read this message ({why}). What it says is in the original: download it."
SHUT = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
ENCRYPTED = (
    "It is encrypted, or wrapped in a signature, and what it says cannot be read here. Ask whoever sent it to send it "
    "again without that, or in another way; if it is a request, its time runs meanwhile."
)
OUTLOOK = (
    "Outlook put files, and perhaps more of what it says, into winmail.dat, which is not taken apart here. Open that "
    "with Outlook, or ask whoever sent it to send the files as they are."
)
_SENT_BACK = re.compile(
    r"undeliver|delivery (status|failure|has failed)|returned mail|mail delivery|not delivered", re.I
)
_OWN = re.compile(rb"(?:letter|staff)\.[0-9a-f-]{36}(?:\.\d{1,4})?@[A-Za-z0-9.-]{1,200}")


def read(path: Path, folder: Path) -> Message:
    """The message in a file, its attachments written into `folder`. Never raises for what the file holds."""
    try:
        told = sandbox.run(read_here, path, folder, limits=LIMITS, reads=[path], writes=[folder])
    except Refused as error:
        return Message(notes=(BROKEN.format(why=str(error).rstrip(".")),))
    values: dict[str, Any] = {
        **told,
        "sent_at": datetime.fromisoformat(told["sent_at"]) if told["sent_at"] else None,
        "files": tuple(File(**each) for each in told["files"]),
        "outcomes": tuple(Outcome(**each) for each in told["outcomes"]),
        "about": tuple(told["about"]),
        "notes": tuple(told["notes"]),
    }
    return Message(**values)


def read_here(path: str, folder: str) -> dict[str, Any]:
    """The same, in the child process, as JSON."""
    raw = Path(path).read_bytes()
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
        return _told(message, raw, Path(folder))
    except RecursionError as error:
        raise Refused("it holds parts inside parts too deep to follow") from error


def _told(message: Mime, raw: bytes, folder: Path) -> dict[str, Any]:
    body = _Body(folder)
    for part, alternative in _parts(message, body):
        body.take(part, alternative)
    sender, name = _first(message, "From")
    subject = _line(header_text(message.get("Subject", "")), 500)
    ours = sorted({f"<{found.decode('ascii')}>" for found in _OWN.findall(raw[:2_000_000])})
    returned = _returned(message, sender, subject, body, names_ours=bool(ours))
    about = [*_ids(message, "In-Reply-To"), *_ids(message, "References"), *body.about]
    if returned:
        about += ours
    return {
        "id": next(iter(_ids(message, "Message-ID")), ""),
        "sender": sender,
        "name": name,
        "reply_to": _first(message, "Reply-To")[0],
        "to": _line(", ".join(header_text(each) for each in message.get_all("To", [])), 500),
        "subject": subject,
        "sent_at": _sent(message),
        "text": body.text(),
        "automatic": _automatic(message),
        "about": list(dict.fromkeys(about))[:200],
        "outcomes": body.outcomes,
        "returned": returned,
        "files": body.files,
        "notes": [*body.notes, *_shut(message, body)],
    }


def _shut(message: Mime, body: "_Body") -> list[str]:
    """What is to be said where the message itself may be inside a file that nobody here can open."""
    if message.get_content_type() in SHUT:
        return [ENCRYPTED]
    if any(each["type"] in TNEF or each["name"].casefold() == "winmail.dat" for each in body.files):
        return [OUTLOOK]
    return []


def _parts(message: Mime, body: "_Body") -> Iterator[tuple[Mime, bool]]:
    for count, each in enumerate(leaves(message)):
        if count >= PARTS:
            body.notes.append(f"It has more than {PARTS} parts; the rest is in the original only.")
            return
        yield each


class _Body:
    """What the parts of a message add up to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plains: list[str] = []
        self.pages: list[str] = []
        self.files: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.outcomes: list[dict[str, str]] = []
        self.about: list[str] = []
        self.bytes = 0

    def take(self, part: Mime, alternative: bool) -> None:
        kind = part.get_content_type()
        name = header_text(part.get_filename() or "")
        attached = part.get_content_disposition() == "attachment" or (bool(name) and not alternative)
        if kind == "message/delivery-status":
            self._report(part)
        elif kind == "text/rfc822-headers":
            self.about += _ids(message_from_bytes(part_bytes(part), policy=policy.compat32), "Message-ID")
        elif kind in ("message/rfc822", "message/global"):
            inner = nested(part)
            self.about += _ids(message_from_bytes(inner.partition(b"\n\n")[0], policy=policy.compat32), "Message-ID")
            self._file(name or "message.eml", kind, inner)
        elif kind == "text/plain" and not attached:
            self.plains.append(part_text(part))
        elif kind == "text/html" and not attached:
            self.pages.append(part_page(part))
        else:
            self._file(name or "attachment", kind, part_bytes(part), named=attached)

    def _file(self, name: str, kind: str, raw: bytes, *, named: bool = True) -> None:
        tidy = _line(name, 150).replace("/", "_").replace("\\", "_") or "attachment"
        if not raw:
            note = f"The file {tidy} that came with it is empty."
            if named and note not in self.notes and len(self.notes) < EMPTIES:
                self.notes.append(note)
            return
        self.bytes += len(raw)
        if len(self.files) >= FILES or self.bytes > LIMITS.unpacked:
            note = "It has more attachments than are taken apart; the rest are in the original only."
            if note not in self.notes:
                self.notes.append(note)
            return
        path = self.folder / f"{len(self.files):03}"
        path.write_bytes(raw)
        self.files.append({"name": tidy, "type": _line(kind, 80), "size": len(raw), "path": str(path)})

    def _report(self, part: Mime) -> None:
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Mime) and block.get("Action"):
                action = _line(header_text(block["Action"]), 20).casefold()
                status = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})", header_text(block.get("Status", "")))
                self.outcomes.append({"action": action, "status": status[1] if status else ""})

    def text(self) -> str:
        """What the message says. A version that says something else than the other is shown after it."""
        plain = "\n\n".join(each.strip() for each in self.plains if each.strip())
        shown = []
        for source in self.pages:
            try:
                shown.append("\n\n".join(paragraphs(source)))
            except Refused as error:
                self.notes.append(f"A part of it could not be read: {error}")
        page = "\n\n".join(each for each in shown if each)
        if not plain or (page and not Counter(said(page)) - Counter(said(plain))):
            text = plain or page
        elif not page or not Counter(said(plain)) - Counter(said(page)):
            text = page or plain
        else:
            self.notes.append("It says one thing as plain text and another as a web page. Both are below.")
            text = f"{plain}\n\n* * * As a web page it says: * * *\n\n{page}"
        text = _clean(text)
        if len(text) > TEXT:
            self.notes.append("Its text is very long; the rest of it is in the original only.")
        return text[:TEXT]


def _clean(text: str) -> str:
    """Text without what moves the text around it, breaks lines in two or cannot be kept."""
    tidy = UNSHOWN.sub(
        "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    )
    return re.sub(r"\n{4,}", "\n\n\n", tidy).strip()


def _line(text: str, longest: int) -> str:
    return " ".join(UNSHOWN.sub("", text).split())[:longest]


def _ids(message: Mime, name: str) -> list[str]:
    return [found for each in message.get_all(name, []) for found in re.findall(r"<[^<>\s]{3,300}>", str(each))]


def _first(message: Mime, header: str) -> tuple[str, str]:
    """The first address of a header, and the name beside it."""
    given = [header_text(each)[:2000] for each in message.get_all(header, [])[:3]]
    for name, address in getaddresses(given):
        tidy = _line(address, 254)
        if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", tidy):
            return tidy, _line(name, 120)
    return "", _line(given[0], 120) if given else ""


def _sent(message: Mime) -> str:
    try:
        sent = parsedate_to_datetime(str(message.get("Date", "")))
        return (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (TypeError, ValueError, OverflowError, IndexError):
        return ""


def _automatic(message: Mime) -> str:
    """Did a machine send it (RFC 3834), and was it by itself or in answer to something?"""
    word = str(message.get("Auto-Submitted", "")).partition(";")[0].strip().casefold()
    answering = any(message.get(name) for name in ("X-Autoreply", "X-Autorespond"))
    precedence = str(message.get("Precedence", "")).strip().casefold() == "auto_reply"
    if word == "auto-replied" or (word != "no" and (answering or precedence)) or _is_report(message, "disposition"):
        return "replied"
    return "generated" if word.startswith("auto-") else ""


def _returned(message: Mime, sender: str, subject: str, body: _Body, *, names_ours: bool) -> bool:
    """Is it a mail system's word on a message of ours? Old ones say so in no form, each under a subject of its own."""
    if body.outcomes or _is_report(message, "delivery-status"):
        return True
    system = sender.partition("@")[0].casefold() in ("mailer-daemon", "postmaster")
    machine = system or str(message.get("Return-Path", "")).strip() == "<>"
    return (system and names_ours) or (machine and bool(_SENT_BACK.search(subject)))


def _is_report(message: Mime, kind: str) -> bool:
    return message.get_content_type() == "multipart/report" and kind in str(message.get("Content-Type")).casefold()
