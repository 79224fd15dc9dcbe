"""Every form of every page, filled in wrongly: the answer is a page that says what to mend, and nothing is changed.

The forms are read off the pages, so that a new one is tried without being listed here. Each is sent with its answers
missing, with dates of five parts, with ten thousand letters, with ids of somebody else's, and with an old version.
"""

import contextvars
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import html5lib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.rights import Right
from sar_service.models import Case
from sar_service.services import letter_draft
from tests import factories, packs
from tests.browser import Visitor
from tests.critic import criticise
from tests.web.test_access import Doors, _of_a_case, _rules, doors

__all__ = ["doors"]

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAMED = re.compile(f"{ID.pattern}|(?<=/cases/)[^/?]+|(?<=/merging/)[^/?]+")  # what tells one case from another
HOUSE = {"csrf_token", "idempotency_key", "form"}  # what the page puts into every form itself

BESIDE = ("/staff/log", "/staff/find", "/managers/team", "/managers/systems/", "/staff/post", "/managers/workload")
NO_TEXT = "x\x00y\r\nBcc: everybody@example.org\r\n\ufdd0" + "Ä" * 400
TELLING = ("govuk-error-summary", "govuk-error-message", "govuk-heading-l", "govuk-heading-xl")


class Wrong:
    """Ways of filling a form in wrongly: each gives the fields to send, or None where it does not apply."""

    def __init__(self, foreign: list[str]) -> None:
        self.foreign = foreign

    def ways(self, fields: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        own = {name: value for name, value in fields.items() if name in HOUSE}
        asked = {name: value for name, value in fields.items() if name not in HOUSE}
        yield "nothing at all", own
        yield "every answer blank", own | dict.fromkeys(asked, "")
        yield "ten thousand letters", own | dict.fromkeys(asked, "ä" * 10_000)
        dates = [name for name in asked if name.endswith(("-day", "on", "_at", "-from", "-to"))]
        if dates:
            yield "five parts of a date", fields | {name: ["31", "31", "2", "2026", "99999"] for name in dates}
            yield "a date that is none", fields | dict.fromkeys(dates, "2026-02-31")
        if "version" in asked:
            yield "an old version", fields | {"version": "0"}
            yield "a version that is none", fields | {"version": "-1' OR 1=1"}
        ids = [
            name for name, value in asked.items() if ID.search(" ".join(value) if isinstance(value, list) else value)
        ]
        if ids:
            yield "somebody else's id", fields | dict.fromkeys(ids, self.foreign)
            yield "an id that is none", fields | dict.fromkeys(ids, "' --")
        yield "lists where one is asked for", own | {name: ["x", "y", "z"] for name in asked}
        for name in asked:  # the rest as it is on the page: one that is wrong hides what comes after it
            numbers = str(asked[name]).isdigit()
            yield f"what cannot be kept for {name}", fields | {name: "9" * 25 if numbers else NO_TEXT}


def send(visitor: Visitor, form: dict[str, Any], path: str, data: dict[str, Any]) -> TestResponse:
    db.session.rollback()
    action = form["action"] or path
    options: dict[str, Any] = {"query_string": data} if form["method"] == "get" else {"method": "POST", "data": data}
    return contextvars.Context().run(lambda: visitor.client.open(action, **options))


def fault(answer: TestResponse, way: str) -> str:
    """What is wrong with an answer to wrong input; "" where nothing is."""
    if answer.status_code >= 500:
        return f"broke: {answer.status_code}"
    if answer.status_code < 400 or answer.mimetype != "text/html":
        return ""
    told = "; ".join(criticise(answer.text))
    tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
    titles = " ".join(part.get("class", "") for part in tree.iter() if part.get("class"))
    if not any(each in titles for each in TELLING):
        told += " says nothing"
    if answer.status_code in (400, 409) and "govuk-error-summary" not in titles:
        told += " no error summary"
    return told


def try_everything(
    visitor: Visitor, paths: list[str], foreign: list[str], *, known: set[Any] | None = None
) -> tuple[list[str], int]:
    """Send every form of these pages in every wrong way; returns the faults and how many were sent.

    Forms that are `known` are left out, whichever case they are of; those that were tried are added.
    """
    faults, sent, known = [], 0, set() if known is None else known
    for path in paths:
        db.session.rollback()
        page = contextvars.Context().run(lambda path=path: visitor.client.get(path, follow_redirects=True))
        if page.status_code != 200 or page.mimetype != "text/html":
            continue
        visitor.last = page
        for form in visitor.forms():
            key = (NAMED.sub("*", form["action"] or path), tuple(sorted(form["fields"])))
            if key in known:
                continue
            known.add(key)
            for way, data in Wrong(foreign).ways(form["fields"]):
                answer = send(visitor, form, path, data)
                sent += 1
                wrong = fault(answer, way)
                if wrong:
                    faults.append(f"{form['action'] or path} [{form['buttons'][:30]}] with {way}: {wrong}")
    return faults, sent


def stages(case: Case, sent: Any, officer: Actor, second: Actor, now: datetime) -> Iterator[str]:
    """A case at the stages at which its pages hold other forms."""
    yield "found"
    letter_draft.begin(case, "progress", "We are still looking", actor=officer, now=now)
    db.session.commit()
    yield "with a letter begun"
    packs.decide_all(case, actor=officer, now=now)
    packs.sign(packs.again(case), officer=officer, second=second, now=now)
    yield "signed off"


def test_a_form_filled_in_wrongly_says_what_to_mend(
    doors: Doors, sent: Any, visit: Callable[..., Visitor], staff: Callable[..., Actor], now: datetime
) -> None:
    officer, second, visitor = staff("officer"), staff("officer"), visit("manager")
    elsewhere = factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    late = factories.a_case(now=now, received_on=(now - timedelta(days=60)).date())
    beside = [*BESIDE, f"/staff/cases/{late.reference}"]
    foreign = [str(elsewhere.id), str(packs.units.records(elsewhere, to_open=False)[0].id)]
    faults, tried = [], 0
    for stage in stages(db.session.get_one(Case, doors.case.id), sent, officer, second, now):
        doors.case = db.session.get_one(Case, doors.case.id)
        paths = [doors.address(rule) for rule, method in _of_a_case(doors.app) if method == "GET"]
        found, count = try_everything(visitor, [*paths, *beside], foreign)
        faults += [f"{stage}: {each}" for each in found]
        tried += count
    assert not faults, "\n".join(sorted(set(faults)))
    assert tried > 200


def test_a_form_of_the_public_filled_in_wrongly_says_what_to_mend(doors: Doors, stranger: Visitor) -> None:
    paths = ["/request/who", "/portal/enter", "/portal/code", "/staff/sign-in", "/request/check"]
    paths += [path for rule, method in _rules(doors.app) if method == "GET" and not rule.arguments
              for path in [rule.rule] if path.startswith(("/complaint", "/portal"))]  # fmt: skip
    faults, tried = try_everything(stranger, list(dict.fromkeys(paths)), [str(doors.case.id)])
    assert not faults, "\n".join(faults)
    assert tried > 10


WORDS = st.text(max_size=80) | st.sampled_from(["\x00", "../../etc/passwd", "%00", "A" * 5000, "null", "-1", "[]"])


def test_the_api_answers_whatever_it_is_asked(doors: Doors, visit: Callable[..., Visitor]) -> None:
    """Every route that the document of the API names, with anything for its parameters, by every method."""
    visitor = visit("manager")
    document = visitor.client.get("/api/v1/openapi.json").get_json()
    known = {rule.rule for rule, _method in _rules(doors.app) if rule.rule.startswith("/api/v1/")}
    named = {re.sub(r"\{(\w+)\}", r"<\1>", path) for path in document["paths"]} | {"/api/v1/openapi.json"}
    assert {re.sub(r"<\w+:", "<", rule) for rule in known} == named, "the document names other routes than there are"

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(document["paths"])))
        method = data.draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]))
        typed = data.draw(WORDS).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        address = re.sub(r"\{\w+\}", lambda _: typed.replace("/", "%2F").replace("?", "%3F") or "x", path)
        query = data.draw(st.dictionaries(st.text(max_size=12), WORDS, max_size=3))
        body = data.draw(st.none() | st.binary(max_size=60) | st.recursive(WORDS, st.lists, max_leaves=4))
        options: dict[str, Any] = {"json": body} if body is not None and not isinstance(body, bytes) else {"data": body}
        db.session.rollback()
        answer = contextvars.Context().run(
            lambda: visitor.client.open(address, method=method, query_string=query, **options)
        )
        declared = document["paths"][path].get(method.lower())
        assert answer.status_code < 500
        if declared is not None and answer.status_code != 308:
            assert str(answer.status_code) in declared["responses"], f"{answer.status_code} is not in the document"
        elif method not in ("HEAD", "OPTIONS"):
            assert answer.status_code in (400, 404, 405)

    ask()


def test_ids_are_never_those_of_another_case(doors: Doors, sent: Any, visit: Callable[..., Visitor], now: datetime,
                                             staff: Callable[..., Actor]) -> None:  # fmt: skip
    """Every address that holds an id as well as a case's reference, with the id of another case's."""
    visitor, officer = visit("manager"), staff("officer")
    other = factories.searched(factories.a_case(now=now, right=Right.ACCESS), sent, actor=officer, now=now)
    mine, theirs = doors.case, db.session.get_one(Case, other.id)
    faults, tried = [], 0
    for rule, method in _of_a_case(doors.app):
        if len(rule.arguments) < 2:
            continue
        doors.case = mine
        own = doors.address(rule)
        doors.case = theirs
        address = doors.address(rule).replace(theirs.reference, mine.reference)
        if address == own or not ID.search(address):
            continue
        db.session.rollback()
        answer = contextvars.Context().run(
            lambda address=address, method=method: visitor.client.open(address, method=method)
        )
        tried += 1
        if answer.status_code not in (400, 404):
            faults.append(f"{method} {rule.rule} answered {answer.status_code}")
    assert not faults, "\n".join(faults)
    assert tried > 4
