"""Every page and every piece of the look, shown to the critic and to a browser, with and without mistakes in it."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from tests.critic import criticise
from tests.web.gallery import STEPS, addresses, create_gallery

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def gallery() -> Flask:
    app = create_gallery()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture(scope="module")
def place(gallery: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, gallery, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1366, "height": 900})
        browser.close()


@pytest.mark.parametrize("address", addresses())
def test_the_critic_finds_nothing(gallery: Flask, address: str) -> None:
    answer = gallery.test_client().get(address)
    assert answer.status_code == 200
    assert criticise(answer.get_data(as_text=True)) == []


@pytest.mark.parametrize("step", STEPS)
def test_the_critic_finds_nothing_on_a_step_with_mistakes_either(gallery: Flask, step: str) -> None:
    html = gallery.test_client().post(f"/request/{step}", data={"x": "1"}).get_data(as_text=True)
    assert criticise(html) == []
    if step not in {"identifiers"}:
        assert "<title>Error: " in html
        assert "There is a problem" in html


@pytest.mark.parametrize("address", ["/", "/about", "/privacy", "/contact", "/error/500"])
def test_a_council_that_has_said_only_its_name_still_has_pages(address: str) -> None:
    app = create_gallery(council={"name": "Merrowdale Borough Council"})
    assert criticise(app.test_client().get(address).get_data(as_text=True)) == []


def test_every_piece_is_shown_somewhere(gallery: Flask) -> None:
    shown = "".join(gallery.test_client().get(address).get_data(as_text=True) for address in addresses())
    for piece in (
        "sar-header",
        "sar-identity",
        "sar-tag--red",
        "govuk-summary-list",
        "moj-timeline",
        "sar-stages",
        "sar-figure",
        "sar-chart",
        "sar-filter",
        "sar-sort",
        "govuk-pagination",
        "sar-alert",
        "sar-search--failed",
        "sar-record",
        "sar-mark--withheld",
        "sar-viewer",
        "sar-confirm",
        "sar-file",
        "govuk-exit-this-page",
        "sar-empty",
        "sar-clock",
        "sar-timeout",
    ):
        assert piece in shown, piece


@pytest.mark.browser
def test_no_page_breaks_the_policy_the_layout_or_a_rule_of_access(place: str, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda problem: said.append(str(problem)))
    axe = Axe()
    for address in addresses():
        said.clear()
        page.set_viewport_size({"width": 1366, "height": 900})
        page.goto(place + address)
        found = axe.run(page, options={"runOnly": RULES}).response["violations"]
        assert [(address, one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
        assert said == [], address
        page.set_viewport_size({"width": 360, "height": 700})
        broad = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert broad <= 0, f"{address} is wider than a small telephone"


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_what_stands_at_the_top_can_be_hit_with_a_finger(place: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{place}/staff/case")
    if width == 320:
        page.get_by_role("button", name="Menu").click()
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('header a, header button')].map((one) => {
          const box = one.getBoundingClientRect()
          return [one.textContent.trim(), box.width, box.height]
        })"""
    )
    seen = {name: (wide, high) for name, wide, high in sizes if wide}
    assert {"Password", "Sign out", "Your records", "Managers"} <= set(seen)
    assert {name: box for name, box in seen.items() if min(box) < 24} == {}  # WCAG 2.2, 2.5.8


@pytest.mark.browser
def test_selecting_words_fills_the_form_in_code_points(place: str, page: Page) -> None:
    page.goto(place + "/staff/reading")
    page.wait_for_selector(".sar-viewer__svg--drawing")  # the scripts have started
    page.evaluate(
        """() => {
          const unit = document.querySelector('[data-unit="u2"]')
          unit.textContent = '\\u{1F436} dog and Imani'
          const range = document.createRange()
          range.setStart(unit.firstChild, 11)
          range.setEnd(unit.firstChild, 16)
          window.getSelection().removeAllRanges()
          window.getSelection().addRange(range)
        }"""
    )
    form = page.locator("form[data-add-mark]")
    expect(form.locator("[name=words]")).to_have_value("Imani")
    assert form.locator("[name=unit]").input_value() == "u2"
    assert form.locator("[name=start]").input_value() == "10"
    assert form.locator("[name=end]").input_value() == "15"


