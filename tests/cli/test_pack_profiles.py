"""What the pack says about each council's privacy notice, typeset and read back: every item of Article 15(1), 15(2) and
the ways to complain, against what a person reading the notice wrote down (`tests/notices.py`).
"""

import dataclasses
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from sar_service.catalogue import CatalogueError, load
from sar_service.cli.case import pack
from sar_service.documents.render import page, render
from sar_service.extensions import KEY
from sar_service.models import Case
from sar_service.services import pack_content
from sar_service.services.clock import day_of
from sar_service.services.sealing import unseal
from tests import configuration, factories
from tests.notices import FACTS, SILENT

LETTERS = ("(a)", "(b)", "(c)", "(d)", "(e)", "(ea)", "(f)", "(g)", "(h)", "15(2)")
DATES = {
    "bi-borough": "dated 29 November 2019",
    "wigan": "version 2.0, dated May 2023",
    "essex": "dated 18 May 2018",
    "children-and-families": "dated 4 September 2019",
    "achieving-for-children": "which bears no date",
}
COUNCILS = [
    ("bi-borough", "westminster", "Westminster City Council"),
    ("bi-borough", "kensington-and-chelsea", "Royal Borough of Kensington and Chelsea"),
    ("wigan", "wigan", "Wigan Borough Council"),
    ("essex", "essex", "Essex County Council"),
    ("children-and-families", "council", "The council"),
    ("achieving-for-children", "kingston", "Royal Borough of Kingston upon Thames"),
    ("achieving-for-children", "richmond", "London Borough of Richmond upon Thames"),
    ("achieving-for-children", "windsor-and-maidenhead", "Royal Borough of Windsor and Maidenhead"),
]
TEMPLATES = configuration.ROOT / "templates"
Around = Callable[[str, str, tuple[str, ...]], dict[str, str]]


def text_of(template: str, case: Case, values: dict[str, Any], folder: Path) -> str:
    """A part of the pack as `pdftotext` reads it, in one line."""
    pdf = folder / f"{template}.pdf"
    frame = pack_content.frame(case, told=unseal(case))
    render(
        page(f"pack/{template}.html", folder=TEMPLATES, frame=frame, **values),
        pdf,
        css=[TEMPLATES / "pack" / "pack.css"],
    )
    read = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", " ", read.stdout)


@pytest.fixture
def around(app: Flask, now: datetime, tmp_path: Path) -> Around:
    """The parts of a pack around its records, under a profile and for one of its councils, read back as text."""

    def made(profile: str, controller: str, parts: tuple[str, ...]) -> dict[str, str]:
        catalogue = load(configuration.ROOT / "config", profile=profile)
        before = app.extensions[KEY]
        app.extensions[KEY] = dataclasses.replace(before, catalogue=catalogue)
        try:
            case = factories.a_case(now=now, controller=controller)
            connected = next(system.key for system in catalogue.systems.values() if system.connected)
            counted = pack_content.Counts(records=Counter({connected: 3}))
            values = {
                "opening": pack_content.opening(case, told=unseal(case), counted=counted, on=day_of(now), secret=[]),
                "about": pack_content.searched(case, counted),
                "closing": pack_content.closing(case, {}, counted, [])
                | {"services": pack_content.services(case, counted)},
            }
            return {name: text_of(name, case, values[name], tmp_path) for name in parts}
        finally:
            app.extensions[KEY] = before

    return made


def items_in(text: str) -> dict[str, str]:
    """What stands under each letter, heading of the next item included."""
    marks = [f"Article {letter}" if letter.startswith("15") else f"Article 15(1){letter}" for letter in LETTERS]
    places = [text.index(mark) for mark in marks] + [text.index("What else you can ask for")]
    assert places == sorted(places), "the items stand in the order of the law"
    return {letter: text[places[n] : places[n + 1]] for n, letter in enumerate(LETTERS)}


@pytest.mark.parametrize(("profile", "controller", "name"), COUNCILS)
def test_the_pack_tells_every_item_in_the_notices_own_facts(
    around: Around, profile: str, controller: str, name: str
) -> None:
    closing = around(profile, controller, ("closing",))["closing"]
    items = items_in(closing)
    said = {letter: text.replace(" ", "") for letter, text in items.items()}  # a long address is broken over lines
    facts = [(letter, fact) for letter in LETTERS for fact in FACTS[profile][letter]]
    assert [(letter, fact) for letter, fact in facts if fact.replace(" ", "") not in said[letter]] == []
    for letter in LETTERS:
        told = items[letter].count("Not stated in the notice.")
        assert told == len(SILENT[profile].get(letter, [])), letter
    assert "tell you by name who received it" in items["(c)"], "those who got it, and not only kinds of them"
    assert DATES[profile] in closing
    assert name in items["(ea)"], "the law's own route names the council, whatever the notice says"
    ways_to_complain(closing)


def ways_to_complain(text: str) -> None:
    """To the council, to the Commissioner and to a court, under the sections that say so now."""
    assert [section for section in ("164A", "165", "167", "168") if f"section {section}" not in text] == []
    assert not re.search(r"Art(icle|\.)? ?77\b", text)


@pytest.mark.parametrize("profile", FACTS)
def test_the_letter_is_the_councils_and_other_bodies_are_named(around: Around, profile: str) -> None:
    catalogue = load(configuration.ROOT / "config", profile=profile)
    controller = next(iter(catalogue.controllers.values()))
    parts = around(profile, controller.key, ("opening", "about"))
    assert controller.name in parts["opening"]
    ways_to_complain(parts["opening"])
    external = [system.title for system in catalogue.systems.values() if system.kind == "external"]
    assert [title for title in external if title not in parts["about"]] == []


def test_a_profile_that_is_not_there_is_told_before_anything_is_made(tmp_path: Path) -> None:
    result = CliRunner().invoke(pack, ["--demo", "--profile", "essx", "--out", str(tmp_path / "made" / "pack.pdf")])
    assert isinstance(result.exception, CatalogueError)
    assert 'did you mean "essex"?' in str(result.exception)
    assert list(tmp_path.iterdir()) == []
