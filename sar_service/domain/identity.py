"""What settles who somebody is, and by what right they ask for another person.

Evidence is a fact: what was seen, of whom, by whom, on which day. No copy of a document belongs here. The
rules are conservative, because a request in somebody else's name is the oldest way to steal a file; they
warn about age and never bar anybody by it: what a child understands is a judgement that somebody makes and
that is recorded. When the clock begins follows from the day on which enough had arrived (Article 12A(2)).
What to ask for, and what would be too much, is `identity_ask.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .errors import InvalidInput
from .identity_basis import SCOTLAND, Basis, by_parent_alone, grown_up, look_for, why_not
from .identity_basis import age_on as age_on

_LATE = 7  # days after receipt from which asking for evidence is late
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
    CHILD_OBJECTS = "child_objects"
    CHILD_UNDERSTANDS = "child_understands"  # a judgement: who made it, when and how
    CHILD_CANNOT_DECIDE = "child_cannot_decide"  # the same, the other way
    BEST_INTERESTS = "best_interests"  # a note why it is plainly in the child's interests
    # What could stand against somebody who asks for a child.
    ORDERS_CHECKED = "orders_checked"  # court orders and arrangements were looked for; none stands against it
    ORDER_AGAINST = "order_against"  # one does: no contact, prohibited steps, non-molestation


class How(StrEnum):
    """In which way something was seen."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    POST = "post"
    CERTIFIED = "certified"  # a copy that a professional has certified
    COPY = "copy"  # a copy or a picture that was sent
    RECORD = "record"  # found in our own records, or a register
    CONVERSATION = "conversation"


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
# What the council finds out or judges itself. The time does not wait for it: it begins once the rest has arrived.
OURS = _CHILDS_VIEW | {
    EvidenceKind.CHILD_OBJECTS,
    EvidenceKind.CHILD_UNDERSTANDS,
    EvidenceKind.ORDERS_CHECKED,
    EvidenceKind.ORDER_AGAINST,
    EvidenceKind.FIRM_CHECKED,
}
# What can take away what was enough before: recorded after identity was settled, it re-opens it.
AGAINST = frozenset(
    {
        EvidenceKind.CHILD_OBJECTS,
        EvidenceKind.CHILD_UNDERSTANDS,
        EvidenceKind.CHILD_CANNOT_DECIDE,
        EvidenceKind.ORDER_AGAINST,
    }
)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One thing that was seen.

    `arrived_on` is the day it came, which starts the clock; `seen_on` the day somebody looked at it,
    `seen_by` who. `seen` says what it was in a few words ("passport, in person"), never its number.
    `dated` is its own date, `basis` which paper it is, `how` in which way it was seen. `before_change`: it was put on
    file before the contact details last changed.
    """

    kind: EvidenceKind
    about: About
    arrived_on: date
    seen_on: date
    seen_by: str
    seen: str = ""
    dated: date | None = None
    basis: Basis | None = None
    how: How | None = None
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

    `contact_changed_on`: the last day on which an address, e-mail or phone for the answer was changed. `known`: the
    council knows the person, and not only from this request. `asked_on`: the day on which evidence was last asked for.
    `own_right`: a parent asks for what the law gives to parents themselves, and not for the child. `said`: somebody has
    said that it is settled, on whatever evidence.
    """

    capacity: Capacity
    received: date
    subject_born: date | None = None
    contact_changed_on: date | None = None
    nation: str = "england-and-wales"
    known: bool = False
    asked_on: date | None = None
    today: date | None = None
    own_right: bool = False
    said: bool = False


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
    fresh = counting(seen, circumstances)
    missing = list(_missing(fresh, circumstances))
    if missing and fresh != seen and not _missing(seen, circumstances):
        missing = ["The contact details were changed after identity was checked: check it again."]
    settled = None
    if not missing:
        theirs_last = sorted(fresh, key=lambda e: e.kind not in OURS)
        settled = next(
            theirs_last[at].arrived_on
            for at in range(len(theirs_last))
            if not _missing(theirs_last[: at + 1], circumstances)
        )
    return Assessment(
        sufficient=not missing,
        missing=tuple(missing),
        warnings=tuple(dict.fromkeys([*_warnings(seen, circumstances), *_lateness(settled, circumstances)])),
        settled_on=settled,
    )


def counting(seen: list[Evidence], circumstances: Circumstances) -> list[Evidence]:
    """The evidence that counts now: of who asks, only if it was looked at since the contact details last changed."""
    changed = circumstances.contact_changed_on
    if changed is None:
        return seen
    who = STRONG | MEDIUM | {EvidenceKind.AUTHORITY_CONFIRMED, EvidenceKind.FIRM_CHECKED}
    return [e for e in seen if (e.seen_on >= changed and not e.before_change) or e.kind not in who]


