"""Finding withheld strings in a text however it is spelt out: any case, spacing, hyphenation or letter-spacing.

Text read by OCR is also matched with one letter wrong. Where the text comes from is in `verify`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ahocorasick_rs import AhoCorasick, MatchKind
from rapidfuzz import process
from rapidfuzz.distance import OSA

from sar_service.domain.errors import InvalidInput

HYPHENS = frozenset("-\u00ad\u2010\u2011\u2012\u2013\ufffe\u00ac")
UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufffe")
SHORT = 4  # letters below which initials must stand apart as they are written: "L.B." is no "lb"
LONG = 7  # letters from which a word is found with any spaces in it; "may or" is no "Mayor"
FUZZY = 6  # letters from which OCR text may have one wrong
BETWEEN = 24  # characters of spacing and punctuation that may stand between two words of one string
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Needle:
    """A withheld string: its folded letters and digits, and after which of them a word ends."""

    number: int  # its place in the caller's list, from 0
    string: str
    folded: str
    ends: frozenset[int]

    @property
    def words(self) -> int:
        return len(self.ends) + 1


class Matcher:
    """The withheld strings, ready to be looked for in any number of texts.

    Raises InvalidInput for a string with fewer than two letters or digits, which would be found on every page.
    """

    def __init__(self, strings: Sequence[str]) -> None:
        if len(strings) > MOST:
            raise InvalidInput(f"there are more than {MOST} withheld strings")
        self.needles = [_needle(number, string) for number, string in enumerate(strings)]
        self._finder = AhoCorasick([n.folded for n in self.needles], matchkind=MatchKind.Standard)
        self._fuzzy = [n for n in self.needles if sum(c.isalpha() for c in n.folded) >= FUZZY]
        self._widest = max((n.words for n in self._fuzzy), default=0)

    def found(self, text: str) -> list[Needle]:
        """The strings that stand in the text, each once, in the order of the list."""
        places: list[int] = []
        hits: dict[int, Needle] = {}
        for index, start, end in self._finder.find_matches_as_indexes(fold(text), overlapping=True):
            places = places or _places(text)
            needle = self.needles[index]
            if needle.number not in hits and _stands(text, places[start:end], needle):
                hits[needle.number] = needle
        return [hits[number] for number in sorted(hits)]

    def nearly(self, text: str, known: str = "") -> list[Needle]:
        """The long strings that stand in an OCR reading with at most one letter wrong, missing, added or swapped.

        A word that `known`, the page's own text, has just so is no misreading and is not counted.
        """
        if not self._fuzzy:
            return []
        words = [word for word in (fold(part) for part in text.split()) if word]
        fine = {word for word in (fold(part) for part in known.split()) if word}
        hits: dict[int, Needle] = {}
        for width in range(1, self._widest + 1):
            wanted = [needle for needle in self._fuzzy if needle.words == width]
            windows = {
                "".join(words[at : at + width])
                for at in range(len(words) - width + 1)
                if not all(word in fine for word in words[at : at + width])
            }
            chosen = [window for window in windows if len(window) >= FUZZY - 1]
            for needle in wanted if chosen else ():
                near = process.extractOne(needle.folded, chosen, scorer=OSA.distance, score_cutoff=1)
                if near is not None and _same_digits(needle.folded, str(near[0])):
                    hits[needle.number] = needle
        return [hits[number] for number in sorted(hits)]


def _needle(number: int, string: str) -> Needle:
    folded, places = fold(string), _places(string)
    if len(folded) < 2:
        raise InvalidInput(f"string {number + 1} is too short to be looked for: it needs two letters or digits")
    ends = set()
    for at in range(1, len(folded)):
        between = string[places[at - 1] + 1 : places[at]]
        if any(not (c in HYPHENS or c in UNSEEN) and not c.isalnum() and not unicodedata.combining(c) for c in between):
            ends.add(at)
    return Needle(number, string, folded, frozenset(ends))


class _Folding(dict[int, str]):
    """For `str.translate`: every character's folded letters and digits, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code)).casefold()
        self[code] = "".join(part for part in (STROKES.get(p, p) for p in parts) if part.isalnum())
        return self[code]


STROKES = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t"}  # letters that no normal form takes apart
FOLDING = _Folding()


def fold(text: str) -> str:
    """The letters and digits of a text, without case, accents, spacing or punctuation."""
    return text.translate(FOLDING)


def _places(text: str) -> list[int]:
    """Where in the text each character of `fold(text)` came from."""
    return [place for place, character in enumerate(text) for _part in FOLDING[ord(character)]]


def _stands(text: str, places: Sequence[int], needle: Needle) -> bool:
    """Whether a run of letters is the string itself and not a part of other words."""
    first, last = places[0], places[-1]
    if _joined(text, first, -1) or _joined(text, last, 1):
        return False
    gaps = [text[one + 1 : two] if two > one else "" for one, two in pairwise(places)]
    start = 0
    for end in (*sorted(needle.ends), len(places)):
        if not _one_word(needle.folded[start:end], gaps[start : end - 1]):
            return False
        start = end
    if len(needle.folded) < SHORT and not all(gaps[end - 1] for end in needle.ends):
        return False
    return all(len(gaps[end - 1]) <= BETWEEN for end in needle.ends)


def _joined(text: str, place: int, step: int) -> bool:
    """Whether the letter at `place` goes on into another: letter to letter or digit to digit, over unseen signs."""
    other = place + step
    while 0 <= other < len(text) and (text[other] in UNSEEN or unicodedata.combining(text[other])):
        other += step
    if not 0 <= other < len(text):
        return False
    one, two = text[place], text[other]
    return (one.isalpha() and two.isalpha()) or (one.isdigit() and two.isdigit())


def _one_word(word: str, gaps: Sequence[str]) -> bool:
    """Whether what parts the letters of one word leaves it one word."""
    marks = [gap for gap in gaps if gap and not all(unicodedata.combining(c) for c in gap)]
    if not marks:
        return True
    if any(character.isdigit() for character in word):
        return all(len(gap) <= 4 for gap in marks)
    if all(_hyphen(gap) for gap in marks):
        return True
    if not all(all(c.isspace() or c in HYPHENS or c in UNSEEN for c in gap) and len(gap) <= BETWEEN for gap in marks):
        return False
    # letters set apart one by one, or a word too long to come about by chance
    return len(word) >= LONG or (len(marks) == len(gaps) and len(word) >= 3)


def _hyphen(gap: str) -> bool:
    return any(c in HYPHENS for c in gap) and all(c in HYPHENS or c in UNSEEN or c.isspace() for c in gap)


def _same_digits(one: str, two: str) -> bool:
    """A wrong letter is a misreading; another digit, in a string that has some, is another number."""
    digits = re.sub(r"\D", "", one)
    return not digits or digits == re.sub(r"\D", "", two)
