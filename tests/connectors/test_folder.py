"""What only file trees do: names of folders, text of files, links and paths that lead out, an index that is kept."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sar_service.connectors.base import ConnectorError
from sar_service.connectors.folder_tree import ref_of
from sar_service.domain.search import Candidate, FoundDocument, Verdict
from tests.connectors.family import SUBJECT, UPN
from tests.connectors.tree import MANIFEST, build, names, problems, put, verdicts

# --- by the names of folders --------------------------------------------------------------------------------------


def test_folder_names_say_whose_the_files_below_are(root: Path) -> None:
    put(root, f"OSTERBY, Linnea ({UPN})/2023-05-04 visit.txt")
    put(root, f"OSTERBY, Linnea ({UPN})/letters/old/plan.docx", b"PK")
    put(root, "OSTERBY, Tobias (R823432107008)/visit.txt")
    found = list(build(root, pattern="{family_name}, {given_name} ({upn})/**").search(SUBJECT))
    assert verdicts(found) == {f"path:OSTERBY, Linnea %28{UPN}%29": Verdict.MATCH}
    assert names(found) == ["2023-05-04 visit.txt", "plan.docx"]
    visit = next(each for each in found if isinstance(each, FoundDocument) and "visit" in each.file_name)
    assert visit.on is not None
    assert visit.on.isoformat() == "2023-05-04"
    assert "name of the folder" in visit.why


def test_a_name_alone_on_a_folder_is_put_to_a_person(root: Path) -> None:
    put(root, "linnea osterby/visit.txt")
    connector = build(root, pattern="{given_name} {family_name}/*")
    found = list(connector.search(SUBJECT))
    assert verdicts(found) == {"path:linnea osterby": Verdict.POSSIBLE}
    assert names(found) == []
    sure = replace(SUBJECT, confirmed=frozenset({"path:linnea osterby"}))
    assert names(list(connector.search(sure))) == ["visit.txt"]


def test_a_case_number_of_the_councils_own_is_a_number_of_the_subject(root: Path) -> None:
    put(root, "cases/CW-00417 Linnea Osterby/visit.txt")
    numbered = replace(SUBJECT, identifiers={"reference": "CW00417"})
    connector = build(root, pattern="cases/{case_number} {given_name} {family_name}/**")
    (candidate,) = [each for each in connector.search(numbered) if isinstance(each, Candidate)]
    assert any(each.field.endswith("reference") and each.weight > 0 for each in candidate.match.reasons)


def test_what_is_special_in_a_pattern_is_only_a_letter(root: Path) -> None:
    put(root, "a+b [x] (Osterby)/visit.txt")
    put(root, "aab x Osterby/visit.txt")
    found = list(build(root, pattern="a+b [x] ({family_name})/*").search(SUBJECT))
    assert len(verdicts(found)) <= 1
    build(root, pattern="a+b [x] ({family_name})/*").check()
    with pytest.raises(ConnectorError, match="No file in the folder fits the pattern"):
        build(root, pattern="other/{family_name}/*").check()


# --- by manifest --------------------------------------------------------------------------------------------------


def manifest(root: Path, *lines: str) -> None:
    put(root, "manifest.csv", "\n".join(["person,forename,surname,dob,file", *lines]))


def test_a_manifest_may_name_folders_and_write_paths_as_windows_does(root: Path) -> None:
    put(root, "L/one.txt")
    put(root, "L/deep/two.txt")
    put(root, "Other/three.txt")
    manifest(root, "1,Linnea,Osterby,14/03/2010,L", "1,Linnea,Osterby,14/03/2010,.\\OTHER\\Three.TXT")
    assert names(list(build(root, manifest=MANIFEST).search(SUBJECT))) == ["one.txt", "three.txt", "two.txt"]


def test_a_file_that_a_manifest_names_and_that_is_not_there_is_a_problem(root: Path) -> None:
    manifest(root, "1,Linnea,Osterby,2010-03-14,gone.pdf", "1,Linnea,Osterby,2010-03-14,")
    found = problems(list(build(root, manifest=MANIFEST).search(SUBJECT)))
    assert [each.reason for each in found] == [
        "The manifest names this file, but it is not there.",
        "The manifest names no file.",
    ]
    assert {each.about for each in found} == {"manifest:1"}


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "C:\\secret.txt", "a/../../secret.txt", "..\\secret.txt"]
)
def test_a_manifest_cannot_lead_out_of_the_folder(root: Path, path: str) -> None:
    put(root.parent, "secret.txt", "not yours")
    manifest(root, f"1,Linnea,Osterby,2010-03-14,{path}")
    found = list(build(root, manifest=MANIFEST).search(SUBJECT))
    assert names(found) == []
    assert "outside the folder" in problems(found)[0].reason


def test_a_manifest_that_is_missing_or_broken_is_an_error_and_not_nothing(root: Path) -> None:
    put(root, "something.txt")
    with pytest.raises(ConnectorError, match="The file is not there"):
        list(build(root, manifest=MANIFEST).search(SUBJECT))
    put(root, "manifest.csv", "person,forename\n1,Linnea")
    with pytest.raises(ConnectorError, match="no column 'file', 'surname', 'dob'"):
        list(build(root, manifest=MANIFEST).search(SUBJECT))
    put(root, "manifest.csv", 'person,forename,surname,dob,file\n1,"' + "x" * 200_000)
    with pytest.raises(ConnectorError, match="cannot be read at line"):
        list(build(root, manifest=MANIFEST).search(SUBJECT))


# --- links, locks and odd names -----------------------------------------------------------------------------------


def test_links_are_never_followed_in_a_search_or_a_fetch(root: Path) -> None:
    outside = root.parent / "outside"
    put(outside, "secret.txt", "not yours")
    put(root, "real.txt")
    (root / "linked.txt").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(outside)
    manifest(root, *(f"1,Linnea,Osterby,2010-03-14,{name}" for name in ("real.txt", "linked.txt", "folder/secret.txt")))
    connector = build(root, manifest=MANIFEST)
    found = list(connector.search(SUBJECT))
    assert names(found) == ["real.txt"]
    assert any("link to another place" in each.reason for each in problems(found))
    for path in ("linked.txt", "folder/secret.txt", "../outside/secret.txt", "folder/../real.txt", ""):
        with pytest.raises(ConnectorError):
            connector.fetch(ref_of(path))


def test_a_file_that_becomes_a_link_after_the_search_is_not_read(root: Path) -> None:
    file = put(root, "Linnea Osterby 2010-03-14.txt")
    connector = build(root, pattern="{given_name} {family_name} {date_of_birth}.txt")
    (found,) = [each for each in connector.search(SUBJECT) if isinstance(each, FoundDocument)]
    file.unlink()
    file.symlink_to("/etc/hostname")
    with pytest.raises(ConnectorError, match="link to another place"):
        connector.fetch(found.ref)


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe.txt")
    put(root, "real.txt")
    manifest(root, "1,Linnea,Osterby,2010-03-14,pipe.txt")
    connector = build(root, manifest=MANIFEST)
    assert "not a file that can be read" in problems(list(connector.search(SUBJECT)))[0].reason
    with pytest.raises(ConnectorError, match="not a file"):
        connector.fetch(ref_of("pipe.txt"))


def test_what_programs_leave_behind_is_counted_and_not_taken(root: Path) -> None:
    for name in ("visit.txt", "~$visit.docx", ".~lock.visit.odt#", "copy.TMP", "Thumbs.db"):
        put(root, f"Linnea Osterby 2010-03-14/{name}")
    connector = build(root, pattern="{given_name} {family_name} {date_of_birth}/*")
    assert names(list(connector.search(SUBJECT))) == ["visit.txt"]
    assert connector.ignored == 4


def test_a_name_of_any_bytes_can_be_found_kept_and_fetched(root: Path) -> None:
    put(root, "Linnea Osterby 2010-03-14/" + os.fsdecode(b"br\xfcnn \xff\n.txt"), b"content")
    connector = build(root, pattern="{given_name} {family_name} {date_of_birth}/*")
    (found,) = [each for each in connector.search(SUBJECT) if isinstance(each, FoundDocument)]
    assert found.ref.isascii()
    found.file_name.encode("utf-8")
    with connector.fetch(found.ref) as stream:
        assert stream.read() == b"content"


def test_an_empty_file_is_given_as_it_is(root: Path) -> None:
    put(root, "Linnea Osterby 2010-03-14/empty.txt", "")
    connector = build(root, pattern="{given_name} {family_name} {date_of_birth}/*")
    (found,) = [each for each in connector.search(SUBJECT) if isinstance(each, FoundDocument)]
    assert found.size == 0


def test_an_empty_folder_is_a_share_that_is_not_connected_and_not_nothing_held(root: Path) -> None:
    with pytest.raises(ConnectorError, match="is the share connected") as caught:
        list(build(root, pattern="{family_name}/*").search(SUBJECT))
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "say how files are known"),
        ({"pattern": "letters/*"}, "needs a placeholder"),
        ({"pattern": "../{family_name}/*"}, "a path inside the root"),
        ({"pattern": "{family_name}/{family_name}"}, "stands once"),
        ({"pattern": "{0.__class__}/{upn}"}, "small letters"),
        ({"manifest": {**MANIFEST, "file": "/etc/passwd"}}, "a path inside the root"),
    ],
)
def test_a_mistake_in_the_settings_is_named(root: Path, settings: Any, words: str) -> None:
    with pytest.raises(ConnectorError, match=words):
        build(root, **settings)
