"""How deep the elements of a page lie inside each other, told from its tags before anything parses it.

A parser looks through all that is open with nearly every tag: thousands inside each other take it minutes.
"""

import re
from collections import Counter

MOST = 50_000_000  # what is open at each tag, added up; a long page of elements fifty deep comes to a fifth of it
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
# Those that have no end, and those that end by themselves where the next begins.
_ENDED = frozenset(
    [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody", "td",
        "tfoot", "th", "thead", "tr",
    ]
)  # fmt: skip

_CELL = ("td", "th")
_CELL_ENDS = frozenset([*_CELL, "tr", "tbody", "thead", "tfoot"])  # where one begins or ends, the cell before has ended


def too_deep(source: str) -> bool:
    """Would a parser take too long over this page?

    What was left open in a cell of a table ends with that cell, and nothing in it closes what lies outside.
    """
    page: Counter[str] = Counter()
    frames = [("", page)]  # the page, and each table and cell that is open, with what is open right in it
    depth = all_in_all = 0
    for ends, name in _TAG.findall(source):
        name = name.casefold()
        all_in_all += depth
        if all_in_all > MOST:
            return True
        kind, inside = frames[-1]
        if name in _CELL_ENDS:
            if kind == "cell":
                depth -= frames.pop()[1].total()
            if name in _CELL and not ends and frames[-1][0] == "table":
                frames.append(("cell", Counter()))
        elif name == "table" and not ends:
            frames.append(("table", Counter(table=1)))
            depth += 1
        elif name == "table":
            if kind == "cell":
                depth -= frames.pop()[1].total()
            if frames[-1][0] == "table":
                left = frames.pop()[1] - Counter(table=1)  # what lay between the cells stays open behind the table
                frames[-1][1].update(left)
                depth -= 1
        elif name in _ENDED:
            continue
        elif not ends:
            inside[name] += 1
            depth += 1
        elif inside[name]:
            inside[name] -= 1
            depth -= 1
    return False
