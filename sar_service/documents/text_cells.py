"""Where one cell of a table or form ends and the next begins: names in neighbouring cells are two people.

A page's text parts words by single spaces, so "Zofia" in one cell and "Wrona" in the next read as one name, and
whoever of the two should stay would go with the other.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from sar_service.documents.pages import Page

WIDE = 0.7  # of a word's height: wider than a space even in justified text, narrower than a cell's edges
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*(?:['\u2019]s)?")


def apart(page: Page, names: Iterable[str]) -> str:
    """The page's text with a tab for each space that is a wide gap between two words, one of them a word of `names`.

    Every offset stays what it was. Only between words written like names: a label and its value belong together.
    """
    known = {word.casefold() for name in names for word in name.split()}
    text = list(page.text)
    for word, following in pairwise(page.words):
        if following.start != word.end + 1 or page.text[word.end] != " " or word.turn or following.turn:
            continue
        left, right = word.boxes[-1], following.boxes[0]
        high = min(left.bottom - left.top, right.bottom - right.top)
        gap = max(right.left - left.right, left.left - right.right)  # either way of reading
        both = all(_NAME.fullmatch(part.text) and part.text[0].isupper() for part in (word, following))
        if gap > WIDE * high and both and (_of(word.text, known) or _of(following.text, known)):
            text[word.end] = "\t"
    return "".join(text)


def _of(word: str, known: set[str]) -> bool:
    return re.sub(r"['\u2019]s$", "", word).casefold() in known
