"""The staff pages at 320 pixels, as on a telephone or at 400 per cent: nothing that matters lies beyond the edge."""

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, Route, sync_playwright

from sar_service.domain.actor import Actor
from sar_service.models import Case
from sar_service.services import letter
from tests import factories
from tests.browser import Visitor

WIDTH = 320
BEYOND = """() => [...document.querySelectorAll('.sar-table :is(td, th, td *, th *)')]
  .filter((each) => !each.closest('.govuk-visually-hidden, thead') && each.getClientRects().length)
  .filter((each) => each.getBoundingClientRect().right > innerWidth)
  .map((each) => `${each.tagName} ${each.textContent.trim()}`)"""
WIDE = "document.documentElement.scrollWidth - innerWidth"
HIDDEN = "each => getComputedStyle(each, '::before').content"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": WIDTH, "height": 640})
        browser.close()


def shown(page: Page, visitor: Visitor) -> Page:
    """The page that the visitor saw last, in the browser, with its style sheet and scripts."""
    last = visitor.last
    assert last is not None
    html, headers = last.text, {"Content-Type": "text/html"}

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        if route.request.resource_type == "document":
            route.fulfill(status=200, body=html, headers=headers)
            return
        with visitor.app.test_client().get(parts.path) as found:
            route.fulfill(status=found.status_code, body=found.data, headers={"Content-Type": found.mimetype})

    page.unroute_all()
    page.route("**/*", answer)
    page.goto(f"http://localhost{last.request.path}")
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.browser
def test_the_due_date_of_every_request_stands_in_the_window(
    chromium: Page, visit: Callable[..., Visitor], officer: Actor, case: Case
) -> None:
    visitor, reference = visit(officer), case.reference
    visitor.get("/staff/")
    page = shown(chromium, visitor)
    assert page.evaluate(BEYOND) == [] and page.evaluate(WIDE) <= 0
    row = page.get_by_role("row", name=reference)
    due = row.get_by_role("cell").nth(1)  # second after the person: what matters most is not the last
    assert due.get_attribute("data-label") == "Due, and why"
    assert "Due, and why" in due.evaluate(HIDDEN)
    assert due.locator(".sar-tag").is_visible()
    assert Axe().run(page).response["violations"] == []
    # sorting is there still, and what it sorts is a table for those who do not see it
    assert page.get_by_role("columnheader", name="Due, and why").get_by_role("link").is_visible()
    assert page.get_by_role("table").count() == 1


@pytest.mark.browser
def test_the_list_begins_before_the_filter_ends_and_the_filter_opens(
    chromium: Page, visit: Callable[..., Visitor], officer: Actor, case: Case
) -> None:
    visitor = visit(officer)
    visitor.get("/staff/", query_string={"due": "week", "closed": "yes"})
    page = shown(chromium, visitor)
    assert not page.get_by_label("Stage").is_visible()
    assert page.get_by_role("link", name="Due this week").is_visible()  # what is chosen is seen all the same
    page.locator(".sar-filter summary").press("Enter")
    assert page.get_by_label("Stage").is_visible()
    visitor.get("/staff/", query_string={"reference": "nonsense"})
    assert shown(chromium, visitor).get_by_label("Reference").is_visible()  # there is a mistake in it to mend


@pytest.mark.browser
@pytest.mark.parametrize("path", ["", "/facts", "/identity", "/work", "/letters/{letter}"])
def test_no_page_of_a_case_is_wider_than_the_window(
    chromium: Page, visit: Callable[..., Visitor], officer: Actor, case: Case, path: str
) -> None:
    written = letter.letters(case)[0]
    visitor = visit(officer)
    assert visitor.get(f"/staff/cases/{case.reference}{path.format(letter=written.id)}").status_code == 200
    page = shown(chromium, visitor)
    assert page.evaluate(BEYOND) == [] and page.evaluate(WIDE) <= 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [WIDTH, 1280])
@pytest.mark.parametrize("path", ["", "/identity"])
def test_a_name_without_an_end_widens_no_page(
    chromium: Page, visit: Callable[..., Visitor], officer: Actor, now: datetime, path: str, width: int
) -> None:
    name = {"given_name": "Wolfeschlegelstein" * 4, "family_name": "Hausenbergerdorff" * 4}
    case = factories.a_case(now=now, subject=name, scope={"what": "https://www.example.org/" + "long/" * 60})
    visitor = visit(officer)
    assert visitor.get(f"/staff/cases/{case.reference}{path}").status_code == 200
    chromium.set_viewport_size({"width": width, "height": 640})
    wide = shown(chromium, visitor).evaluate(WIDE)
    chromium.set_viewport_size({"width": WIDTH, "height": 640})
    assert wide <= 0


@pytest.mark.browser
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("officer", "/staff/post"),
        ("administrator", "/managers/team"),
        ("auditor", "/managers/audit"),
        ("manager", "/managers/regulator"),
        ("manager", "/managers/systems/"),
    ],
)
def test_no_list_has_to_be_pushed_sideways(
    chromium: Page, visit: Callable[..., Visitor], app: Flask, now: datetime, role: str, path: str
) -> None:
    case = factories.a_case(
        now=now, requester={"name": "Zoe Trewhella", "email": "", "address": "1 Quay Street, Nowhere"}
    )
    assert letter.letters(case)
    visitor = visit(role)
    visitor.get(path)
    page = shown(chromium, visitor)
    assert page.evaluate(BEYOND) == [] and page.evaluate(WIDE) <= 0
    assert Axe().run(page).response["violations"] == []
