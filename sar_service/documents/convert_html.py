"""Web pages and the HTML of messages into a draft: the text and its structure, without styles, scripts or
the network.

What a browser would not show is shown as labelled asides where it is text, and listed where it is not.
"""

import base64
import binascii
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import html5lib

from sar_service.documents.draft import Draft
from sar_service.documents.html_depth import too_deep
from sar_service.documents.html_hiding import hidden_by_sheet, hides
from sar_service.documents.kinds_text import decode
from sar_service.domain.errors import Refused

ELEMENTS = 200_000

_SPACE = re.compile(r"[ \t\n\r\f]+")
_CHARSET = re.compile(rb"<meta[^>]{0,300}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
NEVER = {
    "script": "script",
    "style": "",
    "template": "template",
    "noscript": "text for readers without scripts",
}
FETCHED = frozenset(
    [
        "iframe",
        "frame",
        "object",
        "embed",
        "applet",
        "audio",
        "video",
        "source",
        "track",
        "link",
        "base",
        "portal",
    ]
)
APART = frozenset(["svg", "math", "text", "object", "iframe", "applet", "audio", "video", "canvas", "img"])
# drawn as things of their own: a word before them and a word in them are never one word


def read_html(path: Path, draft: Draft) -> None:
    """The page's text with its headings, lists and tables, and what it hides."""
    html(decode_page(path.read_bytes()), draft, where="page")


def decode_page(raw: bytes) -> str:
    """Text from the bytes of a page: the encoding it declares, where that works, else as for plain text."""
    declared = _CHARSET.search(raw[:4096])
    if declared and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode(declared[1].decode("ascii"))
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(raw)


def visible_text(source: str) -> str:
    """The words that a reader of the page sees, for comparing it with another version of the same message."""
    return " ".join(paragraphs(source))


def paragraphs(source: str) -> list[str]:
    """The same words, paragraph by paragraph."""
    return _Reader(source, None, where="").shown


def html(source: str, draft: Draft, *, where: str) -> None:
    """Add a page's content to `draft`. `where` names the page in the list of what was hidden."""
    _Reader(source, draft, where=where)


class _Reader:
    """One walk over a page, without recursion, so that no depth of nesting can break it."""

    def __init__(self, source: str, draft: Draft | None, *, where: str) -> None:
        self.draft = draft
        self.where = where
        self.line: list[str] = []
        self.pending: list[tuple[str, str]] = []  # hidden pieces that follow the paragraph they are in
        self.hiding: list[str] = []
        self.around: list[list[str]] = []
        self.shown: list[str] = []
        self.cells: list[list[str]] | None = None
        if source.count("<") > 3 * ELEMENTS:
            raise Refused("it has too many elements for a page: save it as PDF, or look at it by hand")
        if too_deep(source):
            raise Refused("it has elements inside each other too deep to follow: save it as PDF, or look at it by hand")
        tree = html5lib.parse(source, treebuilder="etree", namespaceHTMLElements=False)
        self.hidden_by_sheet = hidden_by_sheet(tree)
        self._walk(tree)
        self._flush("text")

    # The walk --------------------------------------------------------------------------------------

    def _walk(self, root: ElementTree.Element) -> None:
        stack: list[tuple[str, ElementTree.Element]] = [("open", root)]
        count = 0
        while stack:
            step, element = stack.pop()
            if step == "close":
                self._close(element)
                continue
            if step == "tail":
                self._say(element.tail or "")
                continue
            count += 1
            if count > ELEMENTS:
                raise Refused("it has too many elements for a page: save it as PDF, or look at it by hand")
            if self._open(element):
                stack.append(("close", element))
                for child in reversed(list(element)):
                    stack.append(("tail", child))
                    stack.append(("open", child))
                self._say(element.text or "")

    def _open(self, element: ElementTree.Element) -> bool:
        """Take in an element's start; True where its content is to be walked."""
        if not isinstance(element.tag, str):  # a comment
            text = (element.text or "").strip()
            if text and not text.startswith("[if ") and text != "<![endif]":
                self.pending.append(("comment in the page", text))
            elif text.startswith("[if "):
                inner = re.sub(r"<[^>]*>|\[if [^\]]*\]>?|<!\[endif\]", " ", text)
                if _SPACE.sub(" ", inner).strip():
                    self.pending.append(("comment in the page", _SPACE.sub(" ", inner)))
            return False
        tag = element.tag.rpartition("}")[2]
        if tag in APART:
            self._say(" ")
        if tag in NEVER:
            text = "".join(element.itertext()).strip()
            if text and NEVER[tag]:
                self._leave(NEVER[tag], text)
            return False
        if tag in FETCHED:
            if tag == "iframe" and element.get("srcdoc"):
                inner = re.sub(r"<[^>]*>", " ", element.get("srcdoc") or "")
                self.pending.append(("page in the page", unescape(_SPACE.sub(" ", inner)).strip()))
            address = element.get("src") or element.get("data") or element.get("href") or ""
            if address:
                self._leave(f"link to something outside ({tag})", address)
            return tag not in ("link", "base", "source", "track", "embed", "frame")
        if tag == "title":
            text = "".join(element.itertext())
            if text.strip():
                self.pending.append(("title of the page", text))
            return False
        if tag == "meta":
            if element.get("content") and element.get("name"):
                self._leave("metadata", f"{element.get('name')}: {element.get('content')}")
            return False
        if tag in BLOCKS:
            self._flush_for(tag)
        if tag == "table" and self.cells is None and self.draft is not None and _is_data(element):
            if not self.hiding and not self._hides(element):
                self.cells = []
        elif tag == "tr" and self.cells is not None:
            self.cells.append([])
        how = self._hides(element)
        if how:
            self.around.append(self.line)  # what stands around a hidden piece stays one paragraph
            self.line = []
            self.hiding.append(how)
            element.set("sar-hides", "1")
        self._void(element, tag)
        return tag not in ("img", "input", "br", "hr", "svg", "math") or tag in ("svg", "math")

    def _void(self, element: ElementTree.Element, tag: str) -> None:
        if tag == "br":
            self.line.append("\n")
        elif tag == "hr":
            self._flush("text")
        elif tag == "img":
            self._image(element)
        elif tag == "input":
            kind = (element.get("type") or "text").lower()
            value = element.get("value") or ""
            if kind == "hidden" and value:
                self.pending.append(("hidden form field", value))
            elif kind in ("checkbox", "radio"):
                self._say("[x] " if element.get("checked") is not None else "[ ] ")
            elif kind == "password" and value:
                self._leave("password in a form", "")
            else:
                self._say(f" {value} " if value else "")
        elif tag == "li":
            self._say("• ")
        elif tag == "a":
            address = (element.get("href") or "").strip()
            if address and not address.startswith("#"):
                self._leave("address behind a link", address)
        if tag not in ("img",):
            for name, label in (("title", "tip on the page"), ("aria-label", "label for screen readers")):
                if (element.get(name) or "").strip():
                    self.pending.append((label, element.get(name) or ""))

    def _image(self, element: ElementTree.Element) -> None:
        words = " ".join(filter(None, (element.get("alt"), element.get("title")))).strip()
        if words:
            self.pending.append(("alternative text of a picture", words))
        address = element.get("src") or ""
        if address.startswith("data:"):
            raw = data_address(address)
            if raw and self.draft is not None:
                self._flush("text")
                self.draft.picture(raw, where=self.where)
        elif address and not address.lower().startswith("cid:"):
            self._leave("link to something outside (img)", address)

    def _close(self, element: ElementTree.Element) -> None:
        tag = element.tag.rpartition("}")[2]
        if tag in ("td", "th") and self.cells is not None:
            if not self.cells:
                self.cells.append([])
            self.cells[-1].append(self._taken())
            self.cells[-1].extend([""] * (min(50, int(_number(element.get("colspan")))) - 1))
        elif tag == "table" and self.cells is not None and self.draft is not None:
            rows, self.cells = self.cells, None
            self.draft.rows([row for row in rows if any(cell.strip() for cell in row)])
            self._flush_pending()
        elif tag in BLOCKS:
            self._flush(f"h{tag[1]}" if re.fullmatch("h[1-6]", tag) else "item" if tag == "li" else "text")
        elif tag in APART or tag in ("option", "button", "textarea", "select"):
            self._say(" ")
        if element.get("sar-hides") and self.hiding:
            self._flush("text")
            self.hiding.pop()
            self.line = self.around.pop()

    # Text ------------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        if text:
            self.line.append(_SPACE.sub(" ", text))

    def _taken(self) -> str:
        text = re.sub(r" *\n *", "\n", _SPACE.sub(lambda m: "\n" if "\n" in m[0] else " ", "".join(self.line)))
        self.line.clear()
        return text.strip()

    def _flush_for(self, tag: str) -> None:
        if self.cells is not None and not self.hiding:
            if self.line and tag in ("p", "div", "li"):
                self.line.append("\n")
            return
        self._flush("text")

    def _flush(self, kind: str) -> None:
        if self.cells is not None and not self.hiding:
            if self.line:
                self.line.append("\n")
            return
        text = self._taken()
        if text and self.hiding:
            self.pending.append((self.hiding[-1], text))
        elif text:
            self.shown.append(text)
            if self.draft is not None:
                if kind.startswith("h"):
                    self.draft.heading(text, level=min(6, int(kind[1]) + 1))
                else:
                    self.draft.text(text, kind=kind)
        if self.cells is None and not self.hiding:
            self._flush_pending()

    def _flush_pending(self) -> None:
        if self.draft is not None:
            for label, text in self.pending:
                self.draft.aside(f"Hidden in the {self.where}: {label}", text, where=self.where, what=label)
        self.pending.clear()

    def _leave(self, what: str, text: str) -> None:
        if self.draft is not None:
            self.draft.left_out(self.where, what, text)

    # What hides ------------------------------------------------------------------------------------

    def _hides(self, element: ElementTree.Element) -> str:
        return "text that is not shown" if id(element) in self.hidden_by_sheet else hides(element)


def data_address(address: str) -> bytes:
    """The bytes of a `data:` address (RFC 2397), or nothing where it is malformed."""
    head, _, body = address.partition(",")
    try:
        if ";base64" in head.lower():
            return base64.b64decode(re.sub(r"\s+", "", body), validate=False)
        return unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return b""


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 4 and int(value) > 0 else 1


def _is_data(table: ElementTree.Element) -> bool:
    """A table of data and not of layout: no table in it, and rows of more than one cell."""
    if any(
        inner is not table and inner.tag in ("table", "img") for inner in table.iter() if isinstance(inner.tag, str)
    ):
        return False
    widths = [sum(cell.tag in ("td", "th") for cell in row) for row in table.iter("tr")]
    return len(widths) > 1 and max(widths, default=0) > 1
