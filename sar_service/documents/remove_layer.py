"""The unseen text of a rebuilt page: the words that no box touches, and each label where its box is.

Words of one line get one height and clear gaps, so that whatever reads the file reads lines and not scattered words.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from .pages import Box, Page, Word
from .remove_write import Laid

TOUCH = 0.2  # of a word's height that a box must reach over for the word to count as touched
GAP = 0.2  # of a line's height between words


def layer(page: Page, boxes: Sequence[tuple[Box, str]]) -> list[Laid]:
    """What can be selected, searched and heard on the rebuilt page, in reading order. Boxes in points."""
    lines: list[list[Laid]] = [[]]
    told: set[int] = set()
    for number, word in enumerate(page.words):
        if number and "\n" in page.text[page.words[number - 1].end : word.start]:
            lines.append([])
        touched = [at for at, (box, _label) in enumerate(boxes) if any(touches(box, part) for part in word.boxes)]
        for at in touched:
            if at not in told:
                told.add(at)
                if boxes[at][1]:
                    lines[-1].append(Laid(boxes[at][1], boxes[at][0], word.turn, space=True))
        if not touched:
            lines[-1].append(Laid(word.text, word.boxes[0], word.turn, _space_after(page, word)))
    lines += [[Laid(label, box)] for at, (box, label) in enumerate(boxes) if at not in told and label]
    return [word for line in lines if line for word in _levelled(line)]


def touches(box: Box, word: Box) -> bool:
    """Whether so much of a word lies under a box that it must go; lines close above and below only brush it."""
    across = min(box.right, word.right) - max(box.left, word.left)
    down = min(box.bottom, word.bottom) - max(box.top, word.top)
    high, wide = word.bottom - word.top, word.right - word.left
    if across <= min(0.8, 0.1 * wide) or down <= 0:
        return False
    return down >= TOUCH * min(high, max(0.1, box.bottom - box.top))


def _levelled(line: list[Laid]) -> list[Laid]:
    """The words of an upright line on one base line; a slanting or turned line as it is."""
    if any(word.turn for word in line):
        return line
    high = median(word.box.bottom - word.box.top for word in line)
    bottom, top = max(word.box.bottom for word in line), min(word.box.top for word in line)
    if bottom - min(word.box.bottom for word in line) > 0.6 * high or bottom - top > 2 * high:
        return line
    out = []
    for word, following in zip(line, [*line[1:], None], strict=True):
        right = word.box.right
        if following is not None and following.box.left > word.box.left:
            right = min(right, following.box.left - GAP * high)
        out.append(replace(word, box=Box(word.box.left, top, max(right, word.box.left + 0.5), bottom)))
    return out


def _space_after(page: Page, word: Word) -> bool:
    return page.text[word.end : word.end + 1] == " "
