"""Reading the words in a picture with tesseract, with limits on size and time, upright or turned.

What a page's words are in the end, read or carried by the file, is decided in `text`.
"""

import csv
import functools
import io
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy
from PIL import Image

from sar_service.domain.errors import InvalidInput, Refused

from .pages import Box
from .places import Grid

DPI = 200  # what pages are read at: 150 loses a tenth of the names on poor scans
FINER = 300  # a second try where the first was not sure
UNSURE = 0.6  # mean confidence below which a picture is tried turned
LEAST = 0.25  # confidence below which a reading is noise
SURE = 0.6  # confidence from which a word read in pale strokes is one
STRETCH = 6  # times the contrast in which pale strokes are read
PIXELS = 40_000_000
LANGUAGES = re.compile(r"[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class Read:
    """A word read from a picture: its box in pixels, how sure (0..1), and its line in the reader's own order."""

    text: str
    box: Box
    confidence: float
    line: tuple[int, int, int]
    turn: int = 0  # the direction it reads in, in degrees clockwise: 0, 90, 180 or 270


def read(
    picture: Image.Image, *, dpi: int = DPI, languages: str = "eng", seconds: float = 60, turn: bool = True
) -> list[Read]:
    """The words in a picture. `turn` also tries it turned if little sense comes of it upright.

    Raises Refused over the limit of pixels or time, InvalidInput for a language that is not installed.
    """
    if picture.width * picture.height > PIXELS:
        raise Refused("a picture in it is too large to be read")
    words = _read(picture, dpi, languages, seconds)
    if not turn or (_sense(words) >= UNSURE * max(1, len(words)) and len(words) >= 3) or _blank(picture):
        return words
    best = words
    for degrees in (90, 270, 180):
        turned = _read(picture.rotate(-degrees, expand=True), dpi, languages, seconds)
        if _sense(turned) > 1.3 * _sense(best):
            best = [_back(word, degrees, picture.width, picture.height) for word in turned]
    return best


@functools.cache
def installed() -> frozenset[str]:
    """The languages that tesseract can read here; empty if it is not installed."""
    if shutil.which("tesseract") is None:
        return frozenset()
    found = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    return frozenset(found.stdout.split("\n")[1:]) - {""}


def check_languages(languages: str) -> None:
    """Raises InvalidInput if one of "eng+pol" is not installed, or tesseract is not."""
    if not installed():
        raise InvalidInput("the program tesseract is not installed: pictures cannot be read without it")
    if not LANGUAGES.fullmatch(languages) or (missing := set(languages.split("+")) - installed()):
        what = ", ".join(sorted(missing)) if LANGUAGES.fullmatch(languages) else languages
        raise InvalidInput(f"tesseract has no language '{what}': install it or name another")


def pale(picture: Image.Image, *, dpi: int = DPI, languages: str = "eng") -> list[Read]:
    """The words in what is almost as light as the paper: pencil, a worn copy, grey print. Only sure ones, since
    paper turned up in contrast is full of specks.
    """
    grey = picture.convert("L")
    paper = max(64, int(numpy.median(numpy.asarray(grey))))
    strong = grey.point([max(0, min(255, round(255 - (paper - level) * STRETCH))) for level in range(256)])
    words = read(strong, dpi=dpi, languages=languages, turn=False)
    return [word for word in words if word.confidence >= SURE and sum(c.isalnum() for c in word.text) >= 3]


def scaled(word: Read, scale: float) -> Read:
    """The same word with its box in another unit."""
    box = word.box
    return Read(
        word.text,
        Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale),
        word.confidence,
        word.line,
        word.turn,
    )


def join(first: Sequence[Read], second: Sequence[Read]) -> list[Read]:
    """Two readings of one picture, in points: of words in one place the surer, and every other word."""
    places = Grid(first)
    dropped: set[int] = set()
    added: list[Read] = []
    for word in second:
        rivals = [other for other in places.near(word) if id(other) not in dropped]
        if word.confidence * len(word.text) > sum(rival.confidence * len(rival.text) for rival in rivals):
            dropped.update(id(rival) for rival in rivals)
            added.append(word)
    return [word for word in first if id(word) not in dropped] + added


def _read(picture: Image.Image, dpi: int, languages: str, seconds: float) -> list[Read]:
    data = io.BytesIO()
    picture.convert("L").save(data, "PPM")
    try:
        done = subprocess.run(
            ["tesseract", "stdin", "stdout", "--psm", "3", "--dpi", str(dpi), "-l", languages, "tsv"],
            input=data.getvalue(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"reading a picture in it took longer than {int(seconds)} seconds") from None
    except FileNotFoundError:
        raise InvalidInput("the program tesseract is not installed: pictures cannot be read without it") from None
    if done.returncode != 0:
        raise Refused("a picture in it could not be read: tesseract stopped")
    return _words(done.stdout.decode("utf-8", "replace"))


def _words(table: str) -> list[Read]:
    words: list[Read] = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row["level"] != "5" or not text:
            continue
        confidence = float(row["conf"]) / 100
        if confidence < LEAST or not any(character.isalnum() for character in text):
            continue
        left, top = int(row["left"]), int(row["top"])
        box = Box(left, top, left + int(row["width"]), top + int(row["height"]))
        line = (int(row["block_num"]), int(row["par_num"]), int(row["line_num"]))
        words.append(Read(text, box, confidence, line))
    return _directed(words)


def _directed(words: Sequence[Read]) -> list[Read]:
    """The words with the direction their line reads in: tesseract reads upright lines and says nothing of it."""
    lines: dict[tuple[int, int, int], list[Read]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    turns = {key: _direction(line) for key, line in lines.items()}
    sure = Counter(turn for turn in turns.values() if turn is not None)
    usual = max((turn for turn in sure if turn % 180), key=lambda turn: sure[turn], default=270)
    out = []
    for word in words:
        turn = turns[word.line]
        if turn is None:
            box = word.box
            high = box.bottom - box.top > 1.4 * (box.right - box.left) and len(word.text) > 2
            turn = usual if high else 0
        out.append(replace(word, turn=turn))
    return out


def _direction(line: Sequence[Read]) -> int | None:
    """Which way the words of a line follow each other; None for a single word."""
    if len(line) < 2:
        return None
    first, last = line[0].box, line[-1].box
    across = last.left + last.right - first.left - first.right
    down = last.top + last.bottom - first.top - first.bottom
    if abs(across) >= abs(down):
        return 0 if across >= 0 else 180
    return 90 if down > 0 else 270


def _sense(words: Sequence[Read]) -> float:
    """How much sense a reading makes: sure words of some length count, single letters do not."""
    return sum(word.confidence for word in words if sum(c.isalpha() for c in word.text) >= 3 or word.confidence > 0.9)


def _blank(picture: Image.Image) -> bool:
    darkest, lightest = picture.convert("L").getextrema()
    return float(lightest) - float(darkest) < 24  # type: ignore[arg-type]


def _back(word: Read, degrees: int, width: int, height: int) -> Read:
    """A word's box in the picture as it was before it was turned clockwise by `degrees`."""
    box = word.box
    if degrees == 90:
        back = Box(box.top, height - box.right, box.bottom, height - box.left)
    elif degrees == 180:
        back = Box(width - box.right, height - box.bottom, width - box.left, height - box.top)
    else:
        back = Box(width - box.bottom, box.left, width - box.top, box.right)
    return Read(word.text, back, word.confidence, word.line, (word.turn - degrees) % 360)
