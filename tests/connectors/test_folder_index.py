"""Finding a person in the text of files, through an index that is kept up to date and kept private."""

import email.message
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sar_service import connectors
from sar_service.connectors.base import CannotSearch, ConnectorError
from sar_service.domain.people import Subject
from sar_service.domain.search import Verdict
from tests.connectors.counterparts import with_manifest
from tests.connectors.family import SUBJECT, UPN
from tests.connectors.tree import MANIFEST, build, by_text, names, problems, put, verdicts


def test_a_name_in_the_text_is_possible_and_with_a_date_or_number_a_match(root: Path) -> None:
    put(root, "a.txt", "Spoke to Linnea Osterby about school.")
    put(root, "b.txt", "Linnea Osterby, d.o.b. 14/3/2010, attended.")
    put(root, "c.txt", f"Pupil OSTERBY, LINNEA. UPN {UPN}.")
    put(root, "d.txt", "Linnea went home. The Osterby family moved.")
    put(root, "e.txt", "Tobias Osterby, born 14 March 2010.")
    put(root, "f.txt", f"About pupil {UPN} only.")
    found = list(by_text(root).search(SUBJECT))
    assert verdicts(found) == {
        "named:a.txt": Verdict.POSSIBLE,
        "content:b.txt": Verdict.MATCH,
        "content:c.txt": Verdict.MATCH,
        "named:f.txt": Verdict.POSSIBLE,
    }
    assert names(found) == ["b.txt", "c.txt"]


def test_a_former_name_in_the_text_is_hers_too(root: Path) -> None:
    put(root, "a.txt", "Linnea Varga (14.03.2010) was seen.")
    assert verdicts(list(by_text(root).search(SUBJECT))) == {"content:a.txt": Verdict.MATCH}


def test_a_confirmed_file_comes_and_a_rejected_one_is_not_shown_again(root: Path) -> None:
    put(root, "a.txt", "Spoke to Linnea Osterby.")
    put(root, "b.txt", "Wrote to Linnea Osterby.")
    decided = replace(SUBJECT, confirmed=frozenset({"named:a.txt"}), rejected=frozenset({"named:b.txt"}))
    found = list(by_text(root).search(decided))
    assert verdicts(found) == {"named:a.txt": Verdict.MATCH}
    assert names(found) == ["a.txt"]


def test_files_of_one_folder_may_be_decided_together(root: Path) -> None:
    for name in ("a", "b"):
        put(root, f"club/{name}.txt", "Linnea Osterby came.")
    put(root, "club/c.txt", "Linnea Osterby, 14/03/2010, came.")
    found = list(by_text(root, group="folder").search(SUBJECT))
    assert verdicts(found) == {"named:club": Verdict.POSSIBLE, "content:club": Verdict.MATCH}
    assert names(found) == ["c.txt"]


def test_the_text_of_each_kind_of_file_is_read(root: Path) -> None:
    line = "Linnea Osterby, born 14 March 2010"
    put(root, "a.csv", "name,born\nLinnea Osterby,14/03/2010\n".replace("name,born", "who,when"))
    put(root, "b.html", "<p>Linnea <b>Osterby</b></p><table><tr><td>14/03/2010</td></tr></table>")
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@council.example", "b@council.example", "Visit"
    message.set_content(line)
    put(root, "c.eml", message.as_bytes())
    for name, inner, body in (
        ("d.docx", "word/document.xml", f"<w:document><w:p><w:r><w:t>{line}</w:t></w:r></w:p></w:document>"),
        ("e.xlsx", "xl/sharedStrings.xml", "<sst><si><t>Linnea Osterby</t></si><si><t>14/03/2010</t></si></sst>"),
    ):
        with zipfile.ZipFile(root / name, "w") as archive:
            archive.writestr(inner, body)
    attached = email.message.EmailMessage()
    attached["Subject"] = "Minutes"
    attached.set_content("see attached")
    attached.add_attachment(
        (root / "d.docx").read_bytes(), maintype="application", subtype="octet-stream", filename="m.docx"
    )
    put(root, "f.eml", attached.as_bytes())
    put(root, "g.txt", ("\ufeff" + line).encode("utf-16"))
    put(root, "h.pdf", pdf_of(line))
    found = list(by_text(root).search(SUBJECT))
    assert names(found) == ["a.csv", "b.html", "c.eml", "d.docx", "e.xlsx", "f.eml", "g.txt", "h.pdf"]


def pdf_of(line: str) -> bytes:
    content = f"BT /F1 12 Tf 20 100 Td ({line}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )
    return body + end


def test_files_whose_text_cannot_be_read_are_said_to_be_unsearched(root: Path) -> None:
    put(root, "photo.jpg", b"\xff\xd8\xff")
    put(root, "broken.docx", b"PK\x03\x04 not a zip")
    put(root, "fine.txt", "nobody")
    (problem,) = problems(list(by_text(root).search(SUBJECT)))
    assert problem.about == ""
    assert problem.title == "2 files could not be searched"
    assert "photo.jpg" in problem.reason
    assert "broken.docx" in problem.reason
    assert "not known" in problem.reason


