"""Every letter in paragraphs: no sentence runs on from what another part of the letter ends with."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from sar_service.catalogue.letters import kinds
from sar_service.extensions import KEY
from sar_service.services import letter_check, letter_fill
from tests.services.test_letters_welsh import council

TEMPLATES = Path("templates")
POINT = re.compile(r"- |\d+\. |## ")
A_SENTENCE = 70  # characters; what is shorter stands below the letter, or introduces a list


def texts(app: Flask, kind: str, language: str) -> Iterator[str]:
    """This letter as it could come to be written, in time and late."""
    catalogue = app.extensions[KEY].catalogue
    controller = catalogue.controllers["northmoor"]
    for values in letter_check.samples(controller, kind, language):
        late: list[dict[str, Any]] = [{**values, "late": True}] if values["due"] else []
        for each in (values, *late):
            yield letter_fill.text(catalogue, TEMPLATES, controller.key, kind, each, language=language)[1]


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("kind", kinds())
def test_each_sentence_begins_a_paragraph_or_goes_on_in_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str, language: str
) -> None:
    council(app, monkeypatch)
    for text in texts(app, kind, language):
        lines = text.splitlines()
        for line, below in pairwise(lines):
            assert not below.startswith("## ") or not line, (line, below)
            assert not below or POINT.match(below) or POINT.match(line) or len(line) <= A_SENTENCE, (line, below)
            assert not POINT.match(line) or not below or POINT.match(below), (line, below)
