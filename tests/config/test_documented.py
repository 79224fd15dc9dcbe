"""config/README.md and the schema say the same: every key is explained, and nothing is explained that is not a key."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from sar_service.catalogue import (
    Contact,
    Controller,
    Disposition,
    Exemption,
    HolidayOverride,
    Notice,
    RetentionRule,
    Statement,
    System,
)
from sar_service.catalogue.controller import Colours, ComplaintAims, Delivery, LetterText, Routes, WelshText
from sar_service.catalogue.exemption import Exemptions
from sar_service.catalogue.holiday import Holidays
from sar_service.catalogue.mailbox import Mailbox, Secret
from sar_service.catalogue.notice import (
    AutomatedDecisions,
    ComplaintRoute,
    LawfulBasis,
    Named,
    NoticeContact,
    Recipients,
    Retention,
    SpecialCategoryBasis,
)
from sar_service.catalogue.retention import Period
from sar_service.catalogue.school_terms import PupilRecords, Term
from sar_service.catalogue.stated import Absent, Entry
from sar_service.catalogue.system import ExternalSettings, Owner
from sar_service.domain.letter_words import WORDS

README = (Path(__file__).parents[2] / "config" / "README.md").read_text()

SECTIONS: dict[str, type[BaseModel]] = {
    "Keys of a controller": Controller,
    "Keys of `routes`": Routes,
    "Keys of `pupil_records`": PupilRecords,
    "Keys of a term": Term,
    "Keys of `delivery`": Delivery,
    "Keys of `complaint_aims`": ComplaintAims,
    "Keys of `colours`": Colours,
    "Keys of `letters`": LetterText,
    "Keys of `welsh`": WelshText,
    "Keys of `mailbox`": Mailbox,
    "Keys of a contact": Contact,
    "Keys of a notice": Notice,
    "Keys of a statement": Statement,
    "Keys of a basis": LawfulBasis,
    "Keys of `recipients`": Recipients,
    "Keys of a retention period": Retention,
    "Keys of `automated_decisions`": AutomatedDecisions,
    "Keys of a notice's contact": NoticeContact,
    "Keys of a complaint route": ComplaintRoute,
    "Keys of a named system or body": Named,
    "Keys of a system": System,
    "Keys of `owner`": Owner,
    "Keys of an external system's `settings`": ExternalSettings,
    "Keys of an exemption": Exemption,
    "Keys of a disposition": Disposition,
    "Keys of a retention rule": RetentionRule,
    "Keys of `keep`": Period,
    "Keys of `holidays.yaml`": Holidays,
    "Keys of a holiday": HolidayOverride,
}
FILES = ("Controllers", "Exemptions", "RetentionRules", "Absent", "Basis", "SpecialCategoryBasis")
"""Wholes of a file, the marker `absent`, and two shapes documented under the name of another."""


def rows_of(heading: str) -> dict[str, tuple[str, str]]:
    """The documented keys of one section: whether each is needed, and what is said of it."""
    section = README.split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    rows = re.findall(r"(?m)^\| `([a-z_0-9]+)` \| (yes|no) \| (.+) \|$", section)
    return {key: (needed, says) for key, needed, says in rows}


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_explained_and_nothing_else_is(heading: str) -> None:
    model = SECTIONS[heading]
    inherited = set(Contact.model_fields) if issubclass(model, Contact) and model is not Contact else set()
    keys = {field.alias or name: field for name, field in model.model_fields.items() if name not in inherited}
    rows = rows_of(heading)
    assert list(rows) == list(keys)
    for key, field in keys.items():
        assert (rows[key][0] == "yes") is field.is_required(), key
        assert rows[key][1] == field.description, key


def test_no_section_of_keys_is_left_unchecked() -> None:
    assert re.findall(r"(?m)^### (Keys of .+)$", README) == list(SECTIONS)


def test_every_shape_has_its_section() -> None:
    def below(model: type[BaseModel]) -> set[type[BaseModel]]:
        return {model}.union(*(below(each) for each in model.__subclasses__()))

    shapes = {each.__name__ for each in below(Entry)} - {"Entry", Secret.__name__, *FILES}
    assert shapes == {model.__name__ for model in SECTIONS.values()}
    assert issubclass(SpecialCategoryBasis, Entry)
    assert SpecialCategoryBasis.model_fields.keys() == LawfulBasis.model_fields.keys()
    assert Absent.model_fields.keys() == {"remark"}
    assert Exemptions.model_fields.keys() == {"exemptions", "dispositions"}


def test_every_name_in_a_letter_is_explained_and_nothing_else_is() -> None:
    section = README.split("### Names in a letter\n", 1)[1].split("\n#", 1)[0]
    assert dict(re.findall(r"(?m)^\| `([a-z_.]+)` \| (.+) \|$", section)) == dict(WORDS)


def test_every_file_of_the_folder_is_listed() -> None:
    listed = set(re.findall(r"(?m)^\| `([a-z-]+)[./]", README))
    present = {each.name.split(".")[0] for each in (Path(__file__).parents[2] / "config").iterdir()} - {"README"}
    assert present <= listed
