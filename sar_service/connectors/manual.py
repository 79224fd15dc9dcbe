"""A system that is a person: a school, a health body, the police, a paper archive, a colleague who looks.

`search` cannot answer by itself: it says who is to be asked and in what words. Sending the question,
reminding, and recording the answer belong to the services; what they receive becomes records and documents
like any other.
"""

from collections.abc import Iterator
from typing import Annotated, BinaryIO, ClassVar

from pydantic import Field

from sar_service.domain.people import Identifier, Subject
from sar_service.domain.search import Found

from .base import AwaitingAnswer, ConnectorError, ConnectorSettings, SettingsPart, Text
from .terms import clean, placeholders, spoken

_QUESTION = (
    "A request has been made for the personal data we hold about the person below. Please tell us whether "
    "you hold anything about them, and send us a copy of it.\n\n"
    "Name: {full_name}\nAlso known as: {other_names}\nDate of birth: {date_of_birth}\nAddress: {address}"
)


class Addressee(SettingsPart):
    """Who is asked. An e-mail address or a postal address is needed."""

    name: Annotated[Text, Field(min_length=1)]
    organisation: str = ""
    email: Text = ""
    post: tuple[str, ...] = ()


class ManualSettings(ConnectorSettings):
    """`question` may hold {full_name}, {given_name}, {family_name}, {other_names}, {date_of_birth},
    {address}, {postcode}, {upn}, {nhs_number}; `needs` lists what must be known before it is worth asking
    (any one)."""

    addressee: Addressee
    question: str = _QUESTION
    needs: tuple[Identifier, ...] = (Identifier.NAME,)


class ManualConnector:
    """Asks a named person. The answer is awaited, never assumed."""

    kind: ClassVar[str] = "manual"
    Settings: ClassVar[type[ConnectorSettings]] = ManualSettings

    def __init__(self, settings: ManualSettings) -> None:
        self.settings = settings
        self.searches_by = frozenset(settings.needs)

    def __repr__(self) -> str:
        return f"<ManualConnector asking {self.settings.addressee.name}>"

    def check(self) -> None:
        """Prove that the addressee can be reached and the question can be written. Raises ConnectorError."""
        to = self.settings.addressee
        if not to.email and not to.post:
            raise ConnectorError(
                f"{to.name} has neither an e-mail address nor a postal address: add `email` or `post`.",
                permanent=True,
            )
        if to.email and (to.email.count("@") != 1 or any(mark in to.email for mark in "\r\n ,;<>")):
            raise ConnectorError(f"The e-mail address of {to.name} is not one address.", permanent=True)
        unknown = placeholders(self.settings.question) - set(spoken(Subject()))
        if unknown:
            raise ConnectorError(
                f"The question names {', '.join(sorted(unknown))}, which is not known about a person.",
                permanent=True,
            )

    def search(self, subject: Subject) -> Iterator[Found]:
        """Always raises AwaitingAnswer (or ConnectorError, when nobody could be asked): a person has to
        look."""
        self.check()
        to = self.settings.addressee
        known = spoken(subject)
        question = self.settings.question
        for name in placeholders(question):
            question = question.replace("{" + name + "}", known[name] or "not known")
        raise AwaitingAnswer(
            f"{to.name} has to be asked, and their answer is awaited.",
            addressee=", ".join(part for part in (to.name, to.organisation) if part),
            question=clean(question, keep_lines=True),
            email=to.email,
            post="\n".join(to.post),
        )
        yield  # unreachable: makes this a generator like every other kind's search

    def fetch(self, ref: str) -> BinaryIO:
        """There is nothing to fetch: what the addressee sends is kept by the service that received it."""
        raise ConnectorError(
            f"{self.settings.addressee.name} sends files by hand; none can be fetched.", permanent=True
        )
