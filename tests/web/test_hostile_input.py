"""Whatever is typed into a form, an address or a header: an answer that says what is wrong, and never a broken page."""

import contextvars
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from werkzeug.formparser import MultiPartParser
from werkzeug.test import TestResponse

from sar_service.db import db
from tests.browser import Visitor
from tests.web.test_access import Doors, _of_a_case, _rules, doors

__all__ = ["doors"]

SCRIPT = "\"'><script>alert(1)</script>{{7*7}}"
HOSTILE = [
    "\x00\x01\x1b[31m\ud800" + "\u202e\ufffe",
    "9" * 5000,
    SCRIPT,
    "=cmd|' /C calc'!A0\r\nBcc: everybody@example.org\r\n\r\nX",
    "31/2/99999",
]
KEPT = {"csrf_token", "form", "version", "idempotency_key"}


def _open(visitor: Visitor, path: str, **options: Any) -> TestResponse:
    db.session.rollback()
    return contextvars.Context().run(lambda: visitor.client.open(path, **options))


def _pages(doors: Doors) -> list[str]:
    own = [doors.address(rule) for rule, method in _of_a_case(doors.app) if method == "GET"]
    return [
        *own,
        "/managers/team",
        "/managers/systems/",
        "/managers/audit",
        "/managers/board",
        "/managers/teams",
        "/managers/workload",
        "/staff/",
    ]


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_no_form_of_the_staff_breaks(doors: Doors, visit: Callable[..., Visitor], role: str) -> None:
    visitor = visit(role)
    faults, sent = [], 0
    for path in _pages(doors):
        answer = _open(visitor, path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        visitor.last = answer
        for form in visitor.forms():
            names = [name for name in form["fields"] if name not in KEPT]
            for word in HOSTILE[:3] if names else ():
                data = form["fields"] | dict.fromkeys(names, word.encode("utf-8", "surrogatepass"))
                options = {"query_string": data} if form["method"] == "get" else {"method": "POST", "data": data}
                answer = _open(visitor, form["action"] or path, **options)
                sent += 1
                if answer.status_code >= 500:
                    faults.append(f"{form['action'] or path} answered {answer.status_code} to {word[:12]!r}")
                if "<script>alert(1)" in answer.text:
                    faults.append(f"{form['action'] or path} runs what was typed")
    assert faults == []
    assert sent >= 3


def test_no_page_breaks_over_its_address(doors: Doors, visit: Callable[..., Visitor]) -> None:
    visitor = visit("manager")
    names = ("page", "month", "since", "sort", "dir", "status", "due", "assigned", "answered", "right", "closed")
    odd = ["\x00", "9" * 400, "-1", "2026-13", SCRIPT]
    faults = []
    for path in _pages(doors):
        for word in odd:
            given = dict.fromkeys((*names, "reference", "who", "verb", "only", "as", "next"), word)
            answer = _open(visitor, path, query_string=given)
            if answer.status_code >= 500 or b"<script>alert(1)" in answer.data:
                faults.append(f"{path} answered {answer.status_code} to {word[:12]!r}")
    assert faults == []


@pytest.mark.parametrize("path", ["/staff/sign-in", "/portal/enter", "/portal/code", "/request/who"])
@pytest.mark.parametrize("word", HOSTILE)
def test_no_door_breaks_before_anybody_is_in(stranger: Visitor, path: str, word: str) -> None:
    stranger.get("/portal/enter")
    stranger.post("/portal/enter", {"reference": "AAAAA-AAAAA-AAAAA"})
    names = ("email", "password", "reference", "code", "right", "capacity", "controller", "next", "idempotency_key")
    data = dict.fromkeys(names, word.encode("utf-8", "surrogatepass"))
    assert stranger.post(path, data).status_code < 500


def test_a_body_that_is_too_large_is_told_so(app: Flask, stranger: Visitor) -> None:
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="large.pdf"\r\n\r\n'
    form, plain = "multipart/form-data; boundary=edge", "application/x-www-form-urlencoded"
    stranger.csrf()
    for path in ("/request/who", "/staff/sign-in"):
        large = head + b"x" * (33 << 20) + b"\r\n--edge--\r\n"
        answer = _open(stranger, path, method="POST", data=large, content_type=form)
        assert answer.status_code == 413 and "too large" in answer.text.casefold()
    answer = _open(stranger, "/request/who", method="POST", data=b"what=" + b"x" * (3 << 20), content_type=plain)
    assert answer.status_code == 413


FILE = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="%d.pdf"\r\n\r\n%s\r\n'
FIELD = b'--edge\r\nContent-Disposition: form-data; name="what"\r\n\r\nx\r\n'
SENT = b"".join(FILE % (number, b"x" * (3 << 20)) for number in range(8))  # each so large that it goes to the disk


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(SENT + FIELD * 1_000 + b"--edge--\r\n", 413, id="more parts than are read"),
        pytest.param(
            SENT + FIELD.replace(b"x", b"x" * (3 << 20)) + b"--edge--\r\n", 413, id="a field that is too long"
        ),
        pytest.param(SENT + FILE % (9, b"cut off"), 400, id="cut off in the middle"),
        pytest.param(SENT + b"--edge\r\nno header at all", 400, id="a part that is none"),
        pytest.param(SENT + b"--edge--\r\n", 400, id="whole, without a token"),
    ],
)
def test_no_file_stays_open_of_a_form_that_was_given_up_half_way(
    doors: Doors, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch, body: bytes, status: int
) -> None:
    monkeypatch.setitem(doors.app.config, "WTF_CSRF_ENABLED", True)
    visitor = visit("officer")
    path = f"/staff/cases/{doors.case.reference}/identity/copies"
    given = {"method": "POST", "data": body, "content_type": "multipart/form-data; boundary=edge"}
    assert _open(visitor, path, **given).status_code == status
    kept = []  # errors hold on to everything they passed through: here for good, elsewhere until somebody tidies up
    monkeypatch.setattr(MultiPartParser, "parse", _keeping(MultiPartParser.parse, kept))
    before = _open_files()
    for _ in range(5):
        assert _open(visitor, path, **given).status_code == status
    assert _open_files() <= before
    assert len(kept) == (5 if status == 413 or b"cut off" in body or b"no header" in body else 0)


