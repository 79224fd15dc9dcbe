"""Words put into the order in which a person reads them: lines, columns, blocks, and the page's text they make.

Where the words come from is in `text_words` and `ocr`; this module knows boxes and letters only.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from .pages import Box, Word
from .text_words import Piece

DEPTH = 12  # columns within columns
MOST_LINES = 250
LONGEST_LINE = 14_400  # points
PROSE = 3.0  # words to a line from which a column is prose and not a table's cell


def arrange(pieces: Sequence[Piece]) -> tuple[str, tuple[Word, ...]]:
    """The page's text and its words, from pieces in any order.

    Words are parted by one space, lines by a line feed, blocks by two. A word that a line end cuts in two becomes
    one word with two boxes, without its hyphen unless what follows begins with a capital ("Smith-Jones").
    """
    blocks: list[list[list[Piece]]] = []
    for turn in (0, 90, 270, 180):
        turned = [piece for piece in pieces if piece.turn == turn]
        if turned:
            blocks += [block for block in _blocks(_spaced(_lines(turned)), DEPTH) if block]
    return _write(blocks)


def along(piece: Piece) -> Box:
    """The piece's box as if its text ran from left to right."""
    if piece.turn == 0:
        return piece.box
    box = piece.box
    if piece.turn == 90:
        return Box(box.top, -box.right, box.bottom, -box.left)
    if piece.turn == 270:
        return Box(-box.bottom, box.left, -box.top, box.right)
    if piece.turn == 180:
        return Box(-box.right, -box.bottom, -box.left, -box.top)
    return box


