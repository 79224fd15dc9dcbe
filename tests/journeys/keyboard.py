"""Somebody who has no mouse: whatever a journey presses, ticks, chooses or types into is reached with the Tab key.

`by_keyboard` changes how one page of Playwright's does these things. What cannot be reached, or shows nowhere that it
has been reached, is an error that names it.
"""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

FURTHEST = 1500  # presses of Tab after which something is out of reach
HERE = "(it) => it === document.activeElement"
GROUP = (
    "(it) => it.type === 'radio' && document.activeElement.name === it.name && document.activeElement.form === it.form"
)
SEEN = """(it) => {
  const drawn = (style) => style.outlineStyle !== 'none' || style.boxShadow !== 'none'
  return drawn(getComputedStyle(it)) || drawn(getComputedStyle(it.nextElementSibling || it, '::before'))
}"""
_keyed: set[Page] = set()


def by_keyboard(page: Page) -> None:
    """From now on everything that a journey does at this page is done with keys."""
    _keyed.add(page)


class OutOfReach(AssertionError):
    """Something on a page that no key leads to."""


def reach(it: Locator) -> None:
    """Move to something with Tab. Of buttons of which one is chosen the group is reached, as browsers do it."""
    page, handle = it.page, it.element_handle()
    for _ in range(FURTHEST):
        if handle.evaluate(HERE) or handle.evaluate(GROUP):
            break
        page.keyboard.press("Tab")
    else:
        raise OutOfReach(f"no key leads to {handle.evaluate('(it) => it.outerHTML.slice(0, 200)')}")
    if handle.evaluate(HERE) and not handle.evaluate(SEEN):
        raise OutOfReach(f"nothing shows that this is reached: {handle.evaluate('(it) => it.outerHTML.slice(0, 200)')}")


def _click(it: Locator) -> None:
    reach(it)
    it.page.keyboard.press("Enter")


def _check(it: Locator) -> None:
    reach(it)
    for _ in range(40):  # past the others of its group
        if it.is_checked():
            return
        it.page.keyboard.press("Space" if it.evaluate(HERE) else "ArrowDown")
    raise OutOfReach(f"keys do not choose {it.evaluate('(it) => it.outerHTML.slice(0, 200)')}")


def _fill(it: Locator, words: str) -> None:
    reach(it)
    it.page.keyboard.press("Control+A")
    it.page.keyboard.press("Delete")
    it.page.keyboard.insert_text(words)


def _select(it: Locator, value: str) -> None:
    reach(it)
    it.page.keyboard.press("Home")
    for _ in range(200):
        if it.input_value() == value:
            return
        it.page.keyboard.press("ArrowDown")
    raise OutOfReach(f"keys do not choose {value} in {it.evaluate('(it) => it.outerHTML.slice(0, 200)')}")


def _either(name: str, keys: Callable[..., None]) -> None:
    usual = getattr(Locator, name)

    def do(it: Locator, *given: Any, **more: Any) -> Any:
        return keys(it, *given) if it.page in _keyed else usual(it, *given, **more)

    setattr(Locator, name, do)


for _name, _keys in (("click", _click), ("check", _check), ("fill", _fill), ("select_option", _select)):
    _either(_name, _keys)
