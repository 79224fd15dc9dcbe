"""The kinds of letter: who writes them, what is written into them, and what may go by e-mail.

Their words are in templates/letters/<kind>/; writing and sending them is `services/letter.py` and `letter_draft.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from .redirect import Route
from .rights import TERMS, Right


class Result(StrEnum):
    """How much of what was asked is done."""

    ALL = "all"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class LetterKind:
    """One kind of letter.

    `plain` letters hold nothing that others may not see, and go by e-mail as they are; of any other the e-mail only
    says that it is there. `drafted` ones are begun by an officer, looked at and sent; the rest are written by the
    service as something happens. `does` names what sending it does to the case: the letter is the act. `rights` are
    those whose requests it answers (empty: all). `decides`: it says how much of what was asked is done.
    `second`: somebody other than its writer has to send it. `route`: it says who answers what is not ours, all of it
    or a part. `for_others`: only where somebody asks for another person. `worded`: staff have to say something in it.
    `afterwards`: it can be written once the case has been answered as well.
    """

    key: str
    plain: bool = False
    drafted: bool = False
    does: str = ""
    rights: frozenset[Right] = frozenset()
    decides: bool = False
    second: bool = False
    route: Route | None = None
    for_others: bool = False
    worded: bool = True
    afterwards: bool = False

    def suits(self, right: Right, *, capacity: str = "") -> bool:
        """Could it be written in a case of this right, where somebody asks in this capacity?"""
        return (not self.rights or right in self.rights) and not (self.for_others and capacity == "self")


# Those of which Article 12(5) of the UK GDPR speaks: a fee, or that it is unfounded. A complaint is not refused either:
# it is looked into, and whoever complained is told what came of it (section 164A).
_CHARGED = frozenset(right for right, terms in TERMS.items() if terms.waits_for_fee)
_EXTENDED = frozenset(right for right, terms in TERMS.items() if terms.extends)
_REQUESTS = frozenset(Right) - {Right.COMPLAINT}
_LIMITED = frozenset({Right.RESTRICTION, Right.RECTIFICATION, Right.ERASURE, Right.OBJECTION})  # Article 18(1)


def _all() -> Mapping[str, LetterKind]:
    kinds: tuple[LetterKind, ...] = (
        LetterKind(key="acknowledgement", plain=True),
        LetterKind(key="complaint-acknowledged", plain=True, rights=frozenset({Right.COMPLAINT})),
        LetterKind(key="acknowledgement-several", plain=True),
        LetterKind(key="access-code", plain=True),
        LetterKind(key="contact-changed", plain=True),
        LetterKind(key="released", plain=True),
        LetterKind(key="withdrawn", plain=True),
        LetterKind(key="merged", plain=True),
        LetterKind(key="identity-asked", drafted=True, does="identity_requested"),
        LetterKind(key="authority-asked", drafted=True, does="identity_requested", for_others=True),
        LetterKind(
            key="partial-disclosure",
            drafted=True,
            does="disclose_part",
            rights=frozenset({Right.ACCESS}),
            second=True,
        ),
        LetterKind(key="clarification", drafted=True, does="clarification_requested"),
        LetterKind(key="extension", drafted=True, does="extension_notice", rights=_EXTENDED),
        LetterKind(key="fee-asked", drafted=True, does="fee_requested", rights=_CHARGED),
        LetterKind(key="progress", drafted=True),
        LetterKind(key="new-date", drafted=True, rights=_REQUESTS),
        LetterKind(key="not-held", drafted=True, does="answer", second=True, rights=_REQUESTS),
        LetterKind(key="other-controller", drafted=True, does="redirect", route=Route.CONTROLLER),
        LetterKind(key="redirect-foi", drafted=True, does="redirect", route=Route.FOI, worded=False),
        LetterKind(key="redirect-police", drafted=True, does="redirect", route=Route.POLICE, worded=False),
        LetterKind(key="redirect-school", drafted=True, does="redirect", route=Route.SCHOOL),
        LetterKind(key="redirect-dead", drafted=True, does="redirect", route=Route.DEAD, worded=False),
        LetterKind(key="redirect-member", drafted=True, does="redirect", route=Route.MEMBER, worded=False),
        LetterKind(key="refused", drafted=True, does="refuse", rights=_REQUESTS),
        LetterKind(key="unfounded", drafted=True, does="refuse", second=True, rights=_CHARGED),
        LetterKind(key="closed", drafted=True, does="close"),
        LetterKind(key="restriction-ends", drafted=True, rights=_LIMITED, afterwards=True),
    )
    answers = (
        LetterKind(
            key=f"outcome-{right}",
            drafted=True,
            does="answer",
            rights=frozenset({right}),
            decides=True,
            second=True,
        )
        for right in Right
        if right is not Right.ACCESS  # whose answer is the pack
    )
    kinds = (*kinds, *answers)
    return MappingProxyType({kind.key: kind for kind in kinds})


KINDS = _all()
# Those that say, of a request still open whose day has passed, that it is late, and how to complain.
SAYS_LATE = frozenset(
    {
        "acknowledgement", "authority-asked", "clarification", "fee-asked", "identity-asked", "new-date", "progress",
    }
)  # fmt: skip
ROUTES: Mapping[Route, LetterKind] = MappingProxyType(
    {kind.route: kind for kind in KINDS.values() if kind.route is not None}
)
