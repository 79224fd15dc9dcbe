"""A privacy notice, or record of processing, as data: the facts that Article 15(1) and (2) of the UK GDPR
asks for.

One file per service in config/notices/. Every fact is either what the notice says or `absent`; nothing is
filled in from elsewhere. `article_15.py` puts the facts under the letters of the Article for the covering
letter.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from .stated import (
    ABSENT,
    Absent,
    Contact,
    Entry,
    Key,
    Line,
    PartialDate,
    Stated,
    Statements,
    Words,
    partial_date_in_words,
)

ARTICLE_6 = {
    "6(1)(a)": "consent",
    "6(1)(b)": "contract",
    "6(1)(c)": "legal obligation",
    "6(1)(d)": "vital interests",
    "6(1)(e)": "public task",
    "6(1)(ea)": "recognised legitimate interests",
    "6(1)(f)": "legitimate interests",
}
ARTICLE_9 = {
    "9(2)(a)": "explicit consent",
    "9(2)(b)": "employment, social security and social protection law",
    "9(2)(c)": "vital interests",
    "9(2)(d)": "not-for-profit bodies",
    "9(2)(e)": "made public by the person",
    "9(2)(f)": "legal claims",
    "9(2)(g)": "substantial public interest",
    "9(2)(h)": "health or social care",
    "9(2)(i)": "public health",
    "9(2)(j)": "archiving, research and statistics",
}


class Basis(Entry):
    """What lets the council use the data: the notice's own words, a provision it cites, or both."""

    PROVISIONS: ClassVar[Mapping[str, str]] = {}

    words: Line | None = Field(
        default=None, description='the notice\'s own words for it: "legal obligation", "public task"'
    )
    article: str | None = Field(
        default=None,
        description='the provision the notice cites, like "6(1)(e)" or "9(2)(g)"; leave out if it cites none',
    )
    statute: Line | None = Field(
        default=None, description="the Act, regulation or guidance named with it, with its section"
    )
    note: Words | None = Field(default=None, description="what it is used for, or how the notice explains it")
    remark: str = Field(default="", description="your note, printed in brackets")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.words is None and self.article is None:
            raise ValueError("needs `words` (the notice's own) or `article`, or both")
        return self

    def provision(self) -> str | None:
        """The provision cited or, failing that, the one its words are the usual name of; None where
        neither is so.
        """
        if self.article:
            return self.article
        words = (self.words or "").lower().replace("legal duty", "legal obligation")
        return next((each for each, name in self.PROVISIONS.items() if name and words.startswith(name)), None)

    @model_validator(mode="after")
    def _known_article(self) -> Self:
        if self.article is not None and self.article not in self.PROVISIONS:
            raise ValueError(f"`article` must be one of {', '.join(self.PROVISIONS)}")
        return self


class LawfulBasis(Basis):
    """A basis under Article 6(1)."""

    PROVISIONS: ClassVar[Mapping[str, str]] = ARTICLE_6


class SpecialCategoryBasis(Basis):
    """A condition under Article 9(2) for special category data."""

    PROVISIONS: ClassVar[Mapping[str, str]] = ARTICLE_9


class Recipients(Entry):
    """Who the data is or may be shared with: Article 15(1)(c). `[]` says there are none."""

    together: Statements = Field(
        default=(), description="one list, where the notice does not part the council's own teams from others"
    )
    internal: Stated[Statements] = Field(description="other teams of the same council")
    external: Stated[Statements] = Field(description="other bodies, named where the notice names them")
    processors: Stated[Statements] = Field(description="companies that hold or handle the data for the council")


class Retention(Entry):
    """How long one kind of data is kept, and on what authority: Article 15(1)(d)."""

    what: Line = Field(description="which data")
    how_long: Stated[Words] = Field(description="the period, or how it is worked out")
    authority: Stated[Words] = Field(description="the law, schedule or policy that the notice names for it")
    rule: Key | None = Field(default=None, description="the key of the rule in retention.yaml that carries it out")
    remark: str = Field(default="", description="your note, printed in brackets")


