"""What to ask somebody for so that identity and authority can be settled: as little as is enough.

Article 12(6) lets a council ask only where it has reasonable doubts, and for no more than it needs. Whoever is known to
it is asked for less. Whether what was seen is enough is `identity.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from .identity import STRONG, Capacity, EvidenceKind


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One thing that has to be shown, and the kinds of evidence of which each shows it."""

    words: str
    kinds: frozenset[EvidenceKind]


_K = EvidenceKind
_WHO_KNOWN = Ask(
    words="Who they are: a worker who knows them says so, or they answer a code sent to a contact we had before and "
    "give "
    "one more thing. No passport is needed.",
    kinds=frozenset({_K.VOUCHED, _K.CONTACT_ON_FILE}) | STRONG,
)
_WHO = Ask(
    words="Who they are: one document with a photograph, somebody who knows them, or two different other things. "
    "Seen in "
    "person or on a video call it needs no copy.",
    kinds=STRONG | {_K.CONTACT_ON_FILE, _K.ADDRESS_DOCUMENT, _K.OFFICIAL_LETTER, _K.SIGNATURE_MATCHES},
)
_OF_CAPACITY = {
    Capacity.SELF: (),
    Capacity.PARENT: (
        Ask(
            words="Parental responsibility: the birth certificate, an order of a court, adoption papers. Step-parents, "
            "grandparents and partners have none without an order.",
            kinds=frozenset({_K.PARENTAL_RESPONSIBILITY}),
        ),
        Ask(
            words="The child’s own say: what they think, whether they understand it, and who judged that.",
            kinds=frozenset({_K.CHILD_AGREES, _K.CHILD_CANNOT_DECIDE, _K.BEST_INTERESTS}),
        ),
        Ask(
            words="That nothing stands against it: no-contact, prohibited steps and non-molestation orders, safe "
            "addresses. You look; they are not asked.",
            kinds=frozenset({_K.ORDERS_CHECKED}),
        ),
    ),
    Capacity.REPRESENTATIVE: (
        Ask(
            words="Authority: signed, dated, and saying that they may ask this council for this.",
            kinds=frozenset({_K.SIGNED_AUTHORITY}),
        ),
        Ask(
            words="That the person gave it: ask them on a contact we had before, or have them show who they are.",
            kinds=frozenset({_K.AUTHORITY_CONFIRMED}) | STRONG,
        ),
    ),
    Capacity.SOLICITOR: (
        Ask(
            words="The firm: in its regulator’s register, and reached as listed there.",
            kinds=frozenset({_K.FIRM_CHECKED}),
        ),
        Ask(
            words="Authority: signed, dated, and saying that they may ask this council for this. If the client may not "
            "know how much that is, ask them, or send it to them.",
            kinds=frozenset({_K.SIGNED_AUTHORITY}),
        ),
    ),
    Capacity.DEPUTY: (
        Ask(
            words="The appointment: a registered power of attorney for property and affairs, or a court’s order.",
            kinds=frozenset({_K.APPOINTMENT}),
        ),
    ),
}


def asks(capacity: Capacity, *, known: bool) -> tuple[Ask, ...]:
    """What has to be shown by somebody who asks in this capacity, in order."""
    who = () if capacity is Capacity.SOLICITOR else (_WHO_KNOWN if known else _WHO,)
    return (*who, *_OF_CAPACITY[capacity])


def too_much(capacity: Capacity, *, known: bool, seen: Collection[EvidenceKind]) -> str:
    """Why asking this person for a document would be more than is needed, in a sentence; nothing where it would not."""
    if capacity is not Capacity.SOLICITOR and set(seen) & STRONG:
        return "Who they are has been shown already. Do not ask for another document."
    if known:
        return (
            "We know this person. Asking for a passport would be more than is needed, and some have none: ask the "
            "worker "
            "who knows them, or send a code to a contact we had before."
        )
    return ""
