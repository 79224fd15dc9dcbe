"""Reading YAML: values as written, every line known, and nothing that can grow or run."""

from pathlib import Path

import pytest

from sar_service.catalogue.reading import MAX_BYTES, MAX_DEPTH, MAX_VALUES, Reading, environment_names, read


def reading_of(tmp_path: Path, text: str | bytes) -> Reading:
    path = tmp_path / "file.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, name="file.yaml")


def test_words_that_look_like_answers_and_dates_stay_the_text_that_was_written(tmp_path: Path) -> None:
    text = "on: 2026-06-15\nno: off\nyes: 'true'\nphone: 01632 960001\ncode: 0300\ntime: 12:30:45\n"
    assert reading_of(tmp_path, text).value == {
        "on": "2026-06-15",
        "no": "off",
        "yes": "true",
        "phone": "01632 960001",
        "code": "0300",
        "time": "12:30:45",
    }


def test_true_false_numbers_and_nothing_are_read_as_such(tmp_path: Path) -> None:
    text = "a: true\nb: false\nc: 12\nd: -1.5\ne:\nf: ~\ng: null\n"
    assert reading_of(tmp_path, text).value == {
        "a": True,
        "b": False,
        "c": 12,
        "d": -1.5,
        "e": None,
        "f": None,
        "g": None,
    }


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    found = reading_of(tmp_path, "# remark\na:\n  - x\n  - b: 1\n    c: 2\n")
    assert [found.line_of(path) for path in (("a",), ("a", 0), ("a", 1), ("a", 1, "c"))] == [2, 3, 4, 5]


def test_what_was_not_written_has_the_line_of_what_is_around_it(tmp_path: Path) -> None:
    assert reading_of(tmp_path, "\na:\n  b: 1\n").line_of(("a", "missing", 3)) == 2


def test_a_byte_order_mark_and_other_scripts_are_read(tmp_path: Path) -> None:
    assert reading_of(tmp_path, "\ufeffname: Łódź 🙂 مرحبا\n").value == {"name": "Łódź 🙂 مرحبا"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "written twice (first on line 1)"),
        ("a:\n\tb: 1\n", 2, "a tab is used for indentation"),
        ("a: &x 1\nb: 2\n", 1, "an anchor (&name) is used"),
        ("a: 1\nb: *x\n", 2, "an alias (*name) is used"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "a tag (!name) is used"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins"),
        ("a: 1\nb: 'open\nc: 2\n", 4, "a quotation mark is opened and not closed"),
        ("a: 1\nb\nc: 2\n", 3, "a colon is missing after a key"),
        ("a: - b\n", 1, "a list item"),
        ("a: one: two\n", 1, "a colon is not expected here"),
        ("a:\n    b: 1\n   c: 2\n", 3, "is indented differently"),
        ("? [a, b]\n: 1\n", 1, "a key must be one short word"),
        ("a" * 300 + ": 1\n", 1, "a key must be one short word"),
        ("", 1, "is empty"),
        ("# only a remark\n", 1, "is empty"),
        ("a: \x07\n", 1, "a character that YAML does not allow"),
        (b"a: 1\nb: \xff\xfe\n", 2, "is not UTF-8 text"),
    ],
)
def test_each_fault_is_told_with_its_line(tmp_path: Path, text: str | bytes, line: int, words: str) -> None:
    found = reading_of(tmp_path, text)
    assert [(each.file, each.line) for each in found.mistakes] == [("file.yaml", line)], found.mistakes
    assert words in found.mistakes[0].message


def test_an_anchor_bomb_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
    found = reading_of(tmp_path, "\n".join(lines))
    assert found.value is None
    assert all("anchor" in each.message or "alias" in each.message for each in found.mistakes)
    assert 0 < len(found.mistakes) < 100


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "{b: " * 300 + "1" + "}" * 300])
def test_deep_nesting_is_refused(tmp_path: Path, text: str) -> None:
    found = reading_of(tmp_path, text)
    assert found.value is None
    assert "nested too deeply" in found.mistakes[0].message


def test_nesting_up_to_the_bound_is_read(tmp_path: Path) -> None:
    depth = MAX_DEPTH - 1
    assert reading_of(tmp_path, "a: " + "[" * depth + "]" * depth).mistakes == []


def test_too_many_values_and_too_many_bytes_are_refused(tmp_path: Path) -> None:
    many = reading_of(tmp_path, "- 1\n" * (MAX_VALUES + 1))
    assert "too many values" in many.mistakes[0].message
    large = reading_of(tmp_path, "a: " + "x" * MAX_BYTES)
    assert "larger than 1,000 kB" in large.mistakes[0].message


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    assert "is missing" in read(tmp_path / "none.yaml", name="none.yaml").mistakes[0].message
    assert "is not a file" in read(tmp_path / "folder.yaml", name="folder.yaml").mistakes[0].message


def test_names_in_the_environment_are_found_wherever_they_stand() -> None:
    value = {"url": {"env": "ONE"}, "auth": [{"password": {"env": "TWO"}}], "env": "not one", "x": {"env": 3}}
    assert environment_names(value) == [(("url",), "ONE"), (("auth", 0, "password"), "TWO")]
