"""Flags that a case may carry, and the ways in which two cases may belong together."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Flag(StrEnum):
    """What everybody who opens a case has to know at once."""

    SAFE_ADDRESS = "safe_address"
    CHILD_AT_RISK = "child_at_risk"
    CARE_LEAVER = "care_leaver"
    STAFF_MEMBER = "staff_member"
    LITIGATION = "litigation"
    HIGH_PROFILE = "high_profile"


FLAG_WORDS: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.SAFE_ADDRESS: "Domestic abuse or a safe address",
        Flag.CHILD_AT_RISK: "A child may be at risk",
        Flag.CARE_LEAVER: "Care leaver",
        Flag.STAFF_MEMBER: "A member of staff’s own request",
        Flag.LITIGATION: "Litigation",
        Flag.HIGH_PROFILE: "High profile",
    }
)


class LinkKind(StrEnum):
    """Why two cases are linked."""

    SAME_SUBMISSION = "same_submission"  # asked for in one message
    DUPLICATE = "duplicate"  # the same request again: one of them is worked on
    RELATED = "related"


LINK_WORDS: Mapping[LinkKind, str] = MappingProxyType(
    {
        LinkKind.SAME_SUBMISSION: "asked for in the same message",
        LinkKind.DUPLICATE: "the same request again",
        LinkKind.RELATED: "belongs with it",
    }
)
