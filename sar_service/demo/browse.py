"""A small browser over HTTP: it opens pages, fills in the forms that stand on them, and keeps its cookie.

It sends what a page's own form holds, hidden fields included, so that whoever walks with it can do nothing that the
pages do not offer. It runs no scripts. What is clicked, and why, is in `walk.py`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

Answers = Mapping[str, str | Sequence[str]]
SECONDS = 120.0


class Unexpected(Exception):
    """A page is not what somebody following the service would see; says which page and what it said."""


@dataclass(frozen=True)
class Button:
    """A button of a form: its words, and the name and value that pressing it sends."""

    text: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page. `fields` holds what would be sent if nobody touched it."""

    id: str
    action: str
    method: str
    fields: Mapping[str, tuple[str, ...]]
    offered: Mapping[str, tuple[str, ...]]  # what a group of radio buttons, tick boxes or a select offers
    buttons: tuple[Button, ...]
    text: str

    @property
    def path(self) -> str:
        return urlsplit(self.action).path

    @property
    def words(self) -> str:
        """What its buttons say."""
        return " | ".join(button.text for button in self.buttons)

    def has(self, *names: str) -> bool:
        """Does the form ask for all of these?"""
        return all(name in self.fields or name in self.offered for name in names)


@dataclass
class Page:
    """An answer, read: its words, its links and its forms."""

    url: str
    status: int
    source: str
    tree: Any = field(repr=False)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def title(self) -> str:
        return _words(next(iter(self.tree.iter("title")), None))

    @property
    def text(self) -> str:
        """Everything a reader sees."""
        return _words(next(iter(self.tree.iter("body")), self.tree))

    @property
    def problem(self) -> str:
        """What the page says is wrong, in its error summary or as an error page; empty if nothing."""
        found = self.tree.xpath("//*[contains(@class, 'govuk-error-summary')]")
        if found:
            return _words(found[0])
        if self.status >= 400:
            main = self.tree.xpath("//main")
            return _words(main[0] if main else self.tree)[:500]
        return ""

    def links(self) -> list[tuple[str, str]]:
        """The words and the whole address of every link."""
        return [(_words(each), urljoin(self.url, each.get("href"))) for each in self.tree.iter("a") if each.get("href")]

    def forms(self) -> list[Form]:
        """Every form, in the order of the page."""
        return [_form(each, self.tree, self.url) for each in self.tree.iter("form")]

    def form(
        self,
        *names: str,
        button: str = "",
        path: str = "",
        identity: str = "",
        wanted: Callable[[Form], bool] | None = None,
    ) -> Form:
        """The first form that asks for these names, has this button and goes to this path. Raises Unexpected."""
        for each in self.forms():
            if (
                each.has(*names)
                and (not button or re.search(button, each.words, re.IGNORECASE))
                and (not path or re.search(path, each.path))
                and (not identity or each.id == identity)
                and (wanted is None or wanted(each))
            ):
                return each
        there = "; ".join(
            f"{f.path} ({', '.join(f.fields)}) [{' | '.join(b.text for b in f.buttons)}]" for f in self.forms()
        )
        raise Unexpected(f"{self.path}: no form with {names or 'any field'} {button} {path}. There are: {there}")


