"""PDFs in which a name is planted in every place where a name can hide. All people in them are invented.

Each builder makes one file that holds SECRET, which must be found and must go, and KEEP, which must stay.
"""

import io
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image, ImageDraw, ImageFont

from tests.documents.torture_parts import FONT, Outline, blank, draw, font_file, form, line, picture, scan

SECRET = "Marrowby"
KEEP = "Philippa"
XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:pdf="http://ns.adobe.com/pdf/1.3/" pdf:Keywords="{}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
SENTENCE = f"The mother {KEEP} met {SECRET} at the shop."


def shown_picture(kind: str) -> Pdf:
    pdf = blank()
    pdf.pages[0].Resources.XObject = Dictionary(Im=picture(pdf, scan(SENTENCE), kind=kind))
    draw(pdf, "q 595 0 0 842 0 0 cm /Im Do Q\n")
    return pdf


def embedded(*, unicode_map: bool) -> Pdf:
    pdf = blank()
    font, codes = font_file(pdf, SENTENCE, unicode_map=unicode_map)
    pdf.pages[0].Resources.Font.F2 = pdf.make_indirect(font)
    code = "".join(f"{codes[letter]:04x}" for letter in SENTENCE)
    draw(pdf, f"BT /F2 14 Tf 72 700 Td <{code}> Tj ET")
    return pdf


def simple() -> Pdf:
    pdf = blank()
    draw(pdf, line(SENTENCE))
    return pdf


def kerned() -> Pdf:
    pdf = blank()
    draw(pdf, f"BT /F1 14 Tf 72 700 Td [(The mother {KEEP} met Ma) 40 (rro) -30 (wby at the shop.)] TJ ET")
    return pdf


def in_form() -> Pdf:
    pdf = blank()
    pdf.pages[0].Resources.XObject = Dictionary(Fm=form(pdf, line(SENTENCE)))
    draw(pdf, "/Fm Do q 1 0 0 1 0 -200 cm /Fm Do Q")
    return pdf


def in_nested_form() -> Pdf:
    pdf = blank()
    inner = form(pdf, line(SENTENCE))
    outer = form(pdf, "q 0.99 0.06 -0.06 0.99 20 0 cm /Inner Do Q", Matrix=Array([0.9, 0, 0, 0.9, 30, 30]))
    outer.Resources = Dictionary(XObject=Dictionary(Inner=inner))
    pdf.pages[0].Resources.XObject = Dictionary(Fm=outer)
    draw(pdf, "/Fm Do")
    return pdf


def turned_and_cropped() -> Pdf:
    pdf = simple()
    pdf.pages[0].obj.Rotate = 90
    pdf.pages[0].obj.CropBox = Array([20, 30, 580, 820])
    return pdf


def one_by_one() -> Pdf:
    pdf = blank()
    font = ImageFont.truetype(str(FONT), 140)
    orders, x = [], 72.0
    for letter in SENTENCE:
        orders.append(f"BT /F1 14 Tf {x:.2f} 700 Td ({letter}) Tj ET")
        x += font.getlength(letter) / 10
    draw(pdf, "\n".join(orders))
    return pdf


def scan_with_text() -> Pdf:
    pdf = shown_picture("flate")
    at = f"BT 3 Tr /F1 17 Tf 57 {842 - 113} Td ({SENTENCE}) Tj ET"
    draw(pdf, f"q 595 0 0 842 0 0 cm /Im Do Q {at}")
    return pdf


def notes() -> Pdf:
    pdf = simple()
    look = form(pdf, line(f"{SECRET} signed", x=4, y=6, size=12))
    look.BBox = Array([0, 0, 200, 24])
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("who"),
        V=String(SECRET),
        F=4,
        Rect=[72, 500, 272, 524],
    )
    field.AP = Dictionary(N=look)
    widget = pdf.make_indirect(field)
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[72, 600, 92, 620], Contents=String(f"{SECRET} rang"))
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=[72, 400, 172, 420],
        A=Dictionary(S=Name.URI, URI=String(f"https://council.example/{SECRET}")),
    )
    pdf.pages[0].obj.Annots = Array([widget, pdf.make_indirect(note), pdf.make_indirect(link)])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]))
    return pdf


