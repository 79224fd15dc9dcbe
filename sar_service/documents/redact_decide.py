"""What goes and what stays, where nobody sits beside to decide: the rules of stand-alone redaction.

The subject's own data stays, always. Names follow the treatment of the person in the register; people who
are in no register are withheld under paragraph 16 of Schedule 2 to the Data Protection Act 2018. Finding is
in `detect`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sar_service.documents.people_file import DEFAULT_CODE, Register
from sar_service.domain.redaction import IDENTIFIER_KINDS, Kind, Person, Span, Treatment

TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "lady",
        "lord",
        "rev",
        "father",
        "mother",
        "aunt",
        "uncle",
    ]
)
LONG = 8  # letters from which two names without a space between them are no word by chance
PLACES = frozenset({Kind.LOCATION, Kind.DATE})
# A date, place or organisation says nothing of a person by itself; it goes where it was found to belong to
# one.

KIND_LABELS = {
    Kind.ADDRESS: "address",
    Kind.PHONE: "phone",
    Kind.EMAIL: "email",
    Kind.NHS_NUMBER: "NHS number",
    Kind.UPN: "pupil number",
    Kind.NI_NUMBER: "NI number",
    Kind.PASSPORT: "passport",
    Kind.DRIVING_LICENCE: "driving licence",
    Kind.VEHICLE: "vehicle",
    Kind.BANK_ACCOUNT: "bank account",
    Kind.CASE_REF: "reference",
    Kind.DATE_OF_BIRTH: "date of birth",
    Kind.LOCATION: "place",
    Kind.DATE: "date",
}


@dataclass(frozen=True, kw_only=True)
class Gone:
    """One decided removal in a text, with what the report says of it. `text` never leaves the machine's
    memory.
    """

    start: int
    end: int
    text: str
    label: str
    kind: Kind
    person: str | None
    code: str


@dataclass(slots=True)
class Decider:
    """Decides spans one text after another. One for a whole job, so that a person keeps one letter in all
    files.
    """

    register: Register
    letters: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)  # people in no register, by id: whose letter they have

    def __post_init__(self) -> None:
        for person in self.register.people:
            if person.treatment is Treatment.WITHHOLD:
                self.letter(person.id)

    def meet(self, people: Iterable[Person]) -> None:
        """Take in the people that one file names and the register does not: ids are the file's own, letters stay."""
        self.found = {person.id: "found: " + fold(max(person.names, key=len)) for person in people if person.names}

    def letter(self, key: str) -> str:
        """The letter that stands for a person: A to Z, then AA and on, in the order in which they are first met."""
        key = self.found.get(key, key)
        if key not in self.letters:
            number, text = len(self.letters) + 1, ""
            while number:
                number, rest = divmod(number - 1, 26)
                text = chr(65 + rest) + text
            self.letters[key] = text
        return self.letters[key]

    def decide(self, text: str, spans: Iterable[Span]) -> list[Gone]:
        """Those of `spans` that are to be removed from `text`, in order."""
        gone = []
        for span in spans:
            said = text[span.start : span.end]
            person = self.register.person(span.person)
            if not said.strip() or (span.person is not None and span.person == self.register.subject):
                continue
            if span.kind is Kind.PERSON:
                decided = self._name(said, span, person, titled=_titled(text, span))
            elif span.kind in IDENTIFIER_KINDS:
                decided = self._identifier(said, span, person)
            elif span.kind in PLACES or span.kind is Kind.ROLE:
                decided = self._belonging(said, span, person)
            else:
                decided = None
            if decided is not None:
                gone.append(decided)
        return sorted(gone, key=lambda one: (one.start, one.end))

    def going(self) -> dict[str, str]:
        """The whole names of the people in the register who go, each with the label that stands for it."""
        shown = {fold(n) for p in self.register.people if p.treatment is Treatment.SHOW for n in p.names}
        return {
            name: f"Person {self.letter(person.id)} {person.code}"
            for person in self.register.people
            if person.treatment is Treatment.WITHHOLD
            for name in person.names
            if len(words(name)) > 1 and len(fold(name)) >= LONG and fold(name) not in shown
        }

    def run_together(self) -> list[tuple[re.Pattern[str], Gone]]:
        """How else the people who go may be written: names without a space ("ZofiaWrona.docx"), and telephone
        numbers as spreadsheets keep them, without their first nought.
        """
        shown = [person for person in self.register.people if person.treatment is Treatment.SHOW]
        staying = {fold(name) for person in shown for name in person.names}
        numbers = {fold(phone)[-9:] for person in shown for phone in person.phones}
        forms: list[tuple[re.Pattern[str], Gone]] = []
        for person in self.register.people:
            if person.treatment is not Treatment.WITHHOLD:
                continue
            name = Gone(
                start=0,
                end=0,
                text="",
                label=f"Person {self.letter(person.id)} {person.code}",
                kind=Kind.PERSON,
                person=person.id,
                code=person.code,
            )
            for parts in map(words, person.names):
                if len(parts) > 1 and len("".join(parts)) >= LONG:
                    for order in (parts, parts[::-1]):
                        if "".join(order) not in staying:
                            joined = r"[\W_]{0,3}".join(order)
                            forms.append((re.compile(rf"(?<![^\W_]){joined}(?![^\W_])", re.IGNORECASE), name))
            for phone in person.phones:
                digits = re.sub(r"^(?:0{0,2}44)?0?", "", re.sub(r"\D", "", phone))
                if len(digits) >= 9 and digits[-9:] not in numbers:
                    spaced = r"[\s().-]{0,2}".join(digits)
                    number = replace(name, label=KIND_LABELS[Kind.PHONE], kind=Kind.PHONE)
                    forms.append((re.compile(rf"(?<!\d)(?:(?:\+|00)?44[\s().-]{{0,2}})?0?{spaced}(?!\d)"), number))
        return forms

    def _name(self, said: str, span: Span, person: Person | None, *, titled: bool) -> Gone | None:
        if person is not None and person.treatment is Treatment.SHOW:
            return None
        if span.person is None and not titled and self._is_all_the_subjects(said):
            return None
        return self._gone(said, span, person, self._person_label(span.person, person))

    def _identifier(self, said: str, span: Span, person: Person | None) -> Gone | None:
        withheld = person is not None and person.treatment is Treatment.WITHHOLD
        if self._is_the_subjects(said, span.kind):
            return None
        if self.register.identifiers is Treatment.SHOW and not withheld:
            return None
        return self._gone(said, span, person, KIND_LABELS[span.kind])

    def _belonging(self, said: str, span: Span, person: Person | None) -> Gone | None:
        """A role, a place or a date goes only where it was found to belong to somebody who is withheld."""
        if person is None or person.treatment is not Treatment.WITHHOLD:
            return None
        label = self._person_label(span.person, person) if span.kind is Kind.ROLE else KIND_LABELS[span.kind]
        return self._gone(said, span, person, label)

    def _gone(self, said: str, span: Span, person: Person | None, label: str) -> Gone:
        code = person.code if person is not None and person.code else DEFAULT_CODE
        return Gone(
            start=span.start,
            end=span.end,
            text=said,
            label=f"{label} {code}" if label.startswith("Person") else label,
            kind=span.kind,
            person=span.person,
            code=code,
        )

    def _person_label(self, key: str | None, person: Person | None) -> str:
        return f"Person {self.letter(key)}" if key is not None else "Person"

    def _is_all_the_subjects(self, said: str) -> bool:
        """A name made of the subject's own words alone, by which nobody else could be told: theirs to see."""
        subject = self.register.person(self.register.subject)
        if subject is None:
            return False
        own = {word for name in subject.names for word in words(name)}
        found = words(re.sub(r"['\u2019]s\b", "", said))
        return bool(found) and all(word in own for word in found)

    def _is_the_subjects(self, said: str, kind: Kind) -> bool:
        subject = self.register.person(self.register.subject)
        if subject is None:
            return False
        if kind is Kind.DATE_OF_BIRTH:
            return bool(subject.date_of_birth) and _digits_of_date(said) == subject.date_of_birth
        own = (
            *subject.phones,
            *subject.emails,
            *subject.identifiers,
            *(" ".join(lines) for lines in subject.addresses),
        )
        found = fold(said)
        return any(found == fold(value) or _same_phone(found, fold(value)) for value in own if fold(value))