@pytest.mark.browser
def test_words_that_are_read_out_beside_a_mark_are_not_counted(place: str, page: Page) -> None:
    page.goto(place + "/staff/reading")
    page.wait_for_selector(".sar-viewer__svg--drawing")  # the scripts have started
    page.evaluate(
        """() => {
          const unit = document.querySelector('[data-unit="u2"]')
          const last = unit.lastChild
          const at = last.data.indexOf('school')
          const range = document.createRange()
          range.setStart(last, at)
          range.setEnd(last, at + 6)
          window.getSelection().removeAllRanges()
          window.getSelection().addRange(range)
        }"""
    )
    expect(page.locator("form[data-add-mark] [name=words]")).to_have_value("school")
    text = page.evaluate(
        """() => {
          const copy = document.querySelector('[data-unit="u2"]').cloneNode(true)
          copy.querySelectorAll('[data-not-text]').forEach((one) => one.remove())
          return copy.textContent
        }"""
    )
    start = int(page.locator("form[data-add-mark] [name=start]").input_value())
    assert text[start : start + 6] == "school"


@pytest.mark.browser
def test_choosing_a_mark_leads_to_its_row_and_back_without_a_mouse(place: str, page: Page) -> None:
    page.goto(place + "/staff/reading")
    page.wait_for_selector(".sar-viewer__svg--drawing")
    page.locator("#mark-4 a").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "mark-row-4"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.closest('mark').id") == "mark-4"


@pytest.mark.browser
def test_two_clicks_make_a_box_and_no_drag_is_needed(place: str, page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 900})
    page.goto(place + "/staff/reading")
    page.wait_for_selector(".sar-viewer__svg--drawing")
    page.locator("[data-module=sar-viewer]").scroll_into_view_if_needed()
    frame = page.locator("[data-module=sar-viewer]").bounding_box()
    assert frame
    for x, y in ((0.75, 0.9), (0.5, 0.6)):
        page.mouse.click(frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y)
    values = {
        side: float(page.locator(f"form[data-add-box] [name={side}]").input_value())
        for side in ("left", "top", "right", "bottom")
    }
    assert values == pytest.approx({"left": 297.5, "top": 252, "right": 446.25, "bottom": 378}, abs=2)


@pytest.mark.browser
def test_a_list_of_searches_is_kept_up_to_date_without_a_reload(place: str, page: Page) -> None:
    answers = iter(["Searching now", "Records found"])

    def answer(route: object) -> None:
        state = next(answers, "Records found")
        done = ' data-poll-done="true"' if state == "Records found" else ""
        route.fulfill(  # type: ignore[attr-defined]
            content_type="text/html",
            body=f'<div id="searches" data-module="sar-poll" data-poll-url="/poll"{done}><ul><li class="sar-search">'
            f'<h2 class="sar-search__title">School</h2><strong class="sar-tag">{state}</strong></li></ul></div>',
        )

    page.route("**/staff/case#", answer)
    page.route("**/poll", answer)
    page.goto(place + "/staff/portal")
    page.goto(place + "/staff/case")
    page.evaluate("document.querySelector('#searches').dataset.pollUrl = '/poll'")
    page.wait_for_selector("#searches[data-poll-done=true]")
    assert page.locator("#searches .sar-tag").inner_text() == "Records found"
    assert page.locator("p[role=status]").inner_text() == "School: Records found"
    assert page.url == place + "/staff/case"


@pytest.mark.browser
def test_an_error_summary_takes_the_focus_and_leads_to_the_input(place: str, page: Page) -> None:
    page.goto(place + "/request/birth")
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").fill("2")
    page.get_by_label("Year").fill("2004")
    page.get_by_role("button", name="Continue").click()
    assert page.title().startswith("Error: ")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Date of birth must be a real date").click()
    assert page.evaluate("document.activeElement.id") == "born-day"
    assert page.get_by_label("Day").input_value() == "31"
