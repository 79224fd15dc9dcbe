"""Parts that the nasty PDFs of `torture` are made of: blank pages, scans, forms, fonts, outlines of letters."""

import io
from pathlib import Path

from fontTools import subset
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image, ImageDraw, ImageFont

FONT = next(Path("/usr/share/fonts").rglob("LiberationSans-Regular.ttf"))


def blank() -> Pdf:
    pdf = Pdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    pdf.pages[0].Resources = Dictionary(Font=Dictionary(F1=font))
    return pdf


def draw(pdf: Pdf, orders: str | bytes) -> None:
    pdf.pages[0].Contents = pdf.make_stream(orders.encode("latin-1") if isinstance(orders, str) else orders)


def line(text: str, *, x: int = 72, y: int = 700, size: int = 14) -> str:
    return f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n"


def scan(text: str, *, size: tuple[int, int] = (1240, 1754), mode: str = "L") -> Image.Image:
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).text((120, 200), text, font=ImageFont.truetype(str(FONT), 36), fill=0)
    return image.convert(mode)


def picture(pdf: Pdf, image: Image.Image, *, kind: str = "flate") -> Stream:
    common = {"Type": Name.XObject, "Subtype": Name.Image, "Width": image.width, "Height": image.height}
    if kind == "jpeg":
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=80)
        return Stream(
            pdf, out.getvalue(), ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode, **common
        )
    if kind == "ccitt":
        out = io.BytesIO()
        image.convert("1").save(out, "TIFF", compression="group4", tiffinfo={278: image.height})
        with Image.open(io.BytesIO(out.getvalue())) as tiff:
            tags = tiff.tag_v2  # type: ignore[attr-defined]
            start, count, photo = tags[273][0], tags[279][0], tags.get(262, 1)
        parameters = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=photo == 1)
        data = out.getvalue()[start : start + count]
        stream = Stream(pdf, data, ColorSpace=Name.DeviceGray, BitsPerComponent=1, **common)
        stream.write(data, filter=Name.CCITTFaxDecode, decode_parms=parameters)
        return stream
    return Stream(pdf, image.convert("L").tobytes(), ColorSpace=Name.DeviceGray, BitsPerComponent=8, **common)


def form(pdf: Pdf, orders: str, **extra: object) -> Stream:
    stream = Stream(pdf, orders.encode("latin-1"), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 595, 842])
    stream.Resources = pdf.pages[0].Resources.get("/Font") and Dictionary(Font=pdf.pages[0].Resources.Font)
    for key, value in extra.items():
        stream[f"/{key}"] = value
    return stream


def font_file(pdf: Pdf, text: str, *, unicode_map: bool) -> tuple[Dictionary, dict[str, int]]:
    """A subset of a TrueType font as a composite font, with or without the table that says what its letters are."""
    font = TTFont(FONT)
    options = subset.Options()
    options.drop_tables += ["cmap", "name", "post", "OS/2", "FFTM"]
    options.retain_gids = True
    letters = subset.Subsetter(options)
    names = font.getBestCmap()
    codes = {letter: font.getGlyphID(names[ord(letter)]) for letter in dict.fromkeys(text)}
    widths = dict(font["hmtx"].metrics)
    letters.populate(glyphs=[names[ord(letter)] for letter in dict.fromkeys(text)])
    letters.subset(font)
    out = io.BytesIO()
    units = font["head"].unitsPerEm
    array: list[object] = []
    for letter, code in codes.items():
        array += [code, Array([round(widths[names[ord(letter)]][0] * 1000 / units)])]
    font.save(out)
    descriptor = pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/QQQQQQ+Plain"),
            Flags=4,
            FontBBox=[0, -200, 1000, 900],
            ItalicAngle=0,
            Ascent=900,
            Descent=-200,
            CapHeight=700,
            StemV=80,
            FontFile2=Stream(pdf, out.getvalue(), Length1=len(out.getvalue())),
        )
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name("/QQQQQQ+Plain"),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=descriptor,
        CIDToGIDMap=Name.Identity,
        W=Array(array),
    )
    whole = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name("/QQQQQQ+Plain"),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
    )
    if unicode_map:
        rows = "\n".join(f"<{code:04x}> <{ord(letter):04x}>" for letter, code in codes.items())
        head = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        head += "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        body = f"{head}{len(codes)} beginbfchar\n{rows}\nendbfchar endcmap end end"
        whole.ToUnicode = Stream(pdf, body.encode())
    return whole, codes


class Outline(BasePen):
    """Writes glyph shapes as PDF paths."""

    def __init__(self, glyphs: object, x: float, y: float, scale: float) -> None:
        super().__init__(glyphs)
        self.orders: list[str] = []
        self.x, self.y, self.scale = x, y, scale

    def _at(self, point: tuple[float, float]) -> str:
        return f"{self.x + point[0] * self.scale:.2f} {self.y + point[1] * self.scale:.2f}"

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self.orders.append(f"{self._at(pt)} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self.orders.append(f"{self._at(pt)} l")

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:
        self.orders.append(f"{self._at(pt1)} {self._at(pt2)} {self._at(pt3)} c")

    def _closePath(self) -> None:
        self.orders.append("h")
