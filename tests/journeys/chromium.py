"""People at a real browser: somebody who opens pages and presses what stands on them, and finds fault with each.

Whatever a page writes on the console as a warning or an error, and every break of its own security policy, is kept in
`problems`; what axe finds is kept in `faults`.
"""

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from .keyboard import by_keyboard

BREACHES = """document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"""
PATIENCE = 180_000  # milliseconds until a part of a page that changes by itself is given up; nothing is measured by it
CLICK = 60_000


class Person:
    """One person at a window of their own, with scripts or without, with a mouse or without."""

    def __init__(self, chromium: Any, address: str, *, scripts: bool = True, mouse: bool = True) -> None:
        self.scripts = scripts
        self.context = chromium.new_context(base_url=address, java_script_enabled=scripts)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(CLICK)
        if not mouse:
            by_keyboard(self.page)
        self.problems: list[str] = []
        self.faults: dict[str, list[str]] = {}
        if scripts:
            self.page.add_init_script(BREACHES)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.path}: {error}"))
        self.page.on("response", self._answered)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{self.path}: {message.text}")

    def _answered(self, answer: Any) -> None:
        if answer.status >= 400:
            self.problems.append(f"{answer.status} {urlsplit(answer.url).path}")

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    @property
    def text(self) -> str:
        """Everything that can be read on the page."""
        return self.page.locator("body").inner_text()

    def open(self, path: str) -> None:
        self.page.goto(path)

    def look(self) -> None:
        """Have axe look at the page, once for each kind of page."""
        kind = "/".join("*" if any(ch.isdigit() for ch in part) else part for part in self.path.split("/"))
        if kind not in self.faults:
            found = Axe().run(self.page).response["violations"]
            self.faults[kind] = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]

    def found_faults(self) -> dict[str, list[str]]:
        """The kinds of page in which axe found something."""
        return {kind: found for kind, found in self.faults.items() if found}

    def follow(self, words: str) -> None:
        """Follow the first link with these words, and wait for the page behind it."""
        self.go(self.page.get_by_role("link", name=words))

    def go(self, link: Locator) -> None:
        """Follow the first of these links. Playwright's own click comes back before the page does."""
        with self.page.expect_navigation():
            link.first.click()

    def tab(self, words: str) -> None:
        """Go to another page of the case, and wait for it."""
        self.go(self.page.get_by_role("navigation", name="This case").get_by_role("link", name=words))

    def press(self, words: str, *, within: Locator | None = None) -> None:
        """Press the button that begins with these words, and wait for the page that answers."""
        place = within if within is not None else self.page.locator("main")
        with self.page.expect_navigation():
            place.locator("button:not([aria-hidden])", has_text=words).first.click()

    def sign_in(self, email: str, password: str) -> None:
        self.open("/staff/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.press("Sign in")

    def wait_live(self, script: str) -> None:
        """Wait until the page says so by itself. Fails if it had to be loaded again for that."""
        self.page.evaluate("window.stillHere = true")
        self.page.wait_for_function(script, timeout=PATIENCE)
        assert self.page.evaluate("window.stillHere") is True, f"{self.path} was loaded again"
