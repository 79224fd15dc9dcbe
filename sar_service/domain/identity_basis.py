"""On what somebody's right to ask for another person rests: the paper that shows parental responsibility, an
appointment or an authority, whether it is one that counts, and what to look for in it.

Which evidence a request needs is `identity.py`; here are only the papers themselves. What is said of a paper is for
whoever looks at it: it warns, and a person decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

EAW, SCOTLAND, NI = "england-and-wales", "scotland", "northern-ireland"


class Basis(StrEnum):
    # Parental responsibility (in Scotland: parental responsibilities and rights).
    BIRTH_MOTHER = "birth_mother"
    BIRTH_FATHER = "birth_father"
    MARRIED_FATHER = "married_father"
    RESPONSIBILITY_AGREEMENT = "responsibility_agreement"
    RESPONSIBILITY_ORDER = "responsibility_order"
    LIVES_WITH_ORDER = "lives_with_order"
    SPECIAL_GUARDIAN = "special_guardian"
    ADOPTION = "adoption"
    PARENTAL_ORDER = "parental_order"
    CARE_ORDER = "care_order"
    NAMED_GUARDIAN = "named_guardian"
    # Appointments for somebody who cannot manage this themselves.
    PROPERTY_LPA = "property_lpa"
    WELFARE_LPA = "welfare_lpa"
    ENDURING_POWER = "enduring_power"
    PROPERTY_DEPUTY = "property_deputy"
    WELFARE_DEPUTY = "welfare_deputy"
    CONTINUING_POWER = "continuing_power"
    WELFARE_POWER = "welfare_power"
    GUARDIAN = "guardian"
    INTERVENER = "intervener"
    CONTROLLER_NI = "controller_ni"
    UNREGISTERED_POWER = "unregistered_power"
    # An authority that was signed.
    SPECIFIC_AUTHORITY = "specific_authority"
    PARENTS_AUTHORITY = "parents_authority"  # signed by somebody with parental responsibility
    GENERAL_AUTHORITY = "general_authority"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What is known of one kind of paper: whether it counts, why not, what to look for, and where it is law.

    `since` is the day from which the birth had to be registered for it to count, by nation; `undated` is what is said
    where it is not known to be from that day on.
    """

    check: str = ""
    counts: bool = True
    because: str = ""
    nations: frozenset[str] = frozenset({EAW, SCOTLAND, NI})
    since: Mapping[str, date] = field(default_factory=dict)
    undated: str = ""


_WELFARE = "It covers welfare alone. Asking for information needs one for property and affairs."
_HOME, _NORTH, _WEST = frozenset({EAW}), frozenset({SCOTLAND}), frozenset({NI})

