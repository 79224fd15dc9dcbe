"""What only JSON interfaces do: signing in, turning pages, waiting when told to, and going nowhere else."""

from dataclasses import replace
from typing import Any

import pytest

from sar_service.connectors.base import CannotSearch, ConnectorError
from sar_service.connectors.http_read import walk
from sar_service.domain.people import Subject
from sar_service.domain.search import FoundRecord
from tests.connectors.conftest import Build
from tests.connectors.counterparts import HTTP_SETTINGS, SECRET, JsonServer
from tests.connectors.family import SUBJECT
from tests.connectors.interface import ONE, answering, found_by, one_person, refs


def test_every_family_name_and_number_is_asked_for(server: JsonServer, build: Build) -> None:
    found_by(build)
    asked = [path for path in server.asked if one_person(path)]
    for part in ("surname=Osterby", "surname=Varga", f"upn={SUBJECT.identifiers['upn']}"):
        assert any(part in path for path in asked)


def test_names_at_the_wrong_path_are_a_failure_and_not_nothing_held(server: JsonServer, build: Build) -> None:
    named = ("full_name", "given_name", "family_name")
    person = {key: value for key, value in HTTP_SETTINGS["person"].items() if key not in named}
    with pytest.raises(ConnectorError, match=r"has a name at 'nmae.first' or 'nmae.last'"):
        found_by(build, person=person | {"given_name": "nmae.first", "family_name": "nmae.last"})


def test_all_pages_are_read(server: JsonServer, build: Build) -> None:
    notes = [each for each in found_by(build) if isinstance(each, FoundRecord) and each.about == "1"]
    assert [each.ref for each in notes] == ["notes:0", "notes:1", "notes:2"]  # two to a page
    assert notes[0].title == "Case note of 4 May 2023"
    assert [(field.label, field.value) for field in notes[0].fields[:2]] == [
        ("Written on", "4 May 2023"),
        ("Kind", "Home visit"),
    ]
    assert notes[0].people[0].names == ("Hana Petrossian",)


@pytest.mark.parametrize("kind", ["page", "offset", "cursor", "next", "link"])
def test_each_way_of_turning_pages_reads_everything_once(server: JsonServer, build: Build, kind: str) -> None:
    notes = [{"id": number, "day": "2023-01-01", "body": f"Note {number}"} for number in range(7)]

    def answer(handler: Any, path: str) -> Any:
        if "/notes" not in path:
            return None
        at = int(path.rpartition("at=")[2] or 0) if "at=" in path else (1 if kind == "page" else 0)
        start = (at - 1) * 3 if kind == "page" else at
        part, onward = notes[start : start + 3], start + 3
        content: dict[str, Any] = {"data": {"items": part}}
        headers = {}
        if onward < len(notes):
            content |= {"next_cursor": str(onward), "next": f"/api/children/1/notes?at={onward}"}
            headers = {"link": f'<{build.base}/children/1/notes?at={onward}>; rel="next"'}
        if kind == "next" and onward < len(notes):
            content["next"] = f"{build.base}/children/1/notes?at={onward}"
        return 200, content, headers

    answering(server, answer)
    spec = {**HTTP_SETTINGS["records"][0], "paging": {"kind": kind, "param": "at"}}
    found = found_by(build, records=[spec])
    assert [each.ref for each in found if isinstance(each, FoundRecord) and each.about == "1"] == [
        f"notes:{number}" for number in range(7)
    ]


def test_pages_that_lead_round_in_a_circle_are_an_error(server: JsonServer, build: Build) -> None:
    circle = {"data": {"items": []}, "next": f"{build.base}/children/1/notes"}
    answering(server, lambda handler, path: (200, circle, {}) if "/notes" in path else None)
    with pytest.raises(ConnectorError, match="round in a circle"):
        found_by(build, records=[{**HTTP_SETTINGS["records"][0], "paging": {"kind": "next"}}])


def test_fewer_items_than_the_system_says_it_holds_is_an_error(server: JsonServer, build: Build) -> None:
    def answer(handler: Any, path: str) -> Any:
        if "/notes" not in path:
            return None
        return 200, {"data": {"items": [] if "page=2" in path else [{"id": 1}]}, "total": 9}, {}

    answering(server, answer)
    with pytest.raises(ConnectorError, match="holds 9 items and gave 1"):
        found_by(build)


def test_an_answer_without_the_list_it_should_hold_is_an_error_and_not_nothing(
    server: JsonServer, build: Build
) -> None:
    for content in ({"error": "try later"}, {}, [], {"data": {}}, {"data": {"items": ["text"]}}):
        answering(server, lambda handler, path, content=content: (200, content, {}) if one_person(path) else None)
        with pytest.raises(ConnectorError, match="/children"):
            found_by(build)


