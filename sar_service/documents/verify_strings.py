"""The text that the bytes of a PDF can hold: its strings, names, drawing orders, and streams of any kind.

ISO 32000-1 sections 7.3 and 9.4. Nothing here decides what matters; it spells out, and `verify_match` looks.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

TOKEN = re.compile(rb"\(|<[0-9A-Fa-f\s]*>|[\[\]]|-?\d*\.?\d+|[A-Za-z'\"*]+|/[^\s()<>\[\]{}/%]*")
ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r?\n|\r|.)", re.DOTALL)
SIMPLE = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"(": b"(", b")": b")", b"\\": b"\\"}
KERN = -180  # thousandths of an em: a wider step back is a space
PRINTABLE = 0.8  # share of printable bytes from which a stream is text of some kind
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
MOST = 64 * 1024 * 1024  # bytes of one stream


def spell(item: Any, depth: int = 0) -> Iterator[str]:
    """Every string and name in an object, not following references."""
    if depth > 40:
        return
    if isinstance(item, pikepdf.String):
        yield from decode(bytes(item))
    elif isinstance(item, pikepdf.Name):
        yield str(item)[1:]
    elif isinstance(item, pikepdf.Array):
        for part in item:
            if not getattr(part, "is_indirect", False):
                yield from spell(part, depth + 1)
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for key, part in item.items():
            yield key[1:]
            if not getattr(part, "is_indirect", False):
                yield from spell(part, depth + 1)


def decode(data: bytes) -> Iterator[str]:
    """The ways in which bytes can be text."""
    if data.startswith((b"\xfe\xff", b"\xff\xfe")):
        yield data.decode("utf-16", "replace")
        return
    if data.startswith(b"\xef\xbb\xbf"):
        yield data[3:].decode("utf-8", "replace")
        return
    if data.count(0) * 3 > len(data):
        yield data.decode("utf-16-be", "replace")
        yield data.decode("utf-16-le", "replace")
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        yield data.decode("pdfdoc", "replace") if len(data) < 100_000 else data.decode("latin-1")


def texts(data: bytes) -> Iterator[str]:
    """What a decoded stream says if it is text of any kind; nothing for binary data."""
    if not data:
        return
    sample = data[:20_000]
    zeros = sample.count(0)
    plain = sum(32 <= byte < 127 or byte in (9, 10, 12, 13) or byte >= 160 for byte in sample)
    if plain + zeros < PRINTABLE * len(sample):
        return
    yield from decode(data)
    if b"(" in data or b"<" in data:
        yield shown(data)
    if sample.count(b"<") > 1 and sample.count(b">") > 1:
        yield re.sub(r"<[^<>]*>", "", data.decode("utf-8", "replace"))


def shown(data: bytes) -> str:
    """The strings of drawing orders in one row, pieces of one array joined as they stand on the page."""
    parts: list[str] = []
    inside = False
    at = 0
    while match := TOKEN.search(data, at):
        token = match.group()
        at = match.end()
        if token == b"(":
            raw, at = _literal(data, at)
            parts.append(_bytes(raw))
        elif token.startswith(b"<"):
            parts.append(_bytes(_hex(token)))
        elif token in b"[]":
            inside = token == b"["
            parts.append(" ")
        elif inside and token[:1] in b"-.0123456789":
            if float(token) < KERN:
                parts.append(" ")
        elif token in (b"Tj", b"TJ", b"'", b'"', b"ET", b"T*"):
            parts.append(" ")
    return "".join(parts)


def first_string(data: bytes, at: int) -> str:
    """The string that begins at `at` among drawing orders, literal or in hexadecimal."""
    if data[at : at + 1] == b"(":
        return _bytes(_literal(data, at + 1)[0])
    match = TOKEN.match(data, at)
    return _bytes(_hex(match.group())) if match else ""


def _bytes(raw: bytes) -> str:
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", "replace")
    return raw.replace(b"\x00", b"").decode("latin-1")


def _hex(token: bytes) -> bytes:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", token)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _literal(data: bytes, start: int) -> tuple[bytes, int]:
    """A literal string from after its opening bracket; brackets inside are balanced or escaped."""
    depth, at = 1, start
    end = min(len(data), start + 100_000)
    while at < end:
        byte = data[at]
        if byte == 0x5C:
            at += 1
        elif byte == 0x28:
            depth += 1
        elif byte == 0x29:
            depth -= 1
            if depth == 0:
                return ESCAPE.sub(_unescape, data[start:at]), at + 1
        at += 1
    return data[start:end], end


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if code in SIMPLE:
        return SIMPLE[code]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 255])
    return b"" if code.strip() == b"" else code


def outside_streams(data: Any) -> bytes:
    """A file's own bytes without those of its streams. `data` is bytes or a memory map."""
    parts: list[bytes] = []
    at = 0
    for match in STREAM.finditer(data):
        parts.append(data[at : match.start()])
        at = match.end()
    parts.append(data[at:])
    return b"\n".join(parts)


def streams(data: Any) -> Iterator[bytes]:
    """Every stream in a file's bytes, in use or not, unpacked where it is deflated; no pictures and no fonts."""
    for match in STREAM.finditer(data):
        body = match.group(1)
        head = data[max(0, match.start() - 1500) : match.start()]
        head = head[head.rfind(b" obj") + 1 :]
        if b"/Image" in head or b"/FontFile" in head or b"/Length1" in head:
            continue
        unpacked = zlib.decompressobj()
        try:
            yield unpacked.decompress(body, MOST)
        except zlib.error:
            yield body
