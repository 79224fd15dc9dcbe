"""How a system's own columns or paths become a person: the subject's identity, or somebody whom a record
names.

One shape for every kind that reads structured data: a map names its sources, and whoever reads a row hands in
a function from source to values. Matching is in `domain/matching.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import Field, model_validator

from sar_service.domain.matching import match
from sar_service.domain.people import Identifier, Identity, Mentioned, Standing, Subject
from sar_service.domain.search import Candidate, Match, Reason, Verdict

from .base import Names, SettingsPart
from .terms import is_standard, squash
from .wording import as_birth, as_flag, as_text

Get = Callable[[str], list[Any]]
_STANDARD = frozenset({Identifier.UPN.value, Identifier.NHS_NUMBER.value, "ni_number"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "master", "prof"})


class PersonMap(SettingsPart):
    """Where a person's details stand: each entry names a column (or path), or several.

    `full_name` is for systems that keep a name in one piece. `address` lists the lines of one address.
    `identifiers` maps a scheme ("upn", "nhs_number", "reference", any other) to its column; `other` maps a
    label to a column that is shown as evidence and not compared.
    """

    full_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    other_names: Names = ()
    date_of_birth: str | None = None
    address: Names = ()
    postcode: str | None = None
    phones: Names = ()
    emails: Names = ()
    identifiers: Mapping[str, str] = Field(default_factory=dict)
    other: Mapping[str, str] = Field(default_factory=dict)

    def sources(self) -> tuple[str, ...]:
        """Every column or path that this map reads."""
        single = (self.full_name, self.given_name, self.family_name, self.date_of_birth, self.postcode)
        several = (self.other_names, self.address, self.phones, self.emails)
        found = [each for each in single if each]
        found += [each for group in several for each in group]
        return tuple(dict.fromkeys([*found, *self.identifiers.values(), *self.other.values()]))

    def searchable(self) -> frozenset[Identifier]:
        """What of a subject can be looked for in these sources."""
        found = set()
        if self.full_name or self.given_name or self.family_name or self.other_names:
            found.add(Identifier.NAME)
        if self.date_of_birth:
            found.add(Identifier.DATE_OF_BIRTH)
        if self.postcode:
            found.add(Identifier.POSTCODE)
        if self.phones:
            found.add(Identifier.PHONE)
        if self.emails:
            found.add(Identifier.EMAIL)
        for scheme in self.identifiers:
            found.add(Identifier(scheme) if is_standard(scheme) else Identifier.REFERENCE)
        return frozenset(found)

    def identity(self, get: Get) -> Identity:
        """The person whom `get` reads: it gives the raw values of one source."""
        given, family = _first(get, self.given_name), _first(get, self.family_name)
        others = _all(get, self.other_names)
        if self.full_name and (whole := _first(get, self.full_name)):
            first, last = split_name(whole)
            given, family = given or first, family or last
        identifiers = {scheme: _first(get, source) for scheme, source in self.identifiers.items()}
        other = {label: ", ".join(_all(get, (source,))) for label, source in self.other.items()}
        return Identity(
            given_name=given,
            family_name=family,
            other_names=tuple(others),
            date_of_birth=as_birth(_raw(get, self.date_of_birth)),
            address=tuple(_all(get, self.address)),
            postcode=_first(get, self.postcode),
            phones=tuple(_all(get, self.phones)),
            emails=tuple(_all(get, self.emails)),
            identifiers=MappingProxyType({scheme: value for scheme, value in identifiers.items() if value}),
            other=MappingProxyType({label: value for label, value in other.items() if value}),
        )


class MentionMap(PersonMap):
    """Somebody whom a record names. `role` is fixed for all rows or read with `role_from` (and `role_codes`).

    `names` lists columns that each hold a whole name. `protected` is a flag: when it is set, whatever locates
    this person must not leave. `ref` is the system's own key for the person.
    """

    names: Names = ()
    role: str = ""
    role_from: str | None = None
    role_codes: Mapping[str, str] = Field(default_factory=dict)
    standing: Standing = Standing.THIRD_PARTY
    protected: str | bool = False
    ref: str | None = None

    @model_validator(mode="after")
    def _has_a_role(self) -> "MentionMap":
        if not self.role and not self.role_from:
            raise ValueError("say what this person is: `role: social worker`, or `role_from: <column>`")
        return self

    def sources(self) -> tuple[str, ...]:
        flag = self.protected if isinstance(self.protected, str) else None
        extra = [each for each in (self.role_from, flag, self.ref) if each]
        return tuple(dict.fromkeys([*super().sources(), *self.names, *extra]))

    def mentioned(self, get: Get) -> Mentioned | None:
        """The person whom the row names, or None where it names nobody and locates nobody."""
        who = self.identity(get)
        names = [*_all(get, self.names), who.full_name, *who.other_names]
        names = [name for name in dict.fromkeys(names) if name]
        address = (*who.address, *([who.postcode] if who.postcode else []))
        if not (names or address or who.phones or who.emails or who.identifiers):
            return None
        role = self.role
        if self.role_from and (found := _raw(get, self.role_from)) is not None:
            role = as_text(found, codes=self.role_codes) or role
        return Mentioned(
            names=tuple(names),
            role=role or "person named in the record",
            standing=self.standing,
            date_of_birth=who.date_of_birth,
            addresses=(address,) if address else (),
            phones=who.phones,
            emails=who.emails,
            identifiers=who.identifiers,
            protected=self.protected if isinstance(self.protected, bool) else as_flag(_raw(get, self.protected)),
            ref=_first(get, self.ref),
        )


def split_name(whole: str) -> tuple[str, str]:
    """Given and family name of a name in one piece: "Barzani, Linh", "LINH BARZANI", "Ms Linh Barzani"."""
    if "," in whole:
        family, _, given = whole.partition(",")
        return given.strip(), family.strip()
    words = whole.split()
    while len(words) > 1 and words[0].rstrip(".").lower() in _TITLES:
        words.pop(0)
    return (" ".join(words[:-1]), words[-1]) if len(words) > 1 else ("", whole.strip())


def judge(subject: Subject, ref: str, forms: tuple[Identity, ...]) -> Candidate | None:
    """The candidate with this reference, scored in the form of theirs (present or former details) that agrees
    best.

    None when a person has rejected the reference or when the score says "no". A confirmed one is a match.
    """
    if ref in subject.rejected:
        return None
    forms = tuple(_aligned(subject, form) for form in forms)
    form, found = max(((form, match(subject, form)) for form in forms), key=lambda pair: pair[1].score)
    if ref in subject.confirmed:
        found = confirmed(found)
    elif found.verdict is Verdict.NO:
        return None
    return Candidate(ref=ref, identity=forms[0] if forms[0] == form else _both(forms[0], form), match=found)


def _aligned(subject: Subject, form: Identity) -> Identity:
    """The same numbers under the subject's own words for them: what one system calls "case_number" a form may
    have called "reference". Only schemes that are nobody's standard are renamed, and only where the number is
    the same."""
    own = {squash(value): scheme for scheme, value in subject.identifiers.items() if scheme not in _STANDARD}
    renamed = {}
    for scheme, value in form.identifiers.items():
        alike = own.get(squash(value)) if scheme not in _STANDARD and scheme not in subject.identifiers else None
        renamed[alike or scheme] = value
    return replace(form, identifiers=MappingProxyType(renamed))


def confirmed(found: Match) -> Match:
    """The match once a person has said that this is the subject; the score stays as it was."""
    reason = Reason(field="decision", outcome="agrees", weight=0.0, note="confirmed by a person")
    return Match(verdict=Verdict.MATCH, score=found.score, reasons=(*found.reasons, reason))


def _both(present: Identity, former: Identity) -> Identity:
    """The form that was compared, with the present details kept as evidence where they differ."""
    other = dict(former.other)
    for label, now, then in (
        ("present name", present.full_name, former.full_name),
        ("present postcode", present.postcode, former.postcode),
        ("present address", ", ".join(present.address), ", ".join(former.address)),
    ):
        if now and now != then:
            other[label] = now
    return replace(former, other=MappingProxyType(other))


def _raw(get: Get, source: str | None) -> Any:
    return next((value for value in get(source) if value is not None), None) if source else None


def _first(get: Get, source: str | None) -> str:
    return next((text for value in get(source) if (text := as_text(value))), "") if source else ""


def _all(get: Get, sources: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(text for source in sources for value in get(source) if (text := as_text(value))))
