"""What settles identity and authority, from when, and what is only pointed out."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sar_service.domain.errors import InvalidInput
from sar_service.domain.identity import (
    AGAINST,
    About,
    Assessment,
    Capacity,
    Circumstances,
    Evidence,
    EvidenceKind,
    How,
    age_on,
    assess,
)
from sar_service.domain.identity_ask import asks, too_much
from sar_service.domain.identity_basis import NI, SCOTLAND, Basis

RECEIVED = date(2026, 9, 1)
K = EvidenceKind


def seen(kind: EvidenceKind, *, day: int = 3, about: About = About.REQUESTER, **more: object) -> Evidence:
    on = date(2026, 9, day)
    return Evidence(kind=kind, about=about, arrived_on=on, seen_on=on, seen_by="an officer", **more)  # type: ignore[arg-type]


def judged(capacity: Capacity, *evidence: Evidence, **more: object) -> Assessment:
    return assess(evidence, circumstances=Circumstances(capacity=capacity, received=RECEIVED, **more))  # type: ignore[arg-type]


PARENT = (
    seen(K.PHOTO_DOCUMENT),
    seen(K.PARENTAL_RESPONSIBILITY),
    seen(K.CHILD_AGREES),
    seen(K.ORDERS_CHECKED),
)
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
        if capacity is not Capacity.PARENT or years < 18:
            assert judged(capacity, *evidence, subject_born=born).sufficient


@pytest.mark.parametrize(("nation", "ends"), [("england-and-wales", 18), (SCOTLAND, 16), (NI, 18)])
def test_nobody_acts_as_a_parent_for_somebody_who_has_grown_up(nation: str, ends: int) -> None:
    """Parental responsibility ends: whoever has grown up asks themselves, or signs that somebody else may."""
    born = RECEIVED.replace(year=RECEIVED.year - ends)
    grown = judged(Capacity.PARENT, *PARENT, subject_born=born, nation=nation)
    assert not grown.sufficient and f"{ends} or older" in grown.missing[0]
    young = born + timedelta(days=1)
    assert judged(Capacity.PARENT, *PARENT, subject_born=young, nation=nation).sufficient
    assert not judged(
        Capacity.PARENT, *PARENT, subject_born=young, nation=nation, today=RECEIVED + timedelta(days=1)
    ).sufficient
    own = judged(Capacity.PARENT, *PARENT, subject_born=born, nation=nation, own_right=True)
    assert own.sufficient


@pytest.mark.parametrize("capacity", [Capacity.SOLICITOR, Capacity.REPRESENTATIVE])
def test_what_a_parent_signed_lets_nobody_do_more_than_the_parent(capacity: Capacity) -> None:
    """A parent who may not have the file does not get it through a solicitor or a friend."""
    authority = seen(K.SIGNED_AUTHORITY, basis=Basis.PARENTS_AUTHORITY, dated=date(2026, 8, 20))
    who = (seen(K.FIRM_CHECKED), seen(K.VOUCHED), seen(K.AUTHORITY_CONFIRMED), authority)
    behind = (seen(K.PARENTAL_RESPONSIBILITY), seen(K.CHILD_AGREES), seen(K.ORDERS_CHECKED))
    assert judged(capacity, *who, *behind).sufficient
    for at in range(len(behind)):
        assert not judged(capacity, *who, *behind[:at], *behind[at + 1 :]).sufficient
    assert not judged(capacity, *who, *behind, seen(K.ORDER_AGAINST, day=4)).sufficient
    assert not judged(capacity, *who, *behind, subject_born=date(2000, 9, 1)).sufficient
    theirs = seen(K.SIGNED_AUTHORITY, basis=Basis.SPECIFIC_AUTHORITY, dated=date(2026, 8, 20))
    assert judged(capacity, *who, theirs).sufficient


def test_a_power_of_attorney_that_is_not_registered_does_not_count() -> None:
    mine, power = seen(K.PHOTO_DOCUMENT), seen(K.APPOINTMENT, basis=Basis.UNREGISTERED_POWER)
    found = judged(Capacity.DEPUTY, mine, power)
    assert not found.sufficient and "not registered" in found.missing[0]
    assert judged(Capacity.DEPUTY, mine, power, seen(K.APPOINTMENT, basis=Basis.PROPERTY_LPA, day=9)).sufficient


def test_a_parent_of_an_older_child_is_asked_to_ask_the_child() -> None:
    assert any("twelve" in w for w in judged(Capacity.PARENT, *PARENT, subject_born=date(2013, 9, 1)).warnings)
    assert not any("twelve" in w for w in judged(Capacity.PARENT, *PARENT, subject_born=date(2020, 9, 1)).warnings)
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
    assert after.sufficient or not before.sufficient or more in AGAINST


def test_what_speaks_against_it_does_unsettle() -> None:
    assert judged(Capacity.PARENT, *PARENT).sufficient
    for kind in AGAINST - {K.CHILD_UNDERSTANDS, K.CHILD_CANNOT_DECIDE}:
        assert not judged(Capacity.PARENT, *PARENT, seen(kind, day=4)).sufficient
        again = K.ORDERS_CHECKED if kind is K.ORDER_AGAINST else K.CHILD_AGREES
        assert judged(Capacity.PARENT, *PARENT, seen(kind, day=4), seen(again, day=5)).sufficient


def test_a_child_who_understands_decides_and_one_who_does_not_is_weighed() -> None:
    asking = [each for each in PARENT if each.kind is not K.CHILD_AGREES]
    able, unable = seen(K.CHILD_UNDERSTANDS), seen(K.CHILD_CANNOT_DECIDE)
    assert any("theirs to decide" in each for each in judged(Capacity.PARENT, *asking, able).missing)
    assert judged(Capacity.PARENT, *asking, able, seen(K.CHILD_AGREES)).sufficient
    assert not judged(Capacity.PARENT, *asking, able, seen(K.CHILD_OBJECTS)).sufficient
    assert not judged(Capacity.PARENT, *asking, able, seen(K.CHILD_OBJECTS), seen(K.BEST_INTERESTS)).sufficient
    weighed = judged(Capacity.PARENT, *asking, unable, seen(K.CHILD_OBJECTS))
    assert weighed.sufficient and any("has to be weighed" in each for each in weighed.warnings)
    assert judged(Capacity.PARENT, *asking, unable).sufficient


def test_the_newest_judgement_of_a_child_counts() -> None:
    mine = seen(K.PHOTO_DOCUMENT)
    assert not judged(Capacity.SELF, mine, seen(K.CHILD_CANNOT_DECIDE)).sufficient
    grown = judged(Capacity.SELF, mine, seen(K.CHILD_CANNOT_DECIDE), seen(K.CHILD_UNDERSTANDS, day=9))
    assert grown.sufficient


def test_what_the_council_has_to_find_out_itself_is_no_time_that_it_gains() -> None:
    theirs = [each for each in PARENT if each.kind in (K.PHOTO_DOCUMENT, K.PARENTAL_RESPONSIBILITY)]
    ours = (seen(K.ORDERS_CHECKED, day=20), seen(K.CHILD_UNDERSTANDS, day=21), seen(K.CHILD_AGREES, day=21))
    assert judged(Capacity.PARENT, *theirs, *ours).settled_on == date(2026, 9, 3)
    late = judged(Capacity.PARENT, theirs[0], seen(K.PARENTAL_RESPONSIBILITY, day=9), *ours)
    assert late.settled_on == date(2026, 9, 9)


def test_a_child_in_scotland_is_presumed_to_understand_from_twelve_and_a_note_is_asked_for_elsewhere() -> None:
    mine, born = seen(K.VOUCHED), date(2013, 5, 1)
    there = judged(Capacity.SELF, mine, subject_born=born, nation=SCOTLAND).warnings
    assert any("presumed" in w and w.endswith("only if you doubt that.") for w in there)
    here = judged(Capacity.SELF, mine, subject_born=born)
    assert here.sufficient and any(
        w.endswith("Note who judged that they understand it, and how.") for w in here.warnings
    )
    noted = judged(Capacity.SELF, mine, seen(K.CHILD_UNDERSTANDS), subject_born=born)
    assert not any("Note who judged" in w for w in noted.warnings)


@pytest.mark.parametrize(
    ("nation", "first"),
    [("england-and-wales", date(2003, 12, 1)), (SCOTLAND, date(2006, 5, 4)), (NI, date(2002, 4, 15))],
)
def test_a_fathers_name_on_a_birth_certificate_counts_from_a_day_that_each_nation_has(nation: str, first: date) -> None:
    rest = [each for each in PARENT if each.kind is not K.PARENTAL_RESPONSIBILITY]

    def with_birth(registered: date | None, *, born: date | None = None) -> Assessment:
        paper = seen(K.PARENTAL_RESPONSIBILITY, basis=Basis.BIRTH_FATHER, dated=registered)
        return judged(Capacity.PARENT, *rest, paper, nation=nation, subject_born=born, own_right=True)

    assert with_birth(first).sufficient
    assert with_birth(None, born=first).sufficient  # it was registered later than that
    for born in (None, first - timedelta(days=1)):
        unknown = with_birth(None, born=born)
        assert not unknown.sufficient and "not on file" in unknown.missing[0]
    early = with_birth(first - timedelta(days=1))
    assert not early.sufficient and "before a father" in early.missing[0]


def test_a_paper_that_does_not_count_says_why_and_another_that_does_is_enough() -> None:
    mine = seen(K.PHOTO_DOCUMENT)
    welfare = seen(K.APPOINTMENT, basis=Basis.WELFARE_LPA)
    assert "welfare alone" in judged(Capacity.DEPUTY, mine, welfare).missing[0]
    assert judged(Capacity.DEPUTY, mine, welfare, seen(K.APPOINTMENT, basis=Basis.PROPERTY_LPA)).sufficient
    general = seen(K.SIGNED_AUTHORITY, basis=Basis.GENERAL_AUTHORITY, dated=date(2026, 8, 1))
    assert not judged(Capacity.SOLICITOR, seen(K.FIRM_CHECKED), general).sufficient
    assert judged(Capacity.SOLICITOR, seen(K.FIRM_CHECKED), general, seen(K.AUTHORITY_CONFIRMED)).sufficient
    north = judged(Capacity.DEPUTY, mine, seen(K.APPOINTMENT, basis=Basis.PROPERTY_LPA), nation=SCOTLAND)
    assert any("another nation" in warning for warning in north.warnings)


def test_whoever_is_known_is_asked_for_less_and_too_much_is_said() -> None:
    assert "No passport" in asks(Capacity.SELF, known=True)[0].words
    assert "No passport" not in asks(Capacity.SELF, known=False)[0].words
    assert "passport" in too_much(Capacity.SELF, known=True, seen=())
    assert not too_much(Capacity.SELF, known=False, seen=())
    assert "shown already" in too_much(Capacity.SELF, known=False, seen=(K.PHOTO_DOCUMENT,))
    over = judged(Capacity.SELF, seen(K.VOUCHED), seen(K.PHOTO_DOCUMENT), known=True)
    assert any("more than is needed" in warning for warning in over.warnings)


@pytest.mark.parametrize("capacity", list(Capacity))
def test_what_is_asked_for_is_what_is_enough(capacity: Capacity) -> None:
    """Each thing that is asked for is needed: shown all but one, it is not enough."""
    for known in (True, False):
        wanted = asks(capacity, known=known)
        enough = next(evidence for of, evidence in ENOUGH if of is capacity)
        for each in wanted:
            assert not judged(capacity, *[e for e in enough if e.kind not in each.kinds]).sufficient


def test_asking_late_or_without_need_is_pointed_out() -> None:
    def warned(*evidence: Evidence, **more: object) -> str:
        return " ".join(judged(Capacity.SELF, *evidence, **more).warnings)

    early, late = date(2026, 9, 4), date(2026, 9, 12)
    assert "days after the request came" in warned(asked_on=late)
    assert "days after the request came" not in warned(asked_on=early)
    assert "Asking for evidence now is late" in warned(today=late)
    assert "Asking for evidence now is late" not in warned(today=early)
    assert "Asking for evidence now is late" not in warned(seen(K.VOUCHED), today=late)
    assert "no doubt left" in warned(seen(K.VOUCHED, day=2), asked_on=early)
    assert "no doubt left" not in warned(seen(K.VOUCHED, day=5), asked_on=early)


def test_a_copy_alone_of_a_document_is_pointed_out() -> None:
    copy = seen(K.PHOTO_DOCUMENT, how=How.COPY)
    assert any("only a copy" in warning for warning in judged(Capacity.SELF, copy).warnings)
    assert not any("only a copy" in warning for warning in judged(Capacity.SELF, copy, seen(K.VOUCHED)).warnings)
