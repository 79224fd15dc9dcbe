"""The officers' part of the walk: searching, deciding, signing off, building, releasing. The rest is in `walk.py`."""

import re
import time
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import urlsplit

from .browse import Browser, Form, Page, Unexpected
from .decide import FILED, Decision, Judgement
from .walk import PATIENCE, POLL, Walk

MOST_PASSAGES = 500
ITEMS_READ = 40  # how many of a person's items are read to find a passage


def wait(walk: Walk, browser: Browser, tab: str, done: Callable[[Page], bool], what: str) -> Page:
    """Ask, as the page's script does, for the part of a page that keeps itself up to date, until it says so."""
    until = time.monotonic() + PATIENCE
    page = walk.case(browser, tab)
    part = page
    while not done(part):
        if time.monotonic() > until:
            raise Unexpected(f"{what} did not end within {PATIENCE:.0f} seconds; the page says: {part.text[:800]}")
        time.sleep(POLL)
        part = browser.open("".join(page.tree.xpath("//*[@data-poll-url]/@data-poll-url")) or page.path)
    return page if part is page else walk.case(browser, tab)


def gathered(page: Page) -> bool:
    """Does nothing move any more on what keeps itself up to date?"""
    return not page.tree.xpath("//*[@data-poll-url][not(@data-poll-done)]")


def search(walk: Walk, officer: Browser) -> None:
    """Start the search and wait until every system has answered."""
    with walk.step("The officer starts the search; workers ask every system.") as more:
        page = walk.case(officer, "search")
        officer.send(page.form(path="search/start$"), button="Start")
        page = wait(walk, officer, "search", _answered, "the search")
        titles = page.tree.xpath("//li[contains(@class, 'sar-search')]")
        more.append("; ".join(" ".join(each.text_content().split())[:60] for each in titles[:4]) + ".")


def _answered(page: Page) -> bool:
    return not page.tree.xpath(
        "//li[contains(@class, 'sar-search--waiting') or contains(@class, 'sar-search--running')]"
    )


def decide_candidates(walk: Walk, officer: Browser, judgement: Judgement) -> None:
    """Say of each person who is not certain whether they are the subject, then wait for all the gathering."""
    with walk.step("The officer decides who in the systems is the person, where the machine does not guess.") as more:
        said = []
        for _ in range(50):
            page = walk.case(officer, "search")
            waiting = page.tree.xpath("//article[.//strong[contains(., 'Not decided')] or contains(., 'Not decided')]")
            if not waiting:
                break
            card = waiting[0]
            ref = "".join(card.xpath(".//*[contains(@class, 'sar-reference')]/text()")).strip()
            system = next(
                (each.system for each in walk.council.world.ambiguous if each.ref == ref),
                next((key for key, refs in walk.council.world.hers.items() if ref in refs), ""),
            )
            hers = judgement.candidate(system, ref)
            action = urlsplit(card.xpath(".//form/@action")[0]).path
            officer.send(
                page.form(path=f"^{re.escape(action)}$"), button="This is the person" if hers else "somebody else"
            )
            said.append(f"{ref}: {'yes' if hers else 'no'}")
        more.append("; ".join(said) + ".")
    with walk.step("Workers read every file, build the register of people and suggest what to withhold.") as more:
        page = wait(walk, officer, "search", gathered, "the gathering")
        more.append(" ".join(page.tree.xpath("string(//*[@id='suggesting'])").split()))


def handle_files(walk: Walk, officer: Browser) -> None:
    """Say of each file that could not be read what was done with it."""
    with walk.step("The officer deals by hand with the files that cannot be read.") as more:
        count = 0
        while True:
            page = walk.case(officer, "by-hand")
            open_forms = [
                form for form in page.forms() if form.path.endswith("/handled") and not form.fields.get("how")
            ]
            if not open_forms:
                break
            officer.send(open_forms[0], {"how": "withheld", "note": FILED})
            count += 1
        more.append(f"{count} files.")


def decide_people(walk: Walk, officer: Browser, judgement: Judgement) -> None:
    """Decide on everybody in the register, those who are treated alike together."""
    with walk.step("The officer decides on the people in the file.") as more:
        counts: dict[str, int] = defaultdict(int)
        for decision, ids in _people(walk, walk.case(officer, "people"), judgement).items():
            page = walk.case(officer, "people")
            form = page.form("person", "treatment", path="people/decisions$")
            answers = {"person": ids, "treatment": decision.treatment, "code": decision.code, "reason": decision.reason}
            officer.send(form, answers)
            counts[decision.treatment] += len(ids)
        more.append(f"{counts['withhold']} withheld, {counts['show']} shown; professionals stay named.")