def beside_the_pages() -> Pdf:
    """The sentence says nobody; the name is in everything that hangs on the file."""
    pdf = blank()
    draw(pdf, line(f"The mother {KEEP} went to the shop."))
    pdf.docinfo["/Title"] = f"File of {SECRET}"
    pdf.Root.Metadata = Stream(pdf, XMP.format(SECRET).encode(), Type=Name.Metadata, Subtype=Name.XML)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"Visit to {SECRET}", 0))
    pdf.attachments["notes.txt"] = f"a note on {SECRET}".encode()
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{SECRET}')"))
    pdf.pages[0].obj.PieceInfo = Dictionary(App=Dictionary(Private=String(SECRET)))
    small = scan(SECRET, size=(500, 300))
    pdf.pages[0].obj.Thumb = picture(pdf, small)
    return pdf


def saved_again() -> bytes:
    first = io.BytesIO()
    simple().save(first, compress_streams=False)
    data = first.getvalue()
    with Pdf.open(io.BytesIO(data)) as pdf:
        number = pdf.pages[0].Contents.objgen[0]
        root, size = pdf.Root.objgen[0], len(pdf.objects) + 1
    body = line(f"The mother {KEEP} met nobody.").encode()
    start = int(data.rsplit(b"startxref", 1)[1].split()[0])
    offset = len(data)
    new = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (number, len(body), body)
    table = offset + len(new)
    new += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        number,
        offset,
        size,
        root,
        start,
        table,
    )
    return data + new


def said_otherwise() -> Pdf:
    pdf = blank()
    spoken = f"/Span <</ActualText ({SECRET})>> BDC {line('M.', y=660)} EMC"
    draw(pdf, line(f"The mother {KEEP} came.") + spoken)
    element = Dictionary(Type=Name.StructElem, S=Name.Figure, Alt=String(f"picture of {SECRET}"))
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    element.P = root
    root.K = pdf.make_indirect(element)
    pdf.Root.StructTreeRoot = root
    return pdf


def layer_off() -> Pdf:
    pdf = blank()
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))
    pdf.pages[0].Resources.Properties = Dictionary(Oc=group)
    hidden = line(f"hidden {SECRET}", y=600)
    draw(pdf, line(f"The mother {KEEP} came.") + f"/OC /Oc BDC {hidden} EMC")
    return pdf


def unseen() -> Pdf:
    pdf = blank()
    draw(
        pdf,
        line(f"The mother {KEEP} came.")
        + line(f"off {SECRET}", x=700, y=900)
        + f"q 1 g {line(f'white {SECRET}', y=500)} Q "
        + f"q 0 0 9 9 re W n {line(f'clipped {SECRET}', y=400)} Q "
        + f"{line(f'covered {SECRET}', y=304)} 0 0 0 rg 60 296 300 26 re f",
    )
    return pdf


def outlines() -> Pdf:
    pdf = blank()
    font = TTFont(FONT)
    glyphs, names, metrics = font.getGlyphSet(), font.getBestCmap(), font["hmtx"].metrics
    scale, x, orders = 14 / font["head"].unitsPerEm, 72.0, []
    for letter in SENTENCE:
        pen = Outline(glyphs, x, 700, scale)
        glyphs[names[ord(letter)]].draw(pen)
        orders += [*pen.orders, "f"] if pen.orders else []
        x += metrics[names[ord(letter)]][0] * scale
    draw(pdf, "\n".join(orders))
    return pdf


def drawn_letters() -> Pdf:
    """A Type 3 font: each letter is a small drawing of its own, and nothing says which letter it is."""
    pdf = blank()
    font = TTFont(FONT)
    glyphs, names, metrics = font.getGlyphSet(), font.getBestCmap(), font["hmtx"].metrics
    letters = list(dict.fromkeys(SENTENCE))
    shapes, widths = Dictionary(), []
    for number, letter in enumerate(letters):
        pen = Outline(glyphs, 0, 0, 1)
        glyphs[names[ord(letter)]].draw(pen)
        width = metrics[names[ord(letter)]][0]
        widths.append(width)
        orders = f"{width} 0 0 -500 2000 2000 d1 " + "\n".join([*pen.orders, "f" if pen.orders else ""])
        shapes[f"/g{number}"] = Stream(pdf, orders.encode())
    scale = 1 / font["head"].unitsPerEm
    pdf.pages[0].Resources.Font.F3 = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=[0, -500, 2000, 2000],
            FontMatrix=[scale, 0, 0, scale, 0, 0],
            CharProcs=shapes,
            Encoding=Dictionary(Differences=Array([1, *(Name(f"/g{n}") for n in range(len(letters)))])),
            FirstChar=1,
            LastChar=len(letters),
            Widths=Array(widths),
        )
    )
    code = "".join(f"{letters.index(letter) + 1:02x}" for letter in SENTENCE)
    draw(pdf, f"BT /F3 14 Tf 72 700 Td <{code}> Tj ET")
    return pdf


