"""Joining parts: pages, numbers, bookmarks, tags, and documents put on their sheets."""

import subprocess
from pathlib import Path

import pikepdf
import pytest

from sar_service.documents import assemble
from sar_service.documents.assemble import Heading, Part
from sar_service.documents.render import render
from sar_service.domain.errors import Refused

BREAK = "<section style='page-break-before: always'"
STYLE = "<style>@page { size: A4; margin: 25mm } html { font-family: 'Noto Sans' }</style>"


def typeset(folder: Path, name: str, body: str) -> Path:
    path = folder / f"{name}.pdf"
    render(f'<html lang="en-GB"><head><title>Part</title>{STYLE}</head><body>{body}</body></html>', path)
    assemble.tidy(path, key=name)
    return path


@pytest.fixture
def parts(tmp_path: Path) -> list[Part]:
    table = '<table><tr><th scope="row">Kind</th><td>Visit</td></tr></table>'
    one = typeset(
        tmp_path, "one", f"<h1>First</h1>{table}<p style='page-break-before: always'>Second page</p><h2>Later</h2>"
    )
    two = typeset(tmp_path, "two", f"<h1>Other</h1>{table}<p><a href='page:2'>to the second page</a></p>")
    headings = (Heading(level=1, title="First", page=0), Heading(level=2, title="Łater", page=1))
    return [
        Part(pdf=one, pages=2, line="Social care – ŵ", headings=headings),
        Part(pdf=two, pages=1, line="", headings=(Heading(level=1, title="Other", page=0),)),
    ]


def join(parts: list[Part], out: Path) -> int:
    return assemble.assemble(parts, out, title="A pack", reference="AAAAA-BBBBB-CCCCC", author="A council")


def test_the_pages_that_bookmarks_lead_to_are_read_in_order(parts: list[Part]) -> None:
    assert assemble.bookmark_pages(parts[0].pdf) == [0, 1]


def test_every_page_is_numbered_and_carries_the_reference_and_its_line(parts: list[Part], tmp_path: Path) -> None:
    out = tmp_path / "whole.pdf"
    assert join(parts, out) == 3
    text = subprocess.run(["pdftotext", "-layout", out, "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:3]
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 3" in page
        assert "AAAAA-BBBBB-CCCCC" in page
    assert ["Social care – ŵ" in page for page in pages] == [True, True, False]


def test_bookmarks_lead_to_their_pages_and_contents_link_inside_the_pack(parts: list[Part], tmp_path: Path) -> None:
    out = tmp_path / "whole.pdf"
    join(parts, out)
    with pikepdf.open(out) as pack:
        with pack.open_outline() as outline:
            first, other = outline.root
            assert [first.title, first.children[0].title, other.title] == ["First", "Łater", "Other"]
        notes = [note for page in pack.pages for note in page.obj.get("/Annots", [])]
        assert len(notes) == 1
        assert "/A" not in notes[0]
        assert notes[0].Dest[0].objgen == pack.pages[1].obj.objgen


def test_the_structure_of_all_parts_is_one_tree_without_a_dangling_branch(parts: list[Part], tmp_path: Path) -> None:
    out = tmp_path / "whole.pdf"
    join(parts, out)
    with pikepdf.open(out) as pack:
        own = {page.obj.objgen for page in pack.pages}
        root = pack.Root.StructTreeRoot
        names: list[str] = []
        kinds: list[str] = []

        def walk(element: object) -> None:
            if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
                return
            kinds.append(str(element.S))
            if "/ID" in element:
                names.append(str(element.ID))
            if "/Pg" in element:
                assert element.Pg.objgen in own
            kids = element.get("/K")
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                walk(kid)

        walk(root.K)
        assert kinds.count("/Document") == 1
        assert kinds.count("/H1") == 2
        assert len(names) == len(set(names)) == 2
        keys = [int(root.ParentTree.Nums[at]) for at in range(0, len(root.ParentTree.Nums), 2)]
        assert keys == sorted(set(keys))
        assert {int(page.obj.StructParents) for page in pack.pages} <= set(keys)
        assert bool(pack.Root.MarkInfo.Marked)


def test_all_letters_are_embedded(parts: list[Part], tmp_path: Path) -> None:
    out = tmp_path / "whole.pdf"
    join(parts, out)
    listed = subprocess.run(["pdffonts", out], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert listed and all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in listed)


def test_a_whole_file_is_sound_and_comes_out_the_same_again(parts: list[Part], tmp_path: Path) -> None:
    one, two = tmp_path / "whole.pdf", tmp_path / "again.pdf"
    join(parts, one)
    join(parts, two)
    assert one.read_bytes() == two.read_bytes()
    assert subprocess.run(["qpdf", "--check", one], capture_output=True, check=False).returncode == 0


def test_a_part_with_other_pages_than_it_should_have_is_refused(parts: list[Part], tmp_path: Path) -> None:
    wrong = Part(pdf=parts[1].pdf, pages=2, line="")
    with pytest.raises(Refused, match="2 pages came with 1"):
        join([parts[0], wrong], tmp_path / "whole.pdf")
    assert not (tmp_path / "whole.pdf").exists()


def test_a_document_stands_on_its_sheets_with_its_words(tmp_path: Path) -> None:
    paper = typeset(tmp_path, "paper", "<p>Minutes of a meeting</p><p style='page-break-before: always'>Its end</p>")
    sheet = "<section><h2>Document 1</h2></section>"
    sheets = typeset(
        tmp_path, "sheets", sheet + sheet.replace("<section", "<section style='page-break-before: always'")
    )
    out = tmp_path / "placed.pdf"
    assert assemble.place(sheets, paper, out) == 2
    text = subprocess.run(["pdftotext", out, "-"], capture_output=True, text=True, check=True).stdout
    first, second = text.split("\f")[:2]
    assert "Document 1" in first and "Minutes of a meeting" in first
    assert "Document 1" in second and "Its end" in second
    with pikepdf.open(out) as placed:
        assert len(placed.Root.StructTreeRoot.ParentTree.Nums[1]) == 2  # the heading and the page below it


def test_a_document_of_more_pages_than_sheets_is_refused(tmp_path: Path) -> None:
    paper = typeset(tmp_path, "paper", "<p>One</p><p style='page-break-before: always'>Two</p>")
    with pytest.raises(Refused, match="2 pages was to be put on 1 sheets"):
        assemble.place(typeset(tmp_path, "sheets", "<h2>Document 1</h2>"), paper, tmp_path / "placed.pdf")