def _people(walk: Walk, page: Page, judgement: Judgement) -> dict[Decision, list[str]]:
    """Who is to be decided how. Professionals stay as they are unless the truth says otherwise."""
    found: dict[Decision, list[str]] = defaultdict(list)
    for row in page.tree.xpath("//tr[.//input[@name='person']]"):
        identity = row.xpath(".//input[@name='person']/@value")[0]
        names = [" ".join(row.xpath("string(.//th//a)").split())]
        also = re.search(r"\balso (.*?)(?: · |$)", " ".join(row.xpath("string(.//th/span)").split()))
        names += [name.strip() for name in also[1].split(",")] if also else []
        section = row.xpath("string(ancestor::section/@aria-labelledby)")
        decision = judgement.person(names)
        if section == "group-professional" and decision.treatment == "withhold" and not _certain(judgement, names):
            continue
        if section == "group-professional" and decision.treatment == "show":
            continue
        found[decision].append(identity)
    return found


def _certain(judgement: Judgement, names: list[str]) -> bool:
    return any(" ".join(name.casefold().split()) in judgement.gone for name in names)


def decide_details(walk: Walk, officer: Browser, judgement: Judgement) -> None:
    """Decide on the details that belong to nobody in the register."""
    with walk.step("The officer decides on numbers and addresses that belong to nobody in the register.") as more:
        page = walk.case(officer, "details")
        chosen: dict[Decision, list[str]] = defaultdict(list)
        for row in page.tree.xpath("//tr[.//input[@name='group']]"):
            text = " ".join(row.xpath("string(.//th)").split())
            kind = "_".join(row.xpath("string(./td[2])").split())
            chosen[judgement.detail(text, kind)].append(row.xpath(".//input[@name='group']/@value")[0])
        for decision, groups in chosen.items():
            page = walk.case(officer, "details")
            form = page.form("group", "treatment", path="details$")
            answers = {"group": groups, "treatment": decision.treatment, "code": decision.code}
            officer.send(form, {**answers, "reason": decision.reason})
        more.append(", ".join(f"{len(each)} {decision.treatment}" for decision, each in chosen.items()) + ".")


def mark_passages(walk: Walk, officer: Browser) -> None:
    """Withhold passages that name nobody, wherever the same words stand; found where the person is spoken of."""
    with walk.step("The officer marks passages that give somebody away without a name.") as more:
        marked = []
        read: dict[str, str] = {}  # the text of each item that was read, by its path
        people = walk.case(officer, "people")
        for passage in walk.council.world.passages:
            path = _item_with(walk, officer, people, passage.person, passage.text, read)
            if not path:
                continue
            page = officer.open(path)
            form = page.form("words", "code", path="marks$")
            answers = {"words": passage.text, "code": passage.code, "reason": passage.why, "everywhere": "yes"}
            officer.send(form, answers)
            marked.append(passage.why)
        more.append("; ".join(dict.fromkeys(marked)) + ".")


def _item_with(walk: Walk, officer: Browser, people: Page, person: str, words: str, read: dict[str, str]) -> str:
    """The path of the first item in which these words stand, among those where the person is spoken of; or nothing."""
    names = next((each.names for each in walk.council.world.people if each.id == person), ())
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words.split())) + r"(?!\w)", re.IGNORECASE)
    known = next((path for path, text in read.items() if pattern.search(text)), "")
    if known:
        return known
    pages = [urlsplit(href).path for text, href in people.links() if "/people/" in href and text in names]
    for page in (*pages, _last_found(walk, officer)):  # the files are listed last
        there = [urlsplit(link).path for _, link in officer.open(page).links()]
        items = list(dict.fromkeys(path for path in there if re.search(r"/reading/[0-9a-f-]{36}$", path)))
        for path in items[:ITEMS_READ]:
            if path not in read:
                read[path] = officer.open(path).tree.xpath("string(//*[@id='item'])")
                if pattern.search(read[path]):
                    return path
    return ""


def _last_found(walk: Walk, officer: Browser) -> str:
    """The last page of what was found."""
    page = walk.case(officer, "found")
    numbers = [int(n[1]) for _, href in page.links() if (n := re.search(r"/found\?(?:.*&)?page=(\d+)", href))]
    return f"{page.path}?page={max(numbers, default=1)}"


