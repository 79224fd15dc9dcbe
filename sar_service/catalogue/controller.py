"""The legal controllers that one installation serves: config/controllers.yaml.

A controller answers for the data; each case belongs to one. What a controller's source does not give is
`absent`.
"""

import re
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from .mailbox import Mailbox
from .school_terms import PupilRecords
from .stated import ABSENT, Absent, Contact, Entry, Key, Line, Stated, Words

CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


class Nation(StrEnum):
    """Whose bank holidays and which law apply: where the council is, not where the requester lives."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class Country(StrEnum):
    """In which of the two countries that share bank holidays a council is: they have different laws for schools."""

    ENGLAND = "england"
    WALES = "wales"


class Method(StrEnum):
    """How a pack may be handed over."""

    PORTAL = "portal"
    POST = "post"
    COLLECTION = "collection"


class Delivery(Entry):
    """How packs reach people."""

    methods: tuple[Method, ...] = Field(
        default=(Method.PORTAL,), min_length=1, description="ways offered: portal, post, collection"
    )
    portal_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="days for which a pack can be downloaded; after that staff can make it available again",
    )
    post_note: Words | None = Field(default=None, description='how post is sent, e.g. "signed for, addressee only"')


class ComplaintAims(Entry):
    """What the council holds itself to once a complaint is acknowledged; the law only says "without undue delay"."""

    news_days: int = Field(
        default=30, ge=7, le=90, description="at the latest so many days after our last letter they hear how far we are"
    )
    outcome_days: int = Field(
        default=90, ge=14, le=365, description="the outcome is to go out within so many days of receipt"
    )


class Colours(Entry):
    """The council's colours, as #rrggbb. Text on the brand colour must have a contrast of 4.5 to 1."""

    brand: str = Field(default="#1f4e5f", description="background of the header and buttons")
    text: str = Field(default="#ffffff", description="text on the brand colour")

    @field_validator("brand", "text")
    @classmethod
    def _hexadecimal(cls, given: str) -> str:
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", given):
            raise ValueError('must be a colour like "#1f4e5f", in quotes')
        return given.lower()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        ratio = contrast(self.brand, self.text)
        if ratio < CONTRAST:
            raise ValueError(f"text on brand has a contrast of {ratio:.1f} to 1; it needs {CONTRAST} to be readable")
        return self


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours #rrggbb, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Routes(Entry):
    """Who answers what is no request for one's own information. The letters that say so name them."""

    foi: Stated[Contact] = Field(default=ABSENT, description="who answers freedom of information requests")
    police: Stated[Contact] = Field(
        default=ABSENT, description="who takes requests of the police, courts and other bodies for disclosure"
    )
    school: Stated[Contact] = Field(
        default=ABSENT, description="who tells parents how to reach a school about its own record"
    )
    dead: Stated[Contact] = Field(default=ABSENT, description="who answers about somebody who has died")
    member: Stated[Contact] = Field(
        default=ABSENT, description="who answers members of parliament and councillors for people they represent"
    )


class LetterText(Entry):
    """What a council adds to every letter, in English."""

    opening: Words | None = Field(default=None, description="a paragraph after the greeting of every letter")
    sign_off: Line | None = Field(default=None, description='the line above the name, e.g. "Yours sincerely"')
    post: Line | None = Field(default=None, description="the post of whoever signs; the name is that of `signatory`")
    footer: Words | None = Field(default=None, description="the last paragraph of every letter")


class WelshText(LetterText):
    """The same in Welsh, and how the council and its team are called in Welsh."""

    name: Line | None = Field(default=None, description="the legal name of the council")
    short_name: Line | None = Field(default=None, description="what people call it")
    team: Line | None = Field(default=None, description="the name of `public_contact`")
    signed_by: Line | None = Field(default=None, description="the name of `signatory`, where it is a team")
    complaints: Line | None = Field(default=None, description="the name of `complaints`")
    regulator: Line = Field(default="y Comisiynydd Gwybodaeth", description="the regulator, as it stands in a sentence")
    hours: Line | None = Field(default=None, description="when `public_contact` is open or answers")


