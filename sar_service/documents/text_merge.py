"""Two readings of one page, what the file says and what the picture shows, weighed into one.

Neither is believed blindly: text may be invisible, mapped to wrong letters or absent, and OCR misreads. Where they
agree the file's text is kept; where only the picture has a word, that word is added; nothing seen is lost.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from .ink import UNEXPLAINED, unexplained
from .ocr import Read
from .places import Grid
from .text_words import Layer, Piece

ALIKE = 0.6  # of letters that agree between two readings of one place
LOST_INK = 30  # pixels of text-like ink at the seeing resolution that make a page worth reading by OCR


@dataclass
class Trust:
    """What is known, over the pages of one file, of fonts whose letters may not be what they say they are.

    `doubted` fonts are never proven: others of the same name are not the same.
    """

    proven: set[str] = field(default_factory=set)
    false: set[str] = field(default_factory=set)
    doubted: frozenset[str] = frozenset()


def doubts(own: Layer, trust: Trust) -> bool:
    """Whether the page's own text may not be what a reader sees, so that all of its picture must be read.

    So it is where text has no sure letters, where marks say that it reads as something else, or where an embedded
    font has not yet been compared with its picture.
    """
    seen = [piece for piece in own.pieces if piece.seen]
    if own.alternative or any(piece.doubtful for piece in seen):
        return True
    return bool({piece.font for piece in seen} & own.fonts - trust.proven)


def more_than_text(own: Layer) -> bool:
    """Whether there is more to see on the page than its text and rules: pictures, outlines, patterns, unseen text."""
    if any(not piece.seen and piece.inked for piece in own.pieces):
        return True
    return int(own.rest_ink.sum()) > LOST_INK or int(own.rest_faint.sum()) > LOST_INK


def weigh(own: Layer, read: Sequence[Read], *, trust: Trust) -> list[Piece]:
    """The pieces of text that a reader sees on the page, each once."""
    seen = [piece for piece in own.pieces if piece.seen]
    under = [piece for piece in own.pieces if not piece.seen and piece.inked]
    if not read:
        bare = not seen
        for piece in under:
            piece.confidence = 0.5
        return [p for p in seen if p.font not in trust.false] + (under if bare else [])
    found = [_as_piece(word) for word in read]
    _compare(seen, found, own.fonts, trust)
    kept = [piece for piece in seen if piece.font not in trust.false and not piece.doubtful]
    doubted = [piece for piece in seen if piece.font in trust.false or piece.doubtful]
    kept_cells, under_cells = Grid(kept), Grid(under)
    out = list(kept)
    used: set[int] = set()
    for piece in found:
        if _said(piece, kept_cells.near(piece)):
            continue
        twins = under_cells.near(piece)
        if twins and _said(piece, twins) and piece.confidence < 0.8:
            used.update(id(twin) for twin in twins)
            out += [twin for twin in twins if twin not in out]
            continue
        used.update(id(twin) for twin in twins)
        out.append(piece)
    read_cells = Grid(found)
    for piece in under:  # a hidden layer over ink that OCR made nothing of
        if id(piece) not in used and piece not in out and not read_cells.near(piece) and not kept_cells.near(piece):
            piece.confidence = 0.5
            out.append(piece)
    # letters in doubt stay where the picture gave nothing: better a strange word than none
    out += [piece for piece in doubted if not read_cells.near(piece) and re.search(r"\w", piece.text)]
    return out


def notes(own: Layer, pieces: Sequence[Piece]) -> Iterator[str]:
    """What a person should look at on the page."""
    sure = [piece.confidence for piece in pieces if piece.ocr]
    if sure and (sum(sure) / len(sure) < 0.7 or sum(value < 0.5 for value in sure) > 0.2 * len(sure)):
        yield "read by OCR with low confidence"
    if any(piece.doubtful for piece in own.pieces if piece.seen):
        yield "the file's letters cannot be trusted: its words were read from the picture"
    if unexplained(own.ink, [piece.box for piece in pieces], dpi=own.dpi) > UNEXPLAINED:
        yield "ink that no word explains: may be handwriting, a stamp or a picture"


def _as_piece(word: Read) -> Piece:
    return Piece(
        word.text,
        word.box,
        turn=word.turn,
        ocr=True,
        confidence=word.confidence,
        glued=len(word.text) > 1 and word.text[-1] in "-\u2010\u00ac",
    )


def _compare(seen: list[Piece], found: list[Piece], fonts: set[str], trust: Trust) -> None:
    """Prove or disprove the fonts of this page by what its picture says."""
    cells = Grid(found)
    right: dict[str, int] = {}
    wrong: dict[str, int] = {}
    for piece in seen:
        if (piece.font in fonts and len(_letters(piece.text)) >= 2) or piece.doubtful:
            near = cells.near(piece)
            if near:
                tally = right if not piece.doubtful and _said(piece, near) else wrong
                tally[piece.font] = tally.get(piece.font, 0) + 1
    for font in {*right, *wrong}:
        good, bad = right.get(font, 0), wrong.get(font, 0)
        if good >= ALIKE * (good + bad):
            trust.proven |= {font} - trust.doubted
            trust.false.discard(font)
        elif bad >= 3 or good == 0:
            trust.false.add(font)
            trust.proven.discard(font)


def _said(piece: Piece, others: Sequence[Piece]) -> bool:
    """Whether other pieces in the same place say the same, allowing for misread letters."""
    if not others:
        return False
    mine = _letters(piece.text)
    theirs = _letters("".join(other.text for other in sorted(others, key=lambda o: (o.box.top // 4, o.box.left))))
    if not mine:
        return True
    if mine in theirs or (theirs and theirs in mine and len(theirs) >= 0.5 * len(mine)):
        return True
    best = max(OSA.normalized_similarity(mine, value) for value in (theirs, *(_letters(o.text) for o in others)))
    return best >= (ALIKE if len(mine) > 3 else 0.3)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
