"""The text of a letter on page and paper: nothing of it is lost, whatever stands in its lines."""

import re

import pypdfium2
import pytest

from sar_service.documents import render
from sar_service.documents.letter_text import as_html, as_pdf

END = "You will have our answer by Wednesday 23 December 2026."


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).replace("\u2060", "").split())


@pytest.mark.parametrize(
    "line",
    ["- " * 30, "- - - - - - - - - - - - - - - - - - - -", "* " * 9_000, "1. " * 40, "- 1) + * " * 12, "-\t" * 30],
)
def test_a_line_drawn_with_marks_is_a_line_and_what_follows_it_is_there(line: str) -> None:
    html = as_html(f"Before.\n\n{line}\n\n{END}\n")
    assert words(html) == " ".join(f"Before. {line} {END}".split()) and "<li>" not in html


@pytest.mark.parametrize("step", [" ", "  ", "   ", "\t", "      "])
@pytest.mark.parametrize("mark", ["-", "1."])
def test_however_far_lines_are_moved_in_nothing_is_lost(step: str, mark: str) -> None:
    lines = [f"{step * depth}{mark} Point {depth}." for depth in range(100)]
    html = as_html("\n".join([*lines, "", END]))
    assert [f"Point {depth}." in html for depth in range(100)] == [True] * 100 and END in html


def test_a_list_within_a_list_is_still_one() -> None:
    html = as_html("- One\n  - Within\n- Two\n\n1. First\n   - Below\n")
    assert html.count("<ul>") == 3 and html.count("<ol>") == 1 and words(html) == "One Within Two First Below"


def test_no_line_ends_within_an_address_of_the_web_or_a_postcode() -> None:
    web, post = "https://ico.example/make-a-complaint/", "NM14 4AA"
    said = "\n\n".join(f"{'and so on ' * at}{'x' * (at % 9)} {web} at {post}." for at in range(5, 16))
    folder = render.TEMPLATES
    values = {
        "parts": [{"language": "en-GB", "subject": "It", "on": "Today", "our_reference": "Ours"}],
        "council": ["Northmoor"], "council_address": [], "brand": "#123456", "brand_text": "#ffffff", "to": ["A"],
        "reference": "R",
    }  # fmt: skip
    with pypdfium2.PdfDocument(as_pdf(values, [("en-GB", f"{said}\n\n{'y' * 300}")], folder=folder)) as pdf:
        lines = "\n".join(page.get_textpage().get_text_range() for page in pdf).splitlines()
    for whole in (web, post):
        assert sum(whole in line for line in lines) == 11
