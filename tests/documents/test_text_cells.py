"""Names in neighbouring cells are two people, and only names are parted."""

from sar_service.documents.pages import Box, Page, Word
from sar_service.documents.text_cells import apart


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
