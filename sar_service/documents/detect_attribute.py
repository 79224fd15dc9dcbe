"""Whose is this mention? Evidence where several people of the register fit, and no answer where it does not settle.

A wrong name is worse than none: a third party taken for the subject would be shown. What is left open goes to a
person to decide.
"""

import re
from collections.abc import Sequence

from sar_service.documents.detect_index import Index
from sar_service.documents.detect_roles import CHILDREN, MEN, PROFESSIONS, WOMEN, categories
from sar_service.documents.detect_words import Mention
from sar_service.documents.lexicon import word_set
from sar_service.documents.names import Part, fold, parse, without_possessive
from sar_service.domain.redaction import Person

_WOMAN, _MAN = word_set("mrs ms miss lady"), frozenset(["mr", "sir", "lord"])
_LEARNED = frozenset({"dr", "doctor"})
_RANK = word_set("pc dc ds di ps wpc pcso sgt sergeant insp inspector det con constable")
_GROUP = re.compile(r"[ ](?:family|families|household|siblings?|sibling group|children|brothers|sisters|girls|boys)\b")
_SIGNED = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_HEADED = re.compile(r"(?:subject|re|ref|child|name|yp|client)[ ]?:[ ]{0,4}\Z|\bre[ ]\Z", re.IGNORECASE)
_BESIDE = re.compile(r"[ ]?[,(\-–][ ]{0,2}(?:the |his |her |their )?")
_JOBS = {
    "teacher": re.compile(r"\b(?:teacher|headteacher|head|senco|tutor|dsl|pastoral)\b", re.IGNORECASE),
    "neighbour": re.compile(r"\bneighbours?\b", re.IGNORECASE),
    "social_worker": re.compile(r"\b(?:social worker|sw)\b", re.IGNORECASE),
    "manager": re.compile(r"\b(?:team manager|manager|tm)\b", re.IGNORECASE),
    "health_visitor": re.compile(r"\b(?:health visitor|hv|midwife|nurse)\b", re.IGNORECASE),
    "doctor": re.compile(r"\b(?:gp|doctor|paediatrician|consultant)\b", re.IGNORECASE),
    "police": re.compile(r"\b(?:pc|dc|police|officer|oic)\b", re.IGNORECASE),
    "foster_carer": re.compile(r"\b(?:foster carers?|fc|placement)\b", re.IGNORECASE),
    "mother": re.compile(r"\b(?:mum|mother)\b", re.IGNORECASE),
    "father": re.compile(r"\b(?:dad|father)\b", re.IGNORECASE),
    "sibling": re.compile(r"\b(?:sister|brother|sibling)\b", re.IGNORECASE),
    "mgm": re.compile(r"\b(?:mgm|maternal grandmother)\b", re.IGNORECASE),
    "pgm": re.compile(r"\b(?:pgm|paternal grandmother)\b", re.IGNORECASE),
    "grandmother": re.compile(r"\b(?:grandmother|nan|gran|grandma)\b", re.IGNORECASE),
    "partner": re.compile(r"\b(?:partner|boyfriend|girlfriend)\b", re.IGNORECASE),
    "friend": re.compile(r"\b(?:friend|peer|classmate)\b", re.IGNORECASE),
}


