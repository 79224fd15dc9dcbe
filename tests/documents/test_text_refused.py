"""Files that cannot be handled are refused with a reason that a person understands, and cost little."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name, Pdf, Stream

from sar_service.documents.pages import Limits
from sar_service.documents.text import read_pages
from sar_service.domain.errors import Refused
from tests.documents.torture_parts import blank, draw, form, line

MEMORY = 700 * 1024**2


def saved(pdf: Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def plain(pages: int = 1) -> Pdf:
    pdf = blank()
    draw(pdf, line("A page"))
    for _ in range(pages - 1):
        pdf.pages.append(pdf.pages[0])
    return pdf


def with_password() -> bytes:
    return saved(plain(), encryption=pikepdf.Encryption(owner="owner", user="user", R=6))


def flate_bomb() -> bytes:
    pdf = blank()
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(2000)) + packer.flush()
    pdf.pages[0].Contents = pdf.make_stream(packed)
    pdf.pages[0].Contents.write(packed, filter=Name.FlateDecode)
    return saved(pdf)


def endless_drawing() -> bytes:
    """Forms that draw forms ten times each, eleven deep."""
    pdf = blank()
    inner = form(pdf, line("again and again"))
    for _ in range(11):
        outer = form(pdf, "/Fm Do " * 10)
        outer.Resources = Dictionary(XObject=Dictionary(Fm=pdf.make_indirect(inner)))
        inner = outer
    pdf.pages[0].Resources.XObject = Dictionary(Fm=inner)
    draw(pdf, "/Fm Do")
    return saved(pdf)


def page_without_its_content() -> bytes:
    data = saved(plain(), compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return data.replace(b"/Contents 4 0 R", b"/Contents 9 0 R").replace(b"/Contents 5 0 R", b"/Contents 9 0 R")


def content_that_cannot_be_unpacked() -> bytes:
    pdf = blank()
    pdf.pages[0].Contents = Stream(pdf, b"")
    pdf.pages[0].Contents.write(b"\x01this was never deflated", filter=Name.FlateDecode)
    return saved(pdf)


def too_wide() -> bytes:
    pdf = plain()
    pdf.pages[0].obj.MediaBox = [0, 0, 90_000, 800]
    return saved(pdf)


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "it is empty"),
    "no PDF": (lambda: b"Dear all, see attached." * 40, "it is broken"),
    "half a file": (lambda: saved(plain(40))[:700], "it is broken"),
    "a password": (with_password, "it needs a password to open"),
    "too many pages": (lambda: saved(plain(60)), "more than 50 pages"),
    "too many bytes": (lambda: saved(plain()) + b"\n" * 3_000_000, "larger than 2 MB"),
    "a page of impossible size": (too_wide, "page 1 is of a size that no page can have"),
    "content that is missing": (page_without_its_content, "not every page can be shown"),
    "content that cannot be unpacked": (content_that_cannot_be_unpacked, "not every page can be shown"),
    "a bomb of zeros": (flate_bomb, "memory than allowed|broken"),
    "endless drawing": (endless_drawing, "took longer than 5 seconds|memory than allowed"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_handled_is_refused_in_words(name: str, tmp_path: Path) -> None:
    make, sentence = FILES[name]
    path = tmp_path / "bad.pdf"
    path.write_bytes(make())
    seconds = 5 if name == "endless drawing" else 60
    with pytest.raises(Refused, match=sentence):
        read_pages(path, limits=Limits(bytes=2 * 1024**2, pages=50, seconds=seconds, memory=MEMORY))


def test_a_file_whose_table_of_objects_is_lost_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "damaged.pdf"
    path.write_bytes(saved(plain()).replace(b"startxref", b"startxxxx"))
    assert [page.text for page in read_pages(path)] == ["A page"]


def test_what_may_not_be_copied_or_printed_but_opens_is_read(tmp_path: Path) -> None:
    locked = pikepdf.Permissions(extract=False, print_highres=False, print_lowres=False)
    path = tmp_path / "locked.pdf"
    path.write_bytes(saved(plain(), encryption=pikepdf.Encryption(owner="owner", user="", R=6, allow=locked)))
    assert [page.text for page in read_pages(path)] == ["A page"]
