"""Every right but access at a real browser: from the telephone call that is logged to the letter that answers it.

Two officers walk it, one without a mouse, one without JavaScript. After each step the day on the page must be the one
that the command line works out from the same facts. The journey of an access request is in test_staff.py.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sar_service.demo.council import Council
from tests.cli.test_clock import sar
from tests.journeys.chromium import Person

pytestmark = [pytest.mark.xdist_group("live-council"), pytest.mark.browser]

RIGHTS = (
    "rectification", "erasure", "restriction", "portability", "objection", "automated-decision", "withdraw-consent",
    "complaint",
)  # fmt: skip
NOT_EXTENDED = ("withdraw-consent", "complaint")
WHY = "We asked the school, and it agrees with you"


@pytest.fixture(scope="module")
def officers(chromium: Any, live: Council) -> Iterator[tuple[Person, Person]]:
    """Two officers at their own browsers, signed in."""
    people = (Person(chromium, live.address, mouse=False), Person(chromium, live.address, scripts=False))
    for person, name in zip(people, ("officer", "second_officer"), strict=True):
        person.sign_in(live.team[name].email, live.team[name].password)
    yield people
    for person in people:
        person.context.close()


def due(right: str, *facts: str) -> str:
    """When the answer is due, as `sar clock` says it, written as pages write it; "" where the clock has not begun."""
    done = sar("--json", "--right", right, "--nation", "england-and-wales", *facts)
    told = json.loads(done.stdout)["due"]
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", told or ""):
        return ""
    day = date.fromisoformat(told)
    return f"{day.day} {day:%B %Y}"


def shown(person: Person, reference: str) -> str:
    """The day that the page of the case says the answer is due on."""
    person.open(f"/staff/cases/{reference}")
    heading = person.page.locator("aside h2").first.inner_text()
    found = re.search(r"\d{1,2} [A-Z][a-z]+ \d{4}", heading)
    return found[0] if found else ""


def choose(person: Person, name: str, value: str) -> None:
    person.page.locator(f"[name='{name}'][value='{value}']").check()


def write(person: Person, reference: str, kind: str, words: str, result: str = "") -> None:
    """Begin a letter; its draft is looked at."""
    person.open(f"/staff/cases/{reference}/letters/new")
    person.look()
    choose(person, "kind", kind)
    person.page.locator("[name=reason]").fill(words)
    if result:
        choose(person, "result", result)
    person.press("Look at the letter")
    person.look()


def log(person: Person, right: str, received: date) -> str:
    """Log a telephone call; the reference it got."""
    person.open("/staff/log")
    choose(person, "channel", "phone")
    for part, number in (("day", received.day), ("month", received.month), ("year", received.year)):
        person.page.locator(f"[name=received_on-{part}]").fill(str(number))
    choose(person, "rights", right)
    choose(person, "capacity", "self")
    typed = {"given_name": "Kerensa", "family_name": f"Nance {right.title()}", "email": "kerensa@mail.example"}
    for name, value in (typed | {"what": "Please see to it", "address": "3 Bracken Way\nSallowby"}).items():
        person.page.locator(f"[name={name}]").fill(value)
    person.press("Log it")
    found = re.search(r"\b[A-Z2-9]{5}-[A-Z2-9]{5}-[A-Z2-9]{5}\b", person.page.url + person.text)
    assert found, person.text
    return found[0]


@pytest.mark.parametrize("right", RIGHTS)
def test_a_request_goes_from_the_call_to_the_letter_that_answers_it(
    officers: tuple[Person, Person], right: str
) -> None:
    first, second = officers
    today = datetime.now(ZoneInfo("Europe/London")).date()
    received = today - timedelta(days=17)
    facts = ["--received", received.isoformat()]

    reference = log(first, right, received)
    if right == "complaint":  # its acknowledgement goes at once; from then on news of it is due, as many days on again
        facts = ["--received", today.isoformat()]
        for _ in range(200):
            if shown(first, reference) == due(right, *facts):
                break
            first.page.wait_for_timeout(300)
    assert shown(first, reference) == due(right, *facts) != ""

    write(first, reference, "identity-asked", "The address is not one we know")
    first.press("Send it")
    facts += ["--id-requested", today.isoformat()]
    assert shown(first, reference) == due(right, *facts)

    first.tab("Identity")
    first.look()
    first.page.locator("[name=kind]").first.select_option("photo_document")
    first.page.get_by_label("How was it seen?").select_option("in_person")
    first.page.locator("[name=seen]").fill("Passport, in person")
    first.press("Record it")
    first.press("Identity is settled")
    facts += ["--id-received", today.isoformat()]
    assert shown(first, reference) == due(right, *facts) != ""

    if right not in NOT_EXTENDED:
        write(first, reference, "extension", "Six schools have to be asked")
        first.press("Send it")
        facts += ["--extension-notice", today.isoformat()]
    assert shown(first, reference) == due(right, *facts) != ""

    write(first, reference, f"outcome-{right}", WHY, result="part")
    assert "Somebody else has to send it" in first.text
    second.open("/staff/post")
    second.go(second.page.locator(f"a[href*='{reference}']"))
    assert WHY in second.page.locator("[name=text]").input_value()
    second.press("Send it")
    second.open(f"/staff/cases/{reference}")
    assert "Closed" in second.page.locator("main").inner_text()
    assert "Answered by letter" in second.text
    assert first.problems == second.problems == []
    assert first.found_faults() == {}
