"""Finding cases by what people say of them: a name however it is spelt, a date of birth, an address, a number.

Names are sealed, so that a database cannot be asked for them. Beside each case stand keyed digests of the words that
it is found by, and of each word of a name with one letter left out: words that differ by one letter share one of those.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select
from sqlalchemy.orm import aliased

from sar_service.db import db, is_one_of, no_lead
from sar_service.domain.actor import Actor
from sar_service.domain.matching_names import words
from sar_service.extensions import runtime
from sar_service.models import Case, KeptApart, LinkRow, SearchWord

from . import listing, sealing

SHORTEST = 4  # letters from which on a word is also found misspelt
LONGEST = 40
MOST = 8  # words of a question that are looked for
SHOWN = 20  # possible duplicates
COMMON, NEWEST = 3_000, 2_000  # from so many cases on a word is common; so many of the newest are asked for it first
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
_DAY = re.compile(r"\b(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/. ](\d{1,2})[/. ](\d{4}))\b")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_NUMBER = re.compile(r"\b[A-Z]?\d[\d ]{5,18}[A-Z]?\b", re.IGNORECASE)


def _digest(controller: str, kind: str, text: str) -> int:
    """The digest of one thing, under its controller's name: cases of two councils never share one."""
    return int(runtime().service_key("search").digest(f"{controller}:{kind}:{text}")[:16], 16) >> 1


def _without_one(word: str) -> set[str]:
    """The word, and the word with each of its letters left out."""
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _misspelt(controller: str, word: str) -> Iterator[int]:
    if SHORTEST <= len(word) <= LONGEST:
        yield from (_digest(controller, "near", each) for each in _without_one(word))


def _spelt(controller: str, word: str) -> set[int]:
    """What a word of a name is found by, as it is spelt and nearly."""
    return {_digest(controller, "word", word), *_misspelt(controller, word)}


def _squeezed(text: str) -> str:
    return re.sub(r"[^0-9a-z@.]", "", text.casefold())


def _people(told: dict[str, Any]) -> list[str]:
    """Every name that the case's people go by."""
    subject = told["subject"]
    return [
        subject.get("given_name", ""),
        subject.get("family_name", ""),
        *subject.get("other_names", []),
        told["requester"].get("name", ""),
    ]


