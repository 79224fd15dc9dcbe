"""The text of a file for the index of a connected folder: the paper room reads it, a broken file has none."""

import tempfile
from pathlib import Path

from sar_service.documents.convert import convert
from sar_service.documents.text import read_pages
from sar_service.domain.errors import Refused


def plain_text(path: Path) -> str:
    """What a reader of the file would read; an empty text where the machine cannot read it."""
    with tempfile.TemporaryDirectory(prefix="sar-") as folder:
        try:
            converted = convert(path, name=path.name, work=Path(folder))
            return "\n\n".join(page.text for page in read_pages(converted.pdf, ocr="never"))
        except Refused:
            return ""