def _is_known(evidence: Sequence[Evidence], about: About) -> bool:
    """Whether a person's identity is shown: one strong piece, or two medium ones of different kinds."""
    kinds = {e.kind for e in evidence if e.about is about}
    return bool(kinds & STRONG) or len(kinds & MEDIUM) >= 2


def _newest(evidence: Sequence[Evidence], *kinds: EvidenceKind) -> EvidenceKind | None:
    """The kind that was last seen of several that speak against each other; of one day, the one recorded last."""
    found = [(e.seen_on, at, e.kind) for at, e in enumerate(evidence) if e.kind in kinds]
    return max(found)[2] if found else None


def understands(evidence: Sequence[Evidence]) -> bool | None:
    """Whether the child understands what this right is, as somebody judged it last; None if nobody has."""
    judged = _newest(evidence, EvidenceKind.CHILD_UNDERSTANDS, EvidenceKind.CHILD_CANNOT_DECIDE)
    return None if judged is None else judged is EvidenceKind.CHILD_UNDERSTANDS


def _papers(evidence: Sequence[Evidence], kind: EvidenceKind, found: Circumstances) -> tuple[bool, list[str]]:
    """Is there a paper of this kind that counts, and why do those not that do not?"""
    nation, born = found.nation, found.subject_born
    reasons = [why_not(e.basis, dated=e.dated, nation=nation, born=born) for e in evidence if e.kind is kind]
    return "" in reasons, [reason for reason in reasons if reason]


def _missing(evidence: Sequence[Evidence], circumstances: Circumstances) -> tuple[str, ...]:
    kinds, capacity = {e.kind for e in evidence}, circumstances.capacity
    found: list[str] = []

    def paper(kind: EvidenceKind, sentence: str) -> None:
        good, reasons = _papers(evidence, kind, circumstances)
        if not good:
            found.extend(reasons or [sentence])

    if capacity is Capacity.SOLICITOR:
        if EvidenceKind.FIRM_CHECKED not in kinds:
            found.append("The firm has not been found in its regulator's register and reached as listed there.")
    elif not _is_known(evidence, About.REQUESTER):
        found.append(
            "Who is asking has not been shown: one document with a photograph, somebody who knows them, "
            "or two other pieces of evidence."
        )
    if capacity is Capacity.SELF and understands(evidence) is False:
        found.append(
            "They were judged not to understand this right yet. Somebody with parental responsibility has to ask "
            "for them, or an advocate whom they choose."
        )
    signed = {e.basis for e in evidence if e.kind is EvidenceKind.SIGNED_AUTHORITY}
    acts = capacity in (Capacity.REPRESENTATIVE, Capacity.SOLICITOR)
    if capacity is Capacity.PARENT or (acts and by_parent_alone(signed)):
        paper(EvidenceKind.PARENTAL_RESPONSIBILITY, "Parental responsibility for the child has not been shown.")
        if not circumstances.own_right:
            born, on = circumstances.subject_born, circumstances.today or circumstances.received
            found.extend(grown_up(born, on=on, nation=circumstances.nation))
            found.extend(_childs_say(evidence))
        orders = _newest(evidence, EvidenceKind.ORDERS_CHECKED, EvidenceKind.ORDER_AGAINST)
        if orders is None:
            found.append(
                "Nobody has looked for court orders, no-contact arrangements and safe addresses that stand against it."
            )
        elif orders is EvidenceKind.ORDER_AGAINST:
            found.append("A court order or an arrangement stands against giving this to them. Ask Legal first.")
    if acts:
        if EvidenceKind.AUTHORITY_CONFIRMED not in kinds or EvidenceKind.SIGNED_AUTHORITY not in kinds:
            paper(EvidenceKind.SIGNED_AUTHORITY, "The person's signed authority has not been seen.")
        known = _is_known(evidence, About.SUBJECT) or EvidenceKind.AUTHORITY_CONFIRMED in kinds
        if capacity is Capacity.REPRESENTATIVE and not known:
            found.append("The person has not been asked whether they gave this authority, nor shown who they are.")
    if capacity is Capacity.DEPUTY:
        paper(EvidenceKind.APPOINTMENT, "The power of attorney, deputyship or guardianship has not been seen.")
    return tuple(found)


