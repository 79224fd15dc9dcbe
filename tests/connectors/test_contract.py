"""The same promises for every kind of connected system, each against a real counterpart."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from sar_service import connectors
from sar_service.connectors.base import AwaitingAnswer, Connector, ConnectorError
from sar_service.domain.people import Subject
from sar_service.domain.search import Candidate, Found, FoundDocument, FoundProblem, FoundRecord, Verdict
from tests.connectors.counterparts import SECRET, Counterpart
from tests.connectors.family import HOSTILE, STRANGER, SUBJECT

ASKED_BY_HAND = {"manual"}


def connect(counterpart: Counterpart, **changed: Any) -> Connector:
    connector = connectors.build(counterpart.kind, {**counterpart.settings, **changed}, secrets=counterpart.environ)
    if hasattr(connector, "pause"):
        connector.pause = lambda seconds: None
    return connector


def verdicts(found: Iterable[Found]) -> dict[str, Verdict]:
    return {each.ref: each.match.verdict for each in found if isinstance(each, Candidate)}


def owners(found: Iterable[Found]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for each in found:
        if isinstance(each, FoundRecord | FoundDocument | FoundProblem):
            counted[each.about] = counted.get(each.about, 0) + 1
    return counted


def test_every_kind_has_a_counterpart(pytestconfig: pytest.Config) -> None:
    from tests.connectors.conftest import counterpart as fixture

    named = set(fixture._fixture_function_marker.params)
    kinds = {"sql" if name in {"sqlite", "postgresql"} else name for name in named}
    assert kinds | ASKED_BY_HAND == set(connectors.KINDS)


def test_check_passes_on_a_system_as_the_settings_say(counterpart: Counterpart) -> None:
    connect(counterpart).check()


def test_check_names_what_the_system_does_not_have(counterpart: Counterpart) -> None:
    wrong = counterpart.mistaken(counterpart.settings)
    with pytest.raises(ConnectorError) as caught:
        connectors.build(counterpart.kind, wrong, secrets=counterpart.environ).check()
    assert caught.value.permanent
    assert any(word in str(caught.value) for word in ("surnam", "data.things", "fiel"))


def test_the_subject_and_her_former_name_match_and_only_their_belongings_come(counterpart: Counterpart) -> None:
    found = list(connect(counterpart).search(SUBJECT))
    ref = counterpart.ref
    assert verdicts(found) == {ref(1): Verdict.MATCH, ref(4): Verdict.MATCH, ref(5): Verdict.POSSIBLE}
    held = owners(found)
    assert set(held) == {ref(1), ref(4)}
    assert held[ref(1)] >= 3
    assert held[ref(4)] >= 1


def test_nothing_comes_before_the_candidate_it_belongs_to(counterpart: Counterpart) -> None:
    seen: set[str] = set()
    for each in connect(counterpart).search(SUBJECT):
        if isinstance(each, Candidate):
            seen.add(each.ref)
        else:
            assert each.about in seen


def test_a_twin_and_a_child_of_the_same_name_are_left_alone(counterpart: Counterpart) -> None:
    found = verdicts(connect(counterpart).search(SUBJECT))
    assert counterpart.ref(2) not in found
    assert counterpart.ref(3) not in found


def test_a_second_search_finds_the_same_under_the_same_references(counterpart: Counterpart) -> None:
    connector = connect(counterpart)
    assert list(connector.search(SUBJECT)) == list(connector.search(SUBJECT))


def test_references_are_unique(counterpart: Counterpart) -> None:
    refs = [each.ref for each in connect(counterpart).search(SUBJECT)]
    assert len(refs) == len(set(refs))


def test_a_stranger_is_nowhere_and_that_is_no_error(counterpart: Counterpart) -> None:
    assert list(connect(counterpart).search(STRANGER)) == []


def test_a_confirmed_candidate_is_gathered_without_asking_again(counterpart: Counterpart) -> None:
    ref = counterpart.ref(5)
    found = list(connect(counterpart).search(replace(SUBJECT, confirmed=frozenset({ref}))))
    assert verdicts(found)[ref] is Verdict.MATCH
    assert owners(found)[ref] >= 1


def test_a_confirmed_candidate_is_gathered_even_if_nothing_else_leads_there(counterpart: Counterpart) -> None:
    ref = counterpart.ref(3)
    found = list(connect(counterpart).search(replace(STRANGER, confirmed=frozenset({ref}))))
    assert verdicts(found) == {ref: Verdict.MATCH}
    assert owners(found)[ref] >= 1


def test_a_rejected_candidate_is_left_alone_however_well_it_matches(counterpart: Counterpart) -> None:
    refs = frozenset({counterpart.ref(1), counterpart.ref(5)})
    found = list(connect(counterpart).search(replace(SUBJECT, rejected=refs)))
    assert set(verdicts(found)) == {counterpart.ref(4)}
    assert set(owners(found)) == {counterpart.ref(4)}


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_find_nobody_and_harm_nothing(counterpart: Counterpart, value: str) -> None:
    connector = connect(counterpart)
    subject = Subject(
        given_name=value,
        family_name=value,
        other_names=(value,),
        postcode=value,
        phones=(value,),
        emails=(value,),
        identifiers={"upn": value, "case_number": value},
        confirmed=frozenset({value}) if counterpart.kind != "http" else frozenset(),
        rejected=frozenset({value}),
    )
    found = verdicts(connector.search(subject))
    assert Verdict.MATCH not in found.values()
    assert len(verdicts(connector.search(SUBJECT))) == 3


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_made_up_reference_opens_nothing(counterpart: Counterpart, value: str) -> None:
    connector = connect(counterpart)
    for ref in (value, f"document:letter:{value}", f"file:{value}", "file:%2e%2e/files/manifest.csv/"):
        with pytest.raises(ConnectorError):
            connector.fetch(ref)


def test_every_document_can_be_fetched(counterpart: Counterpart) -> None:
    connector = connect(counterpart)
    documents = [each for each in connector.search(SUBJECT) if isinstance(each, FoundDocument)]
    assert documents
    for each in documents:
        with connector.fetch(each.ref) as stream:
            content = stream.read()
        assert content
        assert each.size in {None, len(content)}
        assert each.file_name.endswith(".txt")


def test_more_than_may_be_read_is_said_and_not_passed_over(counterpart: Counterpart) -> None:
    settings = counterpart.limited(counterpart.settings)
    connector = connectors.build(counterpart.kind, settings, secrets=counterpart.environ)
    try:
        problems = [each for each in connector.search(SUBJECT) if isinstance(each, FoundProblem)]
    except ConnectorError as error:
        assert "more than" in str(error).lower()
    else:
        assert any("more exist" in each.reason for each in problems)


def test_a_system_that_is_gone_has_failed_and_does_not_hold_nothing(counterpart: Counterpart) -> None:
    connector = connect(counterpart)
    counterpart.spoil()
    with pytest.raises(ConnectorError) as caught:
        list(connector.search(SUBJECT))
    assert SECRET not in str(caught.value)
    with pytest.raises(ConnectorError):
        connector.check()


def test_no_secret_and_no_person_is_in_any_words_about_a_system(counterpart: Counterpart) -> None:
    connector = connect(counterpart)
    assert SECRET not in repr(connector) + repr(vars(connector)) + str(connector.settings)  # type: ignore[attr-defined]
    counterpart.spoil()
    with pytest.raises(ConnectorError) as caught:
        list(connector.search(SUBJECT))
    for word in ("Linnea", "Osterby", "Varga", "ZE9", SUBJECT.identifiers["upn"], SECRET):
        assert word not in str(caught.value)


def test_an_unknown_setting_is_refused_by_name(counterpart: Counterpart) -> None:
    with pytest.raises(ConnectorError, match="pasword"):
        connect(counterpart, pasword={"env": "X"})


def test_a_kind_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConnectorError, match="The kinds are: folder, http, manual, sql"):
        connectors.build("oracle", {}, secrets={})


def test_a_person_is_asked_and_their_answer_awaited() -> None:
    settings = {"addressee": {"name": "Records office", "email": "records@school.example"}}
    connector = connectors.build("manual", settings, secrets={})
    connector.check()
    with pytest.raises(AwaitingAnswer) as caught:
        list(connector.search(SUBJECT))
    assert caught.value.addressee == "Records office"
    assert caught.value.email == "records@school.example"
    assert "Name: Linnea Osterby" in caught.value.question
    assert "Date of birth: 14 March 2010" in caught.value.question
    assert "Osterby" not in str(caught.value)
    assert caught.value.permanent
    with pytest.raises(ConnectorError):
        connector.fetch("file:anything")


def test_a_person_who_cannot_be_reached_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ConnectorError, match="neither an e-mail address nor a postal address"):
        connectors.build("manual", {"addressee": {"name": "Records office"}}, secrets={}).check()
