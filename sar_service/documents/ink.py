"""Ink on a page's picture: where there are strokes that may be letters, and how many of them no word explains.

Rules, box borders and even fills are no ink in this sense. What is done about it is in `text` and `verify`.
"""

from collections.abc import Sequence

import numpy

from .pages import Box
from .pdf import Pixels

UNEXPLAINED = 200  # pixels at 110 dots to the inch that no word stands on, from which a person should look
RULE = 0.35  # inches from which a straight stroke is a rule and no letter
EDGE = 40  # grey levels
FAINT = 14  # grey levels of pencil, a worn copy or print in pale grey: a person reads it, OCR mostly does not


def unexplained(strokes: Pixels, boxes: Sequence[Box], *, dpi: float) -> int:
    """How many pixels of `ink` lie outside the words' boxes, which are in points."""
    left_over = strokes.copy()
    scale = dpi / 72
    for box in boxes:
        rise = 0.25 * (box.bottom - box.top)
        top, bottom = int(max(0, (box.top - rise) * scale)), int(max(0, (box.bottom + rise) * scale)) + 1
        left, right = int(max(0, (box.left - 1.5) * scale)), int(max(0, (box.right + 1.5) * scale)) + 1
        left_over[top:bottom, left:right] = False
    return int(left_over.sum())


def ink(picture: Pixels, dpi: float, *, edge: int = EDGE) -> Pixels:
    """Where there are edges of at least `edge` levels that are neither a rule nor the border of a filled box."""
    across = numpy.zeros(picture.shape, dtype=bool)
    down = numpy.zeros(picture.shape, dtype=bool)
    across[:, 1:] = numpy.abs(numpy.diff(picture, axis=1)) >= edge
    down[1:, :] = numpy.abs(numpy.diff(picture, axis=0)) >= edge
    length = max(8, int(RULE * dpi))
    # an edge along a straight line is a run in one direction; letters have short ones only
    upright = _runs(across.T, length).T
    level = _runs(down, length)
    return (across & ~upright) | (down & ~level)


def _runs(mask: Pixels, length: int) -> Pixels:
    """The pixels of runs along the rows that are at least so long.

    A run is first worn down to its starts, then grown back, in steps that double: few passes over the picture.
    """
    if mask.shape[1] < length:
        return numpy.zeros_like(mask)
    starts, reach = mask.copy(), 1
    while reach < length:
        step = min(reach, length - reach)
        starts[:, :-step] &= starts[:, step:]
        starts[:, -step:] = False
        reach += step
    grown, reach = starts, 1
    while reach < length:
        step = min(reach, length - reach)
        wider = grown.copy()
        wider[:, step:] |= grown[:, :-step]
        grown = wider
        reach += step
    return grown