def _titled(text: str, span: Span) -> bool:
    """Does a title stand before the name, in the span or outside it? "Mr Hollis" is somebody, "Hollis" may be all."""
    before = re.findall(r"[^\W\d_]+(?=\.?\s{0,3}$)", text[max(0, span.start - 14) : span.start])
    return any(
        word.lower() in TITLES for word in (*before, *re.findall(r"[^\W\d_]+", text[span.start : span.end])[:-1])
    )


def words(text: str) -> list[str]:
    """The words of a name, lower case, without the marks around them."""
    return [word for word in re.findall(r"[^\W\d_]+", text.lower()) if word not in TITLES or len(text.split()) == 1]


def fold(text: str) -> str:
    """Letters and digits only, lower case, so that spacing and hyphens do not matter."""
    return "".join(char for char in text.lower() if char.isalnum())


def _same_phone(one: str, two: str) -> bool:
    return one.isdecimal() and two.isdecimal() and len(one) >= 10 and one[-10:] == two[-10:]


_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}


def _digits_of_date(said: str) -> str:
    """An ISO date from the usual British ways of writing one inside `said`, or an empty string."""
    found = re.search(r"(\d{4})-(\d{1,2})-(\d{1,2})", said)
    if found:
        return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
    found = re.search(
        r"(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s/.-]+([A-Za-z]{3,9}|\d{1,2})[\s/.,-]+(\d{4}|\d{2})\b", said
    )
    if not found:
        return ""
    month = int(found[2]) if found[2].isdecimal() else _MONTHS.get(found[2][:3].lower(), 0)
    year = int(found[3]) + (0 if len(found[3]) == 4 else 2000 if int(found[3]) < 40 else 1900)
    return f"{year}-{month:02d}-{int(found[1]):02d}"