def hyphenated() -> Pdf:
    pdf = blank()
    draw(pdf, line(f"The mother {KEEP} met Marrow-") + line("by at the shop.", y=683))
    return pdf


def pattern() -> Pdf:
    pdf = blank()
    tile = Stream(
        pdf,
        line(f"{SECRET} came", x=5, y=10).encode(),
        Type=Name.Pattern,
        PatternType=1,
        PaintType=1,
        TilingType=1,
        BBox=[0, 0, 200, 40],
        XStep=200,
        YStep=40,
        Resources=Dictionary(Font=pdf.pages[0].Resources.Font),
    )
    pdf.pages[0].Resources.Pattern = Dictionary(P1=tile)
    draw(pdf, line(f"The mother {KEEP} came.") + "/Pattern cs /P1 scn 0 400 200 40 re f")
    return pdf


def masked() -> Pdf:
    pdf = blank()
    letters = Image.eval(scan(SECRET, size=(600, 300)).crop((60, 180, 560, 280)), lambda level: 255 - level)
    black = picture(pdf, Image.new("L", letters.size, 0))
    black.SMask = picture(pdf, letters)
    pdf.pages[0].Resources.XObject = Dictionary(Im=black)
    draw(pdf, line(f"The mother {KEEP} came.") + "q 250 0 0 50 72 500 cm /Im Do Q")
    return pdf


def inline_picture() -> Pdf:
    pdf = blank()
    image = scan(SECRET, size=(600, 300)).crop((100, 190, 400, 260))
    data = zlib.compress(image.tobytes())
    head = f"q 150 0 0 35 72 500 cm BI /W {image.width} /H {image.height} /CS /G /BPC 8 /F /Fl ID ".encode()
    draw(pdf, line(f"The mother {KEEP} came.").encode() + head + data + b"\nEI Q")
    return pdf


def pale() -> Pdf:
    pdf = blank()
    image = scan(f"The mother {KEEP} came.")
    ImageDraw.Draw(image).text((120, 300), f"She met {SECRET}", font=ImageFont.truetype(str(FONT), 36), fill=215)
    pdf.pages[0].Resources.XObject = Dictionary(Im=picture(pdf, image))
    draw(pdf, "q 595 0 0 842 0 0 cm /Im Do Q")
    return pdf


def locked() -> bytes:
    out = io.BytesIO()
    simple().save(out, encryption=pikepdf.Encryption(owner="owner", user="", R=6))
    return out.getvalue()


CASES: dict[str, Callable[[], Pdf | bytes]] = {
    "simple": simple,
    "kerned": kerned,
    "in a form": in_form,
    "in a nested form": in_nested_form,
    "subset font": lambda: embedded(unicode_map=True),
    "turned and cropped": turned_and_cropped,
    "one glyph at a time": one_by_one,
    "scan with hidden text": scan_with_text,
    "JPEG scan": lambda: shown_picture("jpeg"),
    "pale scan": pale,
    "fax scan": lambda: shown_picture("ccitt"),
    "notes, fields and links": notes,
    "beside the pages": beside_the_pages,
    "saved again": saved_again,
    "said otherwise": said_otherwise,
    "layer switched off": layer_off,
    "unseen text": unseen,
    "outlines": outlines,
    "drawn letters": drawn_letters,
    "hyphenated": hyphenated,
    "letters without meaning": lambda: embedded(unicode_map=False),
    "encrypted without a password": locked,
    "pattern": pattern,
    "mask": masked,
    "inline picture": inline_picture,
}


def write(name: str, folder: Path) -> Path:
    """Write one of the CASES into a folder."""
    made = CASES[name]()
    path = folder / "case.pdf"
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        made.save(path)
    return path


def directly(function: Callable[..., object], *arguments: object, **options: object) -> Iterator[object]:
    """In place of `sandbox.stream` where a test is not about the sandbox: the same, in this process."""
    plain = json.loads(json.dumps([str(item) if isinstance(item, Path) else item for item in arguments]))
    feed = options.get("feed")
    extra = {} if feed is None else {"feed": (json.loads(json.dumps(item)) for item in feed)}  # type: ignore[attr-defined]
    result = function(*plain, **extra)
    for answer in (result,) if options.get("single") else result:  # type: ignore[attr-defined]
        yield json.loads(json.dumps(answer))
