"""One paragraph of a Word document as it is gathered: what it shows, and the hidden pieces and comments
that follow it.

The walk over the document's elements is in `convert_docx`.
"""

import re

from lxml import etree

from sar_service.documents.docx_style import Look
from sar_service.documents.draft import Draft
from sar_service.documents.office import NAMESPACES, Package, texts

W = f"{{{NAMESPACES['w']}}}"


class Comment:
    """One comment (17.13.4), shown where the text first points at it."""

    def __init__(self, element: etree._Element) -> None:
        self.author = element.get(f"{W}author") or "somebody not named"
        self.on = (element.get(f"{W}date") or "")[:10]
        self.text = "\n".join("".join(texts(paragraph, "t", "delText")) for paragraph in element.iter(f"{W}p"))
        self.used = False

    def show(self, draft: Draft, *, where: str) -> None:
        self.used = True
        label = f"Comment by {self.author}{f' on {self.on}' if self.on else ''}"
        draft.aside(label, self.text, where=where, what="comment")


def read_comments(package: Package, main: str) -> dict[str, Comment]:
    found = {}
    for name in package.related(main, "comments"):
        for element in package.xml(name).iter(f"{W}comment"):
            found[element.get(f"{W}id") or ""] = Comment(element)
    return found


class Paragraph:
    """What one paragraph says, and what follows it: hidden pieces, comments, drawings."""

    def __init__(self, depth: int, shaded: bool) -> None:
        self.depth = depth
        self.shaded = shaded
        self.marker = ""
        self.parts: list[str] = []
        self.hidden: list[list[str]] = []  # what, label, text; neighbours of one kind are joined
        self.comments: list[str] = []
        self.codes: list[str] = []
        self.objects: list[etree._Element] = []

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def say(self, text: str) -> None:
        self.parts.append(text)

    def words(self, text: str, look: Look, change: tuple[str, str] | None) -> None:
        """Text of a run: on the page, or among the hidden pieces if a reader of the page would not see it."""
        how = look.hides(self.shaded)
        if change is not None and change[0] in ("tracked deletion", "tracked move"):
            self.add_hidden(*change, text)
        elif how:
            self.add_hidden(how, how.capitalize(), text)
        else:
            self.say(text)
            if change is not None:
                self.add_hidden(*change, text)

    def add_hidden(self, what: str, label: str, text: str) -> None:
        if self.hidden and self.hidden[-1][:2] == [what, label]:
            self.hidden[-1][2] += text
        elif text.strip():
            self.hidden.append([what, label, text])

    def follow(self, draft: Draft, comments: dict[str, Comment], *, where: str) -> None:
        """Write what comes after the paragraph, but for its drawings, which only the story can read."""
        if self.codes:
            self.add_hidden("field code", "Field code", "".join(self.codes))
        for what, label, text in self.hidden:
            if what == "field code" and re.fullmatch(
                r"\s*(?:PAGE|NUMPAGES|TOC|PAGEREF|REF|SEQ|DATE|TIME|SECTION)\b[^@]*", text
            ):
                continue
            draft.aside(label, text, where=where, what=what)
        for key in self.comments:
            comment = comments.get(key)
            if comment is not None and not comment.used:
                comment.show(draft, where=where)


def change_of(element: etree._Element, name: str) -> tuple[str, str]:
    what = {"ins": "tracked insertion", "del": "tracked deletion"}.get(name, "tracked move")
    words = {"ins": "Inserted", "del": "Deleted", "moveFrom": "Moved away", "moveTo": "Moved here"}[name]
    author, on = element.get(f"{W}author") or "", (element.get(f"{W}date") or "")[:10]
    if name == "moveTo":
        what = "tracked insertion"
    return what, f"{words}{f' by {author}' if author else ''}{f' on {on}' if on else ''}"


def symbol(element: etree._Element) -> str:
    try:
        code = int(element.get(f"{W}char") or "", 16)
    except ValueError:
        return ""
    return {0xF0FE: "[x]", 0xF0A8: "[ ]", 0xF06F: "[ ]", 0xF0FC: "[x]", 0xF0B7: "•"}.get(
        code, chr(code) if 32 < code < 0xE000 else "□"
    )
