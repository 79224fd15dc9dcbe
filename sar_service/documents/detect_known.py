"""What the register knows of people besides their names: addresses, phones, e-mails, numbers, dates of birth.

A known address is found in any layout: over line ends, with abbreviations, without commas or postcode, and by its
parts: number with street, the street alone, the postcode. This is what keeps a safe address safe.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sar_service.documents.identifier_addresses import MISTYPED, STREETS
from sar_service.documents.identifier_dates import read_date
from sar_service.documents.identifiers import digits_of, identifiers
from sar_service.documents.lexicon import word_set
from sar_service.documents.names import fold
from sar_service.domain.redaction import Kind, Person, Span

RULE = "known/1"
_POSTCODE = re.compile(MISTYPED, re.IGNORECASE)
_PART = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SHORT = {short: full for full, shorts in STREETS.items() for short in shorts}
_SUFFIXES = frozenset(STREETS) | word_set(
    """
    row rise vale bank end croft fold gate meadow meadows field fields villas wharf quay yard broadway cottage
    cottages lodge path moor point tower common chase dene garth orchard wood woods brow nook lea ridge approach
    """
)
_GAP = r"[\s,.;:\-–()\"'’|/]{0,8}"
_MOST = 2_000  # addresses looked for


def _squeeze(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text).upper()


def _phone(text: str) -> str:
    digits = digits_of(text)
    if digits.startswith("0044"):
        digits = digits[4:]
    elif digits.startswith("44") and len(digits) >= 12:
        digits = digits[2:]
    return digits.lstrip("0")[-10:]


def _word(part: str) -> str:
    """A pattern for one word of an address: itself, its abbreviation, apostrophes or none, a line end hyphen."""
    low = part.lower()
    low = _SHORT.get(low, low) if low != "st" else low
    forms = {low, *STREETS.get(low, ())}
    if low == "st":
        forms |= {"st", "street", "saint"}
    spelt = (
        r"['’]?".join(re.escape(c) for c in re.sub(r"['’]", "", form)) for form in sorted(forms, key=len, reverse=True)
    )
    return rf"(?:{'|'.join(spelt)})\.?"


class _Place:
    """One known address as patterns: the whole, and what is telling of its parts."""

    def __init__(self, person: str, lines: Sequence[str]) -> None:
        self.person = person
        whole = ", ".join(line for line in lines if line and line.strip())
        postcode = _POSTCODE.search(whole)
        self.postcode = _squeeze(postcode.group()) if postcode else ""
        plain = _POSTCODE.sub(" ", whole) if postcode else whole
        self.words = [found.group() for found in _PART.finditer(plain)][:16]
        self.street = self._street()
        self.pattern = self._pattern()
        self.hint = self._hint()

    def _hint(self) -> str:
        """A word that no text with this street can lack, written as `find` is given the text; may be empty."""
        telling = [word.lower() for word in self.street or self.words[:1]]
        plain = [re.sub("['’]", "", word) for word in telling if word not in _SUFFIXES and word not in _SHORT]
        return max(plain, key=len, default="")

    def _street(self) -> list[str]:
        """The words of the street or house name, up to its "Road", without the number."""
        first = 0
        for k, word in enumerate(self.words):
            if word[0].isdigit():
                first = k + 1
        for k in range(first, min(len(self.words), first + 5)):
            low = self.words[k].lower()
            if k > first and _SHORT.get(low, low) in _SUFFIXES:
                return self.words[first : k + 1]
        return self.words[first : first + 2]

    def _pattern(self) -> re.Pattern[str] | None:
        if not self.street or not any(c.isalpha() for c in "".join(self.street)):
            return None
        at = next((k for k in range(len(self.words)) if self.words[k : k + len(self.street)] == self.street), 0)
        before, after = self.words[:at], self.words[at + len(self.street) :]
        lead = "".join(rf"(?:(?<!\w){_word(word)}(?!\w){_GAP})?" for word in before)
        street = _GAP.join(_word(word) for word in self.street)
        rest = "".join(rf"(?:{_GAP}(?<!\w){_word(word)}(?!\w))?" for word in after)
        code = rf"(?:{_GAP}{_spaced(self.postcode)})?" if self.postcode else ""
        return re.compile(rf"{lead}(?<!\w){street}(?!\w){rest}{code}", re.IGNORECASE)

    def find(self, text: str, low: str) -> Iterator[tuple[int, int, float]]:
        if self.pattern is not None and self.hint in low:
            for found in self.pattern.finditer(text):
                if len(self.street) == 1 and not any(c.isdigit() for c in found.group()):
                    continue
                yield (
                    found.start(),
                    _tidy(text, found.start(), found.end()),
                    0.97 if found.group()[0].isdigit() else 0.8,
                )
        if self.postcode and self.postcode[-3:].lower() in low:
            for found in re.finditer(rf"(?<!\w){_spaced(self.postcode)}(?!\w)", text, re.IGNORECASE):
                yield found.start(), found.end(), 0.95


def _spaced(code: str) -> str:
    return rf"{re.escape(code[:-3])}\s{{0,3}}{re.escape(code[-3:])}"


def _tidy(text: str, start: int, end: int) -> int:
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return end


class Known:
    """Everything but names that the register knows, made ready to be found."""

    def __init__(self, people: Sequence[Person], *, subject: str | None = None) -> None:
        ordered = sorted(people, key=lambda person: person.id != subject)  # what is the subject's too is the subject's
        self._phones: dict[str, str] = {}
        self._emails: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._kinds: dict[str, Kind] = {}
        self._births: dict[str, str] = {}
        self._places: list[_Place] = []
        for person in ordered:
            for phone in person.phones:
                if len(_phone(phone)) >= 6:
                    self._phones.setdefault(_phone(phone), person.id)
            for email in person.emails:
                self._emails.setdefault(email.strip().lower(), person.id)
            for number in person.identifiers:
                if len(_squeeze(number)) >= 4:
                    self._numbers.setdefault(_squeeze(number), person.id)
                    shaped = [span for span in identifiers(number.strip()) if span.text == number.strip()]
                    self._kinds[_squeeze(number)] = shaped[0].kind if shaped else Kind.CASE_REF
            born = read_date(person.date_of_birth) if person.date_of_birth else None
            if born:
                self._births.setdefault(born.isoformat(), person.id)
            for lines in person.addresses:
                if lines and len(self._places) < _MOST:
                    self._places.append(_Place(person.id, lines))
        self.towns = frozenset(
            " ".join(fold(part) for part in line.split())
            for person in ordered
            for lines in person.addresses
            for line in lines[1:]
            if len(line.strip()) > 2 and not any(c.isdigit() for c in line)
        )
        self._loose = [
            (
                re.compile(
                    rf"(?<![A-Za-z0-9]){r'[ ./-]{0,2}'.join(map(re.escape, key))}(?![A-Za-z0-9])", re.IGNORECASE
                ),
                key,
                who,
            )
            for key, who in self._numbers.items()
            if len(key) <= 30
        ]

    def whose(self, span: Span) -> str | None:
        """The person whose number, e-mail or date of birth a span found by its shape is."""
        if span.kind is Kind.PHONE:
            return self._phones.get(_phone(span.text))
        if span.kind is Kind.EMAIL:
            return self._emails.get(span.text.lower())
        if span.kind in (Kind.DATE, Kind.DATE_OF_BIRTH):
            day = read_date(span.text) if self._births else None
            return self._births.get(day.isoformat()) if day else None
        return self._numbers.get(_squeeze(span.text))

    def attribute(self, spans: Iterable[Span]) -> list[Span]:
        """Spans with the person set where the register knows whose they are; a known birthday becomes one."""
        out = []
        for span in spans:
            who = span.person or self.whose(span)
            if who and span.kind is Kind.DATE:
                span = replace(span, kind=Kind.DATE_OF_BIRTH, confidence=0.8)
            out.append(
                replace(span, person=who, confidence=max(span.confidence, 0.95)) if who and who != span.person else span
            )
        return out

    def find(self, text: str) -> list[Span]:
        """Known addresses in any layout, and known numbers in any spacing, whatever their shape."""
        low = re.sub("['’]", "", text.lower()) if self._places else ""
        found: list[Span] = []
        for place in self._places:
            for start, end, sure in place.find(text, low):
                found.append(
                    Span(
                        start=start,
                        end=end,
                        kind=Kind.ADDRESS,
                        person=place.person,
                        confidence=sure,
                        text=text[start:end],
                        rule=RULE,
                    ),
                )
        squeezed = _squeeze(text) if len(self._loose) > 8 else ""
        for pattern, key, who in self._loose:
            if squeezed and key not in squeezed:
                continue
            for match in pattern.finditer(text):
                found.append(
                    Span(
                        start=match.start(),
                        end=match.end(),
                        kind=self._kinds[key],
                        person=who,
                        confidence=0.9,
                        text=match.group(),
                        rule=RULE,
                    ),
                )
        return found
