"""What a second person looks at before signing: figures of what is withheld, what was overruled, and items to sample.

Sending off, signing and returning is `redaction_signoff.py`; this only counts, and changes nothing.
"""

import hashlib
import uuid
from collections import Counter
from dataclasses import dataclass, field

from sar_service.domain.people import Standing
from sar_service.domain.redaction import Treatment
from sar_service.models import Case, DocumentState, SignOff

from . import document as documents
from . import reading
from .units import THEIRS, alike_of, fate, people_of

SAMPLE = 8


@dataclass
class Summary:
    """The figures of a case's decisions. `by_person` counts withheld places; `shown` are marks the machine suggested
    on somebody else and an officer chose to show, by person; `sample` are items to open, the riskiest kinds first.
    """

    items: int = 0
    marks: int = 0
    withheld: int = 0
    by_code: Counter[str] = field(default_factory=Counter)
    by_person: Counter[uuid.UUID] = field(default_factory=Counter)
    shown_by_person: Counter[uuid.UUID] = field(default_factory=Counter)
    shown_unattributed: int = 0
    by_officer: int = 0
    by_hand: int = 0
    protected: list[uuid.UUID] = field(default_factory=list)
    sample: list[reading.Place] = field(default_factory=list)


def summary(case: Case, signing: SignOff | None = None) -> Summary:
    """Count what was decided. The sample is the same for one sending and another for the next."""
    people, found = people_of(case), Summary()
    overruled: set[uuid.UUID] = set()
    for home, mark, count in alike_of(case):
        decided = fate(mark, people)
        found.marks += count
        found.by_officer += count if mark.made_by else 0
        if decided.treatment == Treatment.WITHHOLD:
            found.withheld += count
            found.by_code[decided.code] += count
            if mark.person_id:
                found.by_person[mark.person_id] += count
            continue
        if decided.treatment != Treatment.SHOW:
            continue  # nobody has decided
        person = people.get(mark.person_id) if mark.person_id else None
        if person is not None and person.standing not in THEIRS:
            found.shown_by_person[person.id] += count
            overruled.add(home)
        elif person is None and mark.treatment == Treatment.SHOW:
            found.shown_unattributed += count
            overruled.add(home)
    found.protected = [key for key, row in people.items() if row.standing in (Standing.PROTECTED, Standing.SOURCE)]
    found.by_hand = sum(1 for row in documents.included(case) if row.state is DocumentState.BY_HAND)
    places = [place for place in reading.places(case, people=people) if _readable(place)]
    found.items = len(places) + found.by_hand
    salt = signing.digest if signing is not None else ""
    found.sample = sorted(
        places, key=lambda place: (place.row.id not in overruled, not place.marks, _order(salt, place.row.id))
    )[:SAMPLE]
    return found


def _readable(place: reading.Place) -> bool:
    return getattr(place.row, "state", DocumentState.READY) is DocumentState.READY


def _order(salt: str, key: uuid.UUID) -> str:
    return hashlib.sha256(f"{salt}:{key}".encode()).hexdigest()
