"""Letters' templates can print, choose and list, and nothing else; what people are called changes no layout."""

from pathlib import Path
from typing import Any

import pytest
from jinja2.sandbox import SecurityError

from sar_service.documents import letter_template
from sar_service.documents.letter_template import LetterFault, Own, fill
from sar_service.documents.letter_text import as_html
from sar_service.documents.render import TEMPLATES
from sar_service.domain.letter import KINDS

FILE = "config/letters/refused/body.txt"
VALUES: dict[str, Any] = {
    "requester": {"name": "Morwenna"},
    "reference": "R1",
    "reason": "Because.",
    "due": "Friday 18 December 2026",
    "late": True,
    "reckoning": {"steps": ["One.", "Two."]},
}


def filled(text: str, **more: Any) -> str:
    own = {"letters/refused/body.txt": Own(text, FILE)}
    return fill("letters/refused/body.txt", {**VALUES, **more}, folder=TEMPLATES, own=own)


def test_a_template_prints_chooses_lists_and_takes_in_a_shared_part() -> None:
    text = filled(
        '{# a note #}Dear {{ requester.name or "you" }}\n'
        '{% if reference == "R1" %}{{ reference | lower }}{% endif %}\n'
        "{% for one in reckoning.steps %}\n{{ loop.index }}. {{ one }}\n{% endfor %}\n"
        '{% include "clock.txt" %}'
    )
    assert text.startswith("Dear Morwenna\nr1")
    assert text.count("1. One.\n2. Two.") == 2 and "How we worked out the date" in text


HOSTILE = [
    ("{{ requester.__class__ }}", 1, "__class__"),
    ("{{ ''.__class__.__mro__ }}", 1, "part of something that has none"),
    ("x\n{{ requester.name.upper() }}", 2, "a call with brackets"),
    ("{% for i in range(10**9) %}x{% endfor %}", 1, "no list"),
    ("{% for i in 'abc' %}x{% endfor %}", 1, "no list"),
    ("{{ 'x' * 1000000000 }}", 1, "arithmetic"),
    ("{{ 10 ** 10 ** 10 }}", 1, "arithmetic"),
    ("{{ '%1000000000d' % 1 }}", 1, "arithmetic"),
    ("{{ '%1000000000d' | format(1) }}", 1, 'filter "format"'),
    ("{{ '{0.__class__}'.format(reference) }}", 1, "a call with brackets"),
    ("{{ reference | center(1000000000) }}", 1, 'filter "center"'),
    ("{{ reference | attr('__class__') }}", 1, 'filter "attr"'),
    ("{{ requester['__class__'] }}", 1, "square brackets"),
    ("{{ self.__init__.__globals__ }}", 1, "self"),
    ("{{ lipsum() }}", 1, "a call with brackets"),
    ("{{ cycler.__init__ }}", 1, "cycler"),
    ("{% set x = 1 %}", 1, "`set`"),
    ("{% macro m() %}{{ m() }}{% endmacro %}", 1, "a macro"),
    ("{% extends 'base.html' %}", 1, "`extends`"),
    ("{% import 'letters/foot.txt' as x %}", 1, "`import`"),
    ("{% include '../../etc/passwd' %}", 1, "no shared part"),
    ("{% include '/etc/passwd' %}", 1, "no shared part"),
    ("{% include 'staff/case.html' %}", 1, "no shared part"),
    ("{% include 'letters/refused/body.txt' %}", 1, "no shared part"),
    ("{% include reference %}", 1, "no shared part"),
    ("{% include 'letters/nowhere.txt' %}", 0, "no such template"),
    ("{% for a in reckoning.steps %}{% for b in reckoning.steps %}x{% endfor %}{% endfor %}", 1, "within a loop"),
    ("{% for a in reckoning.steps %}{% include 'letters/foot.txt' %}{% endfor %}", 1, "within a loop"),
    ("{% for a in reckoning.steps recursive %}{{ loop(a) }}{% endfor %}", 1, "a way that a letter may not"),
    ("{{ requester.nam }}", 1, 'did you mean "requester.name"?'),
    ("a\n\n{{ requestor.name }}", 3, 'did you mean "requester.name"?'),
    ("{{ requester }}", 1, "a group"),
    ("a\n{{ reckoning.steps }}", 2, "a list"),
    ("{{ late }}", 0, "yes or no"),
    ("{{ due and late }}", 0, "yes or no"),
    ("{{ reckoning.steps or late }}", 0, "a list"),
    ("{{ nobody }}", 1, 'no "nobody"'),
    ("{{ " + "9" * 6_000 + " }}", 0, "cannot be read as a template"),
    ("{% if today < due %}x{% endif %}", 1, "compares with < or >"),
    ("{% if reference %}x", 1, "cannot be read as a template"),
    ("{{ reference", 1, "cannot be read as a template"),
    ("{{ " + "(" * 400 + "reference" + ")" * 400 + " }}" + "x" * 50_000, 0, "more than 50,000"),
    ("{{ " + "not " * 60 + "reference }}", 1, "too many things inside"),
    ("{{ code }}", 0, "that this letter does not have"),
]


