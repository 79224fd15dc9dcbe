"""Files of every kind go in and one PDF each comes out, in which what was to go is nowhere and what stays is there.

One run over one bundle of files serves most of these tests, because a run starts many processes.
"""

import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pikepdf
import pypdfium2
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.comments import Comment
from PIL import Image, ImageDraw, ImageFont

from sar_service.documents.pages import Limits
from sar_service.documents.people_file import Register, read_people_file
from sar_service.documents.redact import free_name, redact_files, sentence
from sar_service.documents.verify import verify

PEOPLE = """\
subject: {names: [Margaret Hollis], date_of_birth: 2014-03-02, identifiers: {upn: K420755304180}}
people:
  - {id: p2, names: [Zofia Wrona], role: sibling, treatment: withhold, code: TP16}
  - {id: p3, names: [Rajesh Okafor], role: father, treatment: withhold, code: DV18, phones: [07700 900461]}
  - {id: p4, names: [Deborah Taylor], role: social worker, treatment: show}
identifiers: withhold
"""
NOTE = """Case note by Deborah Taylor, social worker.

Margaret Hollis (born 02/03/2014, UPN K420755304180) was seen with Zofia Wrona at school.
Zofia said that Mr Rajesh Okafor rang on 07700 900461 from 14 Larkhill Crescent, Exeter EX4 6QT.
His neighbour Gareth Pugh was also there. Margaret was calm.
"""
WITHHELD = ["Zofia", "Wrona", "Rajesh", "Okafor", "07700 900461", "Larkhill", "EX4 6QT", "Gareth Pugh"]
KEPT = ["Margaret Hollis", "Deborah Taylor", "K420755304180", "02/03/2014"]


def word_file() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "About Zofia Wrona"
    document.core_properties.author = "Rajesh Okafor"
    paragraph = document.add_paragraph("Margaret Hollis came. ")
    deleted = "<w:r><w:delText>Zofia Wrona cried.</w:delText></w:r>"
    paragraph._p.append(parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="Deborah Taylor">{deleted}</w:del>'))
    hidden = paragraph.add_run("Rajesh Okafor was told.")
    hidden.font.hidden = True
    run = document.add_paragraph().add_run("Plan agreed with Deborah Taylor.")
    document.add_comment([run], text="Zofia disagrees", author="Rajesh Okafor", initials="RO")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (["Child", "Worker"], ["Margaret Hollis", "Deborah Taylor"], ["Zofia Wrona", "Deborah Taylor"]):
        sheet.append(line)
    sheet.row_dimensions[3].hidden = True
    sheet["A2"].comment = Comment("Rajesh Okafor rang", "Deborah Taylor")
    other = book.create_sheet("Behind")
    other.sheet_state = "hidden"
    other["A1"] = "Rajesh Okafor, 07700 900461"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def message(text: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Deborah Taylor <deborah.taylor@example.org>"
    made["Subject"] = "Margaret Hollis"
    made.set_content(text)
    return made


def bundle() -> bytes:
    """A message that holds an archive that holds a message that holds a Word file, and a file that cannot be read."""
    inner = message("Rajesh Okafor wrote this inside.")
    inner.add_attachment(word_file(), maintype="application", subtype="octet-stream", filename="Zofia Wrona.docx")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("Zofia.eml", inner.as_bytes())
        made.writestr("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"))
    outer = message("See the archive about Zofia Wrona.")
    outer.add_attachment(archive.getvalue(), maintype="application", subtype="zip", filename="Rajesh.zip")
    return outer.as_bytes()


def scan() -> bytes:
    image = Image.new("L", (1240, 700), 255)
    letters = ImageFont.truetype("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", 36)
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(["Letter about Margaret Hollis", "Zofia Wrona moved away", "Signed Deborah Taylor"]):
        draw.text((90, 90 + at * 90), line, font=letters, fill=0)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


pytestmark = pytest.mark.xdist_group("redacted")  # the files are redacted once, not by every process

PATIENT = Limits(seconds=900)  # a busy machine is no reason to refuse a file
FILES: dict[str, bytes] = {
    "note.txt": NOTE.encode(),
    "again/note.txt": b"Zofia Wrona rang. Deborah Taylor answered.",
    "report.docx": word_file(),
    "table.xlsx": workbook(),
    "mail.eml": bundle(),
    "scan.png": scan(),
    "empty.txt": b"",
    "cut.docx": word_file()[:900],
    "locked.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
    "misnamed.docx": b"Zofia Wrona in a text that is called a Word file.",
    "rubbish.pdf": bytes(range(256)) * 8,
}


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    path = tmp_path_factory.mktemp("people") / "people.yaml"
    path.write_text(PEOPLE)
    return read_people_file(path)


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, register: Register
) -> tuple[Path, dict[str, dict[str, Any]], list[str]]:
    """The folder of the results, the report by file, and the files as they were given."""
    folder = tmp_path_factory.mktemp("in")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    given = [str(folder / name) for name in [*FILES, "missing.txt"]] + [str(folder)]
    out = tmp_path_factory.mktemp("out")
    report = redact_files(given, register=register, out=out, limits=PATIENT)
    return out, {str(Path(entry["file"]).relative_to(folder)): entry for entry in report}, given


