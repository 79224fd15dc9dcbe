"""One request at real browsers, as people do it: from the sign-in of an officer to the file in the requester's hands.

The request is that of a girl who bears the demo subject's name: her file is short, she is in all four systems, and a
message with nothing but the name must not be taken for hers. The officer has no mouse, the second officer no scripts.
"""

import csv
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sar_service.demo.council import Council
from sar_service.demo.walk import Walk, form_answers
from tests.journeys.chromium import Person

pytestmark = [pytest.mark.xdist_group("live-council"), pytest.mark.browser]

REQUEST = {
    "given_name": "Tamsin", "middle_names": "", "family_name": "Holloway", "former_names": [],
    "date_of_birth": "2011-09-30", "address": ["23 Weaver's Close", "Sallowby"], "postcode": "LN24 2HD",
    "former_addresses": [], "identifiers": {}, "email": "tamsin.h@mail.example", "phone": "",
    "what": "Everything about me.", "how": "portal",
}  # fmt: skip
BAD_FILE = "2023/HOLLOWAY Tamsin MH-31877/fax 2023-02-15.pdf"
MOVING = ".sar-search--waiting, .sar-search--running"
STILL = f"() => document.querySelector('#searches') && !document.querySelector('{MOVING}')"
PLACES = ("Brackenmere", "Hexley Cross", "Sallowby", "Thornlea", "Lowmoor")  # what the machine takes for people
OURS = "racing pigeons"  # said of her alone, in a paper of the folder


@pytest.fixture(scope="module")
def torn(live: Council) -> Council:
    """The council with a file of hers that cannot be read."""
    mash = live.folder / "council" / "mash"
    (mash / BAD_FILE).write_bytes(b"%PDF-1.4\nthis was cut off by the fax machine")
    with (mash / "manifest.csv").open("a", newline="", encoding="utf-8") as manifest:
        csv.writer(manifest).writerow(
            (BAD_FILE, "Tamsin", "Holloway", "2011-09-30", "MH-31877", "Fax", "2023-02-15", "MASH")
        )
    return live


def test_a_request_from_the_worklist_to_the_download(chromium: Any, torn: Council, tmp_path: Path) -> None:
    walk = Walk(torn, request=REQUEST)
    officer = Person(chromium, torn.address, mouse=False)
    second = Person(chromium, torn.address, scripts=False)
    requester = Person(chromium, torn.address)
    walk.reference = _ask(requester)

    member = torn.team["officer"]
    officer.sign_in(member.email, member.password)
    officer.look()
    _take(officer, walk.reference)
    _settle(officer)
    _search(officer, second, torn, walk.reference)
    _decide_candidates(officer)
    _handle_by_hand(officer)
    _decide_people(officer)
    _decide_details(officer)
    word = _mark(officer)
    _send(officer)
    _is_refused(officer)
    _sign_off(second, walk.reference)
    _build_and_release(officer)
    pack = tmp_path / "pack.pdf"
    _download(requester, walk, pack)

    text = subprocess.run(["pdftotext", str(pack), "-"], capture_output=True, text=True, check=True).stdout
    text = " ".join(text.split())
    assert OURS in text
    assert walk.reference in text
    assert not re.search(rf"\b{word}\b", text), f"{word} was withheld, and is in the pack"
    assert "bake sale" not in text
    assert "fax 2023-02-15.pdf" in text, "the file that could not be read is not listed"
    for person in (officer, second, requester):
        assert person.problems == []
        assert person.found_faults() == {}


def _ask(requester: Person) -> str:
    page = requester.page
    requester.open("/request/who")
    for step, answers in form_answers(REQUEST):
        assert requester.path == f"/request/{step}"
        for name, value in answers.items():
            radio = page.locator(f"input[type=radio][name='{name}']")
            if radio.count():
                page.check(f"input[type=radio][name='{name}'][value='{value}']")
            else:
                page.locator(f"[name='{name}']").fill(value)
        requester.press("Continue")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/request/submitted")
    found = re.search(r"\b[A-Z2-9]{5}-[A-Z2-9]{5}-[A-Z2-9]{5}\b", requester.text)
    assert found, requester.text
    return found[0]


