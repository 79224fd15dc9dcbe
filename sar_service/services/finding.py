"""Finding cases by what people say of them: a name however it is spelt, a date of birth, an address, a number.

Names are sealed, so that a database cannot be asked for them: `finding_index.py` says what is asked instead, and
`finding_read.py` takes apart what was typed.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from sar_service.db import db, is_one_of, no_lead
from sar_service.domain import nicknames
from sar_service.domain.actor import Actor
from sar_service.domain.likeness import within
from sar_service.domain.matching_fields import compare_births
from sar_service.domain.matching_names import compare_names, words
from sar_service.domain.people import Identity
from sar_service.models import Case, KeptApart, LinkRow, SearchWord

from . import listing, sealing
from .finding_index import digest, index, index_missing, spelt, ways
from .finding_read import MOST, Question, joined, read, squeezed, telephone

__all__ = ["Alike", "Found", "Question", "alike", "find", "index", "index_missing", "linked_ids", "read"]

SHOWN = 20  # possible duplicates
ENOUGH = 100  # that fit all parts of a question but a certain one
COMMON, NEWEST = 3_000, 2_000  # from so many cases on a word is common; so many of the newest are asked for it first

Part = tuple[set[int], set[int]]  # of a question: what a case must have one of, and what of it fits to the letter


def _parts(question: Question, controllers: Iterable[str]) -> list[Part]:
    """Of each part of the question, the digests that a case of one of these controllers must have one of: to be found
    at all, and to fit to the letter. A given name is also found by its other forms: Liz is Elizabeth."""
    several = sorted(controllers)
    exact = [{digest(each, kind, text) for each in several for kind, text in said} for said in question.exact]
    letter = [{digest(each, kind, word) for each in several for kind in ("word", "block")} for word in question.words]
    nearly = [
        here.union(*(spelt(each, word) for each in several)).union(
            digest(each, "word", form) for each in several for form in nicknames.forms(word)
        )
        for word, here in zip(question.words, letter, strict=True)
    ]
    return [*zip(exact, exact, strict=True), *zip(nearly, letter, strict=True)]


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


def _fit(wanted: Iterable[set[int]]) -> Select[Any]:
    """The ids of cases that have one digest of each set, which are one or more.

    They are put together from the digests alone, set by set: each is read once from its index. Best begun with the
    rarest.
    """
    fitting: Select[Any] | None = None
    for digests in wanted:
        more = select(SearchWord.case_id).where(SearchWord.digest.in_(digests))
        fitting = more if fitting is None else more.where(SearchWord.case_id.in_(fitting))
    assert fitting is not None
    return fitting


def _among(query: Select[Any], wanted: list[set[int]]) -> Select[Any]:
    """The query (`visible(by_id=True)`) narrowed to cases that have one digest of each set."""
    return query.where(is_one_of(Case.id, _fit(wanted)))


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


@dataclass(frozen=True)
class Found:
    """Cases that fit; `part` if no case fits all that was typed, and these fit all but one part of it."""

    cases: list[Case]
    part: bool = False


def there(reference: str, *, actor: Actor) -> bool:
    """Is there a case with this whole reference that this actor may see?"""
    from .case import visible

    query = visible(actor).where(Case.reference == reference)
    return db.session.scalar(query.with_only_columns(Case.id)) is not None


def find(question: Question, *, actor: Actor, most: int) -> Found:
    """The cases that this actor may see and that fit: those that fit to the letter first, then the newest.

    Where none fits, two words are taken for one; then what fits all parts but one.
    """
    if rows := _fitting(question, actor=actor, most=most):
        return Found(rows)
    for other in joined(question):
        if rows := _fitting(other, actor=actor, most=most):
            return Found(rows)
    return Found(_nearly_all(question, actor=actor, most=most), part=True)


def _nearly_all(question: Question, *, actor: Actor, most: int) -> list[Case]:
    """What fits all parts of a question but one, whichever; nothing for a question of one part."""
    from .case import visible

    parts = _parts(question, actor.controllers)
    if len(parts) < 2:
        return []
    nearly = [each for each, _ in _rarest_first(parts)[0]]
    but_one = (_fit([*nearly[:at], *nearly[at + 1 :]]).limit(ENOUGH) for at in range(len(nearly)))
    ids = {key for each in but_one for key in db.session.scalars(each)}
    query = visible(actor, by_id=True).where(Case.id.in_(ids))
    order = (_closeness(parts).desc(), Case.received_on.desc(), Case.created_at.desc(), Case.id)
    return listing.in_this_order(
        db.session.scalars(query.with_only_columns(Case.id).order_by(*order).limit(most)).all()
    )


def _fitting(question: Question, *, actor: Actor, most: int) -> list[Case]:
    """The cases that fit all of it."""
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
    called = [words(subject.get(part) or "") for part in ("given_name", "family_name")]
    names = {word for part in called for word in part}
    more = {digest(case.controller, kind, text) for kind, text in ways(told) if text}
    if not names or not more:
        return []
    query = visible(actor, by_id=True).where(no_lead(Case.controller) == case.controller, Case.id != case.id)
    nearly = {
        each for part, _ in _parts(Question((), tuple(sorted(names)[:MOST])), (case.controller,)) for each in part
    }
    nearly |= {digest(case.controller, "word", one + two) for part in called for one, two in pairwise(part)}
    query = _among(query, [more, nearly])  # thousands may have the name; what else is the same tells who is meant
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


def _contacts(told: dict[str, Any]) -> dict[str, set[str]]:
    """How the person, or who asks, is reached, and the numbers that are theirs alone; by what each is called."""
    subject, requester = told["subject"], told["requester"]
    mails = (*subject.get("emails", []), requester.get("email"))
    phones = (*subject.get("phones", []), requester.get("phone"))
    numbers = (subject.get("identifiers") or {}).values()
    return {
        "the e-mail address": {each.strip().casefold() for each in mails if each},
        "the telephone number": {telephone(each) for each in phones if each} - {""},
        "a number": {squeezed(each) for each in numbers if each},
    }


def _like_name(subject: dict[str, Any], theirs: dict[str, Any]) -> str:
    """How the names of two people are alike, in words; "" where the first names, or all of it, are different ones."""
    one, other = (
        Identity(given_name=each.get("given_name") or "", family_name=each.get("family_name") or "")
        for each in (subject, theirs)
    )
    ours, others = (words(each.full_name) for each in (one, other))
    if all(any(within(word, each, 1) for each in others) for word in ours):
        return "the name"
    names = compare_names(one, other)
    if names.both_agree:
        return "the name"
    if names.given.outcome == "disagrees":
        return ""
    return "the first name" if names.family.outcome == "disagrees" else "a like name"


def _reasons(case: Case, told: dict[str, Any], other: Case) -> tuple[str, ...]:
    """Why another case may be of the same person; empty where dates of birth are others, or only the name is alike. A
    date that may be the same miswritten says nothing by itself. Who has another family name now is shown where two
    other things are the same."""
    theirs_told = sealing.unseal(other)
    subject, theirs = told["subject"], theirs_told["subject"]
    born, their_born = subject.get("date_of_birth"), theirs.get("date_of_birth")
    other_day = bool(born and their_born and born != their_born)
    if other_day and not compare_births(born, their_born).close:
        return ()
    like = _like_name(subject, theirs)
    if not like:
        return ()
    reasons = [like]
    if born and their_born:
        reasons.append("a like date of birth" if other_day else "the date of birth")
    if subject.get("postcode") and squeezed(subject["postcode"]) == squeezed(theirs.get("postcode", "")):
        reasons.append("the postcode")
    reached = _contacts(theirs_told)
    reasons += [what for what, mine in _contacts(told).items() if mine & reached[what]]
    if len(reasons) < 2 + (like == "the first name") + other_day:
        return ()
    if case.right is other.right:
        reasons.append("what is asked for")
    if abs((case.received_on - other.received_on).days) <= 31:
        reasons.append("the month")
    return tuple(reasons)
