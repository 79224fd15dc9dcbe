"""The running line, the reference and the page number that every page of a pack carries, in an embedded font.

They are drawn straight into the page's content and marked as pagination artifacts (ISO 32000-1, 14.8.2.2), so that a
screen reader does not read them out on every page.
"""

import io
import subprocess
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, String

SIZE = 8.0
LONGEST = 110  # letters of a running line
FAMILIES = ("Noto Sans", "Liberation Sans", "DejaVu Sans")
EDGE = 70.9  # points from the side of the page: the margin of typeset pages


@lru_cache
def font_file() -> Path:
    """The first of our type faces that is installed. Raises RuntimeError if none is."""
    for family in FAMILIES:
        found = subprocess.run(
            ["fc-match", "-f", "%{family}|%{file}", f"{family}:style=Regular"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stdout
        name, _, file = found.partition("|")
        if family in name.split(",") and file.endswith((".ttf", ".otf")):
            return Path(file)
    raise RuntimeError("none of the type faces of the pack is installed: install Noto Sans or Liberation Sans")


class Stamper:
    """Draws the furniture of pages. `texts` holds every letter that will be needed."""

    def __init__(self, *, texts: Iterable[str]) -> None:
        letters = {letter for text in texts for letter in text} | {"?", "…", "."}  # the dots are drawn with the dot
        options = subset.Options()
        options.layout_features = []
        options.hinting = False
        options.recalc_timestamp = False
        options.name_IDs = []
        options.notdef_outline = True
        with TTFont(font_file(), lazy=True, recalcTimestamp=False) as font:
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=[ord(letter) for letter in letters])
            cutter.subset(font)
            self.names = font.getBestCmap() or {}
            self.glyphs = {chr(code): font.getGlyphID(name) for code, name in self.names.items()}
            self.em = font["head"].unitsPerEm
            self.widths = {letter: font["hmtx"][self.names[ord(letter)]][0] * 1000 / self.em for letter in self.glyphs}
            head, rise = font["head"], font["hhea"]
            self.box = [round(each * 1000 / self.em) for each in (head.xMin, head.yMin, head.xMax, head.yMax)]
            self.ascent, self.descent = (round(each * 1000 / self.em) for each in (rise.ascent, rise.descent))
            program = io.BytesIO()
            font.save(program, reorderTables=True)
            self.program = program.getvalue()

    def embed(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """The font as an object of this PDF."""
        file = pdf.make_stream(self.program, Length1=len(self.program))
        name = Name("/SARPAC+Stamp")
        described = pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor,
                FontName=name,
                Flags=4,
                FontBBox=Array(self.box),
                ItalicAngle=0,
                Ascent=self.ascent,
                Descent=self.descent,
                CapHeight=700,
                StemV=80,
                FontFile2=file,
            )
        )
        known = sorted(self.glyphs.items(), key=lambda pair: pair[1])
        widths = Array()
        for letter, glyph in known:
            widths.extend([glyph, Array([round(self.widths[letter])])])
        inner = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=described,
            CIDToGIDMap=Name.Identity,
            DW=500,
            W=widths,
        )
        entries = [f"<{glyph:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, glyph in known]
        blocks = [entries[at : at + 100] for at in range(0, len(entries), 100)]
        mapping = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def "
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def "
            "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            + "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
            + "\nendcmap CMapName currentdict /CMap defineresource pop end end"
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=name,
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(inner)]),
                ToUnicode=pdf.make_stream(mapping.encode()),
            )
        )

    def _code(self, text: str) -> tuple[str, float]:
        letters = [letter if letter in self.glyphs else "?" for letter in text]
        width = sum(self.widths[letter] for letter in letters) * SIZE / 1000
        return "".join(f"{self.glyphs[letter]:04x}" for letter in letters), width

    def draw(self, left: str, right: str, line: str, *, width: float, height: float, edge: float = EDGE) -> bytes:
        """The order to draw the foot of a page (`left` and `right`) and the running line at its head."""
        line = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
        parts = ["/Artifact <</Type /Pagination>> BDC", "q 0.30 0.35 0.33 rg BT", f"/Stamp {SIZE} Tf"]
        for text, at_right, y in ((left, False, 30.0), (right, True, 30.0), (line, False, height - 36.0)):
            if not text:
                continue
            code, long = self._code(text)
            x = width - edge - long if at_right else edge
            parts.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm <{code}> Tj")
        parts.append("ET Q EMC\n")
        return "\n".join(parts).encode("ascii")