def _take(officer: Person, reference: str) -> None:
    officer.follow(reference)
    officer.look()
    officer.press("Take it myself")
    assert "Rowan Ashby" in officer.page.locator("aside").inner_text()


def _settle(officer: Person) -> None:
    officer.tab("Identity")
    officer.page.get_by_label("What was it?").select_option("photo_document")
    officer.page.get_by_label("How was it seen?").select_option("in_person")
    officer.page.get_by_label("In a few words").fill("Passport, in person")
    officer.press("Record it")
    officer.look()
    officer.press("Identity is settled")


def _search(officer: Person, second: Person, council: Council, reference: str) -> None:
    """The states change by themselves before the officer's eyes, and by a link where there are no scripts."""
    officer.tab("Search")
    officer.look()
    member = council.team["second_officer"]
    second.sign_in(member.email, member.password)
    officer.press("Start the search")
    second.open(f"/staff/cases/{reference}/search")
    assert officer.page.locator(".sar-search").count() == 4
    officer.wait_live(STILL)
    for _ in range(200):
        if not second.page.locator(MOVING).count():
            break
        second.follow("Look again")
        second.page.wait_for_timeout(500)
    states = {tag.strip() for tag in second.page.locator(".sar-search .sar-tag").all_inner_texts()}
    assert states == {tag.strip() for tag in officer.page.locator(".sar-search .sar-tag").all_inner_texts()}
    assert states & {"Needs you to decide"}
    assert states & {"Records found"}


def _decide_candidates(officer: Person) -> None:
    """Everybody who was not certain: the e-mail is about the other Tamsin; what bears her birthday is hers."""
    officer.go(officer.page.locator(".sar-search a", has_text="Decide"))
    officer.page.locator("article", has_text="Not decided").first.wait_for()
    officer.look()
    while officer.page.locator("article", has_text="Not decided").count():
        card = officer.page.locator("article", has_text="Not decided").first
        hers = "30 September 2011" in card.inner_text()
        officer.press("This is the person" if hers else "This is somebody else", within=card)
    officer.wait_live(f"() => document.querySelector('#suggesting') && !document.querySelector('{MOVING}')")


def _handle_by_hand(officer: Person) -> None:
    officer.tab("By hand")
    officer.look()
    card = officer.page.locator("article", has_text="fax 2023-02-15.pdf")
    card.locator("input[type=radio][value=withheld]").check()
    card.get_by_label("In a sentence").fill("The file cannot be opened; we have asked for a good copy.")
    officer.press("Save", within=card)
    assert "Nobody has dealt with it" not in officer.text


def _decide_people(officer: Person) -> None:
    """One after the other, each looked at first."""
    officer.tab("People")
    officer.look()
    rows = officer.page.locator("tr", has=officer.page.locator("input[name=person]"))
    first = rows.filter(has_text="Not decided").first
    officer.go(first.get_by_role("link"))
    officer.look()
    assert officer.page.locator("#places").count() == 1
    officer.tab("People")
    waiting = rows.filter(has_text="Not decided")
    for _ in range(80):
        if not waiting.count():
            return
        form = officer.page.locator("#people")
        place = any(name in waiting.first.inner_text() for name in PLACES)
        waiting.first.locator("input[name=person]").check()
        form.locator(f"input[type=radio][value={'show' if place else 'withhold'}]").check()
        form.get_by_label("Code, to withhold").select_option("" if place else "TP16")
        officer.press("Decide", within=form)
    raise AssertionError("people are never all decided")


def _decide_details(officer: Person) -> None:
    officer.tab("Other details")
    officer.look()
    places = re.compile("|".join(PLACES))
    for treatment, code in (("show", ""), ("withhold", "TP16")):
        rows = officer.page.locator("tr", has_text="Not decided", has=officer.page.locator("input[name=group]"))
        boxes = (rows.filter(has_text=places) if treatment == "show" else rows).locator("input[name=group]").all()
        if boxes:
            for box in boxes:
                box.check()
            form = officer.page.locator("#groups")
            form.locator(f"input[type=radio][value={treatment}]").check()
            form.get_by_label("Code, to withhold").select_option(code)
            officer.press("Decide", within=form)


