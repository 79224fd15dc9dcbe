"""The whole job, walked over HTTP as its people do it: requester, officer, second officer, requester again.

Every step opens pages and sends the forms that stand on them; nothing is reached that the pages do not offer. What
the officers decide comes from the world's ground truth (`decide.py`), as a person's judgement would.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

from .browse import Browser, Page, Unexpected
from .council import Council, SignIn

POLL = 1.0
PATIENCE = 1500.0  # seconds to wait for the workers, on a slow machine


@dataclass(frozen=True)
class Step:
    """One step that was taken, and how long it took in seconds."""

    words: str
    seconds: float


@dataclass
class Walk:
    """A walk through one council. `say` is told of each step as it ends."""

    council: Council
    say: Callable[[Step], None] = lambda _: None
    request: Mapping[str, object] = field(default_factory=dict)  # the answers of the form; the world's if none
    reference: str = ""
    steps: list[Step] = field(default_factory=list)
    refused: str = ""  # what the same officer was told who tried to sign off

    def __post_init__(self) -> None:
        self.request = self.request or self.council.world.request

    @contextmanager
    def step(self, words: str) -> Iterator[list[str]]:
        """Time a step. What is put into the list is said after its words."""
        began = time.monotonic()
        more: list[str] = []
        try:
            yield more
        except Unexpected as error:
            raise Unexpected(f"{words}: {error}") from error
        taken = Step(" ".join([words, *more]), time.monotonic() - began)
        self.steps.append(taken)
        self.say(taken)

    def visitor(self) -> Browser:
        return Browser(self.council.address)

    # --- the requester -------------------------------------------------------------------------------------------

    def ask(self) -> str:
        """Fill in the public form and send it; the reference."""
        with self.step("The requester fills in the form on the website and sends it.") as more:
            browser = self.visitor()
            page = browser.open("/request/who")
            for name, answers in form_answers(self.request):
                if page.path != f"/request/{name}":
                    raise Unexpected(f"the question {name} was expected, and {page.path} came")
                page = self._answer(browser, page, answers)
            page = browser.send(page.form(path="/request/check"))
            found = re.search(r"\b[A-Z2-9]{5}-[A-Z2-9]{5}-[A-Z2-9]{5}\b", page.text)
            if page.path != "/request/submitted" or found is None:
                raise Unexpected(f"{page.path} gives no reference")
            self.reference = found[0]
            due = re.search(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d\b", page.text)
            more.append(f"Reference {self.reference}, answer due {due[0] if due else 'later'}.")
            browser.close()
        return self.reference

    def _answer(self, browser: Browser, page: Page, answers: Mapping[str, str]) -> Page:
        """Send one question, adding rows to lists that grow as a person does."""
        for name in sorted({match[1] for key in answers if (match := re.fullmatch(r"(\w+)-\d+(-\w+)?", key))}):
            wanted = 1 + max(int(match[1]) for key in answers if (match := re.match(rf"{name}-(\d+)", key)))
            for _ in range(wanted - 1):
                form = page.form(path="^/request/")
                button = next(b.text for b in form.buttons if b.name == f"{name}-add")
                page = browser.send(form, {k: v for k, v in answers.items() if k in form.fields}, button=f"^{button}$")
        form = page.form(path="^/request/")
        missing = [name for name in answers if not form.has(name)]
        if missing:
            raise Unexpected(f"{page.path} does not ask for {', '.join(missing)}")
        return browser.send(form, answers)

    def letter(self, words: str, *, after: int = 0) -> str:
        """The text of the newest letter to the requester that has these words in its subject or text."""
        to = str(self.request["email"])
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for path in sorted(self.council.mail.glob("*.eml"), key=lambda p: -p.stat().st_mtime_ns):
                if path.stat().st_mtime_ns <= after:
                    continue
                message = message_from_bytes(path.read_bytes(), policy=policy.default)
                body = message.get_body(("plain",))
                text = f"{message['Subject']}\n{body.get_content() if body is not None else ''}"
                if message["To"] == to and re.search(words, text, re.IGNORECASE):
                    return text
            time.sleep(POLL / 4)
        raise Unexpected(f"no letter with {words!r} came to {to}")

    def acknowledged(self) -> None:
        """Wait for the acknowledgement by e-mail."""
        with self.step("An acknowledgement goes out by e-mail."):
            self.letter(re.escape(self.reference))

    def fetch(self, path: Path) -> None:
        """Enter the portal with a code, see the stage, and download the pack to `path`."""
        with self.step("The requester enters the portal with a code that came by e-mail.") as more:
            browser = self.visitor()
            sent = time.time_ns()
            page = browser.open("/portal/enter")
            page = browser.send(page.form("reference"), {"reference": self.reference})
            code = re.search(r"\b\d{4} ?\d{4}\b", self.letter(r"\b\d{4} \d{4}\b", after=sent))
            if code is None:
                raise Unexpected("the letter with the code holds no code")
            page = browser.send(page.form("code"), {"code": code[0]})
            if page.path != "/portal/":
                raise Unexpected(f"the code leads to {page.path}")
        with self.step("The requester downloads the pack.") as more:
            content = browser.fetch(page.form(path="/portal/pack"))
            path.write_bytes(content)
            more.append(f"{len(content) / 1_000_000:.1f} MB.")
            browser.close()

    # --- the staff -----------------------------------------------------------------------------------------------

    def sign_in(self, post: str) -> Browser:
        """A member of staff at their own browser, signed in by the form."""
        member: SignIn = self.council.team[post]
        browser = self.visitor()
        page = browser.open("/staff/sign-in")
        page = browser.send(page.form("email", "password"), {"email": member.email, "password": member.password})
        if page.path == "/staff/sign-in":
            raise Unexpected(f"{member.email} could not sign in: {page.problem}")
        return browser

    def case(self, browser: Browser, tab: str = "") -> Page:
        """A page of the case."""
        return browser.open(f"/staff/cases/{self.reference}{'/' + tab if tab else ''}")

    def settle_identity(self, officer: Browser) -> None:
        """Find the case in the worklist, take it, record what was seen, and settle identity."""
        with self.step("The officer finds the case in the worklist and takes it."):
            page = officer.open("/staff/")
            link = next((href for _, href in page.links() if href.endswith(f"/cases/{self.reference}")), "")
            if not link:
                raise Unexpected("the case is not in the worklist")
            page = officer.open(urlsplit(link).path)
            officer.send(page.form("member", path="assignment$", wanted=lambda f: "me" in f.fields["member"]))
        with self.step("The officer records the passport that was seen and settles identity."):
            page = self.case(officer, "identity")
            form = page.form("kind", "about", path="evidence$")
            seen = {"kind": "photo_document", "about": "requester", "how": "in_person", "seen": "Passport, in person"}
            page = officer.send(form, seen)
            officer.send(page.form(path="settle$"))


def form_answers(request: Mapping[str, object]) -> list[tuple[str, dict[str, str]]]:
    """The answers of the public form, question by question, for a world's request."""
    told: Mapping[str, object] = request
    born = str(told["date_of_birth"]).split("-")
    former = _texts(told["former_names"])
    address = {**_address("current", [*_texts(told["address"]), str(told["postcode"])])}
    earlier = told["former_addresses"]
    for number, lines in enumerate(earlier if isinstance(earlier, list) else []):
        address |= _address(f"earlier-{number}", _texts(lines))
    identifiers = told["identifiers"]
    return [
        ("who", {"right": "access", "capacity": "self"}),
        (
            "names",
            {
                "given_name": str(told["given_name"]),
                "middle_names": str(told["middle_names"]),
                "family_name": str(told["family_name"]),
                **{f"other_names-{number}": name for number, name in enumerate(former)},
            },
        ),
        (
            "birth",
            {
                "date_of_birth-day": str(int(born[2])),
                "date_of_birth-month": str(int(born[1])),
                "date_of_birth-year": born[0],
            },
        ),
        ("addresses", address),
        ("identifiers", {str(k): str(v) for k, v in identifiers.items()} if isinstance(identifiers, dict) else {}),
        ("what", {"what": str(told["what"])}),
        ("how", {"how": str(told["how"])}),
        ("contact", {"email": str(told["email"]), "phone": str(told["phone"]), "safe": "safe"}),
    ]


def _texts(values: object) -> list[str]:
    return [str(each) for each in values] if isinstance(values, (list, tuple)) else []


def _address(name: str, lines: list[str]) -> dict[str, str]:
    """An address as the form asks for it: the first line, a second where there is one, the town, the postcode."""
    *streets, town, postcode = lines
    parts = dict(zip(("line_1", "line_2"), streets, strict=False)) | {"town": town, "postcode": postcode}
    return {f"{name}-{part}": value for part, value in parts.items()}