def text(pdf: Path) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_report_has_one_entry_for_each_file_in_order(done) -> None:
    out, report, given = done
    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [entry["file"] for entry in written] == given
    assert written == list(report.values())
    keys = ["file", "output", "status", "reason", "pages", "removed", "hidden"]
    assert all(list(entry) == keys for entry in written)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("empty.txt", "empty"),
        ("cut.docx", "cut off or broken"),
        ("locked.docx", "password"),
        ("rubbish.pdf", "not a kind of file that is known"),
        ("missing.txt", "no such file"),
        (".", "folder"),
    ],
)
def test_what_cannot_be_handled_is_refused_with_a_reason_and_no_file(done, name: str, word: str) -> None:
    out, report, _ = done
    entry = report[name]
    assert (entry["status"], entry["output"], entry["pages"], entry["removed"]) == ("refused", None, 0, [])
    assert word in entry["reason"]
    assert not (out / f"{name}.pdf").exists()


HANDLED = ["note.txt", "again/note.txt", "report.docx", "table.xlsx", "mail.eml", "scan.png", "misnamed.docx"]


def test_outputs_are_named_after_their_inputs_and_the_second_of_a_name_is_numbered(done) -> None:
    out, report, _ = done
    outputs = [report[name]["output"] for name in HANDLED]
    assert outputs == [
        "note.txt.pdf",
        "note.txt-2.pdf",
        "report.docx.pdf",
        "table.xlsx.pdf",
        "mail.eml.pdf",
        "scan.png.pdf",
        "misnamed.docx.pdf",
    ]
    assert {path.name for path in out.iterdir()} == {*outputs, "report.json"}


@pytest.mark.parametrize("name", HANDLED)
def test_nothing_withheld_can_be_recovered(done, name: str) -> None:
    out, report, _ = done
    assert report[name]["status"] == "ok"
    assert verify(out / report[name]["output"], WITHHELD) == []


def test_the_subject_and_the_professional_stay(done) -> None:
    out, report, _ = done
    note = text(out / report["note.txt"]["output"])
    assert [one for one in KEPT if one not in note] == []
    for name in ("report.docx", "table.xlsx", "mail.eml", "scan.png"):
        shown = text(out / report[name]["output"])
        assert "Margaret Hollis" in shown, name
        assert "Deborah Taylor" in shown, name


def test_a_person_has_the_same_label_in_every_file(done) -> None:
    out, report, _ = done
    for name in HANDLED:
        assert "Person A TP16" in text(out / report[name]["output"]), name
    assert "Person B DV18" in text(out / report["note.txt"]["output"])
    assert "[phone]" in text(out / report["note.txt"]["output"])


def test_removals_are_listed_by_page_and_person_and_never_by_their_words(done) -> None:
    out, report, _ = done
    removed = report["note.txt"]["removed"]
    assert {"page": 1, "person": "p2", "kind": "person", "code": "TP16"} in removed
    assert {"page": 1, "person": "p3", "kind": "phone", "code": "DV18"} in removed
    assert {one["kind"] for one in removed} >= {"person", "phone", "address"}
    said = (out / "report.json").read_text(encoding="utf-8")
    assert [word for word in WITHHELD if word in said] == []


def test_hidden_things_are_listed_with_what_became_of_them(done) -> None:
    _, report, _ = done
    word = {(one["what"], one["decision"]) for one in report["report.docx"]["hidden"]}
    assert {("tracked deletion", "included"), ("hidden text", "included"), ("comment", "included")} <= word
    assert ("property creator", "left out") in word
    sheet = {(one["where"], one["what"], one["decision"]) for one in report["table.xlsx"]["hidden"]}
    assert ("sheet 1, row 3", "hidden row", "included") in sheet
    assert ("sheet 2", "hidden sheet", "included") in sheet