def _mark(officer: Person) -> str:
    """Withhold a word by choosing it in the text, take the mark off again, and put it back; the word."""
    page = officer.page
    officer.tab("Found")
    officer.look()
    officer.go(page.locator("tr", has_text="File, ready").get_by_role("link"))
    page.locator("#item").wait_for()
    officer.look()
    chosen = _choose(officer)
    form = page.locator("form[data-add-mark]")
    assert form.locator("[name=words]").input_value() == chosen
    form.locator("[name=code]").select_option("TP16")
    officer.press("Withhold these words", within=form)
    rows = page.locator(".sar-mark-row--withheld", has_text=chosen)
    assert rows.count() == 1
    officer.press("Take it off", within=rows)
    assert rows.count() == 0
    form.locator("[name=words]").fill(chosen)
    form.locator("[name=code]").select_option("TP16")
    officer.press("Withhold these words", within=form)
    assert rows.count() == 1
    officer.follow("As the requester will see it")
    assert chosen not in page.locator("#item").inner_text()
    officer.look()
    return chosen


def _choose(officer: Person) -> str:
    """Choose "grandfather" in the text, as a mouse would; what was chosen."""
    officer.page.evaluate("""() => {
      const walker = document.createTreeWalker(document.querySelector('#item'), NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf('grandfather')
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(walker.currentNode, at)
        range.setEnd(walker.currentNode, at + 'grandfather'.length)
        window.getSelection().removeAllRanges()
        window.getSelection().addRange(range)
        return
      }
    }""")
    officer.page.wait_for_function("() => document.querySelector('form[data-add-mark] [name=words]').value")
    return "grandfather"


def _send(officer: Person) -> None:
    """Send the decisions off; what the second look finds still standing is withheld, and they are sent again."""
    for _ in range(20):
        officer.tab("Read and decide")
        while officer.page.locator(".sar-mark-row--suggested").count():
            row = officer.page.locator(".sar-mark-row--suggested").first
            place = row.locator(".sar-mark-row__words").inner_text() in PLACES
            row.locator("select").select_option("" if place else "TP16")
            officer.press("Show" if place else "Withhold", within=row)
        officer.tab("Sign-off")
        officer.look()
        if officer.page.get_by_role("button", name="Send it").count() == 0:
            continue  # another item has words that wait
        officer.press("Send it")
        if officer.path.endswith("/sign-off"):
            return
    raise AssertionError("the decisions are never complete")


def _is_refused(officer: Person) -> None:
    card = officer.page.locator("aside .sar-card", has_text="Sign off")
    assert card.locator("button").count() == 0
    assert "Somebody else must check it" in card.inner_text()


def _sign_off(second: Person, reference: str) -> None:
    second.open(f"/staff/cases/{reference}/sign-off")
    second.go(second.page.locator("a[href*='/reading/']"))
    second.open(f"/staff/cases/{reference}/sign-off")
    second.press("Sign it off")
    assert "Signed off" in second.text


def _build_and_release(officer: Person) -> None:
    officer.tab("Pack")
    officer.look()
    officer.press("Build it")
    officer.wait_live(STILL)
    officer.go(officer.page.locator("#searches a", has_text="Check it"))
    officer.page.locator("#check").wait_for()
    officer.look()
    officer.page.get_by_label("Type the name it goes to").fill("Tamsin Holloway")
    officer.page.get_by_label("I compared this name").check()
    officer.press("Release the pack")
    assert "Released" in officer.text


def _download(requester: Person, walk: Walk, pack: Path) -> None:
    requester.open("/portal/enter")
    requester.page.locator("[name=reference]").fill(walk.reference)
    requester.press("Send me a code")
    code = re.search(r"\b\d{4} \d{4}\b", walk.letter(r"\b\d{4} \d{4}\b"))
    assert code
    requester.page.locator("[name=code]").fill(code[0])
    requester.look()
    requester.press("Continue")
    assert requester.path == "/portal/"
    requester.look()
    with requester.page.expect_download() as download:
        requester.page.get_by_role("button", name="Download your records").click()
    download.value.save_as(pack)
