"""A text as words with their places: what every finder of names reads.

Words keep their offsets in code points. `Words` also answers what lies around a word: the gap to the next, whether a
sentence begins there, whether its line is written in capitals.
"""

import re
from dataclasses import dataclass

from sar_service.documents.names import WORD, fold, without_possessive

_GAP = re.compile(r"[ \t\u00a0\u00ad]{0,4}(?:\r?\n[ \t\u00a0]{0,8})?\Z")
_DIGITS = re.compile(r"[ \t(,]{0,3}(\d{1,4})")
_AS_SPACE = dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_AS_LINE = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")
_AS_HYPHEN = dict.fromkeys([0x2010, 0x2011], "-")
_PLAIN = str.maketrans({**_AS_SPACE, **_AS_LINE, **_AS_HYPHEN})
_LONE_HALF = re.compile("[\ud800-\udfff]")
_PROSE = 40  # characters from which a line is taken for one that was broken to fit, not for an entry of a list
_ENDS = '.!?:;\n\r\t•|>"“‘([*'


def level(text: str) -> str:
    """The text with one plain character for every odd one, so that places in it stay the same.

    Spaces and line ends of other kinds become a space and a line feed, and halves of a surrogate pair, which no
    model can read, the replacement character.
    """
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    if text.isascii() and "\x0b" not in text and "\x0c" not in text:
        return text
    return _LONE_HALF.sub("\ufffd", text.translate(_PLAIN))


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named in a text, before it is settled who.

    `candidates` are numbers of people in the roster with the best evidence; empty where no one in the roster fits.
    `form` says how the name is written; `sure` is 0 to 1.
    """

    start: int
    end: int
    candidates: tuple[int, ...]
    form: str
    sure: float
    rule: str = "roster"
    title: str = ""


class Words:
    """The words of one text in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.surface: list[str] = []
        self.start: list[int] = []
        add, at = self.surface.append, self.start.append
        for found in WORD.finditer(text):
            add(found.group())
            at(found.start())
        known: dict[str, str] = {}
        for surface in set(self.surface):
            known[surface] = fold(without_possessive(surface))
        self._folded = [known[surface] for surface in self.surface]

    def __len__(self) -> int:
        return len(self.surface)

    def end(self, index: int) -> int:
        """Where a word ends, exclusive."""
        return self.start[index] + len(self.surface[index])

    def gap(self, index: int) -> str:
        """What lies between a word and the next one (up to 24 characters), or a line feed pair at the end."""
        if index < 0 or index + 1 >= len(self.surface):
            return "\n\n"
        return self.text[self.end(index) : min(self.start[index + 1], self.end(index) + 24)]

    def joined(self, index: int) -> bool:
        """Whether only spaces and at most one line end part a word from the next."""
        gap = self.gap(index)
        return gap == " " or bool(_GAP.match(gap))

    def runs_on(self, index: int) -> bool:
        """Whether a word and the next are written as parts of one name: a space or two, or the end of a long line."""
        gap = self.gap(index)
        if gap in (" ", "  "):
            return True
        if gap.strip() or gap.count("\n") != 1:
            return False
        end = self.end(index)
        labels = self.text[self.end(index + 1) : self.end(index + 1) + 2].lstrip(" ")[:1] in (":", "\t", "|")
        return not labels and end - (self.text.rfind("\n", 0, end) + 1) >= _PROSE

    def folded(self, index: int) -> str:
        """A word as `names.fold` writes it, or an empty string outside the text."""
        return self._folded[index] if 0 <= index < len(self._folded) else ""

    def having(self, folded: frozenset[str]) -> list[int]:
        """The places of all words that are one of some folded words."""
        return [index for index, word in enumerate(self._folded) if word in folded]

    def before(self, index: int) -> tuple[str, str]:
        """The two folded words before, nearest last; empty where the sentence starts between."""
        near = self.folded(index - 1) if not self.starts(index) else ""
        far = self.folded(index - 2) if near and not self.starts(index - 1) else ""
        return far, near

    def after(self, index: int) -> tuple[str, str]:
        """The two folded words after, nearest first; a number counts as a word, a sentence end gives nothing."""
        end = self.end(index)
        number = _DIGITS.match(self.text, end, end + 9)
        if number:
            return number.group(1), ""
        if any(mark in ".!?\n" for mark in self.gap(index).strip(" \t")):
            return "", ""
        return self.folded(index + 1), self.folded(index + 2)

    def starts(self, index: int) -> bool:
        """Whether a word begins a sentence, a line, a quotation or a cell."""
        at = self.start[index]
        back = self.text[max(0, at - 6) : at].rstrip(" \u00a0")
        if not back:
            return at < 6 or not self.text[max(0, at - 6) : at].strip()
        if back[-1] == "." and index and len(self.surface[index - 1]) <= 2:  # an initial or "Dr."
            return False
        return back[-1] in _ENDS or (back.endswith(("- ", "-")) and not back.endswith(tuple("abcdefgh")))

    def apart(self, index: int) -> bool:
        """Whether a comma, a dash, a colon or the end of the line follows a word."""
        gap = self.text[self.end(index) : self.end(index) + 3]
        return not gap.strip() or gap[0] in ",:\n\r" or gap[:2] in (" -", " –", " —")

    def capital(self, index: int) -> bool:
        """Whether a word is written with a capital first."""
        return 0 <= index < len(self.surface) and self.surface[index][0].isupper()

    def shouted(self, index: int) -> bool:
        """Whether a word of capitals stands among words of capitals, as in a heading."""
        if not self.surface[index].isupper() or len(self.surface[index]) < 2:
            return False
        around = [k for k in (index - 1, index + 1) if 0 <= k < len(self.surface)]
        return any(self.surface[k].isupper() and len(self.surface[k]) > 1 for k in around)
