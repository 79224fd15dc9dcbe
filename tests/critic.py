"""A critic that reads a page of ours and says what is wrong with it; the test client shows it every page.

It knows the rules that can be read off the HTML alone. What needs a browser (contrast, focus, the security
policy at work) is asked in the journeys.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

import html5lib

BRANDS = (
    "govuk-header__logotype",
    "govuk-footer__crown",
    "govuk-crest",
    "copyright-logo",
    "GDS Transport",
    "crown-copyright",
)
NOT_TYPED = {"hidden", "submit", "button", "reset", "image"}
PLACEHOLDER_LINK = re.compile(r"\s*javascript:", re.IGNORECASE)
SVG = "{http://www.w3.org/2000/svg}"


@lru_cache(maxsize=4)
def read(html: str) -> tuple[Element, tuple[str, ...]]:
    """A page as a tree, and what is no HTML in it. Kept for a moment: whoever sees a page also sends its form."""
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    root = parser.parse(html)
    return root, tuple(_parse_fault(position, code) for position, code, _ in parser.errors)


def criticise(html: str) -> list[str]:
    """Everything wrong with a whole page, each as a sentence; an empty list means that nothing was found."""
    root, broken = read(html)
    faults = list(broken)
    everything = list(_elements(root))
    for rule in RULES:
        faults.extend(rule(root, everything))
    faults.extend(f"the page holds “{brand}”, which a council may not use" for brand in BRANDS if brand in html)
    return faults


def _parse_fault(position: tuple[int, int], code: str) -> str:
    return f"line {position[0]} is not valid HTML: {code}"


def _elements(root: Element) -> Iterator[Element]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _text(element: Element) -> str:
    """What a screen reader would say of an element: its text, and the alternatives of the pictures in it."""
    if element.get("aria-hidden") == "true":
        return ""
    parts = [element.text or ""]
    if element.tag == "img":
        parts.append(element.get("alt", ""))
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return " ".join(" ".join(parts).split())


def _name(element: Element) -> str:
    known = {key: element.get(key) for key in ("id", "name", "href", "type") if element.get(key)}
    return f"<{element.tag}{''.join(f' {key}={value!r}' for key, value in known.items())}>"


def document(root: Element, everything: list[Element]) -> Iterator[str]:
    """A page says its language and has a title of its own."""
    if not root.get("lang"):
        yield "the page does not say its language"
    titles = [element for element in everything if element.tag == "title"]
    if not titles or not _text(titles[0]).strip(" –-"):
        yield "the page has no title"
    elif re.match(r"(Error: )?\s*[–-]", _text(titles[0])):
        yield f"the title says nothing of this page: {_text(titles[0])!r}"


def headings(root: Element, everything: list[Element]) -> Iterator[str]:
    """Exactly one h1, no heading without words, no level skipped."""
    found = [element for element in everything if re.fullmatch(r"h[1-6]", str(element.tag))]
    count = sum(element.tag == "h1" for element in found)
    if count != 1:
        yield f"the page has {count} h1, and needs one"
    level = 0
    for element in found:
        if not _text(element):
            yield f"{_name(element)} has no words"
        here = int(str(element.tag)[1])
        if level and here > level + 1:
            yield f"heading {_text(element)!r} skips from level {level} to {here}"
        level = here


def landmarks(root: Element, everything: list[Element]) -> Iterator[str]:
    """One main part, where the link to skip to it leads."""
    count = sum(element.tag == "main" for element in everything)
    if count != 1:
        yield f"the page has {count} main parts, and needs one"


def identities(root: Element, everything: list[Element]) -> Iterator[str]:
    """No id twice, and nothing that points at an id which is not there."""
    counted = Counter(element.get("id") for element in everything if element.get("id") is not None)
    for identity, count in counted.items():
        if count > 1:
            yield f"the id {identity!r} is there {count} times"
    if "" in counted:
        yield "there is an empty id"
    for element in everything:
        for key in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for target in (element.get(key) or "").split():
                if target not in counted:
                    yield f"{_name(element)} points with {key} at {target!r}, which is not there"
        href = element.get("href", "")
        if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in counted:
            yield f"{_name(element)} leads to a place that is not on the page"


def controls(root: Element, everything: list[Element]) -> Iterator[str]:
    """Everything that can be filled, pressed or followed has a name."""
    labelled = {element.get("for") for element in everything if element.tag == "label" and _text(element)}
    wrapped = {id(inner) for outer in everything if outer.tag == "label" and _text(outer) for inner in outer.iter()}
    for element in everything:
        named = element.get("aria-label") or element.get("aria-labelledby") or element.get("title")
        typed = element.tag in {"select", "textarea"} or (
            element.tag == "input" and element.get("type", "text") not in NOT_TYPED
        )
        if typed and not (named or element.get("id") in labelled or id(element) in wrapped):
            yield f"{_name(element)} has no label"
        if typed and not element.get("name"):
            yield f"{_name(element)} has no name and would not be sent"
        pressed = element.tag in {"a", "button", "summary"} or element.tag == f"{SVG}a"
        if pressed and element.get("aria-hidden") != "true" and not (named or _text(element)):
            yield f"{_name(element)} has no words"


def behaviour(root: Element, everything: list[Element]) -> Iterator[str]:
    """Nothing that a strict Content-Security-Policy stops: inline styles, handlers, scripts without a nonce."""
    for element in everything:
        if element.get("style") is not None:
            yield f"{_name(element)} has a style of its own"
        if element.tag == "style":
            yield "the page has a style element"
        for key in element.attrib:
            if isinstance(key, str) and key.startswith("on"):
                yield f"{_name(element)} has the handler {key}"
        if element.tag == "script" and not element.get("src") and not element.get("nonce"):
            yield "a script has neither an address nor a nonce"
        for key in ("src", "href", "action", "formaction"):
            address = element.get(key) or ""
            if PLACEHOLDER_LINK.match(address):
                yield f"{_name(element)} runs a script as its address"
            loads = key == "src" or (element.tag == "link" and element.get("rel") != "canonical")
            if loads and re.match(r"(https?:)?//", address):
                yield f"{_name(element)} loads something from another place"


def pictures(root: Element, everything: list[Element]) -> Iterator[str]:
    """A picture has a text in its place, or says that it needs none."""
    for element in everything:
        if element.tag == "img" and element.get("alt") is None:
            yield f"{_name(element)} has no alt"
        if element.tag == f"{SVG}svg":
            said = element.get("aria-label") or element.get("aria-labelledby")
            if element.get("aria-hidden") != "true" and not said:
                yield "an SVG is neither hidden nor named"


def forms(root: Element, everything: list[Element]) -> Iterator[str]:
    """A form that sends POST carries its token; no form sends its fields in an address by accident."""
    for element in everything:
        if element.tag != "form":
            continue
        method = element.get("method", "").lower()
        names = {inner.get("name") for inner in element.iter() if isinstance(inner.tag, str)}
        if method not in {"get", "post", "dialog"}:
            yield f"{_name(element)} does not say how it is sent"
        if method == "post" and "csrf_token" not in names:
            yield f"{_name(element)} sends POST without a csrf_token"
        if method == "get" and "csrf_token" in names:
            yield f"{_name(element)} would put its csrf_token into the address"
        files = any(inner.tag == "input" and inner.get("type") == "file" for inner in element.iter())
        if files and element.get("enctype") != "multipart/form-data":
            yield f"{_name(element)} has a file, which would not be sent"


def tables(root: Element, everything: list[Element]) -> Iterator[str]:
    """A table has headings, and each says whether it is of a column or of a row."""
    for element in everything:
        if element.tag == "table":
            cells = [inner for inner in element.iter() if inner.tag == "th"]
            if not cells:
                yield "a table has no headings"
            if any(cell.get("scope") not in {"col", "row", "colgroup", "rowgroup"} for cell in cells):
                yield "a table has a heading without scope"


RULES = (
    document,
    headings,
    landmarks,
    identities,
    controls,
    behaviour,
    pictures,
    forms,
    tables,
)
