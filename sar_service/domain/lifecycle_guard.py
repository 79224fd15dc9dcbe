"""What must be true of a case before it can be moved on. The table of moves is `lifecycle.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is true of a case now. Defaults are the cautious answer: what is not known to be so is not so.

    `actor`, `submitted_by` and `signed_off_by` are members' ids; `decided_by` those who decided a passage
    or a person since the last sign-off. `searches_running` counts searches on the way; `unanswered`
    systems that failed or cannot be searched and that nobody has accounted for; `out_of_date` those that
    were searched before more was learnt of the person; `unclear_candidates` people who may be the subject.
    `unsettled_problems` counts files that could not be read and are not dealt with. `pack_current`: the
    pack that was built is of the decisions that were signed off. `reasons_given`: a reason for closing or
    refusing is on file. `identity_needed` is so for everything but a complaint. `independent`: it is no complaint, or
    one about what the actor decided nothing of. `merged`: another case answers it. `pack_suits`: what was asked can be
    answered with a pack; a pupil's record cannot.
    """

    actor: str = ""
    identity_settled: bool = False
    identity_needed: bool = True
    independent: bool = False
    searches_started: int = 0
    searches_running: int = 0
    unanswered: int = 0
    out_of_date: int = 0
    unclear_candidates: int = 0
    unsettled_problems: int = 0
    undecided_marks: int = 0
    submitted_by: str = ""
    decided_by: frozenset[str] = frozenset()
    signed_off_by: str = ""
    changed_since_signoff: bool = True
    pack_clean: bool = False
    pack_current: bool = False
    reasons_given: bool = False
    merged: bool = False
    pack_suits: bool = False


class Guard(StrEnum):
    """What must be true for a move. The sentence is what a person reads when it is not."""

    IDENTITY_SETTLED = "identity_settled"
    IDENTITY_ENOUGH = "identity_enough"
    INDEPENDENT = "independent"
    SEARCHES_STARTED = "searches_started"
    SEARCHES_FINISHED = "searches_finished"
    EVERY_SYSTEM_ANSWERED = "every_system_answered"
    SEARCHED_WITH_ALL = "searched_with_all"
    NOBODY_UNCLEAR = "nobody_unclear"
    PROBLEMS_SETTLED = "problems_settled"
    EVERYTHING_DECIDED = "everything_decided"
    DIFFERENT_PERSON = "different_person"
    TWO_PEOPLE = "two_people"
    NOTHING_CHANGED = "nothing_changed"
    PACK_CLEAN = "pack_clean"
    PACK_CURRENT = "pack_current"
    REASONS_GIVEN = "reasons_given"
    NOT_MERGED = "not_merged"
    PACK_SUITS = "pack_suits"


def _different_person(s: Situation) -> bool:
    return bool(s.actor and s.submitted_by) and s.actor != s.submitted_by and s.actor not in s.decided_by


def _two_people(s: Situation) -> bool:
    return bool(s.submitted_by and s.signed_off_by) and s.submitted_by != s.signed_off_by


GUARDS: Mapping[Guard, tuple[Callable[[Situation], bool], str]] = MappingProxyType(
    {
        Guard.IDENTITY_SETTLED: (
            lambda s: s.identity_settled,
            "The identity of the person, and the authority of anybody acting for them, has not been settled.",
        ),
        Guard.IDENTITY_ENOUGH: (
            lambda s: s.identity_settled or not s.identity_needed,
            "The identity of the person, and the authority of anybody acting for them, has not been settled.",
        ),
        Guard.INDEPENDENT: (
            lambda s: s.independent,
            "You decided on what this complaint is about. Somebody else must look into it.",
        ),
        Guard.SEARCHES_STARTED: (lambda s: s.searches_started > 0, "No search has been made yet."),
        Guard.SEARCHES_FINISHED: (
            lambda s: s.searches_running == 0,
            "A search is still running. Wait until every system has answered.",
        ),
        Guard.EVERY_SYSTEM_ANSWERED: (
            lambda s: s.unanswered == 0,
            "A system gave no answer. Search it again, or record why the answer can go without it.",
        ),
        Guard.SEARCHED_WITH_ALL: (
            lambda s: s.out_of_date == 0,
            "More was learnt of the person after the search. Search the systems again with it.",
        ),
        Guard.NOBODY_UNCLEAR: (
            lambda s: s.unclear_candidates == 0,
            "Somebody found in a system may be this person. Say whether they are.",
        ),
        Guard.PROBLEMS_SETTLED: (
            lambda s: s.unsettled_problems == 0,
            "A file could not be read. Deal with it by hand, or record why it is left out.",
        ),
        Guard.EVERYTHING_DECIDED: (
            lambda s: s.undecided_marks == 0,
            "There are passages nobody has decided on. Withhold or show each of them.",
        ),
        Guard.DIFFERENT_PERSON: (
            _different_person,
            "You worked on this case yourself. Somebody else must check it and sign it off.",
        ),
        Guard.TWO_PEOPLE: (
            _two_people,
            "Two different people must have decided and signed off before anything is released.",
        ),
        Guard.NOTHING_CHANGED: (
            lambda s: not s.changed_since_signoff,
            "Something was changed after the sign-off. Send it for sign-off again.",
        ),
        Guard.PACK_CLEAN: (
            lambda s: s.pack_clean,
            "The finished pack has not passed its check: something withheld could be recovered from it.",
        ),
        Guard.PACK_CURRENT: (
            lambda s: s.pack_current,
            "The pack was built from earlier decisions. Build it again.",
        ),
        Guard.PACK_SUITS: (
            lambda s: s.pack_suits,
            "A school’s record is answered by letter: the exemptions that a pack is made with are those of another "
            "law. Write in the outcome how the record is shown, and what is left out of it.",
        ),
        Guard.REASONS_GIVEN: (
            lambda s: s.reasons_given,
            "Record the reasons first: the person must be told.",
        ),
        Guard.NOT_MERGED: (
            lambda s: not s.merged,
            "This request was merged into another, which answers it. Undo the merging, or go on with the other.",
        ),
    }
)
