"""The rights a person may use, and what the statute allows the council in answering each.

`domain/clock.py` reads the flags, `domain/exemption.py` the names. What a decision on each right must
contain is in the letters; nothing here computes a date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """The words of `sar clock --right` and of every stored case."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    AUTOMATED_DECISION = "automated-decision"
    WITHDRAW_CONSENT = "withdraw-consent"
    COMPLAINT = "complaint"
    PUPIL_RECORD = "pupil-record"  # a parent's own right, under other regulations; not one of the data subject's


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What holds for one right.

    `article` is where it stands in the statute and `name` what a person would call it.
    `waits_for_identity` and `waits_for_fee`: the period begins only once what was asked for has come
    (Article 12A(2)). `pauses`: days of waiting for clarification do not count (Article 12A(5), requests
    under Article 15 only). `extends`: two more months on notice (Article 12A(3)). `days` replaces the
    month: only the acknowledgement of a complaint has it; `school_days` does, for a pupil's record.
    `at_once`: the law sets no period but the action must not wait; a month is kept as the outer limit.
    """

    article: str
    name: str
    waits_for_identity: bool = True
    waits_for_fee: bool = True
    pauses: bool = False
    extends: bool = True
    days: int | None = None
    school_days: int | None = None
    at_once: bool = False


TERMS: Mapping[Right, Terms] = MappingProxyType(
    {
        Right.ACCESS: Terms(article="Article 15 UK GDPR", name="a copy of the personal information held", pauses=True),
        Right.RECTIFICATION: Terms(article="Article 16 UK GDPR", name="to have wrong information put right"),
        Right.ERASURE: Terms(article="Article 17 UK GDPR", name="to have information deleted"),
        Right.RESTRICTION: Terms(article="Article 18 UK GDPR", name="to limit what information is used for"),
        Right.PORTABILITY: Terms(
            article="Article 20 UK GDPR", name="to receive information in a form another service can read"
        ),
        Right.OBJECTION: Terms(article="Article 21 UK GDPR", name="to object to information being used"),
        Right.AUTOMATED_DECISION: Terms(
            article="Articles 22A to 22D UK GDPR", name="to have an automated decision looked at by a person"
        ),
        Right.WITHDRAW_CONSENT: Terms(
            article="Article 7(3) UK GDPR",
            name="to withdraw consent",
            waits_for_identity=False,
            waits_for_fee=False,
            extends=False,
            at_once=True,
        ),
        Right.COMPLAINT: Terms(
            article="section 164A Data Protection Act 2018",
            name="to complain about how information was used",
            waits_for_identity=False,
            waits_for_fee=False,
            extends=False,
            days=30,
        ),
        Right.PUPIL_RECORD: Terms(
            article="the regulations on pupils’ educational records",
            name="to see a pupil’s educational record",
            waits_for_identity=False,
            waits_for_fee=False,
            extends=False,
            school_days=15,
        ),
    }
)


def terms(right: Right) -> Terms:
    """What holds for a right."""
    return TERMS[right]
