"""Forms of given names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sar_service.domain import nicknames
from sar_service.domain.likeness import edits, jaro_winkler, within

PAIRS = [
    ("Robert", "Bob"), ("Margaret", "Peggy"), ("Katarzyna", "Kasia"), ("Tomasz", "Tomek"), ("Oleksandr", "Sasha"),
    ("Oluwaseun", "Seun"), ("Temitope", "Temi"), ("Mohammed", "Mo"), ("Mohammed", "Muhammad"), ("Yusuf", "Yousef"),
    ("Harpreet", "Harps"), ("Jaswinder", "Jas"), ("Siobhan", "Shiv"), ("Patrick", "Paddy"), ("Bridget", "Biddy"),
    ("Gheorghe", "Gigi"), ("Volodymyr", "Vova"), ("William", "Liam"), ("Kwadwo", "Kojo"), ("Seán", "Shaun"),
]  # fmt: skip


@pytest.mark.parametrize(("full", "short"), PAIRS)
def test_a_short_form_is_known_both_ways(full: str, short: str) -> None:
    assert nicknames.fold(short) in nicknames.forms(full)
    assert nicknames.same(full, short) and nicknames.same(short, full)


@pytest.mark.parametrize(("one", "other"), [("Alexander", "Alexandra"), ("Ella", "Ellie"), ("Amir", "Amira"), ("", "")])
def test_two_names_stay_two_names(one: str, other: str) -> None:
    assert not nicknames.same(one, other)


def test_a_name_has_itself_among_its_forms_and_nothing_has_none() -> None:
    assert nicknames.forms("Zyxandra") == {"zyxandra"}
    assert nicknames.forms("  ") == frozenset()
    assert all(name in nicknames.forms(name) for name in nicknames.KNOWN)
    assert all(form == nicknames.fold(form) and form for name in nicknames.KNOWN for form in nicknames.forms(name))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("", "", 0), ("linh", "linh", 0), ("linh", "lihn", 1), ("nowak", "novak", 1), ("", "abc", 3), ("ca", "abc", 3)],
)
def test_edits_count_a_swap_of_neighbours_once(one: str, other: str, apart: int) -> None:
    assert edits(one, other) == edits(other, one) == apart


def test_likeness_is_one_for_the_same_and_nought_for_nothing_shared() -> None:
    assert jaro_winkler("martha", "martha") == 1.0
    assert jaro_winkler("abc", "xyz") == 0.0
    assert round(jaro_winkler("martha", "marhta"), 3) == 0.961
    assert round(jaro_winkler("dwayne", "duane"), 2) == 0.84


@given(st.text("abc", max_size=7), st.text("abc", max_size=7), st.integers(0, 3))
def test_stopping_early_never_changes_whether_so_many_edits_are_enough(one: str, other: str, most: int) -> None:
    assert within(one, other, most) is (edits(one, other) <= most)