def _lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group pieces that stand on one line, from the top, each line from where reading starts.

    A piece joins the line whose last piece so far it stands level with, so that a slanting line stays one line.
    """
    lines: list[list[Piece]] = []
    lasts: list[Box] = []
    for piece in sorted(pieces, key=lambda p: (along(p).left, along(p).top)):
        box = along(piece)
        best, most = -1, (0.5, 0.0)
        for index, last in enumerate(lasts):
            if last.bottom <= box.top or last.top >= box.bottom:
                continue
            shared = min(last.bottom, box.bottom) - max(last.top, box.top)
            share = shared / max(0.1, min(last.bottom - last.top, box.bottom - box.top))
            overlap = last.right - box.left
            if overlap > 0.7 * (box.right - box.left) and overlap > 0.7 * (last.right - last.left):
                continue  # one above the other, not side by side
            if (round(share, 1), last.right) > most and share > 0.5:
                best, most = index, (round(share, 1), last.right)
        if best < 0:
            lines.append([piece])
            lasts.append(box)
        else:
            lines[best].append(piece)
            lasts[best] = box
    lines.sort(key=lambda line: (along(line[0]).top + along(line[0]).bottom, along(line[0]).left))
    return lines


def _spaced(lines: list[list[Piece]]) -> list[list[Piece]]:
    """Join letters that are set apart for effect: "Z A N Z I B A R" is one word."""
    return [_unspaced(line) for line in lines]


def _unspaced(line: list[Piece]) -> list[Piece]:
    out: list[Piece] = []
    run: list[Piece] = []
    for piece in [*line, None]:
        if piece is not None and len(piece.text) == 1 and piece.text.isalpha() and _even(run, piece):
            run.append(piece)
            continue
        out += [_joined(run)] if len(run) >= 4 else run
        run = []
        if piece is not None:
            if len(piece.text) == 1 and piece.text.isalpha():
                run = [piece]
            else:
                out.append(piece)
    return out


def _even(run: list[Piece], piece: Piece) -> bool:
    if not run:
        return True
    gap = along(piece).left - along(run[-1]).right
    height = along(piece).bottom - along(piece).top
    first = along(run[1]).left - along(run[0]).right if len(run) > 1 else gap
    return gap < 1.2 * height and abs(gap - first) < 0.3 * height


def _joined(run: list[Piece]) -> Piece:
    first = run[0]
    boxes = [piece.box for piece in run]
    box = Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )
    return Piece(
        "".join(piece.text for piece in run),
        box,
        font=first.font,
        turn=first.turn,
        ocr=first.ocr,
        confidence=min(piece.confidence for piece in run),
        order=first.order,
    )


def _blocks(lines: list[list[Piece]], depth: int) -> list[list[list[Piece]]]:
    """Cut at gutters that part columns of prose, and at gaps between paragraphs; read each part in turn."""
    lines = [line for line in lines if line]
    if not lines:
        return []
    found = _columns(lines) if depth > 0 and len(lines) <= MOST_LINES else None
    if found is None:
        return _paragraphs(lines)
    top, bottom, gutter = found
    inside = [piece for line in lines[top:bottom] for piece in line]
    left = [piece for piece in inside if along(piece).right <= gutter]
    right = [piece for piece in inside if along(piece).right > gutter]
    return (
        _blocks(lines[:top], depth - 1)
        + _blocks(_lines(left), depth - 1)
        + _blocks(_lines(right), depth - 1)
        + _blocks(lines[bottom:], depth - 1)
    )


def _columns(lines: list[list[Piece]]) -> tuple[int, int, float] | None:
    """The longest stretch of lines that a white strip parts into columns of prose: first, end, and where.

    A table's cells are few words each, and stay in their row.
    """
    least_gap = 0.8 * median(along(p).bottom - along(p).top for line in lines for p in line)
    left = min(along(p).left for line in lines for p in line)
    span = int(max(along(p).right for line in lines for p in line) - left) + 1
    masks = [_mask(line, left) for line in lines]
    best: tuple[int, int, float] | None = None
    for start in range(len(lines) - 3):
        longest = best[1] - best[0] if best else 3
        if len(lines) - start <= longest:
            break
        taken = 0
        strips: list[tuple[int, int]] = [(0, span)]
        for index in range(start, len(lines) + 1):
            taken = taken | masks[index] if index < len(lines) else (1 << (span + 1)) - 1
            left_over = _strips(taken, span, least_gap)
            for strip in strips:
                gone = not any(one[0] < strip[1] and strip[0] < one[1] for one in left_over)
                middle = (strip[0] + strip[1]) / 2 + left
                if gone and index - start > longest and _prose(lines[start:index], middle):
                    best, longest = (start, index, middle), index - start
            strips = left_over
            if not strips:
                break
    return best


def _mask(line: list[Piece], least: float) -> int:
    """Where a line has words, one bit to a point."""
    mask = 0
    for piece in line:
        box = along(piece)
        left, right = int(box.left - least), int(box.right - least) + 1
        mask |= ((1 << min(LONGEST_LINE, max(1, right - left))) - 1) << min(LONGEST_LINE, max(0, left))
    return mask


def _strips(mask: int, span: int, least: float) -> list[tuple[int, int]]:
    """The white strips of at least so many points, from and to in points from the left."""
    bits = bin(mask | (1 << span))[3:][::-1]  # the guard bit is cut off again: bit 0 is the left edge
    return [match.span() for match in re.finditer("0+", bits) if match.end() - match.start() >= least]


def _prose(lines: list[list[Piece]], at: float) -> bool:
    left = [n for line in lines if (n := sum(along(p).right <= at for p in line))]
    right = [n for line in lines if (n := sum(along(p).right > at for p in line))]
    return len(left) >= 3 and len(right) >= 3 and median(left) >= PROSE and median(right) >= PROSE


def _paragraphs(lines: list[list[Piece]]) -> list[list[list[Piece]]]:
    blocks: list[list[list[Piece]]] = [[lines[0]]]
    for above, line in pairwise(lines):
        bottom = median(along(p).bottom for p in above)
        top = median(along(p).top for p in line)
        height = median(along(p).bottom - along(p).top for p in line)
        if top - bottom > 0.9 * height:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _write(blocks: list[list[list[Piece]]]) -> tuple[str, tuple[Word, ...]]:
    text: list[str] = []
    words: list[Word] = []
    at = 0
    held: Piece | None = None  # the first half of a word that its line end cuts

    def put(value: str) -> None:
        nonlocal at
        text.append(value)
        at += len(value)

    def word(value: str, boxes: tuple[Box, ...], piece: Piece) -> None:
        words.append(Word(value, at, boxes, round(piece.confidence, 3), piece.ocr, piece.turn))
        put(value)

    for number, block in enumerate(blocks):
        for line_number, line in enumerate(block):
            ordered = _reading(line)
            for position, piece in enumerate(ordered):
                if held is not None:
                    word(_mended(held.text, piece.text), (held.box, piece.box), piece)
                    held = None
                else:
                    if text and position == 0:
                        put("\n\n" if line_number == 0 and number else "\n")
                    elif position:
                        put(" ")
                    last = position == len(ordered) - 1 and line_number + 1 < len(block)
                    if last and _cut(piece, _reading(block[line_number + 1])[0]):
                        held = piece
                    else:
                        word(piece.text, (piece.box,), piece)
    return "".join(text), tuple(words)


def _reading(line: list[Piece]) -> list[Piece]:
    """A line in the order it is read: from the right where most of its letters are of a script that runs so."""
    letters = "".join(piece.text for piece in line)
    right = sum(unicodedata.bidirectional(c) in ("R", "AL") for c in letters)
    return line[::-1] if right * 2 > sum(c.isalpha() for c in letters) else line


def _cut(piece: Piece, following: Piece) -> bool:
    hyphen = piece.glued or (len(piece.text) > 2 and piece.text[-1] in "-\u2010\u00ad\u00ac")
    return hyphen and len(piece.text) > 1 and piece.text[-2].isalpha() and following.text[:1].isalpha()


def _mended(first: str, second: str) -> str:
    bare = first[:-1] if first[-1] in "-\u2010\u00ad\u00ac" else first
    return f"{bare}-{second}" if second[:1].isupper() and not bare.isupper() else bare + second
