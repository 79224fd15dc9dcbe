"""The walk's own browser: it sends what a page's form holds, and nothing that the page does not offer."""

import pytest

from sar_service.demo.browse import Unexpected, read_page

PAGE = """<html><head><title>T</title></head><body><main>
<form method="post" action="/go" id="one"><input type="hidden" name="csrf_token" value="t">
<input type="checkbox" name="person" value="a"><input type="checkbox" name="person" value="b" checked>
<select name="code"><option value="">Choose</option><option value="TP16" selected>TP16</option></select>
<textarea name="reason">
why</textarea><input name="off" value="x" disabled><button name="do" value="show">Show <span>this</span></button></form>
<div class="govuk-error-summary">Enter a name</div><script>ignored()</script></main></body></html>"""


def test_a_form_holds_what_would_be_sent_if_nobody_touched_it() -> None:
    form = read_page("http://127.0.0.1/x", 400, PAGE).form("person", "code")
    assert dict(form.fields) == {"csrf_token": ("t",), "person": ("b",), "code": ("TP16",), "reason": ("why",)}
    assert form.offered["person"] == ("a", "b")
    assert (form.action, form.method) == ("http://127.0.0.1/go", "post")
    assert [(button.text, button.name, button.value) for button in form.buttons] == [("Show this", "do", "show")]


def test_a_page_says_what_is_wrong_and_scripts_are_no_text() -> None:
    page = read_page("http://127.0.0.1/x", 400, PAGE)
    assert page.problem == "Enter a name"
    assert "ignored" not in page.text


def test_a_form_that_is_not_there_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(Unexpected, match=r"no form .* /go .*Show this"):
        read_page("http://127.0.0.1/x", 200, PAGE).form("nothing")