@pytest.mark.parametrize("body", [b"", b"<html>Down</html>", b'{"data": {"items": [', b"[" * 100_000, b"\xff\xfe\x00"])
def test_an_answer_that_is_not_json_is_an_error_that_names_the_question(
    server: JsonServer, build: Build, body: bytes
) -> None:
    answering(server, lambda handler, path: (200, body, {}) if one_person(path) else None)
    with pytest.raises(ConnectorError, match="/children is not JSON"):
        found_by(build)


def test_204_means_nothing_held_and_404_only_where_the_settings_say_so(server: JsonServer, build: Build) -> None:
    answering(server, lambda handler, path: (204, b"", {}))
    assert found_by(build) == []
    answering(server, lambda handler, path: (404, {}, {}))
    with pytest.raises(ConnectorError, match="does not know what was asked for") as caught:
        found_by(build)
    assert caught.value.permanent
    finds = [{**each, "nothing_status": [404]} for each in HTTP_SETTINGS["find"]]
    assert found_by(build, find=finds) == []


def test_what_came_before_the_system_went_away_is_kept(server: JsonServer, build: Build) -> None:
    def answer(handler: Any, path: str) -> Any:
        if "/1/notes?page=2" in path:
            handler.send_response(200)
            handler.send_header("content-length", "5000")
            handler.end_headers()
            handler.wfile.write(b'{"data": {"items": [')
            handler.close_connection = True
            return 200, b"", {}
        return None

    server.odd = lambda handler: bool(answer(handler, handler.path))
    found = []
    with pytest.raises(ConnectorError, match="broke off") as caught:
        for each in build().search(SUBJECT):
            found.append(each)
    assert not caught.value.permanent
    assert [each.ref for each in found if isinstance(each, FoundRecord) and each.about == "1"] == ["notes:0", "notes:1"]


def test_nothing_known_that_can_be_asked_is_neither_nothing_held_nor_failed(build: Build) -> None:
    finds = [{**HTTP_SETTINGS["find"][0], "params": {"surname": "{family_name}", "born": "{date_of_birth}"}}]
    connector = build(find=finds)
    with pytest.raises(CannotSearch, match="only with: date of birth and name"):
        list(connector.search(Subject(family_name="Osterby")))


@pytest.mark.parametrize("key", ["../../admin", "..", "1?x=y", "1/../../token", "a b\r\nX: 1"])
def test_a_hostile_key_stays_one_part_of_the_path(server: JsonServer, build: Build, key: str) -> None:
    items = {"data": {"items": [{**ONE, "id": key}]}, "total": 1}
    answering(server, lambda handler, path: (200, items, {}) if one_person(path) else None)
    try:
        found_by(build)
    except ConnectorError as error:
        assert key == ".."
        assert "cannot stand in a path" in str(error)
    for path in server.asked:
        steps = path.partition("?")[0].split("/")
        assert steps[:3] == ["", "api", "children"]
        assert len(steps) == 3 or (len(steps) == 5 and steps[4] in {"notes", "letters"} and steps[3] != "..")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"base_url": "http://housing.example/api"}, "https is needed"),
        ({"base_url": "ftp://housing.example"}, "not an address"),
        ({"base_url": f"https://me:{SECRET}@housing.example/api"}, "holds no user, password"),
        ({"headers": {"X-Api-Key": SECRET}}, "may hold a secret"),
        ({"auth": {"kind": "bearer", "token": SECRET}}, "never written in a file"),
        ({"find": [{"path": "/p", "params": {"q": "{mother}"}}]}, "mother is not known about a subject"),
        ({"find": [{"path": "/p"}]}, "names nobody"),
        ({"person": {"key": "id", "given_name": 3}}, "person.given_name"),
        ({"records": [], "documents": []}, "say what belongs to a person"),
    ],
)
def test_a_mistake_in_the_settings_is_named_without_secrets(build: Build, changed: Any, words: str) -> None:
    with pytest.raises(ConnectorError, match=words) as caught:
        build(**changed)
    assert SECRET not in str(caught.value)


def test_a_confirmed_person_is_gathered_by_key_alone(server: JsonServer, build: Build) -> None:
    nobody = Subject(confirmed=frozenset({"2"}))
    found = list(build().search(replace(nobody)))
    assert refs(found) == ["2"]
    assert [each.ref for each in found if isinstance(each, FoundRecord)] == ["notes:3"]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("a", [1]),
        ("b.c", ["x"]),
        ("list[*].d", [1, 2]),
        ("list[*].deep[*].e", [5, 6]),
        ("missing.c", []),
        ("a.b", []),
        ("nothing", []),
        ("list.d", []),
    ],
)
def test_paths_lead_to_values_and_never_to_an_error(path: str, values: list[Any]) -> None:
    item = {
        "a": 1,
        "b": {"c": "x"},
        "nothing": None,
        "list": [{"d": 1, "deep": [{"e": 5}]}, {"d": 2, "deep": [{"e": 6}]}],
    }
    assert walk(item, path) == values
