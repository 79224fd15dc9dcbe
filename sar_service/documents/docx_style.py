"""How a run of a Word document looks, as far as it matters for whether a reader sees it; headings; list
markers.

Properties are looked up from the run through its styles to the defaults (ISO/IEC 29500-1 section 17.7.2).
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from lxml import etree

from sar_service.documents.office import NAMESPACES, Package, local

W = f"{{{NAMESPACES['w']}}}"
TINY = 8  # half points: four points and below, which nobody reads on paper
NEARLY_WHITE = 0xEF
CHAIN = 30


@dataclass(frozen=True, slots=True)
class Look:
    """What decides whether text is seen. `size` is in half points."""

    vanish: bool = False
    white: bool = False
    shaded: bool = False
    size: int = 22

    def hides(self, on_ground: bool) -> str:
        """Why a reader would not see text of this look, or nothing. `on_ground`: it stands on a coloured
        ground.
        """
        if self.vanish:
            return "hidden text"
        if self.white and not self.shaded and not on_ground:
            return "white text"
        if self.size <= TINY:
            return "tiny text"
        return ""


@dataclass(slots=True)
class _Style:
    kind: str
    name: str
    based_on: str
    look: etree._Element | None
    level: int | None
    list_id: str
    shades: bool


@dataclass(slots=True)
class Styles:
    """The styles and lists of one document."""

    styles: dict[str, _Style] = field(default_factory=dict)
    default: Look = field(default_factory=Look)
    normal: str = ""
    levels: dict[str, dict[int, tuple[str, str, int]]] = field(default_factory=dict)  # list -> level -> format
    counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    cache: dict[str, Look] = field(default_factory=dict)

    @classmethod
    def read(cls, package: Package, main: str) -> "Styles":
        found = cls()
        for name in package.related(main, "styles"):
            root = package.xml(name)
            found.default = _apply(Look(size=20), root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr"))
            for element in root.iter(f"{W}style"):
                key = element.get(f"{W}styleId") or ""
                found.styles[key] = _style(element)
                if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") in (
                    "1",
                    "true",
                    "on",
                ):
                    found.normal = key
        for name in package.related(main, "numbering"):
            found._read_lists(package.xml(name))
        return found

    def _read_lists(self, root: etree._Element) -> None:
        abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
        for element in root.iter(f"{W}abstractNum"):
            levels = {}
            for level in element.iter(f"{W}lvl"):
                start = _value(level, "start")
                levels[_number(level.get(f"{W}ilvl"))] = (
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText"),
                    _number(start) if start else 1,
                )
            abstract[element.get(f"{W}abstractNumId") or ""] = levels
        for element in root.iter(f"{W}num"):
            self.levels[element.get(f"{W}numId") or ""] = abstract.get(_value(element, "abstractNumId"), {})

    # Looks -----------------------------------------------------------------------------------------

    def paragraph(self, paragraph: etree._Element) -> Look:
        """The look that a paragraph gives to the runs in it."""
        return self._of_style(_value(paragraph.find(f"{W}pPr"), "pStyle") or self.normal, self.default)

    def run(self, run: etree._Element, around: Look) -> Look:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return around
        named = _value(properties, "rStyle")
        return _apply(self._of_style(named, around) if named else around, properties)

    def _of_style(self, key: str, base: Look) -> Look:
        chain: list[etree._Element] = []
        seen: set[str] = set()
        while key in self.styles and key not in seen and len(seen) < CHAIN:
            seen.add(key)
            look = self.styles[key].look
            if look is not None:
                chain.append(look)
            key = self.styles[key].based_on
        for look in reversed(chain):
            base = _apply(base, look)
        return base

    def level(self, paragraph: etree._Element) -> int:
        """The heading level of a paragraph from 1, or 0 for text."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return 0
        own = _value(properties, "outlineLvl")
        if own.isdecimal() and int(own) < 9:
            return int(own) + 1
        key, seen = _value(properties, "pStyle"), 0
        while key in self.styles and seen < CHAIN:
            style = self.styles[key]
            if style.level is not None:
                return style.level
            key, seen = style.based_on, seen + 1
        return 0

    def shades(self, key: str) -> bool:
        """Does a table style give cells a coloured ground, so that white text on it is seen?"""
        seen = 0
        while key in self.styles and seen < CHAIN:
            if self.styles[key].shades:
                return True
            key, seen = self.styles[key].based_on, seen + 1
        return False

    # Lists -----------------------------------------------------------------------------------------

    def marker(self, paragraph: etree._Element) -> str:
        """What stands before a list item, "• " or "2.1 ", counting on with every call; empty for no list."""
        properties = paragraph.find(f"{W}pPr")
        numbering = properties.find(f"{W}numPr") if properties is not None else None
        key = _value(numbering, "numId")
        level = _number(_value(numbering, "ilvl"))
        if not key and properties is not None:
            style = self.styles.get(_value(properties, "pStyle"))
            key = style.list_id if style is not None else ""
        if not key or key == "0":
            return ""
        shape, pattern, _ = self.levels.get(key, {}).get(level, ("bullet", "", 1))
        if shape in ("bullet", "none"):
            return "• " if shape == "bullet" else ""
        counts = self.counts[key]
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        for upper in range(level + 1):
            start = self.levels[key].get(upper, ("", "", 1))[2]
            counts[upper] = counts.get(upper, start - (1 if upper == level else 0)) + (1 if upper == level else 0)
        text = pattern or f"%{level + 1}."
        for upper in range(level + 1):
            upper_shape = self.levels[key].get(upper, ("decimal", "", 1))[0]
            text = text.replace(f"%{upper + 1}", _counted(counts[upper], upper_shape))
        return text.strip() + " "


