"""Names are people's own: whatever script a record or a letter writes them in, each letter is there on the page."""

from pathlib import Path

import pytest

from sar_service.documents.render import TEMPLATES, render

NAMES = (
    "Łukasz", "Ngũgĩ", "Siân", "Иван", "Γιώργος", "محمد", "עברית", "ਗੁਰਪ੍ਰੀਤ", "रहीम", "রহিমা", "தமிழ்", "ไทย",
    "ሰላም", "王小明", "さくら", "カタカナ", "김민준", "🙂👍❤",
)  # fmt: skip


def missing(words: str, sheet: str, folder: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the typesetter says of letters that no font here has, for words set large, plain and bold."""
    page = f'<!doctype html><html lang="en"><title>Name</title><h1>{words}</h1><p>{words} <b>{words}</b></p></html>'
    with caplog.at_level("WARNING", logger="weasyprint"):
        assert render(page, folder / "name.pdf", css=[TEMPLATES / sheet]) == 1
    return [record.getMessage() for record in caplog.records if "unsupported by fonts" in record.getMessage()]


@pytest.mark.parametrize("sheet", ["pack/pack.css", "letters/sheet.css"])
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_of_a_name_is_drawn(
    name: str, sheet: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert missing(name, sheet, tmp_path, caplog) == []


def test_a_letter_that_no_font_has_would_be_noticed_here(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert missing("\U0010fffd", "pack/pack.css", tmp_path, caplog)
