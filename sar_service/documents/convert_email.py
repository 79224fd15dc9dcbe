"""E-mail messages (RFC 5322, MIME) into a draft: headers, the text that was read, and what came with it as
members.

Where a message carries itself as plain text and as HTML, both are compared: what only one of them says is
shown too.
"""

import binascii
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from pathlib import Path

from sar_service.documents.convert_html import decode_page, html, visible_text
from sar_service.documents.convert_text import prose
from sar_service.documents.draft import Draft
from sar_service.documents.kinds_text import decode
from sar_service.documents.pages import Hidden
from sar_service.domain.errors import Refused

SHOWN = (
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Date",
    "Subject",
    "Importance",
    "Keywords",
    "Comments",
)
SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
PARTS = 2000
_PARSER = policy.compat32  # keeps every byte of a malformed header; the newer policy raises on some of them
_UUENCODED = re.compile(
    r"^begin [0-7]{3,4} ([^\n]{1,200})\n((?:[ -`]{1,90}\n){1,200000}?)`?[ ]*\n?end[ ]*$", re.MULTILINE
)
_SUFFIXES = {
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/rtf": ".rtf",
    "text/xml": ".xml",
    "text/vcard": ".vcf",
}


def read_email(path: Path, draft: Draft) -> None:
    """One message. Attachments, nested messages and pictures in the text become members, in the order they
    came.

    Raises Refused where the file holds no message that can be read.
    """
    raw = path.read_bytes().lstrip(b"\xef\xbb\xbf\r\n\t ")
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    try:
        message = message_from_bytes(raw, policy=_PARSER)
        draft.heading("E-mail message", level=1)
        _headers(message, draft)
        _content(message, draft)
    except RecursionError as error:
        raise Refused("it holds parts inside parts too deep to follow: look at it by hand") from error


def header_text(value: object) -> str:
    """A header's value as read: encoded words (RFC 2047) decoded, folding undone; never raises."""
    text = str(value)
    if isinstance(value, str) and any("\udc80" <= char <= "\udcff" for char in value):
        text = _best(value.encode("utf-8", "surrogateescape"))
    try:
        parts = []
        for part, charset in decode_header(text):
            if isinstance(part, bytes):
                part = _in_charset(part, charset)
            parts.append(part)
        text = "".join(parts)
    except (ValueError, LookupError, binascii.Error):
        pass
    except Exception as error:  # the header parser raises its own error type without a base of its own
        if type(error).__name__ != "HeaderParseError":
            raise
    return re.sub(r"\s*[\r\n]+\s*", " ", text).strip()


def _in_charset(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset or "ascii")
    except (LookupError, UnicodeDecodeError, ValueError):
        return _best(raw)