class AutomatedDecisions(Entry):
    """Decisions made without a person: Article 15(1)(h)."""

    made: bool = Field(description="true if the notice says that computers decide anything; false if it says none")
    statements: Statements = Field(description="what the notice says about them")
    logic: Stated[Words] = Field(default=ABSENT, description="how they work")
    consequences: Stated[Words] = Field(default=ABSENT, description="what they mean for the person")


class NoticeContact(Contact):
    """Somebody the notice says to get in touch with."""

    about: Line = Field(alias="for", description="what to get in touch with them for")


class ComplaintRoute(Contact):
    """Where the notice says a complaint may go."""

    to: Literal["controller", "commissioner", "court"] = Field(description="who it goes to")
    how: Words | None = Field(default=None, description="what the notice says about it")


class Named(Entry):
    """A system or a partner body that the notice names, and the file in systems/ that stands for it."""

    name: Line = Field(description="as the notice writes it")
    system: Key = Field(description="the key of its file in systems/")


class Notice(Entry):
    """One notice. Every fact is required, so that a gap is a decision (`absent`) and never an oversight."""

    key: Key = Field(description="the name of this file without .yaml")
    service: Line = Field(description="the service the notice is about")
    source_document: Line = Field(description="the title of the notice as it is published")
    controllers: tuple[Key, ...] = Field(min_length=1, description="keys of the controllers it speaks for")
    provider: Line | None = Field(default=None, description="who runs the service for them, if not they themselves")
    version: Stated[Line] = Field(description="the version the notice gives itself, in quotes")
    dated_on: Stated[PartialDate] = Field(description="its date, as precise as it is: 2019-11-29, 2023-05 or 2023")
    purposes: Stated[Statements] = Field(description="what the data is used for: Article 15(1)(a)")
    lawful_bases: Stated[tuple[LawfulBasis, ...]] = Field(description="bases under Article 6(1)")
    special_category_bases: Stated[tuple[SpecialCategoryBasis, ...]] = Field(
        description="conditions under Article 9(2)"
    )
    laws: Stated[Statements] = Field(description="Acts, regulations and guidance the notice relies on, by name")
    categories: Stated[Statements] = Field(description="kinds of personal data: Article 15(1)(b)")
    special_categories: Stated[Statements] = Field(
        description="kinds of data it treats as special or sensitive: Article 15(1)(b)"
    )
    sources: Stated[Statements] = Field(description="where data comes from, if not the person: Article 15(1)(g)")
    recipients: Recipients = Field(description="who it is shared with: Article 15(1)(c)")
    retention: Stated[tuple[Retention, ...]] = Field(description="how long it is kept: Article 15(1)(d)")
    transfers: Stated[Statements] = Field(description="transfers to other countries: Article 15(2); [] says none")
    automated_decisions: Stated[AutomatedDecisions] = Field(description="decisions made by computers: Article 15(1)(h)")
    rights_offered: Stated[Statements] = Field(description="the rights the notice offers: Article 15(1)(e)")
    statutory_or_contractual_need: Stated[Statements] = Field(
        description="whether people must give their data, and what happens if they do not"
    )
    contacts: Stated[tuple[NoticeContact, ...]] = Field(description="who to get in touch with, and for what")
    complaint_routes: Stated[tuple[ComplaintRoute, ...]] = Field(
        description="where a complaint may go: Article 15(1)(ea) and (f)"
    )
    systems_named: Stated[tuple[Named, ...]] = Field(description="computer systems the notice names")
    partner_bodies: Stated[tuple[Named, ...]] = Field(
        description="teams and bodies that may hold something about the person"
    )
    remarks: Statements = Field(default=(), description="your notes about the notice as a whole; not printed")

    def dated_in_words(self) -> str | None:
        """ "29 November 2019", "May 2023" or None where the notice bears no date."""
        return None if isinstance(self.dated_on, Absent) else partial_date_in_words(self.dated_on)

    def routes(self, to: str) -> tuple[ComplaintRoute, ...]:
        """The complaint routes of one kind: "controller", "commissioner" or "court"."""
        routes = () if isinstance(self.complaint_routes, Absent) else self.complaint_routes
        return tuple(route for route in routes if route.to == to)
