"""Looking for the same words in many texts, whatever their spacing and their case, at the bounds of words."""

import re
from collections.abc import Iterator

# Letters that a search without regard to case takes for one another, and `str.casefold` does not.
_ALIKE = str.maketrans({"\u0130": "i", "\u0131": "i"})


def plainly(text: str) -> str:
    """A text in such letters that words found in it whatever the case stand in it: quick to ask, never too strict."""
    return text.translate(_ALIKE).casefold()


class Phrase:
    """Some words to look for. It finds nothing if there are none."""

    def __init__(self, words: str) -> None:
        parts = words.split()
        self._longest = plainly(max(parts, key=len, default=""))
        self._pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, parts)) + r"(?!\w)", re.IGNORECASE)

    def places(self, text: str, plain: str | None = None) -> Iterator[tuple[int, int]]:
        """Where the words stand: start and end (exclusive) in code points.

        `plain` is `plainly(text)`, for whoever looks for many phrases in one text.
        """
        if self._longest and self._longest in (plainly(text) if plain is None else plain):
            for match in self._pattern.finditer(text):
                yield match.span()