PAPERS: Mapping[Basis, Paper] = MappingProxyType(
    {
        Basis.BIRTH_MOTHER: Paper(
            check="A mother has parental responsibility unless an adoption or parental order ended it."
        ),
        Basis.BIRTH_FATHER: Paper(
            check="A father who is named has it only if the birth was registered from 1 December 2003 on (in Scotland "
            "4 May 2006, in Northern Ireland 15 April 2002). Note the day of registration as the date of the document.",
            because="The birth was registered before a father’s name on the certificate gave parental responsibility: "
            "ask for an agreement, an order or the marriage certificate.",
            since=MappingProxyType({EAW: date(2003, 12, 1), SCOTLAND: date(2006, 5, 4), NI: date(2002, 4, 15)}),
            undated="Whether the father who is named has parental responsibility depends on the day on which the birth "
            "was registered, and that is not on file: record the certificate again, with that day as its date.",
        ),
        Basis.MARRIED_FATHER: Paper(
            check="Compare both certificates: the marriage and the birth have to be the same people’s."
        ),
        Basis.RESPONSIBILITY_AGREEMENT: Paper(
            check="An agreement counts once it is recorded at court (in Scotland: registered)."
        ),
        Basis.RESPONSIBILITY_ORDER: Paper(check="Look whether the order was changed or ended since."),
        Basis.LIVES_WITH_ORDER: Paper(
            check="It gives parental responsibility while the order says that the child lives with them: is it still "
            "in force?"
        ),
        Basis.SPECIAL_GUARDIAN: Paper(
            check="A special guardian may act alone; the parents keep parental responsibility but may hardly use it "
            "against them.",
            nations=_HOME,
        ),
        Basis.ADOPTION: Paper(
            check="Adoption gives parental responsibility to the adopters and ends that of the birth parents. Adoption "
            "law controls access to some of the records."
        ),
        Basis.PARENTAL_ORDER: Paper(check="A parental order after surrogacy ends the birth mother’s responsibility."),
        Basis.CARE_ORDER: Paper(
            check="Under a care order the council shares parental responsibility and may limit how parents use theirs "
            "(Children Act 1989, section 33): ask the child’s social worker before anything is sent."
        ),
        Basis.NAMED_GUARDIAN: Paper(
            check="A guardian named in a will acts only after the death of those who appointed them."
        ),
        Basis.PROPERTY_LPA: Paper(
            check="Is it registered with the Office of the Public Guardian, and in force?", nations=_HOME
        ),
        Basis.WELFARE_LPA: Paper(counts=False, because=_WELFARE, nations=_HOME),
        Basis.ENDURING_POWER: Paper(
            check="Is it registered? Until it is, it ends as soon as the person cannot decide.", nations=_HOME | _WEST
        ),
        Basis.PROPERTY_DEPUTY: Paper(
            check="Read the court’s order: it says what the deputy may do, and until when.", nations=_HOME
        ),
        Basis.WELFARE_DEPUTY: Paper(counts=False, because=_WELFARE, nations=_HOME),
        Basis.CONTINUING_POWER: Paper(
            check="Is it registered with the Office of the Public Guardian (Scotland)?", nations=_NORTH
        ),
        Basis.WELFARE_POWER: Paper(counts=False, because=_WELFARE, nations=_NORTH),
        Basis.GUARDIAN: Paper(
            check="Read the guardianship order: which powers does it give, and until when?", nations=_NORTH
        ),
        Basis.INTERVENER: Paper(check="An intervention order is for one matter: is this the one?", nations=_NORTH),
        Basis.CONTROLLER_NI: Paper(check="Read the order of the Office of Care and Protection.", nations=_WEST),
        Basis.UNREGISTERED_POWER: Paper(
            counts=False,
            because="A power of attorney that is not registered gives no right to ask for somebody who cannot decide "
            "this. Ask for the registered one; whoever can decide it may sign an authority instead.",
        ),
        Basis.SPECIFIC_AUTHORITY: Paper(),
        Basis.PARENTS_AUTHORITY: Paper(
            check="Whoever signed asks as a parent does: show their parental responsibility, look for orders that "
            "stand against it, and ask the child."
        ),
        Basis.GENERAL_AUTHORITY: Paper(
            counts=False,
            because="The authority does not say that this council’s records may be asked for. Ask for one that does, "
            "or ask the person themselves.",
        ),
    }
)
RESPONSIBILITY = tuple(list(Basis)[: list(Basis).index(Basis.PROPERTY_LPA)])
APPOINTMENTS = tuple(list(Basis)[list(Basis).index(Basis.PROPERTY_LPA) : list(Basis).index(Basis.SPECIFIC_AUTHORITY)])
AUTHORITIES = (Basis.SPECIFIC_AUTHORITY, Basis.PARENTS_AUTHORITY, Basis.GENERAL_AUTHORITY)


def by_parent_alone(signed: Collection[str | None]) -> bool:
    """Do these signed authorities come from a parent, and none from the person whom it is about?"""
    return Basis.PARENTS_AUTHORITY in signed and None not in signed and Basis.SPECIFIC_AUTHORITY not in signed


def why_not(basis: Basis | None, *, dated: date | None, nation: str, born: date | None = None) -> str:
    """Why a paper does not count by itself, in a sentence; nothing where it does, or nobody said which it is.

    `born` is the child's date of birth: a birth is not registered before it.
    """
    if basis is None:
        return ""
    paper = PAPERS[basis]
    since = paper.since.get(nation)
    if not paper.counts or (since is not None and dated is not None and dated < since):
        return paper.because
    known = since is None or dated is not None or (born is not None and born >= since)
    return "" if known else paper.undated


def look_for(basis: Basis | None, *, nation: str) -> tuple[str, ...]:
    """What to look for in a paper, and whether it is one of another nation."""
    if basis is None:
        return ()
    paper = PAPERS[basis]
    elsewhere = (
        "This paper is of another nation’s law: ask Legal whether it holds here." if nation not in paper.nations else ""
    )
    return tuple(each for each in (paper.check, elsewhere) if each)


def age_on(born: date, on: date) -> int:
    """Whole years of age on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def grown_up(born: date | None, *, on: date, nation: str) -> tuple[str, ...]:
    """That nobody acts for this person as a parent any more, if that is so on a day.

    Children (Scotland) Act 1995, section 2(7); elsewhere parental responsibility ends at 18. No age bars whoever asks
    for themselves.
    """
    ends = 16 if nation == SCOTLAND else 18
    if born is None or age_on(born, on) < ends:
        return ()
    return (
        f"The person is {ends} or older, so nobody acts for them as a parent any more: they ask themselves, sign an "
        "authority, or somebody shows an appointment.",
    )
