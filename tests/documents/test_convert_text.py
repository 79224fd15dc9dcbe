"""Text, tables, web pages and archives: everything in them is shown, labelled, listed or a member."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from sar_service.documents import convert_html
from sar_service.documents.convert import convert
from sar_service.documents.convert_archive import read_archive
from sar_service.documents.convert_html import read_html
from sar_service.documents.convert_text import CELLS, read_csv, read_text
from sar_service.documents.draft import Draft
from sar_service.documents.pages import Limits
from sar_service.documents.text import read_pages
from sar_service.domain.errors import Refused


@pytest.fixture
def read(tmp_path: Path):
    def reading(reader, content: bytes, *, limits: Limits | None = None) -> Draft:
        path = tmp_path / "given"
        path.write_bytes(content)
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        draft = Draft(work=work, limits=limits or Limits())
        reader(path, draft)
        return draft

    return reading


def said(draft: Draft) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in draft.blocks]


# Text and tables


def test_text_keeps_its_paragraphs_and_lines(read) -> None:
    assert said(read(read_text, b"One\r\ntwo\r\n\r\n\r\nThree")) == [("text", "One\ntwo"), ("text", "Three")]


def test_marks_that_hide_or_turn_text_are_dropped(read) -> None:
    draft = read(read_text, "Ro\u200bsa \u202eQuill\u202c \xad\x07x".encode())
    assert said(draft) == [("text", "Rosa Quill x")]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_table_is_read_whatever_parts_its_cells(read, mark: str) -> None:
    content = f"Name{mark}Born\nAnn{mark}2001\nBob{mark}2002\n".encode()
    assert read(read_csv, content).blocks[0].rows == (("Name", "Born"), ("Ann", "2001"), ("Bob", "2002"))


def test_rows_of_uneven_length_and_quoted_line_ends_lose_nothing(read) -> None:
    draft = read(read_csv, b'Name,Note\nAnn,"first\nsecond",extra\nBob\n')
    values = [value for block in draft.blocks for row in block.rows for value in row]
    assert {"first\nsecond", "extra"} <= set(values)
    assert any("Bob" in block.text for block in draft.blocks)


def test_a_word_without_end_is_typeset_and_a_long_address_breaks_beside_its_names(tmp_path: Path) -> None:
    place = "https://intranet.example.org/cases/2024/" + "section/" * 4 + "margaret.hollis/zofia.wrona"
    path = tmp_path / "long.txt"
    path.write_text(f"See {place} and {'x' * 40_000} end.")
    pages = read_pages(convert(path, name="long.txt", work=tmp_path / "work").pdf, ocr="never")
    text = "\n".join(page.text for page in pages)
    assert "".join(text.split()) == "".join(path.read_text().split())
    assert "zofia.wrona" in text.replace("\n", "") and {"zofia", "hollis"} <= set(re.split(r"\W+", text))


def test_a_table_too_large_to_read_is_refused(read) -> None:
    with pytest.raises(Refused, match=f"{CELLS:,}"):
        read(read_csv, b"a,b\n" * (CELLS // 2 + 1))


def test_text_that_would_fill_too_many_pages_is_refused(read) -> None:
    with pytest.raises(Refused, match="pages"):
        read(read_text, b"word " * 10_000, limits=Limits(pages=2))


# Web pages


def test_a_page_keeps_its_structure(read) -> None:
    draft = read(
        read_html,
        b"<html><body><h1>Title</h1><p>One <b>bold</b><br>line</p><ul><li>first<li>second</ul>"
        b"<table><tr><th>Name<th>Born</tr><tr><td>Ann<td>2001</tr></table></body></html>",
    )
    assert said(draft)[:4] == [
        ("heading", "Title"),
        ("text", "One bold\nline"),
        ("item", "• first"),
        ("item", "• second"),
    ]
    assert draft.blocks[4].rows == (("Name", "Born"), ("Ann", "2001"))


def test_words_in_what_is_drawn_by_itself_do_not_run_into_words_beside_it(read) -> None:
    draft = read(read_html, b"<p>One<svg><text>two</text><text>three</text></svg>four<object>five</object>six</p>")
    assert said(draft)[0][1].split() == ["One", "two", "three", "four", "five", "six"]


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display:none">Rosa</span>',
        '<span style="visibility: hidden">Rosa</span>',
        '<span style="font-size:0px">Rosa</span>',
        '<span style="opacity:0">Rosa</span>',
        '<span style="color:#FFFFFF">Rosa</span>',
        '<font color="white">Rosa</font>',
        "<span hidden>Rosa</span>",
        '<span class="gone">Rosa</span>',
        "<!-- Rosa -->",
        "<iframe srcdoc='<p>Rosa</p>'></iframe>",
        '<input type="hidden" value="Rosa">',
        '<img alt="Rosa" src="x.png">',
        '<abbr title="Rosa"></abbr>',
    ],
)
def test_what_a_page_hides_is_off_the_line_and_labelled(read, hidden: str) -> None:
    head = "<head><style>.gone, .x { display: none }</style></head>"
    draft = read(read_html, f"<html>{head}<body><p>Before {hidden}after</p></body></html>".encode())
    assert ("text", "Before after") in said(draft)
    assert ("aside", "Rosa") in said(draft)
    assert [(entry.decision, entry.text) for entry in draft.hidden if entry.text == "Rosa"] == [("included", "Rosa")]


def test_hidden_pieces_in_a_table_do_not_join_its_cells(read) -> None:
    page = b"<table><tr><td>Ann<td>One</tr><tr><td>Bob<i hidden>Rosa</i><td>Two</tr></table>"
    draft = read(read_html, page)
    assert draft.blocks[0].rows == (("Ann", "One"), ("Bob", "Two"))
    assert ("aside", "Rosa") in said(draft)


def test_scripts_and_addresses_outside_are_listed_and_left_out(read) -> None:
    page = (
        b"<html><body><p>Text</p><script>var name = 'Rosa'</script><iframe src='http://127.0.0.1:1/x'></iframe>"
        b"<a href='http://127.0.0.1:1/rosa'>link</a><meta name='author' content='Otto'></body></html>"
    )
    draft = read(read_html, page)
    assert {entry.what for entry in draft.hidden if entry.decision == "left out"} == {
        "script",
        "link to something outside (iframe)",
        "address behind a link",
        "metadata",
    }
    assert [text for kind, text in said(draft)] == ["Text", "link"]


def test_elements_nested_without_end_are_read_or_refused(read) -> None:
    page = b"<html><body>" + b"<div>" * 5000 + b"Rosa" + b"</div>" * 5000
    assert ("text", "Rosa") in said(read(read_html, page))
    with pytest.raises(Refused, match="elements"):
        read(read_html, b"<html><body>" + b"<b></b>" * 400_000)


@pytest.mark.parametrize(
    "page",
    [
        b"<div>" * 100_000 + b"Rosa",
        b"<div></x>" * 100_000,  # what ends nothing
        b"<DIV>" * 9_000 + b"<p>Rosa" * 20_000,
    ],
)
def test_a_page_that_would_take_a_parser_minutes_is_refused_before_it_begins(
    read, page: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parses(*_: object, **__: object) -> None:
        raise AssertionError("it has begun")

    monkeypatch.setattr(convert_html.html5lib, "parse", parses)
    with pytest.raises(Refused, match="too deep"):
        read(read_html, page)


@pytest.mark.parametrize(
    "page",
    [
        b"<p>Rosa<br>" * 20_000,
        b"<table>" + b"<tr><td>Rosa<td>Otto" * 20_000 + b"</table>",
        b"<div><div><div>Rosa</div></div></div>" * 10_000,
        b"<table>" + b"<tr><td><font size=2>Rosa</td><td><span>Otto</tr>" * 10_000 + b"</table>",
        b"<table><tr><td>" + b"<table><tr><td><font>Rosa</table>" * 10_000 + b"</table>",
    ],
)
def test_a_long_page_of_ordinary_elements_is_not_too_deep(page: bytes) -> None:
    assert not convert_html.too_deep(page.decode())


# Archives


def archive(*members: tuple[str, bytes], **options: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return out.getvalue()


def test_members_come_out_under_neutral_names_wherever_they_wish_to_go(read, tmp_path: Path) -> None:
    draft = read(
        read_archive, archive(("../../etc/rosa.txt", b"one"), ("/abs.txt", b"two"), ("C:\\x\\y.txt", b"three"))
    )
    assert [member.path.read_bytes() for member in draft.members] == [b"one", b"two", b"three"]
    assert all(member.path.parent == tmp_path / "work" for member in draft.members)
    assert not any("rosa" in member.path.name for member in draft.members)
    assert "rosa" not in " ".join(text for _, text in said(draft))


def test_a_bomb_among_members_is_named_and_the_rest_is_kept(read) -> None:
    draft = read(read_archive, archive(("good.txt", b"good"), ("bomb.txt", b"\0" * 50_000_000)))
    assert [bool(member.problem) for member in draft.members] == [False, True]
    assert "attack" in draft.members[1].problem


def test_an_archive_over_the_whole_limit_is_refused(read) -> None:
    import random

    content = random.Random(1).randbytes(400_000)
    with pytest.raises(Refused, match="unpacks to more than"):
        read(read_archive, archive(("a", content), ("b", content)), limits=Limits(unpacked=600_000))


def test_too_many_members_are_refused(read) -> None:
    with pytest.raises(Refused, match="more than 3 files"):
        read(read_archive, archive(*[(str(n), b"x") for n in range(4)]), limits=Limits(members=3))


def locked(content: bytes) -> bytes:
    """The same archive with every member marked as encrypted, in both places that say so."""
    raw = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(mark, at + 4)
    return bytes(raw)


def test_an_archive_with_a_password_is_refused_and_one_locked_member_is_listed(read) -> None:
    with pytest.raises(Refused, match="password"):
        read(read_archive, locked(archive(("a.txt", b"x"))))
    mixed = bytearray(archive(("a.txt", b"first"), ("b.txt", b"second")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        mixed[mixed.rfind(mark) + offset] |= 1
    draft = read(read_archive, bytes(mixed))
    assert [member.problem[:19] for member in draft.members] == ["", "it needs a password"]


def test_links_litter_and_names_are_listed(read) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("__MACOSX/._x", "x")
        made.writestr("Rosa Quill.txt", "x")
        made.comment = b"packed by Otto"
    draft = read(read_archive, out.getvalue())
    assert [member.problem for member in draft.members] == ["it is a link to another place and not a file", ""]
    listed = {(entry.what, entry.text) for entry in draft.hidden}
    assert {("comment", "packed by Otto"), ("file name", "Rosa Quill.txt")} <= listed


def test_an_archive_without_files_or_cut_off_is_refused(read) -> None:
    with pytest.raises(Refused, match="no files"):
        read(read_archive, archive())
    with pytest.raises(Refused, match="cut off"):
        read(read_archive, archive(("a", bytes(range(256))))[:100])
