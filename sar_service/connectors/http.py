"""JSON interfaces over HTTP: people found by declared questions, and everything the interface lists as
theirs.

Settings are in `http_settings.py`, the conversation itself (sign-in, addresses, waits, limits) in
`http_session.py`, reading answers in `http_read.py`. Here are the three verbs.
"""

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice, product
from typing import Any, BinaryIO, ClassVar

from sar_service.domain.people import Identity, Subject
from sar_service.domain.search import Found, Verdict

from .base import CannotSearch, ConnectorError, ConnectorSettings
from .http_read import belongings, filled, getter, items_of, pages
from .http_session import Session
from .http_settings import ASKED, FindSettings, HttpDocuments, HttpRecords, HttpSettings
from .person_map import judge
from .terms import births, clean, family_names, is_standard
from .wording import as_text

_QUESTIONS = 40  # a name with many former names is asked for in this many ways at most


class HttpConnector:
    """One JSON interface, asked with GET only."""

    kind: ClassVar[str] = "http"
    Settings: ClassVar[type[ConnectorSettings]] = HttpSettings

    def __init__(self, settings: HttpSettings) -> None:
        self.settings = settings
        self.pause: Callable[[float], None] = time.sleep
        # A question that needs two things at once is met only when both are known: `search` says so by
        # CannotSearch.
        self.searches_by = frozenset(ASKED[name] for find in settings.find for name in find.needs())

    def __repr__(self) -> str:
        return f"<HttpConnector {self.settings.base_url}>"

    def check(self) -> None:
        """Sign in and ask: `check_path` where one is set, else for somebody who does not exist, whose answer
        must have the shape that the settings say. Raises ConnectorError."""
        with self._session() as session:
            if self.settings.check_path is not None:
                session.ask(self.settings.check_path, shown=self.settings.check_path, nothing=(204,))
                return
            nobody = dict.fromkeys(ASKED, "zzqx0nobody") | {
                "date_of_birth": "1890-01-01",
                "postcode": "ZZ99 9ZZ",
            }
            for find in self.settings.find:
                values = {name: nobody[name] for name in find.needs()}
                params = {name: _put(value, values) for name, value in find.params.items()}
                answer, _ = session.ask(
                    filled(find.path, values), shown=find.path, params=params, nothing=find.nothing_status
                )
                if answer is not None:
                    items_of(answer, find)

    def search(self, subject: Subject) -> Iterator[Found]:
        """As `Connector.search`. Raises CannotSearch when no question can be put with what is known."""
        limits = self.settings.limits
        with self._session() as session:
            given: set[str] = set()  # an item that belongs to two candidates is one record
            people = self._people(session, subject)
            for ref in sorted(subject.confirmed - set(people)):
                people[ref] = [Identity()]  # a person has said so, and the answer then shown need not come again
            for key, forms in people.items():
                candidate = judge(subject, key, tuple(forms))
                if candidate is None:
                    continue
                yield candidate
                if candidate.match.verdict is not Verdict.MATCH:
                    continue
                several: tuple[HttpRecords | HttpDocuments, ...] = (
                    *self.settings.records,
                    *self.settings.documents,
                )
                for spec in several:
                    theirs = belongings(session, spec, key, most_items=limits.items, most_pages=limits.pages)
                    for found in theirs:
                        if found.ref not in given:
                            given.add(found.ref)
                            yield found

    def fetch(self, ref: str) -> BinaryIO:
        """The bytes of a linked file. Raises ConnectorError when it is gone or too large."""
        marker, _, rest = ref.partition(":")
        name, _, path = rest.partition(":")
        if marker != "document" or not path or name not in {each.name for each in self.settings.documents}:
            raise ConnectorError("This system has no document of that reference.", permanent=True)
        kept, limit = BytesIO(), self.settings.limits.document_bytes
        with self._session() as session, session.stream(path) as answer:
            for piece in answer.iter_bytes():
                if kept.tell() + len(piece) > limit:
                    raise ConnectorError(f"The document is larger than {limit} bytes.", permanent=True)
                kept.write(piece)
        kept.seek(0)
        return kept

    def _session(self) -> Session:
        return Session(self.settings, pause=self.pause)

    def _people(self, session: Session, subject: Subject) -> dict[str, list[Identity]]:
        """Everybody whom any question finds, by the system's key, in every form in which they came."""
        questions = [(find, values) for find in self.settings.find for values in _questions(find, subject)]
        if not questions and not subject.confirmed:
            needed = "; or ".join(
                " and ".join(sorted({ASKED[name].value.replace("_", " ") for name in find.needs()}))
                for find in self.settings.find
            )
            raise CannotSearch(f"This system can be asked only with: {needed}.")
        found: dict[str, list[Identity]] = {}
        person, limits = self.settings.person, self.settings.limits
        for find, values in questions:
            for items in pages(session, find, values, most=limits.pages):
                for item in items:
                    get = getter(item)
                    key = next((text for value in get(person.key) if (text := as_text(value))), "")
                    if not key:
                        raise ConnectorError(
                            f"A person from {find.path} has no {person.key!r}, their own key.", permanent=True
                        )
                    form = person.identity(get)
                    if form not in found.setdefault(key, []):
                        found[key].append(form)
                if len(found) > limits.candidates:
                    raise ConnectorError(
                        f"More than {limits.candidates} people answer to what was asked. Search again with a "
                        "number that the system knows, or ask a narrower question in the settings.",
                        permanent=True,
                    )
        self._refuse_nameless(found)
        return found

    def _refuse_nameless(self, found: dict[str, list[Identity]]) -> None:
        """Where everybody found is without a name the settings are wrong: nobody would be recognised, ever."""
        person = self.settings.person
        paths = [each for each in (person.full_name, person.given_name, person.family_name) if each]
        forms = [form for each in found.values() for form in each]
        if paths and forms and not any(form.given_name or form.family_name for form in forms):
            raise ConnectorError(
                f"Nobody in the answers has a name at {' or '.join(map(repr, paths))}: correct the paths of `person`.",
                permanent=True,
            )


def _questions(find: FindSettings, subject: Subject) -> Iterator[dict[str, str]]:
    """Every way to put one question about this subject; none when something that it needs is not known."""
    names = sorted(find.needs())
    choices = [_values(name, find, subject) for name in names]
    yield from (dict(zip(names, each, strict=True)) for each in islice(product(*choices), _QUESTIONS))


def _values(name: str, find: FindSettings, subject: Subject) -> list[str]:
    if name == "family_name":
        values: list[str] = list(family_names(subject)) if subject.family_name else []
    elif name == "date_of_birth":
        values = [born.strftime(find.date_format) for born in births(subject)]
    elif name == "full_name":
        values = [subject.full_name, *(each for each in subject.other_names if len(each.split()) > 1)]
    elif name in {"given_name", "postcode"}:
        values = [getattr(subject, name)]
    elif name == "phone":
        values = list(subject.phones)
    elif name == "email":
        values = list(subject.emails)
    elif name == "reference":
        values = [value for scheme, value in subject.identifiers.items() if not is_standard(scheme)] + [
            value for scheme, value in subject.identifiers.items() if scheme == "reference"
        ]
    else:
        values = [subject.identifiers.get(name, "")]
    cleaned: list[Any] = [clean(value) for value in values]
    return list(dict.fromkeys(value for value in cleaned if value not in {"", ".", ".."}))


def _put(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace("{" + name + "}", value)
    return template
