"""A requester at a real browser: the form by keyboard alone and without JavaScript, and every page looked at by axe."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from sar_service.demo.council import Council
from sar_service.demo.walk import form_answers

pytestmark = [pytest.mark.xdist_group("live-council"), pytest.mark.browser]


def _page(chromium: Any, live: Council, *, javascript: bool, problems: list[str]) -> Page:
    context = chromium.new_context(base_url=live.address, java_script_enabled=javascript)
    page: Page = context.new_page()
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page


def _type_with_keyboard(page: Page, name: str, value: str) -> None:
    """Reach an input with the Tab key alone, and fill it in."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.get_attribute("name") == name:
            kind = focused.get_attribute("type")
            if kind == "radio":
                for _ in range(12):
                    if page.locator(":focus").get_attribute("value") == value:
                        page.keyboard.press("Space")
                        return
                    page.keyboard.press("ArrowDown")
                raise AssertionError(f"{name} does not offer {value}")
            page.keyboard.type(value)
            return
    raise AssertionError(f"{page.url}: {name} cannot be reached with the Tab key")


def _go_on(page: Page) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.inner_text().strip() == "Continue":
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{page.url}: the button that goes on cannot be reached with the Tab key")


def _short(live: Council) -> list[tuple[str, dict[str, str]]]:
    """The answers, without the rows that would have to be added first."""
    many = ("other_names-", "earlier-")
    return [
        (step, {name: value for name, value in answers.items() if not name.startswith(many)})
        for step, answers in form_answers(live.world.request)
    ]


def test_the_form_is_filled_in_by_keyboard_alone_and_without_javascript(chromium: Any, live: Council) -> None:
    problems: list[str] = []
    page = _page(chromium, live, javascript=False, problems=problems)
    page.goto("/request/who")
    for step, answers in _short(live):
        assert page.url.endswith(f"/request/{step}")
        for name, value in answers.items():
            _type_with_keyboard(page, name, value)
        _go_on(page)
        page.wait_for_url(lambda url, step=step: not url.endswith(f"/{step}"))  # type: ignore[misc]
    assert page.url.endswith("/request/check")
    page.locator("main form button[type=submit]").last.press("Enter")
    page.wait_for_url("**/request/submitted")
    assert problems == []


def test_every_page_of_the_requester_is_accessible_and_keeps_its_own_security_policy(
    chromium: Any, live: Council, tmp_path: Path
) -> None:
    problems: list[str] = []
    page = _page(chromium, live, javascript=True, problems=problems)
    page.goto("/request/who")
    faults: dict[str, Any] = {}
    for step, answers in _short(live):
        assert page.url.endswith(f"/request/{step}")
        faults[step] = [each["id"] for each in Axe().run(page).response["violations"]]
        page.screenshot(path=tmp_path / f"{step}.png", full_page=True)
        for name, value in answers.items():
            radio = page.locator(f"input[type=radio][name='{name}'][value='{value}']")
            if radio.count():
                radio.check()
            else:
                page.locator(f"[name='{name}']").fill(value)
        page.locator("main form button[type=submit]", has_text="Continue").last.click()
        page.wait_for_url(lambda url, step=step: not url.endswith(f"/{step}"))  # type: ignore[misc]
    assert page.url.endswith("/request/check")
    for path in ("/request/check", "/portal/enter", "/staff/sign-in", "/"):
        page.goto(path)
        faults[path] = [each["id"] for each in Axe().run(page).response["violations"]]
    assert {step: found for step, found in faults.items() if found} == {}
    assert problems == []