class Controller(Entry):
    """One legal controller."""

    key: Key = Field(description="a short name, used in other files")
    name: Line = Field(description="its legal name, as letters give it")
    short_name: Line = Field(description="what people call it, for page headers")
    nation: Nation = Field(description="england-and-wales, scotland or northern-ireland: whose holidays count")
    country: Country | None = Field(
        default=None,
        description="england or wales: whose law for schools letters name; left out, wales if `languages` offers cy",
    )
    address: Stated[tuple[Line, ...]] = Field(description="postal address as a list of lines")
    dpo: Stated[Contact] = Field(description="the data protection officer")
    ico_registration: Stated[Line] = Field(default=ABSENT, description="its number in the register of fee payers")
    regulator: Stated[Contact] = Field(description="the supervisory authority, with how to reach it")
    complaints: Stated[Contact] = Field(
        description="who takes data-protection complaints (Data Protection Act 2018 s.164A)"
    )
    complaint_aims: ComplaintAims = Field(
        default=ComplaintAims(), description="when those who complained hear again, and have the outcome"
    )
    public_contact: Stated[Contact] = Field(description="how the public reaches the team that answers requests")
    delivery: Delivery = Field(default=Delivery(), description="how packs are handed over")
    colours: Colours = Field(default=Colours(), description="brand and text colour")
    logo: Line | None = Field(default=None, description="file name of a picture in config/, shown in the header")
    languages: tuple[str, ...] = Field(
        default=("en",), min_length=1, description="languages offered, first the usual one"
    )
    mailbox: Mailbox | None = Field(
        default=None, description="where requests come in by e-mail; none is read if left out"
    )
    signatory: Stated[Contact] = Field(default=ABSENT, description="who signs letters; the team if absent")
    routes: Routes = Field(default=Routes(), description="who answers requests that are not for this service")
    others: tuple[Contact, ...] = Field(
        default=(),
        max_length=100,
        description="other controllers that people often mean, each with a name and a way to reach it",
    )
    pupil_records: PupilRecords | None = Field(
        default=None, description="if the council answers for maintained schools' pupil records: the school terms"
    )
    letters: LetterText = Field(default=LetterText(), description="what is added to every letter")
    welsh: WelshText = Field(default=WelshText(), description="the same in Welsh, where `languages` offers cy")
    remark: str = Field(default="", description="your note")

    @model_validator(mode="after")
    def _is_where_it_can_be(self) -> Self:
        if self.country is not None and self.nation is not Nation.ENGLAND_AND_WALES:
            raise ValueError("country says where in england-and-wales a council is; leave it out for another nation")
        return self

    @property
    def schools_of(self) -> str:
        """Whose law for schools counts: england, wales, scotland or northern-ireland."""
        if self.nation is not Nation.ENGLAND_AND_WALES:
            return self.nation.value
        return (self.country or (Country.WALES if "cy" in self.languages else Country.ENGLAND)).value

    @field_validator("others")
    @classmethod
    def _can_be_asked(cls, given: tuple[Contact, ...]) -> tuple[Contact, ...]:
        names = []
        for number, each in enumerate(given, start=1):
            if isinstance(each.name, Absent) or not each.ways():
                raise ValueError(
                    f"item {number} needs a name and an email, phone, address or url: people are sent there"
                )
            names.append(each.name)
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"{twice[0]} stands here twice; keep one")
        return given

    @field_validator("languages")
    @classmethod
    def _language_tags(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [each for each in given if not re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", each)]:
            raise ValueError(f"languages are written like en, cy or en-GB; item {given.index(wrong[0]) + 1} is not")
        return given

    @field_validator("logo")
    @classmethod
    def _inside(cls, given: str | None) -> str | None:
        if given is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.(png|svg|jpg)", given):
            raise ValueError("must be the name alone of a png, svg or jpg file that lies beside controllers.yaml")
        return given


class Controllers(Entry):
    """The file as a whole."""

    controllers: tuple[Controller, ...] = Field(description="one entry for each council served")
