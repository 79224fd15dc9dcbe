"""What somebody types to find a case, taken apart: names, dates, postcodes, numbers, e-mail addresses, references."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sar_service.domain.matching_names import words

MOST = 8  # parts of a question that are looked for
LONGEST = 300  # characters that are read
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WELSH = (
    "ionawr", "chwefror", "mawrth", "ebrill", "mai", "mehefin", "gorffennaf", "awst", "medi", "hydref", "tachwedd",
    "rhagfyr",
)  # fmt: skip
POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})\b")  # "2/1 14 High Street" is an address
_MONTH = rf"({'|'.join(WELSH)}|(?:{'|'.join(MONTHS)})[a-z]*)\.?"
_DAY, _YEAR = r"(\d{1,2})(?:st|nd|rd|th)?", r"(\d{4}|\d{2})"
_IN_WORDS = re.compile(rf"\b{_DAY}(?:(?: of)? |[-/.]){_MONTH}(?:,? |[-/.]|(?<=\.)){_YEAR}\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH} (?:the )?{_DAY},? {_YEAR}\b", re.IGNORECASE)
# Six digits or more, as people write them: 943-476-5919, (01632) 960 001.
_NUMBER = re.compile(
    r"(?<!\w)(?=[+(]?[A-Z]?(?:[ ()-]{0,3}\d){6})[+(]?[A-Z]?\d[\d ()-]{5,22}(?<=\d)[A-Z]?\b", re.IGNORECASE
)
# A block of a reference with a digit in it; one without is looked for as a word as well.
_BLOCK = re.compile(r"\b(?=[A-Z2-9]*[2-9])[A-HJ-NP-Z2-9]{5}(?:-[A-HJ-NP-Z2-9]{5})?\b", re.IGNORECASE)

# What people write before a date of birth or a number to say what it is: nobody is called that.
_LABEL = re.compile(
    rf"\b(?:(?:d\.? ?o\.? ?b|date of birth|born(?: on)?|dyddiad geni|ganwyd(?: ar)?)\.?[:,-]? ?(?=\d|{_MONTH} )"
    r"|(?:nhs|upn|tel|telephone|phone|mobile)(?: (?:no|number))?\.?[:,]? ?(?=[+(]?[A-Z]?\d))",
    re.IGNORECASE,
)

Said = frozenset[tuple[str, str]]  # kind and text: what one part may be meant as; one of them has to fit


@dataclass(frozen=True)
class Question:
    """What was typed, part by part: each of `exact` has to be there to the letter, of `words` each may be misspelt.
    `cut`: there was more than is looked for."""

    exact: tuple[Said, ...]
    words: tuple[str, ...]
    cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.exact or self.words)


def squeezed(text: str) -> str:
    """Letters, digits, @ and dots alone, in lower case: how numbers and postcodes are compared."""
    return re.sub(r"[^0-9a-z@.]", "", text.casefold())


def telephone(text: str) -> str:
    """What is the same of a telephone number with and without the country; "" where it is too short for one."""
    digits = re.sub(r"\D", "", text)
    return digits[-9:] if len(digits) >= 9 else ""


def read(typed: str) -> Question:
    """Take apart what somebody typed: "tregale 14/03/2007", "NM4 2QT", "9434765919", "14 March 2007", "R5XW6"."""
    rest, exact = _LABEL.sub(" ", " ".join(typed.split())[:LONGEST]), []
    for pattern, meant in (
        (EMAIL, lambda found: [("mail", found.group().casefold())]),
        (_YEAR_FIRST, lambda found: _born(found[3], found[2], found[1])),
        (_IN_WORDS, lambda found: _born(found[1], _month(found[2]), found[3])),
        (_MONTH_FIRST, lambda found: _born(found[2], _month(found[1]), found[3])),
        (_DAY_FIRST, lambda found: _born(found[1], found[3], found[4])),
        (POSTCODE, lambda found: [("post", text := squeezed(found.group())), ("block", text)]),
        (_NUMBER, lambda found: list(_numbers(found.group()))),
        (_BLOCK, lambda found: [("block", found.group().casefold())]),
    ):
        exact += [frozenset(meant(found)) for found in pattern.finditer(rest)]
        rest = pattern.sub(" ", rest)
    given = tuple(word for each in rest.split() for word in words(each))
    left = max(0, MOST - len(exact))
    return Question(tuple(exact[:MOST]), given[:left], cut=len(exact) + len(given) > MOST)


def joined(question: Question) -> Iterator[Question]:
    """The question with two neighbouring words as one: "mary ann" may be kept as "Maryann", "o brien" as "O'Brien"."""
    said = question.words
    for at in range(len(said) - 1):
        yield Question(question.exact, (*said[:at], said[at] + said[at + 1], *said[at + 2 :]))


def _month(word: str) -> str:
    word = word.casefold()
    return str((WELSH.index(word) if word in WELSH else MONTHS.index(word[:3])) + 1)


def _born(day: str, month: str, year: str) -> list[tuple[str, str]]:
    """A date of birth; of a year of two digits either century. A day that does not exist is one that nobody has."""
    years = (f"19{year}", f"20{year}") if len(year) == 2 else (year,)
    found = []
    for each in years:
        try:
            found.append(("born", date(int(each), int(month), int(day)).isoformat()))
        except ValueError:
            found.append(("born", f"{day}/{month}/{each}"))
    return found


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    yield "number", squeezed(text)
    if telephone(text):
        yield "phone", telephone(text)
