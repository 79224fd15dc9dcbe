"""Which embedded fonts of a PDF say truly what their letters are: every glyph is that of a type face installed here.

A font's letters are what a reader sees only if the map from glyph to letter is honest. Where the font is cut from one
of our own type faces, that can be proved outline by outline, without reading any picture. Any other font is compared
with the page's picture instead (`text_merge`).
"""

import hashlib
import io
import re
import subprocess
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont, TTLibError

FAMILIES = ("Noto Sans", "Noto Serif", "Noto Sans Mono", "Liberation Sans", "Liberation Serif", "DejaVu Sans")
STYLES = re.compile(r"(regular|book|bold|italic|oblique|bolditalic|boldoblique)", re.IGNORECASE)
PARTS = ("/CIDFontType0", "/CIDFontType2")  # belong to a font that is looked at as a whole
FONTS = 20_000  # fonts of one file that are looked at
PROGRAM = 4_000_000  # bytes of one font
ENTRY = re.compile(rb"\s*<([0-9a-fA-F]{4})>\s*<((?:[0-9a-fA-F]{4}){1,8})>\s*")
BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf\1", re.DOTALL)

Outline = tuple[Any, ...]


def fonts_in_child(pdf: str) -> Iterator[list[list[str]]]:
    """In a child process: the names (as in `text_words.font_of`) of the proven fonts, and of those to doubt always.

    To be doubted are fonts that share name and length with others that are not the same: what is proved of one on
    one page says nothing of the other.
    """
    proven, doubted = told(Path(pdf))
    yield [sorted(proven), sorted(doubted)]


def told(pdf: Path) -> tuple[set[str], set[str]]:
    """Names of proven fonts and of ambiguous ones. A file that cannot be looked into proves nothing."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    try:
        with pikepdf.open(pdf, suppress_warnings=True) as opened:
            for number, item in enumerate(opened.objects):
                if number >= FONTS * 20:
                    return set(), set()
                if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item and item.get("/Subtype") not in PARTS:
                    name, digest, honest = _look(item)
                    if name:
                        found[name][digest] = honest
    except (pikepdf.PdfError, pikepdf.PasswordError, RuntimeError, ValueError, KeyError, TypeError, AttributeError):
        return set(), set()
    proven = {name for name, seen in found.items() if all(seen.values())}
    return proven, {name for name, seen in found.items() if len(seen) > 1} - proven


def _look(font: Any) -> tuple[str, str, bool]:
    """A font's name, a digest of program and map, and whether every letter of it is proved."""
    holder = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    if "/FontDescriptor" not in holder:
        return "", "", False
    described = holder.FontDescriptor
    program = next((described[key] for key in ("/FontFile2", "/FontFile3", "/FontFile") if key in described), None)
    if program is None:
        return "", "", False
    data = bytes(program.read_bytes())
    mapping = bytes(font.ToUnicode.read_bytes()) if isinstance(font.get("/ToUnicode"), pikepdf.Stream) else b""
    name = f"{str(font.BaseFont).removeprefix('/')}/{len(data)}"
    encoding = font.get("/Encoding")
    rest = f"{encoding if isinstance(encoding, pikepdf.Name) else 'own'}"
    digest = hashlib.sha256(data + b"\0" + mapping + rest.encode()).hexdigest()
    plain = (
        font.get("/Subtype") == "/Type0"
        and holder.get("/Subtype") == "/CIDFontType2"
        and encoding == "/Identity-H"
        and holder.get("/CIDToGIDMap", pikepdf.Name.Identity) == "/Identity"
        and "/FontFile2" in described
        and len(data) <= PROGRAM
    )
    return name, digest, plain and _honest(data, mapping, _plain(name.partition("+")[2]))


