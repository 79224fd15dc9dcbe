"""What a notice says, put under the letters of Article 15(1) and (2) of the UK GDPR, for the covering letter.

What the law itself supplies (the rights, and where to complain) is added and marked as such: it is told
even where a notice is silent or out of date. Law lines carry a key and values so that they can be
translated; notice lines are the council's own words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from .controller import Controller
from .notice import Basis, ComplaintRoute, Notice, Retention
from .stated import Absent, Contact, Statement

NOT_STATED = "Not stated in the notice."
NONE = "None."


class Origin(StrEnum):
    """Where a line comes from."""

    NOTICE = "from notice"
    LAW = "from law"
    CONTROLLER = "from controller"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One statement for the reader. `key` and `values` are set on law lines: the text is that key's
    English.
    """

    text: str
    origin: Origin = Origin.NOTICE
    remark: str = ""
    key: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Part:
    """One question within an item. `stated` says whether the notice answers it; if not, `remark` may say
    more.
    """

    heading: str
    field: str  # the key in the notice's file, e.g. "recipients.internal"
    lines: tuple[Line, ...]
    stated: bool
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One letter of Article 15. `stated` is true when the notice itself answers at least one of its parts."""

    letter: str
    heading: str
    parts: tuple[Part, ...]

    @property
    def stated(self) -> bool:
        return any(part.stated for part in self.parts)

    @property
    def statements(self) -> tuple[Line, ...]:
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def gaps(self) -> tuple[Part, ...]:
        """The parts that the notice leaves out."""
        return tuple(part for part in self.parts if not part.stated)


def article_15_items(notice: Notice, *, controller: Controller | None = None) -> tuple[Item, ...]:
    """The items (a), (b), (c), (d), (e), (ea), (f), (g), (h) and 15(2), in that order, all of them always.

    `controller` names the council in the law's lines and gives the regulator's address where the notice
    does not.
    """
    council = controller.name if controller else "the council"
    return (
        _item("(a)", "What we use the data for, and what lets us", _purposes(notice)),
        _item("(b)", "What kinds of data we hold", _categories(notice)),
        _item("(c)", "Who the data is or may be shared with", _recipients(notice)),
        _item("(d)", "How long the data is kept", _retention(notice)),
        _item("(e)", "Your rights over the data", _rights(notice)),
        _item("(ea)", "How to complain to us", _complaint_to_controller(notice, controller, council)),
        _item("(f)", "How to complain to the regulator", _complaint_to_commissioner(notice, controller)),
        _item("(g)", "Where the data comes from", (_statements("Sources", "sources", notice.sources),)),
        _item("(h)", "Decisions made without a person", _automated(notice)),
        _item(
            "15(2)",
            "Transfers to other countries",
            (_statements("Transfers", "transfers", notice.transfers),),
        ),
    )


def _item(letter: str, heading: str, parts: Iterable[Part]) -> Item:
    return Item(letter=letter, heading=heading, parts=tuple(parts))


def _absent(heading: str, name: str, absent: Absent) -> Part:
    return Part(heading=heading, field=name, lines=(), stated=False, remark=absent.remark)


def _statements(heading: str, name: str, fact: tuple[Statement, ...] | Absent) -> Part:
    if isinstance(fact, Absent):
        return _absent(heading, name, fact)
    lines = tuple(Line(text=each.text, remark=each.remark) for each in fact) or (Line(text=NONE),)
    return Part(heading=heading, field=name, lines=lines, stated=True)


def _bases(heading: str, name: str, fact: tuple[Basis, ...] | Absent) -> Part:
    if isinstance(fact, Absent):
        return _absent(heading, name, fact)
    lines = tuple(Line(text=basis_in_words(each), remark=each.remark) for each in fact) or (Line(text=NONE),)
    return Part(heading=heading, field=name, lines=lines, stated=True)


def basis_in_words(basis: Basis) -> str:
    """ "Legal obligation, under Article 6(1)(c): Education Act 1996, section 436A (finding children)"."""
    words = basis.words or basis.PROVISIONS.get(basis.article or "", "")
    text = words[:1].upper() + words[1:]
    if basis.article:
        text += f", under Article {basis.article}"
    if basis.statute:
        text += f": {basis.statute}"
    return f"{text} ({basis.note})" if basis.note else text


def _purposes(notice: Notice) -> Iterable[Part]:
    yield _statements("Purposes", "purposes", notice.purposes)
    yield _bases("Legal bases", "lawful_bases", notice.lawful_bases)
    yield _bases("Legal bases for special category data", "special_category_bases", notice.special_category_bases)
    yield _statements("Laws named in the notice", "laws", notice.laws)


def _categories(notice: Notice) -> Iterable[Part]:
    yield _statements("Personal data", "categories", notice.categories)
    yield _statements("Special kinds of personal data", "special_categories", notice.special_categories)


def _recipients(notice: Notice) -> Iterable[Part]:
    to = notice.recipients
    if to.together:
        yield _statements("Teams and bodies, as the notice lists them", "recipients.together", to.together)
    if not (to.together and isinstance(to.internal, Absent)):
        yield _statements("Inside the council", "recipients.internal", to.internal)
    if not (to.together and isinstance(to.external, Absent)):
        yield _statements("Outside the council", "recipients.external", to.external)
    yield _statements("Companies that handle the data for us", "recipients.processors", to.processors)


def _retention(notice: Notice) -> Iterable[Part]:
    if isinstance(notice.retention, Absent):
        yield _absent("Periods", "retention", notice.retention)
        return
    lines = tuple(Line(text=_period(each), remark=each.remark) for each in notice.retention)
    said = [each for each in notice.retention if not isinstance(each.how_long, Absent)]
    yield Part(
        heading="Periods",
        field="retention",
        lines=lines or (Line(text=NONE),),
        stated=bool(said or not lines),
    )
    for number, each in enumerate(notice.retention):
        if isinstance(each.authority, Absent):
            yield _absent("Authority for the period", f"retention[{number}].authority", each.authority)


def _period(rule: Retention) -> str:
    how_long = NOT_STATED if isinstance(rule.how_long, Absent) else rule.how_long
    text = f"{rule.what}: {how_long}"
    return text if isinstance(rule.authority, Absent) else f"{text.rstrip('.')}. Authority: {rule.authority}"


LAW: Mapping[str, str] = MappingProxyType(
    {
        "right.rectification": "You can ask for data that is wrong or incomplete to be put right (Article 16).",
        "right.erasure": "You can ask for data to be erased, unless we must keep it (Article 17).",
        "right.restriction": "You can ask us to restrict how we use data about you (Article 18).",
        "right.objection": "You can object to how we use data about you (Article 21).",
        "complaint.controller": "You can complain to us, %(council)s, about how your data was handled, and must "
        "be sent an acknowledgement within 30 days and told the outcome (Data Protection Act 2018, section 164A).",
        "complaint.commissioner": "You can complain to the regulator, %(regulator)s (Data Protection Act 2018, "
        "section 165), or ask a court to decide (section 167).",
    }
)
"""What the law itself supplies, by key, with the values that it names: these sentences are translated by key."""


def _law(key: str, **values: str) -> Line:
    return Line(text=LAW[key] % values, origin=Origin.LAW, key=key, values=MappingProxyType(values))


def _rights(notice: Notice) -> Iterable[Part]:
    lines = tuple(_law(key) for key in LAW if key.startswith("right."))
    offered = _statements("Rights named in the notice", "rights_offered", notice.rights_offered)
    yield Part(
        heading="Your rights",
        field="rights_offered",
        lines=lines,
        stated=offered.stated,
        remark=offered.remark,
    )
    if offered.stated:
        yield offered


def _complaint_to_controller(notice: Notice, controller: Controller | None, council: str) -> Iterable[Part]:
    law = _law("complaint.controller", council=council)
    yield _complaint("Complaining to us", notice, "controller", law, controller.complaints if controller else None)


def _complaint_to_commissioner(notice: Notice, controller: Controller | None) -> Iterable[Part]:
    regulator = controller.regulator if controller else None
    named = regulator.name if isinstance(regulator, Contact) and isinstance(regulator.name, str) else ""
    name = named or "the Information Commissioner"
    law = _law("complaint.commissioner", regulator=name)
    yield _complaint("Complaining to the regulator", notice, "commissioner", law, regulator)


def _complaint(heading: str, notice: Notice, to: str, law: Line, fallback: Contact | Absent | None) -> Part:
    routes = notice.routes(to)
    lines = [law, *(Line(text=route_in_words(route), remark=route.remark) for route in routes)]
    if not any(route.ways() for route in routes) and isinstance(fallback, Contact) and fallback.ways():
        lines.append(Line(text=contact_in_words(fallback), origin=Origin.CONTROLLER))
    silent = notice.complaint_routes
    remark = silent.remark if isinstance(silent, Absent) else ""
    return Part(heading=heading, field="complaint_routes", lines=tuple(lines), stated=bool(routes), remark=remark)


def route_in_words(route: ComplaintRoute) -> str:
    """What the notice says of a complaint route, then every way to reach it."""
    contact = contact_in_words(route)
    return f"{route.how.rstrip('.')}. {contact}".strip() if route.how else contact


def contact_in_words(contact: Contact) -> str:
    """ "Data Protection Officer: 0333 000 0000, 1 High Street, Town"."""
    name = "" if isinstance(contact.name, Absent) else contact.name
    ways = ", ".join(contact.ways())
    return f"{name}: {ways}" if name and ways else name or ways


def _automated(notice: Notice) -> Iterable[Part]:
    fact = notice.automated_decisions
    if isinstance(fact, Absent):
        yield _absent("Automated decisions", "automated_decisions", fact)
        return
    lines = tuple(Line(text=each.text, remark=each.remark) for each in fact.statements) or (Line(text=NONE),)
    yield Part(heading="Automated decisions", field="automated_decisions", lines=lines, stated=True)
    if fact.made:
        for heading, name, said in (
            ("How they work", "logic", fact.logic),
            ("What they mean for you", "consequences", fact.consequences),
        ):
            where = f"automated_decisions.{name}"
            if isinstance(said, Absent):
                yield _absent(heading, where, said)
            else:
                yield Part(heading=heading, field=where, lines=(Line(text=said),), stated=True)
