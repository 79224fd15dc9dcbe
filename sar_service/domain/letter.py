"""The kinds of letter: who writes them, what is written into them, and what may go by e-mail.

Their words are in templates/letters/<kind>/; writing and sending them is `services/letter.py` and `letter_draft.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class LetterKind:
    """One kind of letter.

    `plain` letters hold nothing that others may not see, and go by e-mail as they are; of any other the e-mail only
    says that it is there. `drafted` ones are begun by an officer, looked at and sent; the rest are written by the
    service as something happens. `asks` is what the officer puts into the letter ("" if nothing). `does` names what
    sending it does to the case: the letter is the act.
    """

    key: str
    plain: bool = False
    drafted: bool = False
    asks: str = ""
    does: str = ""


def _all() -> Mapping[str, LetterKind]:
    kinds = (
        LetterKind(key="acknowledgement", plain=True),
        LetterKind(key="access-code", plain=True),
        LetterKind(key="contact-changed", plain=True),
        LetterKind(key="released", plain=True),
        LetterKind(key="withdrawn", plain=True),
        LetterKind(key="identity-asked", drafted=True, asks="reason", does="identity_requested"),
        LetterKind(key="clarification", drafted=True, asks="question", does="clarification_requested"),
        LetterKind(key="extension", drafted=True, asks="reason", does="extension_notice"),
        LetterKind(key="fee-asked", drafted=True, asks="reason", does="fee_requested"),
        LetterKind(key="progress", drafted=True, asks="news"),
        LetterKind(key="not-held", drafted=True, asks="reason", does="close"),
        LetterKind(key="other-controller", drafted=True, asks="where", does="close"),
        LetterKind(key="refused", drafted=True, asks="reason", does="refuse"),
        LetterKind(key="unfounded", drafted=True, asks="reason", does="refuse"),
        LetterKind(key="closed", drafted=True, asks="reason", does="close"),
    )
    return MappingProxyType({kind.key: kind for kind in kinds})


KINDS = _all()
