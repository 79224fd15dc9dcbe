"""What only databases do: ways through several tables, codes, people in other tables, free text, and no writing."""

from datetime import date
from typing import Any

import pytest

from sar_service.connectors.base import ConnectorError
from sar_service.domain.people import Standing, Subject
from sar_service.domain.search import Candidate, Form, FoundDocument, FoundProblem, FoundRecord, Verdict
from tests.connectors.school import MAREN, build, records


def test_composite_keys_and_rows_two_tables_away_are_found(school: dict[str, Any]) -> None:
    found = list(build(school).search(MAREN))
    assert next(each for each in found if isinstance(each, Candidate)).ref == "LA%2F1/7"
    assert [each.ref for each in records(found, "Special needs")] == ["provision:701", "provision:700"]


def test_values_are_worded_for_a_reader(school: dict[str, Any]) -> None:
    therapy = records(list(build(school).search(MAREN)), "Special needs")[1]
    assert therapy.title == "Speech therapy from 6 January 2020, 14:05"
    assert therapy.on == date(2020, 1, 6)
    assert [(field.label, field.value) for field in therapy.fields] == [
        ("Kind", "Speech therapy"),
        ("Active", "Yes"),
        ("Hours a week", "12.5"),
        ("Starts", "6 January 2020, 14:05"),
    ]


def test_a_code_without_a_meaning_is_shown_as_it_is_and_what_is_empty_left_out(school: dict[str, Any]) -> None:
    other = records(list(build(school).search(MAREN)), "Special needs")[0]
    assert [(field.label, field.value) for field in other.fields] == [
        ("Kind", "Q"),
        ("Active", "No"),
        ("Hours a week", "3"),
    ]


def test_a_person_in_another_table_comes_with_role_and_protection(school: dict[str, Any]) -> None:
    (relation,) = records(list(build(school).search(MAREN)), "Family")
    (mother,) = relation.people
    assert mother.names == ("Gwen Thistlewood",)
    assert mother.role == "mother"
    assert mother.standing is Standing.THIRD_PARTY
    assert mother.protected is True
    assert mother.phones == ("07700 900456",)
    assert mother.ref == "LA%2F1/8"
    assert relation.fields[0].value == "Mother"


def test_a_former_name_and_an_old_address_lead_to_the_person(school: dict[str, Any]) -> None:
    old = Subject(given_name="Maren", family_name="Oakhanger", postcode="ZE2 2ZZ", address=("3 Old Kiln Rd",))
    (candidate,) = [each for each in build(school).search(old) if isinstance(each, Candidate)]
    assert candidate.ref == "LA%2F1/7"
    assert candidate.match.verdict is not Verdict.NO


def test_rows_of_others_that_name_the_subject_are_put_to_a_person_or_taken_when_sure(school: dict[str, Any]) -> None:
    found = list(build(school).search(MAREN))
    mentions = {
        each.ref: each.match.verdict
        for each in found
        if isinstance(each, Candidate) and each.ref.startswith("mention:")
    }
    # Her own entry (1), that of a namesake (4) and that of another name (5) are no mentions.
    assert mentions == {"mention:diary:2": Verdict.POSSIBLE, "mention:diary:3": Verdict.MATCH}
    assert [(each.ref, each.about) for each in records(found, "Diary")] == [
        ("diary:1", "LA%2F1/7"),
        ("diary:3", "mention:diary:3"),
    ]


def test_a_confirmed_mention_brings_its_row(school: dict[str, Any]) -> None:
    sure = Subject(**{**vars(MAREN), "confirmed": frozenset({"mention:diary:2"})})
    found = list(build(school).search(sure))
    assert ("diary:2", "mention:diary:2") in [(each.ref, each.about) for each in records(found, "Diary")]


def test_prose_stays_prose(school: dict[str, Any]) -> None:
    assert records(list(build(school).search(MAREN)), "Diary")[0].fields[0].form is Form.PROSE


