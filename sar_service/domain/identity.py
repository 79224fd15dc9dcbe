"""What settles who somebody is, and by what right they ask for another person.

Evidence is a fact: what was seen, of whom, by whom, on which day. No copy of a document belongs here. The
rules are conservative, because a request in somebody else's name is the oldest way to steal a file; they
warn about age and never bar anybody by it. When the clock begins follows from the day on which enough had
arrived (Article 12A(2)).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .errors import InvalidInput

_OLD_AUTHORITY = 183  # days before the request after which a signed authority should be confirmed


class Capacity(StrEnum):
    """In what capacity somebody asks. It also decides which exemptions may be used."""

    SELF = "self"
    PARENT = "parent"  # anybody with parental responsibility, asking for the child
    REPRESENTATIVE = "representative"  # an advocate, relative or friend with the person's authority
    SOLICITOR = "solicitor"
    DEPUTY = "deputy"  # attorney, deputy or guardian of somebody who cannot manage this themselves


class About(StrEnum):
    """Whose identity or authority a piece of evidence is about."""

    REQUESTER = "requester"
    SUBJECT = "subject"  # the person the information is about, where somebody else asks


class EvidenceKind(StrEnum):
    # Strong: enough alone for who somebody is.
    PHOTO_DOCUMENT = "photo_document"
    VOUCHED = "vouched"  # a named worker who knows the person, or an account with verified identity
    # Medium: two different ones are needed.
    CONTACT_ON_FILE = "contact_on_file"  # answered a code sent to a contact that was on file before the request
    ADDRESS_DOCUMENT = "address_document"
    OFFICIAL_LETTER = "official_letter"
    SIGNATURE_MATCHES = "signature_matches"
    # Weak: proves nothing, however much of it there is.
    KNOWS_DETAILS = "knows_details"
    REQUEST_CONTACT = "request_contact"  # an e-mail address or phone that came with the request itself
    # Authority to ask for somebody else.
    PARENTAL_RESPONSIBILITY = "parental_responsibility"  # birth certificate, court order, adoption certificate
    SIGNED_AUTHORITY = "signed_authority"
    AUTHORITY_CONFIRMED = "authority_confirmed"  # the person was asked, on a contact already on file
    FIRM_CHECKED = "firm_checked"  # found in the regulator's register, and reached as listed there
    APPOINTMENT = "appointment"  # registered power of attorney, deputyship, guardianship
    # What the child thinks, or why they were not asked.
    CHILD_AGREES = "child_agrees"
    CHILD_CANNOT_DECIDE = "child_cannot_decide"  # a note of who judged that, when and how
    BEST_INTERESTS = "best_interests"  # a note why it is plainly in the child's interests


STRONG = frozenset({EvidenceKind.PHOTO_DOCUMENT, EvidenceKind.VOUCHED})
MEDIUM = frozenset(
    {
        EvidenceKind.CONTACT_ON_FILE,
        EvidenceKind.ADDRESS_DOCUMENT,
        EvidenceKind.OFFICIAL_LETTER,
        EvidenceKind.SIGNATURE_MATCHES,
    }
)
INDEPENDENT = frozenset(
    {
        EvidenceKind.VOUCHED,
        EvidenceKind.CONTACT_ON_FILE,
        EvidenceKind.ADDRESS_DOCUMENT,
        EvidenceKind.AUTHORITY_CONFIRMED,
        EvidenceKind.FIRM_CHECKED,
    }
)
_CHILDS_VIEW = frozenset({EvidenceKind.CHILD_AGREES, EvidenceKind.CHILD_CANNOT_DECIDE, EvidenceKind.BEST_INTERESTS})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One thing that was seen.

    `arrived_on` is the day it came, which starts the clock; `seen_on` the day somebody looked at it,
    `seen_by` who. `seen` says what it was in a few words ("passport, in person"), never its number.
    `dated` is its own date. `before_change`: it was put on file before the contact details last changed.
    """

    kind: EvidenceKind
    about: About
    arrived_on: date
    seen_on: date
    seen_by: str
    seen: str = ""
    dated: date | None = None
    before_change: bool = False

    def __post_init__(self) -> None:
        if self.seen_on < self.arrived_on:
            raise InvalidInput("Evidence cannot be looked at before it came. Check the dates.", field="seen_on")
        if not self.seen_by.strip():
            raise InvalidInput("Say who looked at the evidence.", field="seen_by")
        if self.dated is not None and self.dated > self.arrived_on:
            raise InvalidInput("A document cannot be dated after it came. Check the dates.", field="dated")


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known of a request when its evidence is judged.

    `contact_changed_on`: the last day on which an address, e-mail or phone for the answer was changed.
    """

    capacity: Capacity
    received: date
    subject_born: date | None = None
    contact_changed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Whether the evidence is enough; what is missing, in words fit for a letter; what to think about.

    `settled_on` is the day on which enough of it had arrived, None while it is not enough.
    """

    sufficient: bool
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    settled_on: date | None