def _things(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a case is found by to the letter: kind and text."""
    subject, requester = told["subject"], told["requester"]
    for lines in subject.get("addresses", []):
        whole = " ".join(lines)
        yield from (("word", word) for word in words(_POSTCODE.sub(" ", whole)))
        yield from (("post", _squeezed(code.group())) for code in _POSTCODE.finditer(whole))
    yield "post", _squeezed(subject.get("postcode") or "")
    yield "born", subject.get("date_of_birth") or ""
    numbers = [*subject.get("phones", []), requester.get("phone"), *(subject.get("identifiers") or {}).values()]
    yield from (("number", _squeezed(each or "")) for each in numbers)
    yield from (("mail", (each or "").casefold()) for each in (*subject.get("emails", []), requester.get("email")))


def _digests(controller: str, told: dict[str, Any]) -> set[int]:
    names = {word for name in _people(told) if name for word in words(name)}
    found = {_digest(controller, kind, text) for kind, text in _things(told) if text}
    return found.union(*(_spelt(controller, word) for word in names))


def index(case: Case) -> None:
    """Write down what a case is found by, anew."""
    db.session.flush()
    db.session.execute(delete(SearchWord).where(SearchWord.case_id == case.id))
    digests = _digests(case.controller, sealing.unseal(case))
    digests.add(_digest(case.controller, "case", case.reference))  # of an e-mail may be known neither name nor address
    rows = [{"digest": digest, "case_id": case.id} for digest in sorted(digests)]
    if rows:
        db.session.execute(insert(SearchWord), rows)


def index_missing(*, most: int = 200) -> int:
    """Do that for cases for which it was never done; returns how many. They came before there was an index."""
    missing = db.session.scalars(select(Case).where(~exists().where(SearchWord.case_id == Case.id)).limit(most)).all()
    for case in missing:
        index(case)
    return len(missing)


Part = tuple[set[int], set[int]]  # of a question: what a case must have one of, and what of it fits to the letter


@dataclass(frozen=True)
class Question:
    """What was typed, part by part: `exact` (kind and text) has to be there to the letter, of `words` each may be
    misspelt."""

    exact: tuple[tuple[str, str], ...]
    words: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.exact or self.words)


def read(typed: str) -> Question:
    """Take apart what somebody typed: "tregale 14/03/2007", "NM4 2QT", "9434765919"."""
    rest, exact = " ".join(typed.split())[:300], []
    for kind, pattern in (("mail", _EMAIL), ("born", _DAY), ("post", _POSTCODE), ("number", _NUMBER)):
        for found in pattern.finditer(rest):
            whole = found.group()
            text = _day(found) if kind == "born" else whole.casefold() if kind == "mail" else _squeezed(whole)
            exact.append((kind, text))
        rest = pattern.sub(" ", rest)
    return Question(tuple(exact[:MOST]), words(rest)[:MOST])


def _day(found: re.Match[str]) -> str:
    parts = [int(part) for part in found.groups() if part]
    year, month, day = parts if parts[0] > 31 else reversed(parts)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return found.group()  # no such day: nothing is found by it


def _parts(question: Question, controllers: Iterable[str]) -> list[Part]:
    """Of each part of the question, the digests that a case of one of these controllers must have one of: to be found
    at all, and to fit to the letter."""
    several = sorted(controllers)
    exact = [{_digest(each, kind, text) for each in several} for kind, text in question.exact]
    spelt = [{_digest(each, "word", word) for each in several} for word in question.words]
    nearly = [set().union(*(_spelt(each, word) for each in several)) for word in question.words]
    return [*zip(exact, exact, strict=True), *zip(nearly, spelt, strict=True)]


def _closeness(parts: list[Part]) -> ColumnElement[Any]:
    """How many parts of the question a case has to the letter, to put first."""
    digests = set().union(*(letter for _, letter in parts))
    return (
        select(func.count())
        .select_from(SearchWord)
        .where(SearchWord.case_id == Case.id, SearchWord.digest.in_(digests))
        .correlate(Case)
        .scalar_subquery()
    )


def _has(digests: set[int]) -> ColumnElement[bool]:
    """Has the case at hand one of these?"""
    return exists().where(SearchWord.digest.in_(digests), SearchWord.case_id == Case.id).correlate(Case)


def _among(query: Select[Any], wanted: list[set[int]]) -> Select[Any]:
    """The query (`visible(by_id=True)`) narrowed to cases that have one digest of each set.

    What fits is put together from the digests alone, set by set: each is read once from its index. Best begun with the
    rarest.
    """
    fitting: Select[Any] | None = None
    for digests in wanted:
        more = select(SearchWord.case_id).where(SearchWord.digest.in_(digests))
        fitting = more if fitting is None else more.where(SearchWord.case_id.in_(fitting))
    return query.where(is_one_of(Case.id, fitting)) if fitting is not None else query


def _rarest_first(parts: list[Part]) -> tuple[list[Part], bool]:
    """The parts of a question, that which the fewest cases have to the letter first; and whether all are common."""
    some = [select(SearchWord.case_id).where(SearchWord.digest.in_(letter)).limit(COMMON) for _, letter in parts]
    counts = db.session.execute(
        select(*(select(func.count()).select_from(each.subquery()).scalar_subquery() for each in some))
    ).one()
    order = sorted(range(len(parts)), key=lambda at: counts[at])
    return [parts[at] for at in order], min(counts) == COMMON


def _many_fit(parts: list[set[int]]) -> bool:
    """Do so many cases have one digest of each set that among the newest cases of all there are enough that do?"""
    first, *others = (aliased(SearchWord) for _ in parts)
    fitting = select(first.case_id).where(first.digest.in_(parts[0]))
    for other, digests in zip(others, parts[1:], strict=True):
        fitting = fitting.join(other, (other.case_id == first.case_id) & other.digest.in_(digests))
    found = db.session.scalar(select(func.count()).select_from(fitting.limit(COMMON).subquery()))
    return found == COMMON


def find(question: Question, *, actor: Actor, most: int) -> list[Case]:
    """The cases that this actor may see and that fit: those that fit to the letter first, then the newest."""
    from .case import visible

    parts, common = _rarest_first(_parts(question, actor.controllers))
    newest = (Case.received_on.desc(), Case.created_at.desc(), Case.id)
    letter = [each for _, each in parts]
    if common and _many_fit(letter):
        # Street names are borne by thousands: what is shown of them is among the newest cases.
        councils = select(Case.received_on).where(Case.controller.in_(actor.controllers))
        since = db.session.scalar(councils.order_by(Case.received_on.desc()).offset(NEWEST).limit(1))
        query = visible(actor).where(Case.received_on >= since, *(_has(each) for each in letter))
        ids = db.session.scalars(query.with_only_columns(Case.id).order_by(*newest).limit(most)).all()
        if since is not None and len(ids) == most:
            return listing.in_this_order(ids)
    seen = visible(actor, by_id=True)
    query = _among(seen, letter).with_only_columns(Case.id).order_by(*newest)
    ids = db.session.scalars(query.limit(most)).all()
    if len(ids) < most:  # else no other could come before these
        query = _among(seen, [nearly for nearly, _ in parts]).with_only_columns(Case.id)
        ids = db.session.scalars(query.order_by(_closeness(parts).desc(), *newest).limit(most)).all()
    return listing.in_this_order(ids)


@dataclass(frozen=True)
class Alike:
    """A case that may be the same request again, with why."""

    case: Case
    reasons: tuple[str, ...]


def alike(case: Case, *, actor: Actor) -> list[Alike]:
    """Other cases of the same person, as far as it can be told; those that a person has linked already, or
    said to be other requests, are left out.

    Nothing is skipped because of it: it is shown, and a person says what it is.
    """
    from .case import visible

    told = sealing.unseal(case)
    subject = told["subject"]
    names = set(words(" ".join(filter(None, (subject.get("given_name"), subject.get("family_name"))))))
    if not names:
        return []
    query = visible(actor, by_id=True).where(no_lead(Case.controller) == case.controller, Case.id != case.id)
    query = _among(query, [_spelt(case.controller, word) for word in sorted(names)[:MOST]])
    linked = linked_ids(case) | _apart(case)
    found = []
    ids = db.session.scalars(query.with_only_columns(Case.id).order_by(Case.received_on.desc()).limit(SHOWN * 3)).all()
    for other in listing.in_this_order(ids):
        if other.id in linked:
            continue
        reasons = _reasons(case, told, other)
        if reasons:
            found.append(Alike(other, reasons))
    return found[:SHOWN]


def linked_ids(case: Case) -> set[uuid.UUID]:
    """The cases that this one is linked with, in any way."""
    rows = db.session.execute(
        select(LinkRow.one_id, LinkRow.other_id).where((LinkRow.one_id == case.id) | (LinkRow.other_id == case.id))
    )
    return {each for row in rows for each in row if each != case.id}


def _apart(case: Case) -> set[uuid.UUID]:
    """The cases of which somebody said that they are other requests."""
    rows = db.session.execute(
        select(KeptApart.one_id, KeptApart.other_id).where(
            (KeptApart.one_id == case.id) | (KeptApart.other_id == case.id)
        )
    )
    return {each for row in rows for each in row}


def _ways(told: dict[str, Any]) -> dict[str, set[str]]:
    """How the person, or who asks, is reached, and the numbers that are theirs alone; by what each is called."""
    subject, requester = told["subject"], told["requester"]
    mails = (*subject.get("emails", []), requester.get("email"))
    phones = (*subject.get("phones", []), requester.get("phone"))
    numbers = (subject.get("identifiers") or {}).values()
    return {
        "the e-mail address": {each.strip().casefold() for each in mails if each},
        "the telephone number": {re.sub(r"\D", "", each)[-9:] for each in phones if each} - {""},
        "a number": {_squeezed(each) for each in numbers if each},
    }


def _reasons(case: Case, told: dict[str, Any], other: Case) -> tuple[str, ...]:
    """Why another case may be of the same person; empty where dates of birth differ, or only the name is alike."""
    theirs_told = sealing.unseal(other)
    subject, theirs = told["subject"], theirs_told["subject"]
    born, their_born = subject.get("date_of_birth"), theirs.get("date_of_birth")
    if born and their_born and born != their_born:
        return ()
    reasons = ["the name"]
    if born and born == their_born:
        reasons.append("the date of birth")
    if subject.get("postcode") and _squeezed(subject["postcode"]) == _squeezed(theirs.get("postcode", "")):
        reasons.append("the postcode")
    ways = _ways(theirs_told)
    reasons += [what for what, mine in _ways(told).items() if mine & ways[what]]
    if len(reasons) == 1:
        return ()
    if case.right is other.right:
        reasons.append("what is asked for")
    if abs((case.received_on - other.received_on).days) <= 31:
        reasons.append("the month")
    return tuple(reasons)
