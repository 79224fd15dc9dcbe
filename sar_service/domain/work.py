"""Flags that a case may carry, and the ways in which two cases may belong together."""

from enum import StrEnum


class Flag(StrEnum):
    """What everybody who opens a case has to know at once."""

    SAFE_ADDRESS = "safe_address"
    CHILD_AT_RISK = "child_at_risk"
    CARE_LEAVER = "care_leaver"
    STAFF_MEMBER = "staff_member"
    LITIGATION = "litigation"
    HIGH_PROFILE = "high_profile"


AT_RISK = (Flag.SAFE_ADDRESS, Flag.CHILD_AT_RISK)  # what puts a case before others that wait as long


class LinkKind(StrEnum):
    """Why two cases are linked."""

    SAME_SUBMISSION = "same_submission"  # asked for in one message
    DUPLICATE = "duplicate"  # the same request again: one of them is worked on
    RELATED = "related"