@pytest.mark.parametrize(("text", "line", "words"), HOSTILE, ids=[words for _, _, words in HOSTILE])
def test_whatever_else_a_template_does_is_refused_with_its_file_and_line(text: str, line: int, words: str) -> None:
    with pytest.raises(LetterFault) as refused:
        filled(text)
    told = str(refused.value)
    assert words in told and len(told) < 300
    assert told.startswith(f"{FILE}:{line}: " if line else f"{FILE}: ")


def test_parts_that_take_in_each_other_or_too_many_are_refused() -> None:
    circle = {
        "letters/foot.txt": Own('{% include "letters/rights.txt" %}', "foot"),
        "letters/rights.txt": Own('{% include "letters/foot.txt" %}', "rights"),
    }
    with pytest.raises(LetterFault, match="takes itself in"):
        fill("letters/refused/body.txt", VALUES, folder=TEMPLATES, own=circle)
    tree = {
        f"letters/{name}.txt": Own(f'{{% include "{below}.txt" %}}' * 9, name)
        for name, below in (("foot", "rights"), ("rights", "clock"))
    }
    with pytest.raises(LetterFault, match="more than 30 parts"):
        fill("letters/refused/body.txt", VALUES, folder=TEMPLATES, own=tree)


def test_a_letter_that_grows_too_long_is_refused() -> None:
    with pytest.raises(LetterFault, match="more than 20,000 characters"):
        filled("{% for one in reckoning.steps %}{{ one }}{% endfor %}", reckoning={"steps": ["word " * 20] * 300})


def test_a_template_is_given_no_object_that_can_do_something() -> None:
    class Case:
        reference = "R1"

    for value in (Case(), Case, len, {"name": Case()}, [Path()], b"x"):
        with pytest.raises(TypeError):
            filled("x", requester=value)


def test_the_sandbox_stands_behind_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_template, "faults", lambda text: [])
    with pytest.raises(LetterFault, match="may not"):
        filled("{{ requester.__class__.__mro__ }}{# behind #}")
    with pytest.raises(LetterFault):
        filled("{% for i in range(9) %}x{% endfor %}{# behind #}")
    sandbox = letter_template._sandbox(TEMPLATES, ())
    with pytest.raises(SecurityError):
        sandbox.from_string("{{ x.append(1) }}").render(x=[])


NAMES = [
    "* Star",
    "_Under_ *score*",
    "[a](http://x)",
    "<b>Bold</b> & Co",
    "## Big",
    "1. First",
    "- Dash",
    "`code`",
    "{{ code }}",
]


@pytest.mark.parametrize("name", NAMES)
def test_what_somebody_is_called_changes_no_layout(name: str) -> None:
    text = filled(
        "{{ requester.name }}\n\nDear {{ requester.name }}\n\n  {{ requester.name }}\n", requester={"name": name}
    )
    html = as_html(text)
    shown = html.replace("\u2060", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == f"<p>{name}</p>\n<p>Dear {name}</p>\n<p>{name}</p>\n"
    assert f"Dear {name}\n" in text  # not even an unseen sign, where it is in the middle


def test_a_name_of_several_lines_stays_on_one_and_reasons_keep_theirs() -> None:
    name = "Mor\r\n## wenna\u2028\x00\n\n- x"
    text = filled("Dear {{ requester.name }}\n\n{{ reason }}", requester={"name": name}, reason="## One\r\n\r\n- two")
    assert text == "Dear Mor ## wenna - x\n\n## One\n\n- two"


def test_a_name_turns_nothing_round() -> None:
    assert filled("Dear {{ requester.name }}", requester={"name": "\u202eMor\u2067wenna"}) == "Dear Morwenna"


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "{{ 'a\\0b' }}", "{{ 'a\\ud800b' }}", "{{ 'a\\x07' }}b"])
def test_what_no_page_can_show_is_left_out_of_a_letter(text: str) -> None:
    assert filled(text) == "ab" and filled("a\tb\nc") == "a\tb\nc"


def test_a_list_is_not_endless() -> None:
    with pytest.raises(TypeError, match="at most 500"):
        filled("{% for one in reckoning.steps %}{{ one }}{% endfor %}", reckoning={"steps": ["x"] * 501})


@pytest.mark.parametrize("name", ["letters/sheet.html", "letters/../base.html", "pack/cover.html", "letters/Foot.txt"])
def test_nothing_but_letters_is_filled(name: str) -> None:
    with pytest.raises(LetterFault, match="no such template"):
        fill(name, VALUES, folder=TEMPLATES)


def test_every_shipped_template_keeps_the_rules() -> None:
    kinds = {path.parent.name for path in (TEMPLATES / "letters").glob("*/body*.txt")}
    assert kinds >= set(KINDS)
    broken = {
        str(path.relative_to(TEMPLATES)): found
        for path in sorted((TEMPLATES / "letters").rglob("*.txt"))
        if (found := letter_template.faults(path.read_text()))
    }
    assert broken == {}
