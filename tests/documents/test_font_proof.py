"""Fonts that are proved by their outlines, and fonts that lie: those are never believed."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from sar_service.documents.font_proof import told
from sar_service.documents.render import render
from sar_service.documents.verify import verify

NAME = "Zebedee Quartermaine"


def typeset(path: Path, words: str = f"A note about {NAME}, written on 3 May. Office: fifth floor, last door.") -> Path:
    render(f'<html lang="en"><title>Note</title><p style="font-family: Noto Sans">{words}</p></html>', path)
    return path


def fonts(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return [
        each
        for each in pdf.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/Subtype") == "/Type0" and "/ToUnicode" in each
    ]


def change(path: Path, how: Callable[[pikepdf.Dictionary], None]) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for font in fonts(pdf):
            how(font)
        pdf.save(path)
    return path


def swap_in_map(font: pikepdf.Dictionary) -> None:
    """The letters Q and Z say that they are X: the text no longer holds the name, the page still shows it."""
    mapping = font.ToUnicode.read_bytes()
    font.ToUnicode.write(mapping.replace(b"<0051>", b"<0058>").replace(b"<005a>", b"<0058>"))


def swap_in_outlines(font: pikepdf.Dictionary) -> None:
    """The glyph that says it is X is drawn as Q."""
    stream = font.DescendantFonts[0].FontDescriptor.FontFile2
    program = TTFont(io.BytesIO(stream.read_bytes()))
    letters = {bytes.fromhex(text.decode()).decode("utf-16-be"): glyph for glyph, text in _pairs(font)}
    order = program.getGlyphOrder()
    source, target = order[int(letters["Z"], 16)], order[int(letters["Q"], 16)]
    program["glyf"][source] = program["glyf"][target]
    out = io.BytesIO()
    program.save(out)
    stream.write(out.getvalue())


def forget_a_letter(font: pikepdf.Dictionary) -> None:
    """One glyph that is drawn has no letter at all."""
    mapping = font.ToUnicode.read_bytes()
    glyph = next(glyph for glyph, text in _pairs(font) if text == b"0051")
    font.ToUnicode.write(mapping.replace(b"<" + glyph + b"> <0051>", b""))


def _pairs(font: pikepdf.Dictionary) -> list[tuple[bytes, bytes]]:
    from sar_service.documents.font_proof import BLOCK, ENTRY

    return [pair for _, body in BLOCK.findall(font.ToUnicode.read_bytes()) for pair in ENTRY.findall(body)]


def test_what_we_typeset_is_proved(tmp_path: Path) -> None:
    proven, doubted = told(typeset(tmp_path / "own.pdf"))
    assert [name.partition("+")[2].partition("/")[0] for name in proven] == ["Noto-Sans"]
    assert not doubted


@pytest.mark.parametrize("lie", [swap_in_map, swap_in_outlines, forget_a_letter])
def test_a_font_that_lies_is_not_proved(tmp_path: Path, lie: Callable[[pikepdf.Dictionary], None]) -> None:
    assert told(change(typeset(tmp_path / "lying.pdf"), lie)) == (set(), set())


def test_letters_that_look_like_latin_ones_are_not_proved(tmp_path: Path) -> None:
    assert told(typeset(tmp_path / "greek.pdf", "Ζebedee")) == (set(), set())


def test_one_name_for_two_fonts_is_doubted_for_ever(tmp_path: Path) -> None:
    first = typeset(tmp_path / "first.pdf")
    second = change(typeset(tmp_path / "second.pdf"), swap_in_map)
    with pikepdf.open(first) as one, pikepdf.open(second) as two, pikepdf.new() as both:
        both.pages.extend(one.pages)
        both.pages.extend(two.pages)
        both.save(tmp_path / "both.pdf")
    proven, doubted = told(tmp_path / "both.pdf")
    assert not proven and len(doubted) == 1
    found = verify(tmp_path / "both.pdf", [NAME])
    assert {(each.page, each.how) for each in found} >= {(1, "text"), (2, "ocr")}


def test_a_name_in_a_font_that_lies_is_read_from_the_picture(tmp_path: Path) -> None:
    lying = change(typeset(tmp_path / "lying.pdf"), swap_in_map)
    assert {each.how for each in verify(lying, [NAME])} == {"ocr"}
    assert verify(lying, [NAME], ocr=False) == []