def read_open(walk: Walk, officer: Browser, judgement: Judgement) -> None:
    """Read every item that still has something to decide, and decide it there."""
    with walk.step("The officer reads the items in which something is still open.") as more:
        count = 0
        while (found := _open_mark(walk.case(officer, "reading"))) is not None:
            form, words = found
            decision = judgement.detail(words, "person")
            pressed = "^Withhold" if decision.treatment == "withhold" else "^Show"
            officer.send(form, {"code": decision.code, "everywhere": "yes"}, button=pressed)
            count += 1
            if count > MOST_PASSAGES:
                raise Unexpected(f"after {count} passages there was still something to decide")
        more.append(f"{count} passages.")


def _open_mark(page: Page) -> tuple[Form, str] | None:
    """The first mark on a page that nobody has decided: its form, and the words it lies on."""
    for row in page.tree.xpath("//li[contains(@class, 'sar-mark-row--suggested')][.//form]"):
        words = " ".join(row.xpath("string(.//*[contains(@class, 'sar-mark-row__words')])").split())
        identity = row.xpath(".//form/@id")[0]
        return page.form(path="marks/", identity=identity), words
    return None


def submit(walk: Walk, officer: Browser, judgement: Judgement) -> None:
    """Send the decisions off; what a second look finds is decided, and they are sent again."""
    for _ in range(5):
        with walk.step("The officer sends the decisions for sign-off.") as more:
            page = walk.case(officer, "sign-off")
            page = officer.send(page.form(path="sign-off/submit$"))
            if page.path.endswith("/sign-off"):
                return
            more.append("A second look found places left open; they are marked.")
        read_open(walk, officer, judgement)
    raise Unexpected("the decisions were sent off five times, and something was still open each time")


def sign_off(walk: Walk, officer: Browser, second: Browser) -> None:
    """The same officer is refused; the second one looks at a sample and signs."""
    with walk.step("The same officer tries to sign off and is refused:") as more:
        page = walk.case(officer, "sign-off")
        card = page.tree.xpath("//aside//div[contains(@class, 'sar-card')][.//h2[normalize-space()='Sign off']]")
        if not card or card[0].xpath(".//form"):
            raise Unexpected("whoever decided is offered to sign off")
        walk.refused = " ".join(card[0].xpath("string(.//p)").split())
        token = page.form().fields["csrf_token"][0]
        answer = officer.client.post(
            f"/staff/cases/{walk.reference}/sign-off/sign", data={"csrf_token": token}, headers={"Referer": page.url}
        )
        if answer.status_code < 400:
            raise Unexpected("whoever decided could sign off")
        more.append(f"“{walk.refused}”")
    with walk.step("The second officer looks at a sample and signs off."):
        page = walk.case(second, "sign-off")
        for href in [href for _, href in page.links() if "/reading/" in href][:3]:
            second.open(urlsplit(href).path)
        page = walk.case(second, "sign-off")
        second.send(page.form("digest", path="sign-off/sign$"))


def build(walk: Walk, officer: Browser) -> None:
    """Build the pack and wait until it was read again and found clean."""
    with walk.step("Workers build the pack, then read the finished file again for anything withheld.") as more:
        page = walk.case(officer, "pack")
        officer.send(page.form(path="pack/build$"))
        page = wait(walk, officer, "pack", gathered, "the build")
        if not any(form.path.endswith("pack/release") for form in page.forms()):
            raise Unexpected(f"the pack is not ready: {page.tree.xpath('string(//main)').split()}"[:3000])
        pages = re.search(r"\b([\d,]+) pages?\b", page.text)
        more.append(f"{pages[0]}." if pages else "")


def release(walk: Walk, officer: Browser) -> None:
    """Let the pack go to the requester."""
    with walk.step("The officer checks who it goes to and releases it."):
        page = walk.case(officer, "pack")
        name = f"{walk.request['given_name']} {walk.request['family_name']}"
        form = page.form("pack", "recipient", path="pack/release$")
        page = officer.send(form, {"recipient": name, "recipient_checked": "yes"})
        if "Released" not in page.text:
            raise Unexpected(f"the pack was not released: {page.text[:500]}")


def do_all(walk: Walk) -> None:
    """From the sign-in of the first officer to the released pack."""
    judgement = Judgement(walk.council.world)
    officer, second = walk.sign_in("officer"), walk.sign_in("second_officer")
    try:
        walk.settle_identity(officer)
        search(walk, officer)
        decide_candidates(walk, officer, judgement)
        handle_files(walk, officer)
        decide_people(walk, officer, judgement)
        decide_details(walk, officer, judgement)
        mark_passages(walk, officer)
        read_open(walk, officer, judgement)
        submit(walk, officer, judgement)
        sign_off(walk, officer, second)
        build(walk, officer)
        release(walk, officer)
    finally:
        officer.close()
        second.close()