def _childs_say(evidence: Sequence[Evidence]) -> Iterable[str]:
    """What is missing of the child's own say. A child who understands decides; one who cannot is still listened to."""
    kinds, able = {e.kind for e in evidence}, understands(evidence)
    view = _newest(evidence, EvidenceKind.CHILD_AGREES, EvidenceKind.CHILD_OBJECTS)
    if view is EvidenceKind.CHILD_OBJECTS and able is not False:
        if able:
            yield "The child understands this and does not want it. It is theirs to decide."
        else:
            yield "The child does not want it. Record whether they understand what is asked: if they do, they decide."
    elif able and view is None and EvidenceKind.BEST_INTERESTS not in kinds:
        yield "The child understands this right, so it is theirs to decide. Record whether they agree."
    elif not kinds & _CHILDS_VIEW:
        yield "What the child thinks has not been recorded, or why they were not asked."


def _lateness(settled: date | None, circumstances: Circumstances) -> Iterable[str]:
    """Whether evidence was, or would be, asked for too late or without need (Article 12(6))."""
    asked, received = circumstances.asked_on, circumstances.received
    if asked is None:
        waited = (circumstances.today - received).days if circumstances.today else 0
        if settled is None and not circumstances.said and waited > _LATE:
            yield (
                f"The request came {waited} days ago. Asking for evidence now is late: the law lets the time wait "
                "only for reasonable doubts, and they are to be raised at once. Have somebody senior look at it."
            )
        return
    if (asked - received).days > _LATE:
        yield (
            f"Evidence was asked for {(asked - received).days} days after the request came. Have somebody senior look "
            "whether the time may wait for it at all: if not, take back that it was asked for."
        )
    if settled is not None and settled < asked:
        yield (
            "Enough had been seen before evidence was asked for, so there was no doubt left for the time to wait for. "
            "Take back that it was asked for, unless something new had come up."
        )


def _warnings(evidence: Sequence[Evidence], circumstances: Circumstances) -> Iterable[str]:
    capacity, kinds, nation = circumstances.capacity, {e.kind for e in evidence}, circumstances.nation
    if not kinds & INDEPENDENT:
        yield (
            "Nothing seen so far ties the contact details of the request to the person. Confirm where to send "
            "the answer in another way before it is released."
        )
    if kinds and kinds <= {EvidenceKind.KNOWS_DETAILS, EvidenceKind.REQUEST_CONTACT}:
        yield "Knowing details of a life, or holding an e-mail address, proves nothing: a relative has both."
    strong = [e for e in evidence if e.kind is EvidenceKind.PHOTO_DOCUMENT]
    if strong and all(e.how is How.COPY for e in strong) and not kinds & INDEPENDENT:
        yield (
            "Of the document with a photograph only a copy was seen, and copies are easily made up. Look at it "
            "together "
            "on a video call, or add something else."
        )
    if circumstances.known and kinds & {EvidenceKind.VOUCHED, EvidenceKind.CONTACT_ON_FILE} and strong:
        yield "A document was asked of somebody whom we know. That is more than is needed: do not keep a copy of it."
    yield from _of_age(evidence, circumstances)
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
        yield from look_for(one.basis, nation=nation)


def _of_age(evidence: Sequence[Evidence], circumstances: Circumstances) -> Iterable[str]:
    """What the age of the person makes one think of. It decides nothing."""
    capacity, born = circumstances.capacity, circumstances.subject_born
    age = age_on(born, circumstances.received) if born else None
    scotland = circumstances.nation == SCOTLAND
    if capacity is Capacity.PARENT:
        yield "Look for court orders, no-contact arrangements and safe addresses before anything is sent to a parent."
        view = _newest(evidence, EvidenceKind.CHILD_AGREES, EvidenceKind.CHILD_OBJECTS)
        if view is EvidenceKind.CHILD_OBJECTS and understands(evidence) is False:
            yield "The child does not want it. They cannot decide this alone, but what they feel has to be weighed."
        if circumstances.own_right:
            return
        if age is not None and age >= 12 and understands(evidence) is None:
            yield (
                "From about twelve many children understand this right themselves (in Scotland that is "
                "presumed). Ask the child unless there is a reason not to."
            )
    if capacity is Capacity.SELF and age is not None and age < 18 and understands(evidence) is None:
        if age < 12:
            yield (
                "A young child asks for themselves. The right is theirs: note how their understanding was "
                "judged, and who helps them."
            )
        elif scotland:
            yield (
                "From twelve a child in Scotland is presumed to understand this right. Note it only if you doubt that."
            )
        elif age < 16:
            yield (
                "A child asks for themselves, as they may at any age. Note who judged that they understand it, and how."
            )
