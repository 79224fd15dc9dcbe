"""What a case is found by: keyed digests beside it, because names are sealed and no database can be asked for them.

Beside each case stand the digests of the words it is found by, and of each word of a name with one letter left out:
words that differ by one letter share one of those.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import delete, exists, insert, select

from sar_service.db import db
from sar_service.domain.matching_names import words
from sar_service.extensions import runtime
from sar_service.models import Case, SearchWord

from . import sealing
from .finding_read import POSTCODE, squeezed, telephone

SHORTEST = 3  # letters from which on a word is also found misspelt
LONGEST = 40
FORM = "2"  # of what is written down here: a case that was written down in another form is done anew


def digest(controller: str, kind: str, text: str) -> int:
    """The digest of one thing, under its controller's name: cases of two councils never share one."""
    return int(runtime().service_key("search").digest(f"{controller}:{kind}:{text}")[:16], 16) >> 1


def _without_one(word: str) -> set[str]:
    """The word, and the word with each of its letters left out."""
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def spelt(controller: str, word: str) -> set[int]:
    """What a word of a name is found by, as it is spelt and nearly."""
    near = _without_one(word) if SHORTEST <= len(word) <= LONGEST else set()
    return {digest(controller, "word", word), *(digest(controller, "near", each) for each in near)}


def ways(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What tells one person from a namesake: kind and text of dates of birth, postcodes, contacts and numbers."""
    subject, requester = told["subject"], told["requester"]
    for lines in subject.get("addresses", []):
        yield from (("post", squeezed(code.group())) for code in POSTCODE.finditer(" ".join(lines)))
    yield "post", squeezed(subject.get("postcode") or "")
    yield "born", subject.get("date_of_birth") or ""
    phones = [each or "" for each in (*subject.get("phones", []), requester.get("phone"))]
    yield from (("number", squeezed(each)) for each in (*phones, *(subject.get("identifiers") or {}).values()) if each)
    yield from (("phone", telephone(each)) for each in phones)
    yield from (
        ("mail", (each or "").strip().casefold()) for each in (*subject.get("emails", []), requester.get("email"))
    )


def _names(told: dict[str, Any]) -> list[tuple[str, ...]]:
    """Every name that the case's people go by, as words."""
    subject = told["subject"]
    whole = [
        subject.get("given_name"),
        subject.get("family_name"),
        *subject.get("other_names", []),
        told["requester"].get("name"),
    ]
    return [words(name) for name in whole if name]


def digests(controller: str, reference: str, told: dict[str, Any]) -> set[int]:
    """All that a case is found by: its reference, and what `told` (its sealed part) says."""
    things = {(kind, text) for kind, text in ways(told) if text}
    for lines in told["subject"].get("addresses", []):
        things |= {("word", word) for word in words(POSTCODE.sub(" ", " ".join(lines)))}
    names = _names(told)
    for name in names:  # "Mary Ann" is found as "maryann", "Mc Donald" as "mcdonald"
        things |= {("word", first + second) for first, second in pairwise(name)}
    blocks = reference.casefold().split("-")  # of an e-mail may be known neither name nor address
    things |= {("block", each) for each in (*blocks, *map("-".join, pairwise(blocks)))}
    found = {digest(controller, kind, text) for kind, text in things} | {digest("", "form", FORM)}
    return found.union(*(spelt(controller, word) for name in names for word in name))


def index(case: Case) -> None:
    """Write down what a case is found by, anew."""
    db.session.flush()
    db.session.execute(delete(SearchWord).where(SearchWord.case_id == case.id))
    found = digests(case.controller, case.reference, sealing.unseal(case))
    db.session.execute(insert(SearchWord), [{"digest": each, "case_id": case.id} for each in sorted(found)])


def index_missing(*, most: int = 200) -> int:
    """Do that for cases for which it was never done in this form; returns how many. They came before it."""
    done = exists().where(SearchWord.digest == digest("", "form", FORM), SearchWord.case_id == Case.id)
    missing: Iterable[Case] = db.session.scalars(select(Case).where(~done).limit(most)).all()
    count = 0
    for case in missing:
        index(case)
        count += 1
    return count
