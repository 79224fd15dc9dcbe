"""What to look for: a subject's names, dates and numbers in the forms in which systems and texts write them.

Used by every kind to ask its system wide enough, and to find the subject in text. Deciding whether a record
is the subject is not here but in `domain/matching.py`; how third parties are found in text is in
`documents/`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sar_service.domain.people import Identifier, Subject
from sar_service.domain.search import Match, Reason, Verdict

from .wording import MONTHS, as_date

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))
_STRONG = frozenset({"upn", "nhs_number", "ni_number", "email"})


def clean(text: str, *, keep_lines: bool = False) -> str:
    """`text` without what a database or a request cannot carry: NUL, control characters, lone surrogates."""
    text = text.encode("utf-8", "ignore").decode()
    if keep_lines:
        return "\n".join(clean(line) for line in text.splitlines())
    return _CONTROLS.sub(" ", text).strip()


def plain(text: str) -> str:
    """`text` for comparing: case folded, accents dropped, one kind of apostrophe, one space between words."""
    spread = unicodedata.normalize("NFKD", clean(text).translate(_APOSTROPHES))
    return " ".join("".join(mark for mark in spread if not unicodedata.combining(mark)).casefold().split())


def squash(number: str) -> str:
    """A number for comparing: capitals and digits only."""
    return "".join(mark for mark in clean(number).upper() if mark.isalnum())


def placeholders(template: str) -> set[str]:
    """The names in braces in a template, e.g. {"family_name"}."""
    return set(_PLACEHOLDER.findall(template))


def spoken(subject: Subject) -> dict[str, str]:
    """What is known of the subject as words for a letter or a question; empty where it is not known."""
    born = subject.date_of_birth
    addresses = [*([subject.address] if subject.address else []), *subject.addresses]
    words = {
        "full_name": subject.full_name,
        "given_name": subject.given_name,
        "family_name": subject.family_name,
        "other_names": ", ".join(subject.other_names),
        "date_of_birth": f"{born.day} {MONTHS[born.month - 1]} {born.year}" if isinstance(born, date) else born or "",
        "address": "; ".join(dict.fromkeys(", ".join(lines) for lines in addresses)),
        "postcode": subject.postcode,
        "phone": ", ".join(subject.phones),
        "email": ", ".join(subject.emails),
        "upn": subject.identifiers.get("upn", ""),
        "nhs_number": subject.identifiers.get("nhs_number", ""),
        "reference": "",
    }
    return {**words, "reference": ", ".join(dict.fromkeys(subject.identifiers.values()))}


def family_names(subject: Subject) -> tuple[str, ...]:
    """Every word that may stand where a system keeps a family name: the present one and each word of former
    and other names, in the spellings systems use (O'Neill, O’Neill, ONeill; Smith-Jones, Smith Jones,
    Jones)."""
    wanted: dict[str, None] = {}
    for name in (subject.family_name, *subject.other_names):
        for form in _spellings(name):
            wanted[form] = None
        for word in clean(name).split():
            for form in _spellings(word):
                wanted[form] = None
    if not wanted:
        wanted = dict.fromkeys(_spellings(subject.given_name))
    given = {plain(word) for word in subject.given_name.split()} if plain(subject.family_name) else set()
    return tuple(form for form in wanted if plain(form) not in given or plain(form) == plain(subject.family_name))


def _spellings(name: str) -> list[str]:
    name = clean(name)
    if not name:
        return []
    forms = [name]
    straight = name.translate(_APOSTROPHES)
    if "'" in straight:
        forms += [straight, straight.replace("'", "’"), straight.replace("'", ""), straight.replace("'", " ")]
    if "-" in name:
        forms += [name.replace("-", " "), *(part for part in name.split("-") if len(part) > 1)]
    folded = "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    return list(dict.fromkeys([*forms, folded]))


def births(subject: Subject) -> tuple[date, ...]:
    """The subject's date of birth, and the same with day and month swapped where that is a date."""
    born = as_date(subject.date_of_birth)
    if born is None:
        return ()
    if born.day > 12 or born.day == born.month:
        return (born,)
    return (born, born.replace(month=born.day, day=born.month))


def birth_forms(born: date) -> tuple[str, ...]:
    """The ways in which a system or a text writes a date in figures or in words."""
    day, month, year = born.day, born.month, born.year
    name = MONTHS[month - 1]
    forms = [born.isoformat(), f"{year}{month:02}{day:02}"]
    for mark in "/-.":
        forms += [f"{day:02}{mark}{month:02}{mark}{year}", f"{day}{mark}{month}{mark}{year}"]
        forms += [
            f"{day:02}{mark}{month:02}{mark}{year % 100:02}",
            f"{day}{mark}{month}{mark}{year % 100:02}",
        ]
    for word in (name, name[:3]):
        forms += [
            f"{day} {word} {year}",
            f"{day:02} {word} {year}",
            f"{day}-{word}-{year}",
            f"{word} {day}, {year}",
        ]
        forms += [f"{day}{_ordinal(day)} {word} {year}", f"{day}{_ordinal(day)} of {word} {year}"]
    return tuple(dict.fromkeys(forms))


def _ordinal(day: int) -> str:
    return "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def is_standard(scheme: str) -> bool:
    """Whether a scheme of numbers is one that `Identifier` names."""
    return scheme in {each.value for each in Identifier}


