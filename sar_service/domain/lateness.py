"""Why an answer was late: one coded reason for each case, so that the figures say what has to change.

That a case is late follows from its clock; the reason is what somebody says of it. It changes no date, and nothing
waits for it.
"""

from enum import StrEnum


class Lateness(StrEnum):
    """What kept the answer, more than anything else."""

    CAME_LATE = "came_late"  # the request lay elsewhere in the council before the team had it
    ASKED_LATE = "asked_late"  # identity or authority was asked for late
    RECORDS_SLOW = "records_slow"  # a service or a partner was slow to give its records
    VOLUME = "volume"  # more records than could be read in the time
    DECIDING = "deciding"  # deciding and redacting took long
    OPINION = "opinion"  # an opinion, or somebody's consent, was waited for
    SIGN_OFF = "sign_off"  # it waited to be signed off
    STAFFING = "staffing"
    SYSTEM = "system"  # a system failed
    OVERLOOKED = "overlooked"  # or its date was wrong
    HARD_TO_REACH = "hard_to_reach"  # or post came back
    OTHER = "other"


WORDED = frozenset({Lateness.OTHER})  # which say nothing without words