def test_a_file_is_fetched_and_one_without_content_is_a_problem(school: dict[str, Any]) -> None:
    connector = build(school)
    found = list(connector.search(MAREN))
    (scan,) = [each for each in found if isinstance(each, FoundDocument)]
    assert scan.size == 5
    assert connector.fetch(scan.ref).read() == b"%PDF-"
    (lost,) = [each for each in found if isinstance(each, FoundProblem)]
    assert lost.title == "lost.pdf"
    assert "no content" in lost.reason


def test_a_file_over_the_limit_is_refused(school: dict[str, Any]) -> None:
    connector = build({**school, "limits": {"document_bytes": 4}})
    with pytest.raises(ConnectorError, match="larger than 4 bytes"):
        connector.fetch("document:scan:1")


def test_a_field_over_the_limit_is_cut_and_said(school: dict[str, Any]) -> None:
    found = list(build({**school, "limits": {"field_characters": 10}}).search(MAREN))
    problem = next(each for each in found if isinstance(each, FoundProblem) and each.ref == "diary:1:cut")
    assert "Entry: longer than 10 characters" in problem.reason
    assert records(found, "Diary")[0].fields[0].value == "Maren This"


def test_what_is_in_no_record_is_named_as_a_gap(school: dict[str, Any]) -> None:
    gaps = build(school).gaps()  # type: ignore[attr-defined]
    assert any(each.startswith("person: the person's own row is in no `records`") for each in gaps)
    assert "former_name.home" in gaps
    assert "provision.kind" not in gaps
    without = build({**school, "leave_out": ["former_name.home"]})
    assert "former_name.home" not in without.gaps()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"table": "persn"}, "there is no table 'persn' (did you mean 'person'?)"),
        ({"date_of_birth": "birth; DROP TABLE person"}, "table 'person' has no column 'birth; DROP TABLE person'"),
        ({"family_name": 'last" OR 1=1'}, "has no column"),
    ],
)
def test_only_names_that_the_database_has_are_used(school: dict[str, Any], change: Any, words: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        list(build({**school, "person": {**school["person"], **change}}).search(MAREN))
    assert words in str(caught.value)
    assert caught.value.permanent


def test_every_mistake_is_named_at_once(school: dict[str, Any]) -> None:
    broken = {**school, "records": [{**school["records"][0], "fields": {"kid": "Kind", "hors": "Hours"}, "on": "star"}]}
    with pytest.raises(ConnectorError) as caught:
        build(broken).check()
    assert all(f"has no column {name!r}" in str(caught.value) for name in ("kid", "hors", "star"))


def test_a_mistake_in_the_person_does_not_hide_those_in_the_records(school: dict[str, Any]) -> None:
    person = {**school["person"], "date_of_birth": "brith"}
    broken = {**school, "person": person, "records": [{**school["records"][0], "fields": {"kid": "Kind"}}]}
    with pytest.raises(ConnectorError) as caught:
        build(broken).check()
    assert all(f"has no column {name!r}" in str(caught.value) for name in ("brith", "kid"))
    nowhere = {**broken, "person": {**person, "table": "persn"}}
    with pytest.raises(ConnectorError) as caught:
        build(nowhere).check()
    assert all(name in str(caught.value) for name in ("'persn'", "'kid'"))


def test_a_join_that_the_database_does_not_declare_has_to_be_given(school: dict[str, Any]) -> None:
    unsaid = {**school["records"][0]}
    del unsaid["belongs"]
    with pytest.raises(ConnectorError, match="no foreign key between 'plan' and 'person': say which columns"):
        build({**school, "records": [unsaid]}).check()


def test_too_many_people_to_judge_is_said_after_those_with_a_number(school: dict[str, Any]) -> None:
    found = []
    with pytest.raises(ConnectorError, match="More than 1 people"):
        for each in build({**school, "limits": {"candidates": 1}}).search(MAREN):
            found.append(each)
    assert any(isinstance(each, FoundRecord) and each.about == "LA%2F1/7" for each in found)
