"""Word documents (ISO/IEC 29500-1, WordprocessingML) into a draft: what the page shows, and all that it
does not.

Tracked changes, comments, hidden, white and tiny text, alternative text and field codes follow the
paragraph they belong to, each labelled. How a run looks is worked out in `docx_style`.
"""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from sar_service.documents.docx_paragraph import Comment, Paragraph, change_of, read_comments, symbol
from sar_service.documents.docx_style import Look, Styles
from sar_service.documents.draft import Draft
from sar_service.documents.office import (
    NAMESPACES,
    Package,
    R,
    Relation,
    list_outside,
    list_properties,
    local,
    open_package,
    take_embedded,
    texts,
)
from sar_service.domain.errors import Refused

W = f"{{{NAMESPACES['w']}}}"
DEPTH = 60
PARAGRAPHS = 100_000
STORIES = (
    ("header", "Page header"),
    ("footer", "Page footer"),
    ("footnotes", "Footnotes"),
    ("endnotes", "Endnotes"),
)


def read_docx(path: Path, draft: Draft) -> None:
    """The document in reading order, then headers, footers and notes; embedded files become members."""
    package = open_package(path, draft.limits)
    main = package.main
    styles = Styles.read(package, main)
    comments = read_comments(package, main)
    story = _Story(package, main, draft, styles=styles, comments=comments, where="document")
    body = package.xml(main).find(f"{W}body")
    if body is None:
        raise Refused("it is a Word file without a text: ask for the file again")
    story.blocks(body)
    story.finish()
    seen: set[str] = set()
    for kind, title in STORIES:
        for name in package.related(main, kind):
            _side_story(package, name, draft, title=title, styles=styles, comments=comments, seen=seen)
    for comment in comments.values():
        if not comment.used:
            comment.show(draft, where="document")
    for name in package.related(main, "glossaryDocument"):
        draft.left_out("file", "building blocks kept for reuse", " ".join(texts(package.xml(name), "t")))
    list_properties(package, draft)


def _side_story(
    package: Package,
    name: str,
    draft: Draft,
    *,
    title: str,
    styles: Styles,
    comments: dict[str, Comment],
    seen: set[str],
) -> None:
    root = package.xml(name)
    words = " ".join(texts(root, "t", "delText"))
    pictured = any(local(inner) in ("blip", "imagedata") for inner in root.iter())
    if (not words.strip() and not pictured) or words in seen:
        return
    seen.add(words)
    draft.heading(title, level=2)
    story = _Story(package, name, draft, styles=styles, comments=comments, where=title.lower())
    notes = [note for note in root if local(note) in ("footnote", "endnote")]
    for note in notes:
        if note.get(f"{W}type") in (None, "normal"):
            draft.text(f"Note {note.get(f'{W}id')}:", kind="note")
            story.blocks(note)
    if not notes:
        story.blocks(root)
    story.finish()


