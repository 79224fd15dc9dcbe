"""What settles identity and authority, from when, and what is only pointed out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sar_service.domain.errors import InvalidInput
from sar_service.domain.identity import (
    About,
    Assessment,
    Capacity,
    Circumstances,
    Evidence,
    EvidenceKind,
    age_on,
    assess,
)

RECEIVED = date(2026, 9, 1)
K = EvidenceKind


def seen(kind: EvidenceKind, *, day: int = 3, about: About = About.REQUESTER, dated: date | None = None) -> Evidence:
    on = date(2026, 9, day)
    return Evidence(kind=kind, about=about, arrived_on=on, seen_on=on, seen_by="an officer", dated=dated)


def judged(capacity: Capacity, *evidence: Evidence, **more: object) -> Assessment:
    return assess(evidence, circumstances=Circumstances(capacity=capacity, received=RECEIVED, **more))  # type: ignore[arg-type]


PARENT = (seen(K.PHOTO_DOCUMENT), seen(K.PARENTAL_RESPONSIBILITY), seen(K.CHILD_AGREES))
ENOUGH = [
    (Capacity.SELF, (seen(K.PHOTO_DOCUMENT),)),
    (Capacity.SELF, (seen(K.VOUCHED),)),
    (Capacity.SELF, (seen(K.CONTACT_ON_FILE), seen(K.ADDRESS_DOCUMENT))),
    (Capacity.PARENT, PARENT),
    (Capacity.REPRESENTATIVE, (seen(K.VOUCHED), seen(K.SIGNED_AUTHORITY), seen(K.AUTHORITY_CONFIRMED))),
    (
        Capacity.REPRESENTATIVE,
        (seen(K.VOUCHED), seen(K.SIGNED_AUTHORITY), seen(K.PHOTO_DOCUMENT, about=About.SUBJECT)),
    ),
    (Capacity.SOLICITOR, (seen(K.FIRM_CHECKED), seen(K.SIGNED_AUTHORITY))),
    (Capacity.DEPUTY, (seen(K.PHOTO_DOCUMENT), seen(K.APPOINTMENT))),
]


@pytest.mark.parametrize(("capacity", "evidence"), ENOUGH)
def test_enough_is_enough_and_every_piece_is_needed(capacity: Capacity, evidence: tuple[Evidence, ...]) -> None:
    found = judged(capacity, *evidence)
    assert found.sufficient and not found.missing and found.settled_on == date(2026, 9, 3)
    for at in range(len(evidence)):
        less = judged(capacity, *evidence[:at], *evidence[at + 1 :])
        assert not less.sufficient and less.missing and less.settled_on is None


def test_knowing_details_and_holding_an_email_address_proves_nothing() -> None:
    found = judged(Capacity.SELF, seen(K.KNOWS_DETAILS), seen(K.REQUEST_CONTACT))
    assert not found.sufficient
    assert any("proves nothing" in warning for warning in found.warnings)


def test_two_of_one_kind_are_not_two_kinds() -> None:
    assert not judged(Capacity.SELF, seen(K.ADDRESS_DOCUMENT), seen(K.ADDRESS_DOCUMENT, day=4)).sufficient


def test_the_subject_s_document_does_not_show_who_asks() -> None:
    assert not judged(Capacity.SELF, seen(K.PHOTO_DOCUMENT, about=About.SUBJECT)).sufficient


def test_the_clock_begins_on_the_day_enough_had_arrived_not_on_the_day_it_was_looked_at() -> None:
    late = Evidence(
        kind=K.ADDRESS_DOCUMENT,
        about=About.REQUESTER,
        arrived_on=date(2026, 9, 7),
        seen_on=date(2026, 9, 21),
        seen_by="an officer",
    )
    assert judged(Capacity.SELF, late, seen(K.CONTACT_ON_FILE), seen(K.PHOTO_DOCUMENT, day=25)).settled_on == date(
        2026, 9, 7
    )


def test_new_contact_details_undo_what_was_settled_before() -> None:
    found = judged(Capacity.SELF, seen(K.PHOTO_DOCUMENT), contact_changed_on=date(2026, 9, 10))
    assert not found.sufficient
    assert found.missing == ("The contact details were changed after identity was checked: check it again.",)
    again = judged(Capacity.SELF, seen(K.PHOTO_DOCUMENT), seen(K.VOUCHED, day=11), contact_changed_on=date(2026, 9, 10))
    assert again.sufficient


@pytest.mark.parametrize("years", range(1, 31))
def test_age_warns_and_never_decides(years: int) -> None:
    born = RECEIVED - timedelta(days=int(365.25 * years) + 1)
    for capacity, evidence in ENOUGH:
        assert judged(capacity, *evidence, subject_born=born).sufficient


def test_a_parent_of_an_older_child_is_asked_to_ask_the_child() -> None:
    assert any("twelve" in w for w in judged(Capacity.PARENT, *PARENT, subject_born=date(2013, 9, 1)).warnings)
    assert not any("twelve" in w for w in judged(Capacity.PARENT, *PARENT, subject_born=date(2020, 9, 1)).warnings)
    assert any("adult" in w for w in judged(Capacity.PARENT, *PARENT, subject_born=date(2000, 9, 1)).warnings)
    assert any("safe addresses" in w for w in judged(Capacity.PARENT, *PARENT).warnings)


def test_contact_details_that_nothing_ties_to_the_person_are_pointed_out() -> None:
    assert any("ties the contact details" in w for w in judged(Capacity.SELF, seen(K.PHOTO_DOCUMENT)).warnings)
    assert not any("ties the contact details" in w for w in judged(Capacity.SELF, seen(K.VOUCHED)).warnings)


def test_an_old_authority_is_to_be_confirmed() -> None:
    old = seen(K.SIGNED_AUTHORITY, dated=date(2025, 9, 1))
    assert any("six months" in w for w in judged(Capacity.SOLICITOR, seen(K.FIRM_CHECKED), old).warnings)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seen_on": date(2026, 9, 1)}, "seen_on"),
        ({"seen_by": " "}, "seen_by"),
        ({"dated": date(2026, 9, 9)}, "dated"),
    ],
)
def test_evidence_that_cannot_be_so_is_refused_by_name(change: dict[str, object], field: str) -> None:
    told = {
        "kind": K.PHOTO_DOCUMENT,
        "about": About.REQUESTER,
        "arrived_on": date(2026, 9, 3),
        "seen_on": date(2026, 9, 3),
        "seen_by": "an officer",
    }
    with pytest.raises(InvalidInput) as refused:
        Evidence(**(told | change))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_age_is_counted_in_whole_years() -> None:
    assert [age_on(date(2012, 2, 29), day) for day in (date(2024, 2, 28), date(2024, 2, 29))] == [11, 12]


@given(
    st.lists(st.sampled_from(list(EvidenceKind)), max_size=6),
    st.sampled_from(list(EvidenceKind)),
    st.sampled_from(list(Capacity)),
)
def test_more_evidence_never_unsettles(kinds: list[EvidenceKind], more: EvidenceKind, capacity: Capacity) -> None:
    before = judged(capacity, *map(seen, kinds))
    after = judged(capacity, *map(seen, [*kinds, more]))
    assert after.sufficient or not before.sufficient
