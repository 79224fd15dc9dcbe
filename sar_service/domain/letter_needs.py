"""What a letter has to say whoever wrote its words: a council's own template may say it otherwise, not leave it out.

The provisions are named as each language names them. Where they stand in a letter is the template's affair.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .letter import KINDS

# Without these nobody is told what they may do about a decision (Article 12(4) of the UK GDPR).
WAYS: Mapping[str, str] = MappingProxyType(
    {
        "section 164A": "that they can complain to us (section 164A)",
        "section 165": "that they can complain to the regulator (section 165)",
        "section 167": "that they can go to court (section 167)",
    }
)
WAYS_IN_WELSH: Mapping[str, str] = MappingProxyType(
    {
        "adran 164A": "in Welsh, that they can complain to us (adran 164A)",
        "adran 165": "in Welsh, that they can complain to the regulator (adran 165)",
        "adran 167": "in Welsh, that they can go to court (adran 167)",
    }
)
DECIDES = frozenset(
    {
        "refused",
        "unfounded",
        "closed",
        "other-controller",
        "not-held",
        "extension",
        "fee-asked",
        "partial-disclosure",
        "restriction-ends",
    }
)
DATED = frozenset(
    {
        "acknowledgement",
        "extension",
        "clarification",
        "identity-asked",
        "authority-asked",
        "fee-asked",
        "progress",
        "new-date",
    }
)


def ways(language: str) -> Mapping[str, str]:
    """The provisions, as a letter in this language names them, each with what it tells."""
    return WAYS_IN_WELSH if language == "cy" else WAYS


def needs(kind: str, values: Mapping[str, Any], *, language: str = "en") -> list[tuple[str, str]]:
    """What a letter of this kind has to say, given what it is filled with: (the words themselves, what they tell)."""
    if kind == "access-code":
        return [(str(values["code"]), "the code ({{ code }})")]
    found = [(str(values["reference"]), "the reference ({{ reference }})")]
    day = values["missed"] if kind == "progress" and values["missed"] else values["due"]
    if kind in DATED and day and values["right"] != "complaint":  # which has no date for its answer
        found.append((str(day), "the date by which the answer is due ({{ due }}), or had been ({{ missed }})"))
    if kind == "released" and values["email_known"] and not values["paper_only"]:
        found.append((str(values["until"]), "until when it can be downloaded ({{ until }})"))
    told = KINDS.get(kind)
    if told is not None and told.drafted and values.get("reason"):
        found.append((str(values["reason"]), "what the officer wrote ({{ reason }})"))
    return found + [(words, tells) for words, tells in ways(language).items() if _told(kind, words, values)]


def _told(kind: str, words: str, values: Mapping[str, Any]) -> bool:
    """Must this letter name this way to complain?"""
    number = words.rpartition(" ")[2]
    if kind in ("outcome-complaint", "complaint-acknowledged"):
        return number != "164A"  # that has been done
    if "pupil-record" in (values["right"], kind.removeprefix("outcome-")):
        return False  # no right under the UK GDPR: other regulations say where to complain
    if kind.startswith("outcome-"):
        return bool(values.get("result") != "all")
    if kind == "progress":
        return number == "165" if values["right"] == "complaint" else bool(values["late"] or values["missed"])
    return kind in DECIDES and (number != "164A" or values["right"] != "complaint")