class _Story:
    """One stream of paragraphs and tables: the body, a header, a note. `where` names it in the list of
    hidden things.
    """

    def __init__(
        self,
        package: Package,
        part: str,
        draft: Draft,
        *,
        styles: Styles,
        comments: dict[str, Comment],
        where: str,
    ) -> None:
        self.package = package
        self.relations: dict[str, Relation] = package.relations(part)
        self.draft = draft
        self.styles = styles
        self.comments = comments
        self.where = where
        self.paragraphs = 0
        self.shown_pictures: set[str] = set()

    def finish(self) -> None:
        """List what the part points to outside, and take out the files it embeds."""
        list_outside(self.relations, self.draft, where=self.where)
        take_embedded(self.package, self.relations, self.draft)

    # Blocks ----------------------------------------------------------------------------------------

    def blocks(self, parent: etree._Element, *, depth: int = 0, shaded: bool = False) -> None:
        if depth > DEPTH:
            raise Refused("it holds tables or boxes inside each other too deep to follow: look at it by hand")
        for element in parent:
            name = local(element)
            if name == "p":
                self.paragraph(element, depth=depth, shaded=shaded)
            elif name == "tbl":
                self.table(element, depth=depth)
            elif name == "AlternateContent":
                chosen = _chosen(element)
                if chosen is not None:
                    self.blocks(chosen, depth=depth + 1, shaded=shaded)
            elif name not in ("sectPr", "tcPr", "sdtPr", "sdtEndPr", "customXmlPr"):
                self.blocks(element, depth=depth + 1, shaded=shaded)

    def table(self, table: etree._Element, *, depth: int) -> None:
        """A table. One of plain paragraphs is set as a table; one that holds more is set cell by cell."""
        style = table.find(f"{W}tblPr/{W}tblStyle")
        dark = style is not None and self.styles.shades(style.get(f"{W}val") or "")
        rows = list(_rows(table))
        nested = any(
            local(inner) in ("tbl", "drawing", "pict", "object")
            for row in rows
            for cell in row
            for inner in cell.iter()
        )
        gathered: list[list[str]] = []
        pending: list[Paragraph] = []
        for row in rows:
            line = []
            for cell in row:
                shaded = dark or _is_shaded(cell.find(f"{W}tcPr"))
                if nested:
                    self.blocks(cell, depth=depth + 1, shaded=shaded)
                    continue
                parts = []
                for paragraph in cell.iter(f"{W}p"):
                    read = self.read(paragraph, depth=depth, shaded=shaded)
                    parts.append(read.text)
                    pending.append(read)
                line.append("\n".join(part for part in parts if part.strip()))
                line.extend([""] * (_span(cell) - 1))
            gathered.append(line)
        if not nested:
            self.draft.rows([row for row in gathered if any(cell.strip() for cell in row)])
            for read in pending:
                self.follow(read)

    def paragraph(self, element: etree._Element, *, depth: int, shaded: bool) -> None:
        read = self.read(element, depth=depth, shaded=shaded)
        level = self.styles.level(element)
        if level:
            self.draft.heading(read.marker + read.text, level=min(level + 1, 6))
        else:
            self.draft.text(
                read.marker + read.text if read.text.strip() else "", kind="item" if read.marker else "text"
            )
        self.follow(read)

    def follow(self, read: Paragraph) -> None:
        """What comes after a paragraph: its hidden pieces, its comments, its drawings."""
        read.follow(self.draft, self.comments, where=self.where)
        for element in read.objects:
            self.drawing(element, depth=read.depth + 1, shaded=read.shaded)

    def read(self, element: etree._Element, *, depth: int, shaded: bool) -> Paragraph:
        self.paragraphs += 1
        if self.paragraphs > PARAGRAPHS:
            raise Refused(f"it has more than {PARAGRAPHS:,} paragraphs: split it, or look at it by hand")
        properties = element.find(f"{W}pPr")
        read = Paragraph(depth, shaded or _is_shaded(properties))
        read.marker = self.styles.marker(element)
        self.runs(element, read, look=self.styles.paragraph(element), change=None, depth=depth)
        return read

    # Runs ------------------------------------------------------------------------------------------

    def runs(
        self,
        parent: etree._Element,
        read: Paragraph,
        *,
        look: Look,
        change: tuple[str, str] | None,
        depth: int,
    ) -> None:
        """Walk what is in a paragraph. `change` is the tracked change it stands in: its kind and label."""
        if depth > DEPTH:
            raise Refused("it holds parts inside each other too deep to follow: look at it by hand")
        for element in parent:
            name = local(element)
            if name == "r":
                self.run(element, read, look=self.styles.run(element, look), change=change, depth=depth)
            elif name in ("ins", "moveTo", "del", "moveFrom"):
                self.runs(element, read, look=look, change=change_of(element, name), depth=depth + 1)
            elif name in ("commentRangeStart", "commentReference"):
                read.comments.append(element.get(f"{W}id") or "")
            elif name == "fldSimple":
                read.add_hidden("field code", "Field code", element.get(f"{W}instr") or "")
                self.runs(element, read, look=look, change=change, depth=depth + 1)
            elif name == "AlternateContent":
                chosen = _chosen(element)
                if chosen is not None:
                    self.runs(chosen, read, look=look, change=change, depth=depth + 1)
            elif name in ("oMath", "oMathPara"):
                read.say("".join(texts(element, "t")))
            elif name == "sdtPr":
                shown = " ".join(
                    filter(None, (inner.get(f"{W}val") for inner in element if local(inner) in ("alias", "tag")))
                )
                read.add_hidden("label of a form field", "Label of a form field", shown)
            elif name not in (
                "pPr",
                "rPr",
                "sdtEndPr",
                "smartTagPr",
                "customXmlPr",
                "bookmarkStart",
                "bookmarkEnd",
            ):
                self.runs(element, read, look=look, change=change, depth=depth + 1)

    def run(
        self,
        run: etree._Element,
        read: Paragraph,
        *,
        look: Look,
        change: tuple[str, str] | None,
        depth: int,
    ) -> None:
        for element in run:
            name = local(element)
            if name in ("t", "delText"):
                read.words(element.text or "", look, change)
            elif name == "tab" or name == "ptab":
                read.words("\t", look, change)
            elif name in ("br", "cr"):
                read.words("\n", look, change)
            elif name == "noBreakHyphen":
                read.words("-", look, change)
            elif name == "sym":
                read.words(symbol(element), look, change)
            elif name in ("footnoteReference", "endnoteReference"):
                read.say(f" [note {element.get(f'{W}id')}] ")
            elif name == "commentReference":
                read.comments.append(element.get(f"{W}id") or "")
            elif name in ("instrText", "delInstrText"):
                read.codes.append(element.text or "")
            elif name == "fldChar":
                if element.get(f"{W}fldCharType") in ("separate", "end") and read.codes:
                    read.add_hidden("field code", "Field code", "".join(read.codes))
                    read.codes.clear()
            elif name in ("drawing", "pict", "object"):
                read.objects.append(element)
            elif name == "AlternateContent":
                chosen = _chosen(element)
                if chosen is not None:
                    read.objects.append(chosen)
            elif name == "ruby":
                read.words("".join(texts(element, "t")), look, change)

    # Drawings --------------------------------------------------------------------------------------

    def drawing(self, element: etree._Element, *, depth: int, shaded: bool) -> None:
        """Pictures, text boxes, diagrams and charts, and the alternative text of each."""
        boxes: list[etree._Element] = []
        stack = [element]
        while stack:
            inner = stack.pop()
            name = local(inner)
            if name == "AlternateContent":
                chosen = _chosen(inner)
                stack.extend([chosen] if chosen is not None else [])
                continue
            if name == "txbxContent":
                boxes.append(inner)
                continue
            if name in ("docPr", "cNvPr", "shape", "rect", "imagedata"):
                self._alternative(inner)
            if name == "blip":
                self._picture(inner.get(f"{R}embed") or "")
            elif name == "imagedata":
                self._picture(inner.get(f"{R}id") or "")
            elif name == "relIds":
                self._diagram(inner)
            elif name == "chart" and inner.get(f"{R}id"):
                self._chart(inner.get(f"{R}id") or "")
            elif name == "textpath" and inner.get("string"):
                self.draft.text(inner.get("string") or "")
            stack.extend(reversed(list(inner)))
        for box in boxes:
            self.blocks(box, depth=depth + 1, shaded=True)  # a box may have a ground of any colour

    def _alternative(self, element: etree._Element) -> None:
        for name in ("descr", "title", "alt"):
            self.draft.aside(
                "Alternative text of a picture",
                element.get(name) or "",
                where=self.where,
                what="alternative text",
            )

    def _picture(self, key: str) -> None:
        relation = self.relations.get(key)
        if relation is None or relation.external or not self.package.has(relation.target):
            return
        self.draft.picture(self.package.raw(relation.target), where=self.where)

    def _diagram(self, element: etree._Element) -> None:
        relation = self.relations.get(element.get(f"{R}dm") or "")
        if relation is not None and self.package.has(relation.target):
            for point in self.package.xml(relation.target).iter():
                if local(point) == "pt":
                    self.draft.text("".join(texts(point, "t")), kind="item")

    def _chart(self, key: str) -> None:
        relation = self.relations.get(key)
        if relation is not None and self.package.has(relation.target):
            root = self.package.xml(relation.target)
            self.draft.text("Chart: " + " · ".join(text.strip() for text in texts(root, "t", "v") if text.strip()))


def _chosen(element: etree._Element) -> etree._Element | None:
    """The version of alternative content (ISO/IEC 29500-3) to read: the first that holds anything."""
    options = [option for option in element if local(option) in ("Choice", "Fallback")]
    return next((option for option in options if len(option)), None)


def _rows(table: etree._Element) -> Iterator[list[etree._Element]]:
    for element in table:
        if local(element) == "tr":
            yield list(_cells(element))
        elif local(element) in ("sdt", "sdtContent", "customXml", "ins", "del"):
            yield from _rows(element)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for element in row:
        if local(element) == "tc":
            yield element
        elif local(element) in ("sdt", "sdtContent", "customXml"):
            yield from _cells(element)


def _span(cell: etree._Element) -> int:
    found = cell.find(f"{W}tcPr/{W}gridSpan")
    value = found.get(f"{W}val") if found is not None else None
    return max(1, min(63, int(value))) if value and value.isdecimal() else 1


def _is_shaded(properties: etree._Element | None) -> bool:
    shade = properties.find(f"{W}shd") if properties is not None else None
    return shade is not None and (
        (shade.get(f"{W}fill") or "auto").lower() not in ("auto", "ffffff") or shade.get(f"{W}themeFill") is not None
    )