# What was missed -----------------------------------------------------------------------------------


def sweep(
    texts: Sequence[str],
    removals: Sequence[list[Gone]],
    kept: Iterable[str],
    run_together: Sequence[tuple[re.Pattern[str], Gone]] = (),
) -> list[list[Gone]]:
    """Every text's removals, and with them each further place where what is removed elsewhere is still
    written.

    `texts` and `removals` go together. `kept` are the names that stay: no removal is made of words of
    theirs. Only what is written like a name or holds a digit is swept for, so that a person called Rose
    does not take the flower. `run_together` is what `Decider.run_together` gives, and is swept for too.
    """
    staying = {word for name in kept for word in words(name)}
    exact: dict[str, Gone] = {}
    anyhow: dict[str, Gone] = {}
    for one in (one for page in removals for one in page):
        if one.kind is Kind.ROLE or not telling(one.text, staying):
            continue
        said = " ".join(one.text.split())
        if len(words(said)) > 1 or any(char.isdigit() or char == "@" for char in said):
            anyhow.setdefault(said.casefold(), one)
        else:
            exact.setdefault(said, one)
            exact.setdefault(said.upper(), one)
    patterns = ((_any_of(exact), exact), (_any_of(anyhow, re.IGNORECASE), anyhow))
    swept = []
    for text, page in zip(texts, removals, strict=True):
        found = list(page)
        for pattern, known in patterns:
            for match in pattern.finditer(text):
                said = " ".join(match[0].split())
                like = known.get(said.casefold() if pattern.flags & re.IGNORECASE else said)
                if like is None or any(one.start < match.end() and match.start() < one.end for one in found):
                    continue
                found.append(replace(like, start=match.start(), end=match.end(), text=match[0]))
        for form, like in run_together:
            for match in form.finditer(text):
                if not any(one.start < match.end() and match.start() < one.end for one in found):
                    found.append(replace(like, start=match.start(), end=match.end(), text=match[0]))
        swept.append(sorted(found, key=lambda one: (one.start, one.end)))
    return swept


def telling(said: str, staying: set[str]) -> bool:
    """Would finding this string elsewhere be a find? It says more than words that stay, and is no common
    word.
    """
    letters = fold(said)
    if len(letters) < 3:
        return False
    if any(char.isdigit() for char in said):
        return len(letters) >= 5
    return any(char.isupper() for char in said) and any(word not in staying for word in words(said))


def _any_of(strings: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """Any of the strings as whole words, the longest first, over any white space; nothing where there are none."""
    options = "|".join(_spaced(said) for said in sorted(strings, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{options})(?!\w)" if options else r"(?!)", flags)


def _spaced(said: str) -> str:
    return r"\s+".join(re.escape(part) for part in said.split())