def numbers(subject: Subject, scheme: str = "") -> tuple[str, ...]:
    """The subject's numbers under one scheme, squashed; "reference" takes in every scheme of its own."""
    found = [
        squash(value)
        for name, value in subject.identifiers.items()
        if name == scheme or not scheme or (scheme == "reference" and not is_standard(name))
    ]
    return tuple(number for number in dict.fromkeys(found) if number)


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """The subject found in a text: by which name, with what else beside it, and the words around it."""

    name: str
    born: str
    numbers: tuple[tuple[str, str], ...]  # scheme and value
    passage: str

    def match(self) -> Match:
        """A name alone is only possible; a name with a date of birth or a number is a match; a number alone,
        which may have been written into somebody else's file by mistake, is possible."""
        reasons = []
        if self.name:
            reasons.append(Reason(field="name", outcome="agrees", weight=6.0, note="named in the text"))
        if self.born:
            reasons.append(Reason(field="date_of_birth", outcome="agrees", weight=9.0, note="in the text"))
        for scheme, _ in self.numbers:
            reasons.append(Reason(field=scheme, outcome="agrees", weight=12.0, note="in the text"))
        sure = bool(self.name and (self.born or self.numbers))
        return Match(
            verdict=Verdict.MATCH if sure else Verdict.POSSIBLE,
            score=sum(reason.weight for reason in reasons),
            reasons=tuple(reasons),
        )


class Spotter:
    """Finds one subject in any number of texts. `needles` is what a database or an index can be asked for
    first."""

    def __init__(self, subject: Subject) -> None:
        full = [subject.full_name] if subject.given_name and subject.family_name else []
        full += [name for name in subject.other_names if len(name.split()) > 1]
        full += [f"{subject.given_name} {name}" for name in subject.other_names if len(name.split()) == 1 and full]
        full += [f"{name} {subject.family_name}" for name in subject.other_names if len(name.split()) == 1 and full]
        self._names: dict[tuple[str, str], tuple[str, str]] = {}  # as written, to as `plain` writes it
        for name in full:
            written, words = clean(name).lower().split(), plain(name).split()
            if len(words) > 1 and words[0] != words[-1]:
                self._names[(written[0], written[-1])] = (words[0], words[-1])
        self._patterns = [_name_pattern(first, last) for first, last in dict.fromkeys(self._names.values())]
        born = as_date(subject.date_of_birth)
        self._births = _any_of(birth_forms(born)) if born else None
        held = [(scheme, clean(value)) for scheme, value in subject.identifiers.items() if len(squash(value)) >= 5]
        held += [("email", clean(each)) for each in subject.emails if "@" in each]
        self._numbers = [(scheme, value, _number_pattern(value)) for scheme, value in held]

    @property
    def needles(self) -> tuple[tuple[str, ...], ...]:
        """Groups of words as `plain` writes them; a text worth reading holds every word of at least one
        group."""
        pairs = list(dict.fromkeys(self._names.values()))
        return (*pairs, *((form,) for form in self._strong_forms()))

    @property
    def pieces(self) -> tuple[tuple[str, ...], ...]:
        """The same for a search by LIKE, which knows neither accents nor apostrophes: of each word its
        longest part in plain letters, in lower case. Finds more than is meant; `spot` decides."""
        pairs = [tuple(_longest_plain(word) for word in words) for words in self._names]
        return (*dict.fromkeys(pairs), *((form,) for form in self._strong_forms()))

    def _strong_forms(self) -> tuple[str, ...]:
        forms: dict[str, None] = {}
        for scheme, value, _ in self._numbers:
            if scheme in _STRONG:
                forms[value.lower()] = None
                if "@" not in value:
                    number = squash(value).lower()
                    forms[number] = None
                    if number.isdigit() and len(number) == 10:  # an NHS number is written 3-3-4
                        forms |= dict.fromkeys(f"{number[:3]}{mark}{number[3:6]}{mark}{number[6:]}" for mark in " -")
        return tuple(forms)

    def spot(self, text: str) -> Sighting | None:
        """The subject in this text, or None. Only a full name or a number that is nobody else's counts."""
        folded = plain(text)
        seen = next((found for pattern in self._patterns if (found := pattern.search(folded))), None)
        held = tuple((scheme, value) for scheme, value, pattern in self._numbers if pattern.search(folded))
        if seen is None and not any(scheme in _STRONG for scheme, _ in held):
            return None
        born = self._births.search(folded) if self._births else None
        place = seen.start() if seen else 0
        return Sighting(
            name=seen.group(0) if seen else "",
            born=born.group(0) if born else "",
            numbers=held,
            passage=folded[max(0, place - 80) : place + 120],
        )


def _longest_plain(word: str) -> str:
    return max(re.findall(r"[a-z0-9]+", word), key=len, default="") or word


def _name_pattern(first: str, last: str) -> re.Pattern[str]:
    # Middle names may stand between, and registers write the family name first.
    between = r"(?: [\w'.-]+){0,2} "
    one, two = re.escape(first), re.escape(last)
    return re.compile(rf"(?<!\w)(?:{one}{between}{two}|{two},? {one}|{one}[_.-]{two}|{two}[_.-]{one})(?!\w)")


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\d)(?:{'|'.join(re.escape(plain(form)) for form in forms)})(?!\d)")


def _number_pattern(value: str) -> re.Pattern[str]:
    if "@" in value:
        return re.compile(rf"(?<![\w.]){re.escape(plain(value))}(?!\w)")
    spaced = "[ -]?".join(re.escape(mark) for mark in squash(value).lower())
    return re.compile(rf"(?<!\w){spaced}(?!\w)")