def test_what_is_inside_follows_under_neutral_headings(done) -> None:
    out, report, _ = done
    entry = report["mail.eml"]
    shown = text(out / entry["output"])
    for heading in ("Attachment 1 of 1", "Attachment 1.1", "Attachment 1.1.1", "Attachment 1.2"):
        assert heading in shown
    assert "could not be handled" in shown
    assert any("attachment 1.2" in one["where"] and "Word 97" in one["what"] for one in entry["hidden"])
    with pikepdf.open(out / entry["output"]) as pdf:
        assert len(pdf.pages) == entry["pages"]
        with pdf.open_outline() as outline:
            marks = [str(item.title) for item in outline.root]
    assert marks == ["Attachment 1 of 1", "Attachment 1.1", "Attachment 1.1.1", "Attachment 1.2"]
    assert max(one["page"] for one in entry["removed"]) > 2


def test_the_result_says_nothing_of_where_it_came_from(done) -> None:
    out, report, _ = done
    with pikepdf.open(out / report["report.docx"]["output"]) as pdf:
        assert dict(pdf.docinfo) == {"/Title": "Redacted document"}
        assert str(pdf.Root.Lang) == "en-GB"
        assert "/AcroForm" not in pdf.Root
        assert not pdf.attachments


def test_the_same_input_gives_the_same_bytes(done, register: Register, tmp_path: Path) -> None:
    out, report, given = done
    redact_files([given[1]], register=register, out=tmp_path, limits=PATIENT)
    assert (tmp_path / "note.txt.pdf").read_bytes() == (out / report["again/note.txt"]["output"]).read_bytes()


def test_a_fault_in_the_program_refuses_one_file_and_the_rest_go_on(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sar_service.documents import redact

    def broken(path: Path, **_: Any) -> None:
        raise KeyError("Zofia Wrona") if path.name == "a.txt" else RuntimeError

    monkeypatch.setattr(redact, "gather", broken)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x")
    report = redact_files([tmp_path / "a.txt", tmp_path / "b.txt"], register=register, out=tmp_path)
    assert [entry["status"] for entry in report] == ["refused", "refused"]
    assert "fault" in report[0]["reason"]
    assert "Zofia" not in json.dumps([entry["reason"] for entry in report])


def test_what_can_still_be_read_after_a_second_try_is_refused(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sar_service.documents import redact
    from sar_service.documents.redact_check import Leak

    tries: list[Path] = []

    def leaking(pdf: Path, *_: Any, **__: Any) -> list[Leak]:
        tries.append(pdf)
        return [Leak(page=1, label="Person A TP16", boxes=())]

    monkeypatch.setattr(redact, "leaks", leaking)
    (tmp_path / "note.txt").write_text(NOTE)
    report = redact_files([tmp_path / "note.txt"], register=register, out=tmp_path, limits=PATIENT)
    assert "could still be read on page 1" in report[0]["reason"]
    assert len(tries) == 2
    assert not (tmp_path / "note.txt.pdf").exists()


def test_files_inside_files_stop_at_the_limit_and_say_so(register: Register, tmp_path: Path) -> None:
    inner = b"Zofia Wrona at the bottom"
    for number in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            made.writestr(f"{number}.bin", inner)
        inner = out.getvalue()
    (tmp_path / "deep.zip").write_bytes(inner)
    report = redact_files([tmp_path / "deep.zip"], register=register, out=tmp_path, limits=Limits(depth=2, seconds=900))
    assert report[0]["status"] == "ok"
    assert any("files deep" in one["what"] for one in report[0]["hidden"])
    assert "Zofia" not in text(tmp_path / "deep.zip.pdf")


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("report.docx", set(), "report.docx.pdf"),
        ("report.docx", {"report.docx.pdf"}, "report.docx-2.pdf"),
        ("report.docx", {"report.docx.pdf", "report.docx-2.pdf"}, "report.docx-3.pdf"),
        ("a" * 300, set(), "a" * 200 + ".pdf"),
        ("", set(), "document.pdf"),
    ],
)
def test_names_of_results(name: str, taken: set[str], expected: str) -> None:
    assert free_name(name, taken) == expected


def test_a_reason_is_a_sentence() -> None:
    assert sentence("it is empty") == "It is empty."


def test_a_name_that_our_own_label_says_too_is_no_leak(tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text(
        "subject: {names: [Margaret Hollis]}\n"
        "people:\n  - {id: p2, names: [Alison Person], role: neighbour, treatment: withhold, code: TP16}\n"
        "identifiers: withhold\n"
    )
    (tmp_path / "note.txt").write_text("Margaret Hollis was seen with Alison Person. Mr.Person rang later.\n")
    out = tmp_path / "out"
    out.mkdir()
    report = redact_files([tmp_path / "note.txt"], register=read_people_file(people), out=out, limits=PATIENT)
    assert report[0]["status"] == "ok", report[0]["reason"]
    assert [finding.how for finding in verify(out / "note.txt.pdf", ["Alison", "Alison Person"])] == []
