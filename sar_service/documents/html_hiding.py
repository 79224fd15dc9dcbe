"""Which elements of a web page a reader would not see: told so by themselves, or by the page's own style
sheets.

The walk over the page is in `convert_html`. Only what hides is understood here; how a page looks otherwise
is not.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import cssselect2
import tinycss2

_HIDING = re.compile(
    r"(?:^|;|\s)(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?(?=\s*(?:;|!|$))"
    r"|mso-hide\s*:\s*all|font-size\s*:\s*(?:0(?:\.\d+)?|1)(?:px|pt|em|rem|%)?(?=\s*(?:;|!|$))"
    r"|max-height\s*:\s*0(?:px)?(?=\s*(?:;|!|$))|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?:^|;|\s)color\s*:\s*(?:white|#fff(?:fff)?|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))(?=\s*(?:;|!|$))",
    re.IGNORECASE,
)
_GROUND = re.compile(r"background", re.IGNORECASE)


def hides(element: ElementTree.Element) -> str:
    """Why a reader would not see what is in this element, by its own attributes; empty where they would."""
    if element.get("hidden") is not None:
        return "text that is not shown"
    style = element.get("style") or ""
    if _HIDING.search(style):
        return "text that is not shown"
    colour = (element.get("color") or "").lower()
    if (_WHITE.search(style) and not _GROUND.search(style)) or colour in ("white", "#ffffff", "#fff"):
        return "white text"
    return ""


def hidden_by_sheet(tree: ElementTree.Element) -> set[int]:
    """The elements that the page's own style sheets hide, as the ids of elements of `tree`."""
    sheets = "\n".join("".join(style.itertext()) for style in tree.iter("style"))
    if not sheets or len(sheets) > 500_000:
        return set()
    selectors: list[Any] = []
    for prelude, content in _rules(tinycss2.parse_stylesheet(sheets, skip_comments=True, skip_whitespace=True)):
        declared = tinycss2.serialize(content)
        if not (_HIDING.search(declared) or (_WHITE.search(declared) and not _GROUND.search(declared))):
            continue
        try:
            selectors.extend(s for s in cssselect2.compile_selector_list(prelude) if s.pseudo_element is None)
        except cssselect2.SelectorError:
            continue
    if not selectors or len(selectors) > 500:
        return set()
    found = set()
    for wrapper in cssselect2.ElementWrapper.from_html_root(tree).iter_subtree():
        if any(selector.test(wrapper) for selector in selectors):
            found.add(id(wrapper.etree_element))
    return found


def _rules(nodes: list[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Every rule's selectors and declarations; those for other media than print hold too."""
    for node in nodes:
        if node.type == "qualified-rule":
            yield node.prelude, node.content
        elif node.type == "at-rule" and node.lower_at_keyword == "media" and node.content:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            yield from () if "print" in tinycss2.serialize(node.prelude) else _rules(inner)