def _keeping(parse: Callable[..., Any], kept: list[Exception]) -> Callable[..., Any]:
    def parsed(*given: Any, **options: Any) -> Any:
        try:
            return parse(*given, **options)
        except Exception as error:
            kept.append(error)
            raise

    return parsed


def test_many_large_files_do_not_use_up_the_files_that_can_be_open(app: Flask) -> None:
    many = b"".join(FILE % (number, b"x" * 600_000) for number in range(50)) + b"--edge--\r\n"
    before = _open_files()
    with app.test_request_context(
        "/portal/evidence", method="POST", data=many, content_type="multipart/form-data; boundary=edge"
    ):
        assert len(request.files.getlist("file")) == 50
        assert _open_files() - before < 20
    assert _open_files() <= before


def test_where_no_file_is_taken_no_large_one_is_read(app: Flask, stranger: Visitor) -> None:
    stranger.csrf()
    given = {"method": "POST", "data": SENT + b"--edge--\r\n", "content_type": "multipart/form-data; boundary=edge"}
    for path in ("/portal/enter", "/staff/sign-in", "/request/who", "/complaint/"):
        assert _open(stranger, path, **given).status_code == 413, path
    assert _open(stranger, "/complaint", **given).status_code == 308  # its slash is missing: nothing is read at all


def test_no_header_names_another_method_or_another_place(doors: Doors, visit: Callable[..., Visitor]) -> None:
    """A method said in a header or a field is not the method; a host or a way said in a header is not ours."""
    visitor = visit("manager")
    for path in ("/managers/audit/export", "/staff/sign-out"):
        answer = _open(visitor, path, headers={"X-HTTP-Method-Override": "POST"}, query_string={"_method": "POST"})
        assert answer.status_code == 405
    for headers in ({"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}, {"X-Original-URL": "/x"}):
        for path in ("/", "/staff/", "/portal/enter"):
            answer = _open(visitor, path, headers=headers)
            assert "evil.example" not in answer.text and "evil.example" not in str(answer.headers)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:99999", "a b", "localhost:x"])
@pytest.mark.parametrize("path", ["/", "/staff/", "/portal/enter", "/nowhere", "/api/v1/cases/AAAAA-AAAAA-AAAAA"])
def test_under_a_name_that_is_not_ours_nothing_is_served_and_it_is_said(
    visit: Callable[..., Visitor], path: str, host: str
) -> None:
    answer = _open(visit("manager"), path, headers={"Host": host})
    assert answer.status_code == 400 and "SAR_TRUSTED_HOSTS" in answer.text and "evil.example" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_every_answer_carries_its_headers(doors: Doors, visit: Callable[..., Visitor], stranger: Visitor) -> None:
    visitor, faults = visit("manager"), []
    for rule, method in _rules(doors.app):
        for who in (visitor, stranger):
            answer = doors.knock(who, rule, method)
            policy = answer.headers.get("Content-Security-Policy", "")
            good = all(answer.headers.get(name) == value for name, value in HEADERS.items())
            good &= "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
            good &= "camera=()" in answer.headers.get("Permissions-Policy", "")
            good &= rule.endpoint in ("static", "theme") or answer.headers.get("Cache-Control") == "no-store"
            if not good:
                faults.append(f"{method} {rule.rule} {answer.status_code}")
    assert faults == []


@pytest.mark.parametrize("path", ["/staff/cases/A%00B", "/api/v1/cases/%00", "/staff/cases/A%00B/merging/%00"])
def test_an_address_with_what_is_no_character_leads_nowhere(visit: Callable[..., Visitor], path: str) -> None:
    assert _open(visit("manager"), path).status_code == 404
