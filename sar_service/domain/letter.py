"""The kinds of letter: who writes them, what is written into them, and what may go by e-mail.

Their words are in templates/letters/<kind>/; writing and sending them is `services/letter.py` and `letter_draft.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from .rights import Right


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
    `second`: somebody other than its writer has to send it.
    """

    key: str
    plain: bool = False
    drafted: bool = False
    does: str = ""
    rights: frozenset[Right] = frozenset()
    decides: bool = False
    second: bool = False

    def suits(self, right: Right) -> bool:
        """Could it be written in a case of this right?"""
        return not self.rights or right in self.rights


def _all() -> Mapping[str, LetterKind]:
    kinds: tuple[LetterKind, ...] = (
        LetterKind(key="acknowledgement", plain=True),
        LetterKind(key="access-code", plain=True),
        LetterKind(key="contact-changed", plain=True),
        LetterKind(key="released", plain=True),
        LetterKind(key="withdrawn", plain=True),
        LetterKind(key="identity-asked", drafted=True, does="identity_requested"),
        LetterKind(key="clarification", drafted=True, does="clarification_requested"),
        LetterKind(key="extension", drafted=True, does="extension_notice"),
        LetterKind(key="fee-asked", drafted=True, does="fee_requested"),
        LetterKind(key="progress", drafted=True),
        LetterKind(key="new-date", drafted=True),
        LetterKind(key="not-held", drafted=True, does="answer", second=True),
        LetterKind(key="other-controller", drafted=True, does="close"),
        LetterKind(key="refused", drafted=True, does="refuse"),
        LetterKind(key="unfounded", drafted=True, does="refuse", second=True),
        LetterKind(key="closed", drafted=True, does="close"),
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
