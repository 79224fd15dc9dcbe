"""How deep the elements of a page lie inside each other, told from its tags before anything parses it.

A parser looks through all that is open with nearly every tag: thousands inside each other take it minutes.
"""

import re

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


def too_deep(source: str) -> bool:
    """Would a parser take too long over this page?"""
    opened: dict[str, int] = {}
    depth = all_in_all = 0
    for ends, name in _TAG.findall(source):
        name = name.casefold()
        all_in_all += depth
        if all_in_all > MOST:
            return True
        if name in _ENDED:
            continue
        if not ends:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
        elif opened.get(name):
            opened[name] -= 1
            depth -= 1
    return False