class Browser:
    """One visitor: the page they see, and their cookie."""

    def __init__(self, address: str) -> None:
        # A connection kept open between two steps may be closed by the server at the moment it is used again.
        alone = httpx.Limits(max_keepalive_connections=0)
        self.client = httpx.Client(base_url=address, follow_redirects=True, timeout=SECONDS, limits=alone)
        self.page: Page | None = None

    def close(self) -> None:
        self.client.close()

    def open(self, path: str) -> Page:
        """Open an address. Raises Unexpected if the answer is an error."""
        return self._take(self.client.get(path))

    def send(self, form: Form, answers: Answers | None = None, *, button: str = "", refused: bool = False) -> Page:
        """Send a form with these answers and this button. Raises Unexpected if it is not taken.

        With `refused` the answer must be a refusal instead.
        """
        answer = self._answer(form, answers or {}, button)
        page = self._take(answer, check=False)
        if refused != bool(page.problem):
            said = page.problem or "the page took what it should have refused"
            raise Unexpected(f"{form.path}: {said}")
        return page

    def fetch(self, form: Form, *, button: str = "") -> bytes:
        """Send a form that answers with a file. Raises Unexpected if it answers with a page."""
        answer = self._answer(form, {}, button)
        if answer.status_code != 200 or "attachment" not in answer.headers.get("Content-Disposition", ""):
            raise Unexpected(f"{form.path}: no file came back, but an answer with status {answer.status_code}")
        return answer.content

    def _answer(self, form: Form, answers: Answers, button: str) -> httpx.Response:
        data: dict[str, list[str]] = {name: list(values) for name, values in form.fields.items()}
        for name, value in answers.items():
            data[name] = [value] if isinstance(value, str) else list(value)
        pressed = next((b for b in form.buttons if re.search(button, b.text, re.IGNORECASE)), None) if button else None
        if button and pressed is None:
            raise Unexpected(f"{form.path}: there is no button {button!r}")
        if pressed is None and form.buttons:
            pressed = form.buttons[0]
        if pressed is not None and pressed.name:
            data[pressed.name] = [pressed.value]
        if form.method == "get":
            return self.client.get(form.action, params=data)
        headers = {"Referer": self.page.url if self.page is not None else form.action}
        return self.client.post(form.action, data=data, headers=headers)

    def _take(self, answer: httpx.Response, *, check: bool = True) -> Page:
        kind = answer.headers.get("Content-Type", "")
        if "html" not in kind:
            raise Unexpected(f"{answer.url.path}: not a page, but {kind or 'nothing'} (status {answer.status_code})")
        self.page = read_page(str(answer.url), answer.status_code, answer.text)
        if check and answer.status_code >= 400:
            raise Unexpected(f"{answer.url.path}: {self.page.problem}")
        return self.page


def read_page(url: str, status: int, source: str) -> Page:
    """A page from its source."""
    return Page(url, status, source, html.document_fromstring(source or "<html></html>"))


def _words(element: Any) -> str:
    if element is None:
        return ""
    parts: list[str] = []
    _collect(element, parts)
    return " ".join(" ".join(parts).split())


def _collect(element: Any, parts: list[str]) -> None:
    if not isinstance(element.tag, str) or element.tag in ("script", "style", "template"):
        return
    if element.text:
        parts.append(element.text)
    for child in element:
        _collect(child, parts)
        if child.tail:
            parts.append(child.tail)


def _form(form: Any, tree: Any, url: str) -> Form:
    fields: dict[str, list[str]] = {}
    offered: dict[str, list[str]] = {}
    buttons = []
    inside = list(form.iter("input", "textarea", "select", "button"))
    if form.get("id"):
        inside += [each for each in tree.xpath("//*[@form=$id]", id=form.get("id")) if each not in inside]
    for each in inside:
        name, kind = each.get("name") or "", (each.get("type") or "").lower()
        if each.tag == "button" or (each.tag == "input" and kind == "submit"):
            words = _words(each) if each.tag == "button" else each.get("value", "")
            buttons.append(Button(words, name, each.get("value", "")))
        elif not name or each.get("disabled") is not None or kind in ("file", "button", "reset"):
            continue
        elif each.tag == "textarea":
            text = each.text or ""
            fields.setdefault(name, []).append(text.removeprefix("\n"))
        elif each.tag == "select":
            options = [(o.get("value", _words(o)), o.get("selected") is not None) for o in each.iter("option")]
            offered.setdefault(name, []).extend(value for value, _ in options)
            chosen = [value for value, selected in options if selected]
            fields.setdefault(name, []).extend(chosen or [value for value, _ in options[:1]])
        elif kind in ("checkbox", "radio"):
            offered.setdefault(name, []).append(each.get("value", "on"))
            if each.get("checked") is not None:
                fields.setdefault(name, []).append(each.get("value", "on"))
        else:
            fields.setdefault(name, []).append(each.get("value", ""))
    return Form(
        id=form.get("id") or "",
        action=urljoin(url, form.get("action") or url),
        method=(form.get("method") or "get").lower(),
        fields={name: tuple(values) for name, values in fields.items()},
        offered={name: tuple(values) for name, values in offered.items()},
        buttons=tuple(buttons),
        text=_words(form),
    )
