"""The demo council's systems answer the real connectors as its traps were designed."""

import io
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from sar_service.demo.build import WORDS
from sar_service.domain.search import Candidate, FoundDocument, FoundRecord, Verdict

from .conftest import DemoCouncil

SYSTEM_KEYS = ("social-care", "education", "housing", "mash")


@pytest.mark.parametrize("system", SYSTEM_KEYS)
def test_every_system_is_as_its_settings_say(council: DemoCouncil, system: str) -> None:
    council.connect(system).check()


@pytest.mark.parametrize("system", SYSTEM_KEYS)
def test_a_search_matches_what_is_hers_and_leaves_what_is_not(council: DemoCouncil, system: str) -> None:
    found = council.found(system)
    candidates = [each for each in found if isinstance(each, Candidate)]
    matched = {each.ref for each in candidates if each.match.verdict is Verdict.MATCH}
    unclear = {each.ref for each in candidates if each.match.verdict is Verdict.POSSIBLE}
    assert matched == set(council.world.hers[system])
    assert unclear == {each.ref for each in council.world.ambiguous if each.system == system}
    assert not matched & set(council.world.not_hers[system])
    gathered = {each.about for each in found if isinstance(each, FoundRecord | FoundDocument)}
    assert gathered == matched


def test_her_file_is_long_and_comes_from_all_four_systems(council: DemoCouncil) -> None:
    words = 0
    for system in ("social-care", "education", "housing"):
        for each in council.found(system):
            if isinstance(each, FoundRecord):
                words += sum(len(field.value.split()) for field in each.fields)
    assert words > 55_000
    papers = [each for each in council.found("mash") if isinstance(each, FoundDocument)]
    assert len(papers) == council.world.counts["papers_of_subject"] >= 12


def test_no_record_of_the_twin_or_the_namesakes_is_gathered(council: DemoCouncil) -> None:
    text = " ".join(
        field.value
        for system in ("social-care", "education", "housing")
        for each in council.found(system)
        if isinstance(each, FoundRecord)
        for field in each.fields
    )
    assert "put a chair through the greenhouse" not in text
    assert "Pigeon loft" not in text
    assert "Care leaver exemption" in text


def test_the_mentions_of_records_know_who_is_protected(council: DemoCouncil) -> None:
    people = [
        person for each in council.found("social-care") if isinstance(each, FoundRecord) for person in each.people
    ]
    mother = [person for person in people if "Morwenna Holloway" in person.names]
    assert mother and all(person.protected for person in mother)
    assert {person.standing.value for person in people if "Philippa Quennell" in person.names} == {"source"}
    assert {person.standing.value for person in people if "Nadia Rahmani" in person.names} == {"professional"}


@pytest.fixture(scope="module")
def everything_hers(council: DemoCouncil) -> str:
    """Every word that the search gathers, the papers as they were written and the workbook's cells included.

    The candidates that a person would confirm are confirmed, as in the real job.
    """
    parts = []
    for system in ("social-care", "education", "housing"):
        confirmed = frozenset(a.ref for a in council.world.ambiguous if a.system == system and a.is_subject)
        subject = replace(council.subject, confirmed=confirmed)
        for each in council.connect(system).search(subject):
            if isinstance(each, FoundRecord):
                parts += [each.title, *(field.value for field in each.fields)]
    mash = council.connect("mash")
    for each in council.found("mash"):
        if isinstance(each, FoundDocument):
            with mash.fetch(each.ref) as stream:
                content = stream.read()
            if each.file_name.endswith(".xlsx"):
                sheets = load_workbook(io.BytesIO(content)).worksheets
                parts += [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row]
            elif each.file_name.endswith(".docx") and content:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    parts += [archive.read(n).decode() for n in archive.namelist() if n.startswith("word/")]
    parts.append((WORDS / "papers.txt").read_text(encoding="utf-8"))
    return "\n".join(parts)


def test_every_withheld_string_is_in_what_is_gathered(council: DemoCouncil, everything_hers: str) -> None:
    lowered = everything_hers.casefold()
    assert [text for text in council.world.withheld_strings() if text.casefold() not in lowered] == []


def test_every_kept_string_is_in_what_is_gathered(council: DemoCouncil, everything_hers: str) -> None:
    assert [text for text in council.world.kept if text not in everything_hers] == []


def test_every_passage_to_withhold_is_in_what_is_gathered(council: DemoCouncil, everything_hers: str) -> None:
    lowered = everything_hers.casefold()
    assert [each.text for each in council.world.passages if each.text.casefold() not in lowered] == []