@lru_cache(maxsize=4096)
def _honest(program: bytes, mapping: bytes, called: str) -> bool:
    """Is each glyph that draws something the glyph of just the letter it says it is, in one of our type faces?

    Looked at are only the faces of the family that the font says it is called by.
    """
    letters = _letters(mapping)
    files = _files(called)
    if not files or not letters or not all(_unmistakable(text) for text in letters.values()):
        return False
    try:
        with TTFont(io.BytesIO(program), lazy=True) as font:
            drawn = _outlines(font)
            em = int(font["head"].unitsPerEm)
    except (TTLibError, KeyError, ValueError, AssertionError, IndexError, OverflowError, RecursionError):
        return False
    except Exception:  # a broken program may fail anywhere in the reader: it proves nothing
        return False
    drawn.pop(0, None) if not letters.get(0) else None
    if any(outline and glyph not in letters for glyph, outline in drawn.items()):
        return False
    faces = (face for face in map(_face, files) if face is not None and face.em == em)
    return any(all(own.draws(text, drawn.get(glyph, ())) for glyph, text in letters.items()) for own in faces)


def _letters(mapping: bytes) -> dict[int, str]:
    """What the map says each glyph is."""
    found: dict[int, str] = {}
    for kind, body in BLOCK.findall(mapping):
        if kind != b"char" or ENTRY.sub(b"", body).strip():
            return {}  # written otherwise than our own files are: not proved here
        for glyph, text in ENTRY.findall(body):
            found[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
    return found


def _unmistakable(text: str) -> bool:
    """Whether these are Latin letters, figures or signs: other scripts have letters that look like them."""
    return all(
        letter.isascii()
        or unicodedata.category(letter)[0] in "PSZN"
        or unicodedata.name(letter, "").startswith("LATIN")
        for letter in text
    ) and bool(text)


def _outlines(font: TTFont) -> dict[int, Outline]:
    glyphs = font.getGlyphSet()
    return {number: _outline(glyphs, name) for number, name in enumerate(font.getGlyphOrder())}


def _outline(glyphs: Any, name: str) -> Outline:
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return tuple(pen.value)


class _Face:
    """One of our own type faces: what it draws for a letter."""

    def __init__(self, path: Path) -> None:
        self.font = TTFont(path, lazy=True)
        self.em = int(self.font["head"].unitsPerEm)
        self.names: dict[int, str] = self.font.getBestCmap() or {}
        self.glyphs = self.font.getGlyphSet()
        self.known: dict[str, Outline | None] = {}

    def draws(self, text: str, outline: Outline) -> bool:
        """Is this how the face draws these letters? What draws nothing may say nothing but a space."""
        if not outline:
            return all(letter.isspace() or unicodedata.category(letter) == "Cf" for letter in text)
        if text not in self.known:
            self.known[text] = self._draw(text)
        return self.known[text] == outline

    def _draw(self, text: str) -> Outline | None:
        joined = next(
            (chr(code) for code in range(0xFB00, 0xFB07) if unicodedata.normalize("NFKC", chr(code)) == text), ""
        )
        name = self.names.get(ord(text)) if len(text) == 1 else self.names.get(ord(joined)) if joined else None
        return _outline(self.glyphs, name) if name is not None else None


@cache
def _face(file: Path) -> _Face | None:
    try:
        return _Face(file)
    except (TTLibError, OSError, KeyError):
        return None


def _files(called: str) -> list[Path]:
    """The installed faces of the family that a font is called by, the one of its style first."""
    families = [family for family in map(_plain, FAMILIES) if called.startswith(family)]
    family = max(families, key=len, default="")
    style = called.removeprefix(family) or "regular"
    found = [(face_style != style, file) for name, face_style, file in _installed() if name == family]
    return [file for _, file in sorted(found)]


@cache
def _installed() -> tuple[tuple[str, str, Path], ...]:
    """The type faces that the service sets its pages in, as they are installed here: family, style and file."""
    told = subprocess.run(
        ["fc-list", "--format", "%{family}|%{style}|%{file}\n"], capture_output=True, text=True, timeout=60, check=False
    ).stdout
    found = set()
    for line in told.splitlines():
        families, _, rest = line.partition("|")
        styles, _, file = rest.partition("|")
        family, style = families.split(",")[0], styles.split(",")[0].replace(" ", "")
        if family in FAMILIES and STYLES.fullmatch(style) and file.endswith(".ttf"):
            found.add((_plain(family), _plain(style), Path(file)))
    return tuple(sorted(found))


def _plain(name: str) -> str:
    return re.sub("[^a-z]", "", name.lower())
