"""Names in neighbouring cells are two people, and what is under a heading "Date of birth" is one."""

from sar_service.documents.detect import Detector
from sar_service.documents.pages import Box, Page, Word
from sar_service.documents.text_cells import apart, births
from sar_service.domain.redaction import Kind, Person


def page(*words: tuple[str, float]) -> Page:
    """One line of words of twelve points' height, each with the gap before it."""
    text, made, at = "", [], 0.0
    for word, gap in words:
        text += " " if made else ""
        made.append(Word(word, len(text), (Box(at + gap, 0, at + gap + 40, 12),)))
        text, at = text + word, at + gap + 40
    return Page(1, 595, 842, text, tuple(made))


def test_a_wide_gap_beside_a_known_name_is_the_edge_of_a_cell() -> None:
    line = page(("Zofia", 0), ("Wrona", 3), ("Margaret", 12), ("Hollis", 3))
    assert apart(line, ["Margaret Hollis"]) == "Zofia Wrona\tMargaret Hollis"


def test_labels_values_and_names_nobody_listed_stay_as_they_are() -> None:
    line = page(("Tel:", 0), ("07700", 40), ("900461", 3), ("Margaret", 40), ("said", 40), ("Ann", 40), ("Lee", 40))
    assert apart(line, ["Margaret Hollis"]) == line.text


def table(*lines: tuple[tuple[str, float], ...]) -> Page:
    """Lines of words, each with the place of its left edge; a word is six points wide for each letter."""
    text, made = "", []
    for number, line in enumerate(lines):
        for column, (word, left) in enumerate(line):
            text += "" if not text else " " if column else "\n"
            top = number * 20
            made.append(Word(word, len(text), (Box(left, top, left + 6 * len(word), top + 12),)))
            text += word
    return Page(1, 595, 842, text, tuple(made))


HEADING = (("Name", 40), ("Date", 200), ("of", 227), ("birth", 242), ("Seen", 340))


def births_of(page: Page) -> list[str]:
    return [page.text[start:end] for start, end in births(page)]


def test_what_lies_under_date_of_birth_is_one_and_other_columns_are_not() -> None:
    page = table(
        HEADING,
        (("Zofia", 40), ("Wrona", 73), ("3/4/2012", 200), ("9/9/2020", 340)),
        (("Ann", 40), ("Lee", 61), ("9/9/2021", 340)),
        (("Jan", 40), ("Wrona", 61), ("5", 200), ("May", 209), ("2014", 230)),
    )
    assert births_of(page) == ["3/4/2012", "5 May 2014"]


def test_prose_below_a_table_is_no_longer_its_column() -> None:
    prose = [(f"word{n}", 40 + 33.0 * n) for n in range(10)]
    page = table(HEADING, (("Zofia", 40), ("3/4/2012", 200)), tuple(prose), (("On", 185), ("9/9/2020", 200)))
    assert births_of(page) == ["3/4/2012"]


def test_born_in_a_sentence_heads_nothing() -> None:
    page = table((("born", 40),), (("3/4/2012", 40),))
    assert births_of(page) == []


def test_a_birth_in_a_table_is_given_to_the_one_person_of_its_line() -> None:
    page = table(
        HEADING,
        (("Zofia", 40), ("Wrona", 73), ("3/4/2012", 200), ("9/9/2020", 340)),
        (("Linh", 40), ("Barzani", 70), ("1/2/2013", 200)),
    )
    people = (
        Person(id="z", names=("Zofia Wrona",), role="sibling"),
        Person(id="s", names=("Linh Barzani",), role="child"),
    )
    detector = Detector(people, subject="s", use_model=False)
    found = [(s.text, s.kind, s.person) for s in detector.spans(page.text, births=births(page)) if s.text[0].isdigit()]
    assert found == [
        ("3/4/2012", Kind.DATE_OF_BIRTH, "z"),
        ("9/9/2020", Kind.DATE, None),
        ("1/2/2013", Kind.DATE_OF_BIRTH, None),  # a line may be of somebody whom it does not name: a person decides
    ]