def _style(element: etree._Element) -> _Style:
    name = _value(element, "name").lower()
    paragraph = element.find(f"{W}pPr")
    outline = _value(paragraph, "outlineLvl")
    level = int(outline) + 1 if outline.isdecimal() and int(outline) < 9 else None
    if level is None and name.startswith("heading ") and name[8:].isdecimal():
        level = int(name[8:])
    elif level is None and name == "title":
        level = 1
    numbering = paragraph.find(f"{W}numPr") if paragraph is not None else None
    return _Style(
        kind=element.get(f"{W}type") or "",
        name=name,
        based_on=_value(element, "basedOn"),
        look=element.find(f"{W}rPr"),
        level=level,
        list_id=_value(numbering, "numId"),
        shades=element.get(f"{W}type") == "table" and any(_colours(shade) for shade in element.iter(f"{W}shd")),
    )


def _apply(look: Look, properties: etree._Element | None) -> Look:
    if properties is None:
        return look
    for element in properties:
        name = local(element)
        value = element.get(f"{W}val") or ""
        if name in ("vanish", "specVanish"):
            look = replace(look, vanish=value not in ("0", "false", "off"))
        elif name == "color":
            theme = element.get(f"{W}themeColor") or ""
            look = replace(look, white=_is_white(value) or theme in ("background1", "bg1", "light1"))
        elif name == "sz" and value.isdecimal():
            look = replace(look, size=int(value))
        elif name == "highlight":
            look = replace(look, shaded=value not in ("none", "white", ""))
        elif name == "shd":
            look = replace(look, shaded=look.shaded or _colours(element))
    return look


def _is_white(value: str) -> bool:
    try:
        number = int(value, 16)
    except ValueError:
        return False
    return len(value) == 6 and all((number >> shift) & 0xFF > NEARLY_WHITE for shift in (16, 8, 0))


def _colours(shade: etree._Element) -> bool:
    return (shade.get(f"{W}fill") or "auto").lower() not in ("auto", "ffffff", "") or shade.get(
        f"{W}themeFill"
    ) is not None


def _value(parent: etree._Element | None, name: str) -> str:
    found = parent.find(f"{W}{name}") if parent is not None else None
    return (found.get(f"{W}val") or "") if found is not None else ""


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 6 else 0


def _counted(number: int, shape: str) -> str:
    if shape in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if shape == "lowerLetter" else letter.upper()
    if shape in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        text = ""
        for size, sign in zip(
            (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
            ["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"],
            strict=True,
        ):
            text += sign * (number // size)
            number %= size
        return text if shape == "lowerRoman" else text.upper()
    return str(number)
