"""A visitor: the test client as a person uses it, following redirects and sending forms with their hidden fields.

It is also a critic: every HTML answer is looked at by `tests/critic.py`, and its headers are checked.
"""

import contextvars
import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.services import team
from tests.critic import criticise, read


class Visitor:
    """One browser. `last` is the newest answer."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.last: TestResponse | None = None
        self.actor: Actor | None = None

    def sign_in(self, actor: Actor) -> None:
        """Begin a session as this member of staff, as signing in would."""
        self.actor = actor
        db.session.rollback()  # the session below has a transaction of its own, and must not wait for this one
        token = team.keep_session(
            None, {"_user_id": actor.id, "_fresh": True}, member_id=actor.id, now=self.app.config["NOW"]()
        )
        self.client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], token)

    def enter_portal(self, case_id: Any, contact: str = "") -> None:
        """Begin a session in the portal, as entering a good code would."""
        db.session.commit()
        db.session.rollback()
        data = {"portal_case": str(case_id), "portal_contact": contact}
        token = team.keep_session(None, data, member_id="", now=self.app.config["NOW"]())
        self.client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], token)

    def get(self, path: str, *, follow: bool = True, **options: Any) -> TestResponse:
        """Open a page."""
        db.session.remove()
        return self._look(self._ask(self.client.get, path, follow_redirects=follow, **options))

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True, **options: Any
    ) -> TestResponse:
        """Send a form to a path, with a good CSRF token but no other hidden fields."""
        db.session.remove()
        data = {"csrf_token": self.csrf(), **(data or {})}
        return self._look(self._ask(self.client.post, path, data=data, follow_redirects=follow, **options))

    def csrf(self) -> str:
        """A good CSRF token: that of the page last seen, or of the sign-in page."""
        if self.last is not None and self.last.mimetype == "text/html":
            text = self.last.text
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
            if found:
                return found[1]
        page = "/staff/sign-in" if self.actor is None else "/staff/"
        text = self._ask(self.client.get, page, follow_redirects=True).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        assert found, "no form with a CSRF token could be found"
        return found[1]

    def send(self, changes: dict[str, Any] | None = None, *, form: int | str = 0, follow: bool = True) -> TestResponse:
        """Send a form of the page last seen: by its place, or by words on its button. Its hidden fields go along."""
        assert self.last is not None
        forms = self.forms()
        if isinstance(form, str):
            chosen = next((each for each in forms if form in each["buttons"]), None)
            assert chosen is not None, f"no form has a button {form!r}; there are {[f['buttons'] for f in forms]}"
        else:
            chosen = forms[form]
        data = {**chosen["fields"], **(changes or {})}
        action = chosen["action"] or self.last.request.path
        if chosen["method"] == "get":
            return self.get(action, query_string=data, follow=follow)
        db.session.remove()
        return self._look(self._ask(self.client.post, action, data=data, follow_redirects=follow))

    def forms(self) -> list[dict[str, Any]]:
        """The forms of the page last seen, outside the page's own header."""
        assert self.last is not None
        tree, _ = read(self.last.text)
        header = next(iter(tree.iter("header")), None)
        mine = set(header.iter("form")) if header is not None else set()
        return [_form(form) for form in tree.iter("form") if form not in mine]

    def _ask(self, method: Any, *arguments: Any, **options: Any) -> TestResponse:
        """Send a request as from outside: the test's own application context does not reach into it."""

        def ask() -> TestResponse:
            answer: TestResponse = method(*arguments, **options)
            answer.get_data()  # a streamed answer is read here too, when its request is over
            return answer

        return contextvars.Context().run(ask)

    def _look(self, answer: TestResponse) -> TestResponse:
        self.last = answer
        if answer.mimetype == "text/html" and answer.text and not 300 <= answer.status_code < 400:
            faults = criticise(answer.text)
            assert not faults, f"{answer.request.path}: {faults}"
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            nonce = re.search(r"'nonce-([^']+)'", policy)
            for inline in re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", answer.text):
                assert nonce and f'nonce="{nonce[1]}"' in inline, f"{answer.request.path}: inline script without nonce"
        return answer


def _form(form: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for element in (each for each in form.iter() if each.tag in ("input", "textarea", "select")):
        name = element.get("name")
        if not name:
            continue
        if element.tag == "textarea":
            fields[name] = "".join(element.itertext())
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            fields[name] = [o.get("value", "") for o in chosen]
        elif element.get("type") in ("checkbox", "radio"):
            if element.get("checked") is not None:
                fields.setdefault(name, []).append(element.get("value", "on"))
        elif element.get("type") not in ("submit", "button", "file"):
            fields[name] = element.get("value", "")
    buttons = " | ".join(" ".join("".join(b.itertext()).split()) for b in form.iter("button"))
    return {
        "action": form.get("action") or "",
        "method": (form.get("method") or "get").lower(),
        "fields": fields,
        "buttons": buttons,
    }