def _best(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _headers(message: Message, draft: Draft) -> None:
    pairs: list[tuple[str, str]] = []
    for name in SHOWN:
        pairs.extend((name, header_text(value)) for value in message.get_all(name, []))
    draft.pairs(pairs)
    shown = {name.lower() for name in SHOWN}
    for name, value in message.items():
        if name.lower() not in shown and name.lower() not in (
            "content-type",
            "mime-version",
            "content-transfer-encoding",
        ):
            draft.left_out("message headers", f"header {name[:60]}", header_text(value))
    if message.get_all("Bcc"):
        blind = ", ".join(header_text(value) for value in message.get_all("Bcc", []))
        draft.hidden.append(Hidden(where="message headers", what="blind copy", decision="included", text=blind))


def _content(message: Message, draft: Draft) -> None:
    plains: list[str] = []
    pages: list[str] = []
    enclosed: list[tuple[str, bytes]] = []
    notes: list[str] = []
    for count, (part, alternative) in enumerate(leaves(message)):
        if count > PARTS:
            raise Refused(f"it has more than {PARTS} parts: look at it by hand")
        kind = part.get_content_type()
        name = header_text(part.get_filename() or "")
        attached = part.get_content_disposition() == "attachment" or (bool(name) and not alternative)
        if kind == "message/rfc822" or (kind == "message/global" and part.is_multipart()):
            enclosed.append((name or "message.eml", nested(part)))
        elif kind == "text/plain" and not attached:
            text, files = _without_uuencoded(part_text(part))
            plains.append(text)
            enclosed.extend(files)
        elif kind == "text/html" and not attached:
            pages.append(part_page(part))
        elif kind in ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"):
            notes.append(part_text(part))
        elif kind in SIGNATURES:
            draft.left_out("message", "electronic signature")
        else:
            raw = part_bytes(part)
            if raw.strip():
                enclosed.append((name or f"part{_SUFFIXES.get(kind, '')}", raw))
    _body(plains, pages, draft)
    for note in notes:
        draft.heading("Report of the mail system", level=3)
        prose(note, draft)
    for defect in (message.preamble, message.epilogue):
        text = str(defect or "").strip()
        if text and "multi-part message in MIME" not in text and "multipart message in MIME" not in text:
            draft.aside(
                "Text outside the parts of the message",
                _best_text(text),
                where="message",
                what="text outside the parts",
            )
    for number, (name, raw) in enumerate(enclosed, 1):
        draft.left_out(f"attachment {number}", "file name", name)
        draft.member(name, raw)
    if enclosed:
        count = len(enclosed)
        draft.text(f"{count} {'file' if count == 1 else 'files'} came with this message.", kind="note")


def _best_text(text: str) -> str:
    return _best(text.encode("utf-8", "surrogateescape"))


def leaves(message: Message) -> Iterator[tuple[Message, bool]]:
    """Every part that is not a container, in order, and whether it stands in a multipart/alternative."""
    stack: list[tuple[Message, bool]] = [(message, False)]
    while stack:
        part, alternative = stack.pop()
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            inside = part.get_content_subtype() in ("alternative", "related")
            children = [child for child in payload if isinstance(child, Message)]
            stack.extend((child, inside) for child in reversed(children))
        else:
            yield part, alternative


def nested(part: Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list) and payload:
        inner = payload[0]
        return inner.as_bytes() if isinstance(inner, Message) else b""
    return part_bytes(part)


def part_bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    whole = part.get_payload()
    if isinstance(whole, list):  # a message/* part of a rare kind: its parts, as they stand
        return b"\n".join(inner.as_bytes() for inner in whole if isinstance(inner, Message))
    return str(whole or "").encode("utf-8", "surrogateescape")


def part_text(part: Message) -> str:
    raw = part_bytes(part)
    charset = part.get_content_charset()
    if charset:
        try:
            text = raw.decode(charset)
            if charset not in ("us-ascii", "ascii"):
                return text
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    try:
        return decode(raw) if raw.strip() else ""
    except Refused:
        return _best(raw)


def part_page(part: Message) -> str:
    raw = part_bytes(part)
    charset = part.get_content_charset()
    if charset and charset not in ("us-ascii", "ascii"):
        try:
            return raw.decode(charset)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    try:
        return decode_page(raw) if raw.strip() else ""
    except Refused:
        return _best(raw)


def _without_uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A text without the files that old mail programs wrote into it, and those files."""
    files = []

    def decoded(found: re.Match[str]) -> str:
        parts = []
        for line in found[2].splitlines():
            try:
                parts.append(binascii.a2b_uu(line))
            except binascii.Error:
                return found[0]
        files.append((found[1].strip(), b"".join(parts)))
        return ""

    if "\nend" in text and "begin " in text:
        text = _UUENCODED.sub(decoded, text.replace("\r\n", "\n"))
    return text, files


def _body(plains: list[str], pages: list[str], draft: Draft) -> None:
    """The text as it was read. Versions that say the same are shown once."""
    plain = "\n\n".join(text.strip() for text in plains if text.strip())
    pages = [source for source in pages if source.strip()]
    if not pages:
        prose(plain, draft)
        return
    seen = " ".join(visible_text(source) for source in pages)
    if plain and said(seen) != said(plain):
        prose(plain, draft)
        draft.heading("The same message as a web page", level=3)
        draft.text("It does not say the same as the text above.", kind="note")
    for source in pages:
        html(source, draft, where="message")


def said(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"<?https?://\S+|\[cid:[^\]]*\]", " ", text))