def test_a_file_whose_text_cannot_be_read_is_still_found_by_its_name(root: Path) -> None:
    put(root, "Linnea_Osterby-14.03.2010.jpg", b"\xff\xd8\xff")
    found = list(by_text(root).search(SUBJECT))
    assert names(found) == ["Linnea_Osterby-14.03.2010.jpg"]
    assert problems(found) == []


def test_a_reader_that_is_handed_in_reads_what_is_otherwise_unread(root: Path) -> None:
    put(root, "scan.jpg", b"\xff\xd8\xff")
    put(root, "bad.jpg", b"\xff\xd8\xff")

    def extract(path: Path) -> str:
        if path.name == "bad.jpg":
            raise RuntimeError("Linnea Osterby")
        return "Linnea Osterby 14 Mar 2010"

    settings = {"root": str(root), "content": {"index": str(root.parent / "index")}}
    connector = connectors.build("folder", settings, secrets={}, extract=extract)
    found = list(connector.search(SUBJECT))
    assert names(found) == ["scan.jpg"]
    assert "RuntimeError" in problems(found)[0].reason
    assert "Osterby" not in problems(found)[0].reason


def test_only_new_and_changed_files_are_read_again_and_vanished_ones_forgotten(root: Path) -> None:
    put(root, "a.jpg", "1")
    put(root, "b.jpg", "1")
    read: list[str] = []

    def extract(path: Path) -> str:
        read.append(path.name)
        return "Linnea Osterby 14 Mar 2010"

    def search() -> list[str]:
        read.clear()
        settings = {"root": str(root), "content": {"index": str(root.parent / "index")}}
        return names(list(connectors.build("folder", settings, secrets={}, extract=extract).search(SUBJECT)))

    assert search() == ["a.jpg", "b.jpg"]
    assert read == ["a.jpg", "b.jpg"]
    assert search() == ["a.jpg", "b.jpg"]
    assert read == []
    put(root, "b.jpg", "longer than before")
    put(root, "c.jpg", "1")
    (root / "a.jpg").unlink()
    assert search() == ["b.jpg", "c.jpg"]
    assert read == ["b.jpg", "c.jpg"]


def test_an_index_that_takes_too_long_goes_on_where_it_stopped(root: Path) -> None:
    import time

    for number in range(4):
        put(root, f"{number}.jpg", "1")
    read: list[str] = []

    def extract(path: Path) -> str:
        read.append(path.name)
        time.sleep(0.6)
        return "Linnea Osterby 14 Mar 2010"

    settings = {"root": str(root), "content": {"index": str(root.parent / "index"), "seconds": 1}}
    connector = connectors.build("folder", settings, secrets={}, extract=extract)
    rounds, found = 0, None
    while found is None and rounds < 10:
        rounds += 1
        try:
            found = list(connector.search(SUBJECT))
        except ConnectorError as error:
            assert not error.permanent
            assert "goes on from there" in str(error)
    assert rounds > 1
    assert read == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert names(found or []) == read


def test_the_index_is_private_and_can_be_made_again(root: Path) -> None:
    put(root, "a.txt", "Linnea Osterby 14/03/2010")
    connector = by_text(root)
    first = list(connector.search(SUBJECT))
    (index,) = (root.parent / "index").glob("*.fts")
    assert index.stat().st_mode & 0o077 == 0
    assert index.parent.stat().st_mode & 0o077 == 0
    index.write_bytes(b"this is no database, and long enough to be taken for one" * 100)
    with pytest.raises(ConnectorError, match="delete its file"):
        list(connector.search(SUBJECT))
    for each in (root.parent / "index").iterdir():
        each.unlink()
    assert list(connector.search(SUBJECT)) == first


def test_what_is_forgotten_is_gone_from_the_index(root: Path) -> None:
    put(root, "a.txt", "Zanthoxylum")
    put(root, "b.txt", "other")
    connector = by_text(root)
    list(connector.search(SUBJECT))
    (root / "a.txt").unlink()
    list(connector.search(SUBJECT))
    (path,) = (root.parent / "index").glob("*.fts")
    with sqlite3.connect(path) as index:
        assert index.execute("SELECT count(*) FROM body WHERE body MATCH 'zanthoxylum'").fetchone() == (0,)
    index.close()


def test_files_of_a_namesake_are_not_hers_for_naming_the_namesake(root: Path) -> None:
    with_manifest(root / "tree")
    tree = root / "tree"
    (tree / "notes" / "loose.txt").write_text("Linnea Osterby called.")
    settings = {"manifest": MANIFEST, "content": {"index": str(root / "index")}}
    found = verdicts(list(build(tree, **settings).search(SUBJECT)))
    # 3 is another child of her name: her note names her, and is about nobody else. 5 may be the subject.
    assert "named:notes/loose.txt" in found
    assert not [ref for ref in found if ref.startswith(("named:", "content:")) and "note " in ref]


def test_with_too_little_to_search_text_by_it_says_so(root: Path) -> None:
    put(root, "a.txt")
    with pytest.raises(CannotSearch, match="a given name with a family name"):
        list(by_text(root).search(Subject(family_name="Osterby")))