def assess(evidence: Iterable[Evidence], *, circumstances: Circumstances) -> Assessment:
    """Judge evidence for one request. It suggests: a person settles identity, and is named."""
    seen = sorted(evidence, key=lambda e: e.arrived_on)
    fresh = _since_contact_changed(seen, circumstances)
    missing = list(_missing(fresh, circumstances.capacity))
    if missing and fresh != seen and not _missing(seen, circumstances.capacity):
        missing = ["The contact details were changed after identity was checked: check it again."]
    settled = None
    if not missing:
        settled = next(
            fresh[at].arrived_on for at in range(len(fresh)) if not _missing(fresh[: at + 1], circumstances.capacity)
        )
    return Assessment(
        sufficient=not missing,
        missing=tuple(missing),
        warnings=tuple(_warnings(seen, circumstances)),
        settled_on=settled,
    )


def _since_contact_changed(seen: list[Evidence], circumstances: Circumstances) -> list[Evidence]:
    """Evidence of who asks counts only if it was looked at since the contact details last changed."""
    changed = circumstances.contact_changed_on
    if changed is None:
        return seen
    who = STRONG | MEDIUM | {EvidenceKind.AUTHORITY_CONFIRMED, EvidenceKind.FIRM_CHECKED}
    return [e for e in seen if (e.seen_on >= changed and not e.before_change) or e.kind not in who]


def _is_known(evidence: Sequence[Evidence], about: About) -> bool:
    """Whether a person's identity is shown: one strong piece, or two medium ones of different kinds."""
    kinds = {e.kind for e in evidence if e.about is about}
    return bool(kinds & STRONG) or len(kinds & MEDIUM) >= 2


def _missing(evidence: Sequence[Evidence], capacity: Capacity) -> tuple[str, ...]:
    kinds = {e.kind for e in evidence}
    found = []
    if capacity is Capacity.SOLICITOR:
        if EvidenceKind.FIRM_CHECKED not in kinds:
            found.append("The firm has not been found in its regulator's register and reached as listed there.")
    elif not _is_known(evidence, About.REQUESTER):
        found.append(
            "Who is asking has not been shown: one document with a photograph, somebody who knows them, "
            "or two other pieces of evidence."
        )
    if capacity is Capacity.PARENT:
        if EvidenceKind.PARENTAL_RESPONSIBILITY not in kinds:
            found.append("Parental responsibility for the child has not been shown.")
        if not kinds & _CHILDS_VIEW:
            found.append("What the child thinks has not been recorded, or why they were not asked.")
    if capacity in (Capacity.REPRESENTATIVE, Capacity.SOLICITOR):
        if EvidenceKind.SIGNED_AUTHORITY not in kinds:
            found.append("The person's signed authority has not been seen.")
        known = _is_known(evidence, About.SUBJECT) or EvidenceKind.AUTHORITY_CONFIRMED in kinds
        if capacity is Capacity.REPRESENTATIVE and not known:
            found.append("The person has not been asked whether they gave this authority, nor shown who they are.")
    if capacity is Capacity.DEPUTY and EvidenceKind.APPOINTMENT not in kinds:
        found.append("The power of attorney, deputyship or guardianship has not been seen.")
    return tuple(found)


def age_on(born: date, on: date) -> int:
    """Whole years of age on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _warnings(evidence: Sequence[Evidence], circumstances: Circumstances) -> Iterable[str]:
    capacity, kinds = circumstances.capacity, {e.kind for e in evidence}
    if not kinds & INDEPENDENT:
        yield (
            "Nothing seen so far ties the contact details of the request to the person. Confirm where to send "
            "the answer in another way before it is released."
        )
    if kinds and kinds <= {EvidenceKind.KNOWS_DETAILS, EvidenceKind.REQUEST_CONTACT}:
        yield "Knowing details of a life, or holding an e-mail address, proves nothing: a relative has both."
    born = circumstances.subject_born
    age = age_on(born, circumstances.received) if born else None
    if capacity is Capacity.PARENT:
        yield ("Look for court orders, no-contact arrangements and safe addresses before anything is sent to a parent.")
        if age is not None and age >= 18:
            yield "The person is an adult: a parent needs their authority, or an appointment."
        elif age is not None and age >= 12:
            yield (
                "From about twelve many children understand this right themselves (in Scotland that is "
                "presumed). Ask the child unless there is a reason not to."
            )
    if capacity is Capacity.SELF and age is not None and age < 12:
        yield (
            "A young child asks for themselves. The right is theirs: note how their understanding was "
            "judged, and who helps them."
        )
    if capacity is Capacity.SOLICITOR and not (
        EvidenceKind.AUTHORITY_CONFIRMED in kinds or _is_known(evidence, About.SUBJECT)
    ):
        yield ("If it is doubtful whether the client knows how much will be sent, check with them, or send it to them.")
    if capacity is Capacity.DEPUTY:
        yield "Check that the appointment is in force and covers this."
    for one in evidence:
        old = one.dated is not None and (circumstances.received - one.dated).days > _OLD_AUTHORITY
        if one.kind is EvidenceKind.SIGNED_AUTHORITY and old:
            yield "The signed authority is more than six months old: confirm that it still holds."
