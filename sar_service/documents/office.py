"""An Office file as a package of parts (ISO/IEC 29500-2): opened within limits, its XML read without
entities or network.

`convert_docx` and `convert_xlsx` read what the parts say; what is common to both, such as properties, is
here.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from lxml import etree

from sar_service.documents.convert_archive import open_zip, take
from sar_service.documents.draft import Draft
from sar_service.documents.pages import Limits
from sar_service.domain.errors import Refused

XML_PART = 100 * 1024 * 1024
NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}
R = f"{{{NAMESPACES['r']}}}"
# The stricter variant of the standard names the same things differently (ISO/IEC 29500-1 annex A).
STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": NAMESPACES["w"].encode(),
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": NAMESPACES["x"].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": NAMESPACES["r"].encode(),
    b"http://purl.oclc.org/ooxml/drawingml/main": NAMESPACES["a"].encode(),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one part to another, or to somewhere outside that is never visited."""

    id: str
    kind: str  # the last word of its type: "image", "comments", "hyperlink"...
    target: str
    external: bool


class Package:
    """The parts of one Office file by name, read when asked for."""

    def __init__(self, archive: ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._infos: dict[str, ZipInfo] = {}
        self._left = limits.unpacked
        for info in archive.infolist():
            self._infos.setdefault(info.filename.replace("\\", "/").lstrip("/"), info)
        if sum(info.file_size for info in self._infos.values()) > limits.unpacked:
            raise Refused(f"it unpacks to more than {limits.unpacked // 1024**2} MB")

    @property
    def names(self) -> list[str]:
        return list(self._infos)

    def has(self, name: str) -> bool:
        return name in self._infos

    def raw(self, name: str) -> bytes:
        """The bytes of a part. Raises Refused where it is missing, broken or too large."""
        info = self._infos.get(name)
        if info is None:
            raise Refused("it is an Office file with a part missing: ask for the file again")
        # XML of tables packs tighter than any picture, so an office part is held to its size and not to its
        # ratio
        most = min(XML_PART, self._left)
        raw = take(self._archive, info, limits=Limits(ratio=2000), most=most)
        self._left -= len(raw)
        return raw

    def xml(self, name: str) -> etree._Element:
        """A part's XML, or Refused: nothing that declares a document type is read at all."""
        return parse(self.raw(name))

    def relations(self, name: str = "") -> dict[str, Relation]:
        """The relations of a part by id; of the package itself where `name` is empty."""
        folder, base = posixpath.split(name)
        path = posixpath.join(folder, "_rels", f"{base}.rels")
        if path not in self._infos:
            return {}
        found = {}
        for element in self.xml(path):
            if not isinstance(element.tag, str):
                continue
            external = element.get("TargetMode") == "External"
            target = element.get("Target") or ""
            if not external:
                target = target.partition("#")[0]
                target = (
                    target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                )
            key = element.get("Id") or ""
            kind = (element.get("Type") or "").rpartition("/")[2]
            found[key] = Relation(id=key, kind=kind, target=target, external=external)
        return found

    @cached_property
    def main(self) -> str:
        """The name of the part that the package opens with."""
        for relation in self.relations().values():
            if relation.kind == "officeDocument" and not relation.external:
                return relation.target
        raise Refused("it is an Office file without a document in it: ask for the file again")

    def related(self, name: str, kind: str) -> list[str]:
        """The names of the parts that the part `name` relates to as `kind`, those that exist."""
        return [
            relation.target
            for relation in self.relations(name).values()
            if relation.kind == kind and not relation.external and self.has(relation.target)
        ]


def open_package(path: Path, limits: Limits) -> Package:
    """An Office file's parts. Raises Refused for one that is broken, over a limit, or declares XML
    entities.
    """
    package = Package(open_zip(path), limits)
    return package


def parse(raw: bytes) -> etree._Element:
    """The root of an XML document without a document type; no entity is ever resolved, no address visited."""
    _refuse_doctype(raw)
    for strict, usual in STRICT.items():
        if strict in raw[:4000]:
            raw = raw.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("it is an Office file that is broken inside: ask for the file again") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("it declares XML entities, which no honest Office file does: do not open it")
    return root


class _FirstElement(Exception):
    pass


def _refuse_doctype(raw: bytes) -> None:
    """Read up to the first element with a parser that stops at a document type, before any tree is built."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Refused("it declares XML entities, which no honest Office file does: do not open it")

    def enough(*_: object) -> None:
        raise _FirstElement

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = enough
    try:
        for at in range(0, len(raw), 65_536):
            parser.Parse(raw[at : at + 65_536], False)
    except _FirstElement:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused("it is an Office file that is broken inside: ask for the file again") from error


def local(element: etree._Element) -> str:
    """An element's name without its namespace; empty for what is not an element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def texts(element: etree._Element, *names: str) -> Iterator[str]:
    """The texts of all descendants with one of the local names."""
    for inner in element.iter():
        if local(inner) in names and inner.text:
            yield inner.text


def list_properties(package: Package, draft: Draft) -> None:
    """List what the file says about itself and its authors, and everything in it that is no page content."""
    for name in package.names:
        lower = name.lower()
        if lower.startswith("docprops/") and lower.endswith(".xml"):
            for element in package.xml(name).iter():
                value = (element.text or "").strip()
                if value and len(element) == 0:
                    holder = element.getparent()
                    label = (holder.get("name") if holder is not None else None) or local(element)
                    draft.left_out("metadata", f"property {label[:60]}", value)
        elif lower.startswith("docprops/thumbnail"):
            draft.left_out("metadata", "small preview picture")
        elif lower.endswith(("vbaproject.bin", "vbadata.xml")):
            draft.left_out("file", "macro")
        elif lower.startswith("customxml/item") and "props" not in lower and lower.endswith(".xml"):
            words = " ".join(text.strip() for text in package.xml(name).itertext() if text.strip())
            if words:
                draft.left_out("file", "stored data behind the page", words)
        elif lower.endswith(("printersettings1.bin", "activex1.bin")):
            draft.left_out("file", "printer or control settings")


def list_outside(relations: Mapping[str, Relation], draft: Draft, *, where: str) -> None:
    """List the addresses outside that a part points to; none is ever visited."""
    for relation in relations.values():
        if relation.external:
            what = (
                "address behind a link"
                if relation.kind == "hyperlink"
                else f"link to something outside ({relation.kind})"
            )
            draft.left_out(where, what, relation.target)


def take_embedded(package: Package, relations: Mapping[str, Relation], draft: Draft) -> None:
    """Files embedded in the document become members: other Office files whole, others out of their
    wrapping.
    """
    for relation in relations.values():
        if relation.kind not in ("package", "oleObject", "aFChunk", "attachedToolbars") or relation.external:
            continue
        if not package.has(relation.target):
            draft.member_problem("embedded file", "it is missing from the file that should hold it")
            continue
        try:
            raw = package.raw(relation.target)
        except Refused as refusal:
            draft.member_problem("embedded file", str(refusal))
            continue
        name, content = unwrap(raw)
        draft.left_out("embedded file", "file name", name or posixpath.basename(relation.target))
        draft.member(name or posixpath.basename(relation.target), content)


def unwrap(raw: bytes) -> tuple[str, bytes]:
    """The file inside an OLE "Package" stream with its name; anything else comes back as it is, without a
    name.

    The stream holds a label, a path, a temporary path, and then the file's length and bytes ([MS-OLEDS]
    2.3.6 and the long-standing layout of its native data). It is looked for where small containers keep it:
    in one run.
    """
    mark = raw.find("\x01Ole10Native".encode("utf-16-le"))
    if not raw.startswith(b"\xd0\xcf\x11\xe0") or mark < 0:
        return "", raw
    stream = _ole_stream(raw, "\x01Ole10Native")
    if len(stream) < 8:
        return "", raw
    try:
        at = 6
        end = stream.index(b"\0", at)
        label = stream[at:end].decode("cp1252", "replace")
        at = stream.index(b"\0", end + 1) + 1  # past the source path
        at += 4
        length = int.from_bytes(stream[at : at + 4], "little")
        at += 4 + length
        size = int.from_bytes(stream[at : at + 4], "little")
        content = stream[at + 4 : at + 4 + size]
    except ValueError:
        return "", raw
    return (label, content) if content and len(content) == size else ("", raw)


def _ole_stream(raw: bytes, name: str) -> bytes:
    """One stream of a compound file ([MS-CFB]) by name, or nothing where the file's chains do not add up."""
    sector = 1 << int.from_bytes(raw[30:32], "little")
    if sector not in (512, 4096):
        return b""

    def at(number: int) -> bytes:
        return raw[(number + 1) * sector : (number + 2) * sector]

    fat: list[int] = []
    count = int.from_bytes(raw[44:48], "little")
    for place in range(76, 76 + 4 * min(count, 109), 4):
        block = at(int.from_bytes(raw[place : place + 4], "little"))
        fat.extend(int.from_bytes(block[n : n + 4], "little") for n in range(0, len(block), 4))

    def chain(start: int, table: list[int], read_one: object) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        while start < len(table) and start not in seen and len(seen) < 500_000:
            seen.add(start)
            parts.append(read_one(start))  # type: ignore[operator]
            start = table[start]
        return b"".join(parts)

    directory = chain(int.from_bytes(raw[48:52], "little"), fat, at)
    entries = [directory[n : n + 128] for n in range(0, len(directory), 128)]
    small: bytes = b""
    small_fat: list[int] = []
    if entries:
        small = chain(int.from_bytes(entries[0][116:120], "little"), fat, at)
        block = chain(int.from_bytes(raw[60:64], "little"), fat, at)
        small_fat = [int.from_bytes(block[n : n + 4], "little") for n in range(0, len(block), 4)]
    for entry in entries:
        length = int.from_bytes(entry[64:66], "little")
        if entry[: max(0, length - 2)].decode("utf-16-le", "replace") != name:
            continue
        start, size = int.from_bytes(entry[116:120], "little"), int.from_bytes(entry[120:124], "little")
        if size < 4096:
            return chain(start, small_fat, lambda n: small[n * 64 : n * 64 + 64])[:size]
        return chain(start, fat, at)[:size]
    return b""