class Attribution:
    """Settles mentions of one text. `subject` is the register id of the data subject, where known."""

    def __init__(self, index: Index, *, subject: str | None, registered: int) -> None:
        self.people: Sequence[Person] = index.people
        self.index = index
        self.subject = next((n for n, p in enumerate(index.people) if p.id == subject), None)
        self.registered = registered
        self.roles = [categories(person.role) for person in index.people]
        self._full: set[int] = set()

    def settle(self, text: str, mentions: Sequence[Mention]) -> list[str | None]:
        """The person's id for each mention, or None."""
        self._full = {m.candidates[0] for m in mentions if m.form == "full" and len(m.candidates) == 1}
        out: list[str | None] = []
        last: dict[tuple[int, ...], tuple[int, int]] = {}
        for mention in mentions:
            number = self._one(text, mention)
            if number is None and len(mention.candidates) > 1 and mention.form in ("given", "nick"):
                near = last.get(tuple(sorted(mention.candidates)))
                doubtful = (
                    self.subject in mention.candidates
                )  # a guess must not make a third party the subject, or the reverse
                if near and not doubtful and "\n\n" not in text[near[0] : mention.start]:
                    number = near[1]
            if number is not None and mention.form == "full":
                self._remember(last, number, mention)
            out.append(None if number is None else self.people[number].id)
        return out

    def _remember(self, last: dict[tuple[int, ...], tuple[int, int]], number: int, mention: Mention) -> None:
        """A full name settles who is meant by the bare given name for the rest of the paragraph."""
        for name in self.people[number].names:
            held = self.index.words.get(fold(parse(name).given), {})
            rivals = tuple(sorted(n for n, part in held.items() if part in (Part.GIVEN, Part.NICK)))
            if len(rivals) > 1:
                last[rivals] = (mention.end, number)

    def _one(self, text: str, mention: Mention) -> int | None:
        people = list(mention.candidates)
        if not people:
            return None
        if mention.form == "initials":
            return self._signed(text, mention, people)
        if mention.title:
            people = [n for n in people if self._may_bear(n, mention.title, mention.form)] or (
                people if mention.form == "full" else []
            )
        if mention.title in _LEARNED and mention.form in ("title", "family"):
            people = self._doctors(people)
        if mention.form == "misspelt" and mention.sure <= 0.6:
            people = [n for n in people if n != self.subject]
        if (
            len(people) == 1
            and mention.title
            and mention.form in ("title", "family")
            and self._other_job(text, mention, people[0])
        ):
            return None
        if len(people) <= 1:
            return people[0] if people else None
        written = fold(without_possessive(text[mention.start : mention.end]))
        if mention.form in ("given", "nick"):
            exact = [n for n in people if any(fold(parse(name).given) == written for name in self.people[n].names)]
            people = exact or people
        if len(people) > 1:
            people = self._by_register(people)
        if len(people) > 1 and mention.form == "family" and _GROUP.match(text, mention.end):
            return self.subject if self.subject in people else None
        if len(people) > 1:
            people = self._by_job(text, mention, people)
        if len(people) > 1:
            full = [n for n in people if n in self._full]
            if len(full) == 1 and self.subject not in people:
                people = full
        return people[0] if len(people) == 1 else None

    def _by_register(self, people: list[int]) -> list[int]:
        """Registered people go before those only read in the text, unless the text names one of the latter in full."""
        held = [n for n in people if n < self.registered]
        return held if held and not any(n in self._full for n in people if n >= self.registered) else people

    def _may_bear(self, number: int, title: str, form: str) -> bool:
        roles = self.roles[number]
        if form != "title" and form != "family":
            return True
        if title in _RANK:
            return not roles or "police" in roles
        if title in _WOMAN | _MAN and roles & {"child", "sibling"} and not roles & PROFESSIONS:
            return False
        if title in _MAN and roles & WOMEN:
            return False
        return not (title in _WOMAN and roles & MEN)

    def _doctors(self, people: list[int]) -> list[int]:
        """Who of them may be the "Dr": those who are; else one grown-up, and of several none."""
        known = [n for n in people if self.roles[n] & {"doctor", "health_visitor"}]
        others = [n for n in people if n != self.subject and not self.roles[n] & CHILDREN]
        return known or (others if len(others) == 1 else [n for n in others if not self.roles[n]])

    def _by_job(self, text: str, mention: Mention, people: list[int]) -> list[int]:
        around = text[max(0, mention.start - 48) : mention.start].rpartition("\n")[2][-40:]
        follows = _BESIDE.match(text, mention.end)
        after = text[follows.end() : follows.end() + 28].partition("\n")[0].partition(".")[0] if follows else ""
        for window in (around, after):
            named = {job for job, pattern in _JOBS.items() if pattern.search(window)}
            fitting = [n for n in people if self.roles[n] & named]
            if len(fitting) == 1:
                return fitting
        if mention.title in _RANK:
            return [n for n in people if "police" in self.roles[n]] or people
        if mention.title == "dr":
            return [n for n in people if self.roles[n] & {"doctor", "health_visitor"}] or people
        if mention.title:
            adults = [n for n in people if not self.roles[n] & CHILDREN]
            return adults or people
        return people

    def _other_job(self, text: str, mention: Mention, number: int) -> bool:
        """Whether the words before give the bearer of this family name a job that the person does not have."""
        before = text[max(0, mention.start - 40) : mention.start].rpartition("\n")[2].rpartition(".")[2]
        jobs = {job for job in PROFESSIONS if _JOBS[job].search(before)}
        return bool(jobs) and bool(self.roles[number]) and not self.roles[number] & PROFESSIONS

    def _signed(self, text: str, mention: Mention, people: list[int]) -> int | None:
        if len(people) == 1:
            return people[0]
        if _HEADED.search(text, max(0, mention.start - 16), mention.start):
            return self.subject if self.subject in people else None
        authors = [n for n in people if self.roles[n] & {"social_worker", "manager"}]
        if _SIGNED.match(text, mention.end):
            workers = [n for n in authors if "social_worker" in self.roles[n]] or authors
            if not workers:
                workers = [n for n in people if self.roles[n] & PROFESSIONS]
            return workers[0] if len(workers) == 1 else None
        return None
