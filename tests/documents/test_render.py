"""Typesetting reaches nothing but the project's own files, whatever a record holds, and says so when asked to."""

import ast
import http.server
import logging
import socketserver
import threading
from pathlib import Path

import pikepdf
import pytest

import sar_service
from sar_service.documents.render import TEMPLATES, RenderError, page, render

PAYLOADS = {
    "picture": '<img src="http://CANARY/a.png">',
    "redirect": '<img src="http://CANARY/redirect">',
    "attachment": '<link rel="attachment" href="http://CANARY/a.txt">',
    "attachment of a file": '<a rel="attachment" href="file:///etc/passwd">open</a>',
    "import": '<style>@import url("http://CANARY/a.css");</style>',
    "background": '<p style="background: url(http://CANARY/a.png)">x</p>',
    "font": "<style>@font-face { font-family: x; src: url(http://CANARY/a.ttf) } p { font-family: x }</style><p>x</p>",
    "svg picture": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<image href="http://CANARY/a.png" width="9" height="9"/></svg>',
    "svg entity": '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
    "base": '<base href="http://CANARY/"><img src="a.png">',
    "object": '<object data="http://CANARY/a.pdf"></object>',
    "embed": '<embed src="http://CANARY/a.pdf">',
    "style sheet": '<link rel="stylesheet" href="http://CANARY/a.css">',
    "refresh": '<meta http-equiv="refresh" content="0;url=http://CANARY/a">',
    "frame": '<iframe src="http://CANARY/a.html"></iframe>',
    "script": '<script src="http://CANARY/a.js"></script><script>fetch("http://CANARY/b")</script>',
    "file": '<img src="file:///etc/passwd">',
    "data": '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3C/svg%3E">',
}


class _Hits(http.server.BaseHTTPRequestHandler):
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(302 if "redirect" in self.path else 200)
        self.send_header("Location", "file:///etc/passwd")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def canary():
    _Hits.seen = []
    with socketserver.TCPServer(("127.0.0.1", 0), _Hits) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}", _Hits.seen
        server.shutdown()
        thread.join()


def whole(body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>Test</title></head><body>{body}</body></html>"


def words(pdf: Path) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(one.get_textpage().get_text_range() for one in document)


@pytest.mark.parametrize("name", PAYLOADS)
def test_markup_from_a_record_reaches_nothing_even_unescaped(canary, tmp_path: Path, name: str) -> None:
    address, seen = canary
    out = tmp_path / "out.pdf"
    try:
        render(whole(PAYLOADS[name].replace("CANARY", address)), out)
    except RenderError:
        assert not out.exists()
    else:
        with pikepdf.open(out) as pdf:
            assert not pdf.attachments
            assert "/EmbeddedFiles" not in pdf.Root.get("/Names", pikepdf.Dictionary())
        assert "root:" not in words(out)
    assert seen == []
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("name", PAYLOADS)
def test_markup_in_a_value_is_printed_and_not_followed(canary, tmp_path: Path, name: str) -> None:
    address, seen = canary
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "one.html").write_text(whole("<pre style='white-space: pre-wrap'>{{ value }}</pre>"))
    payload = PAYLOADS[name].replace("CANARY", address)
    out = tmp_path / "out.pdf"
    render(page("one.html", folder=folder, value=payload), out)
    printed = "".join(words(out).split()).replace("\ufffe", "").replace("-", "")
    assert "".join(payload.split())[:12].replace("-", "") in printed
    assert seen == []


def test_only_pictures_that_the_caller_named_are_drawn(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (40, 40), "red").save(tmp_path / "one.png")
    out = tmp_path / "out.pdf"
    render(whole('<img src="picture:one" alt="One">'), out, pictures={"one": tmp_path / "one.png"})
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages[0].get_images()) == 1
    with pytest.raises(RenderError):
        render(whole('<img src="picture:two" alt="Two">'), out, pictures={"one": tmp_path / "one.png"})
    (tmp_path / "text").write_text("not a picture")
    with pytest.raises(RenderError):
        render(whole('<img src="picture:x" alt="X">'), out, pictures={"x": tmp_path / "text"})


def test_the_project_s_own_style_sheets_are_read_and_nobody_else_s(tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    assert render(whole("<p>x</p>"), out, css=[TEMPLATES / "documents" / "converted.css"]) == 1
    outside = tmp_path / "outside.css"
    outside.write_text("p { color: red }")
    with pytest.raises(RenderError):
        render(whole(f'<link rel="stylesheet" href="{outside.as_uri()}">'), out)


def test_a_page_asking_for_the_network_leaves_an_earlier_file_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    out.write_bytes(b"earlier")
    with pytest.raises(RenderError):
        render(whole('<img src="http://127.0.0.1:1/">'), out)
    assert out.read_bytes() == b"earlier"


def test_the_result_counts_its_pages_names_its_language_and_is_tagged(tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    body = "<h1>One</h1>" + '<p style="break-before: page">More</p>' * 2
    assert render(whole(body), out, language="cy") == 3
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 3
        assert str(pdf.Root.Lang) == "cy"
        assert pdf.Root.MarkInfo.Marked
        assert "pdfuaid" in pdf.Root.Metadata.read_bytes().decode()


def test_rendering_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        render(whole("<p>The same</p>"), tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_missing_value_is_an_error_and_all_but_plain_text_is_escaped(tmp_path: Path) -> None:
    import jinja2

    for name in ("one.html", "one.xml", "one.txt", "one"):
        (tmp_path / name).write_text("{{ value }}")
    assert [page(name, folder=tmp_path, value="<b>") for name in ("one.html", "one.xml", "one")] == ["&lt;b&gt;"] * 3
    assert page("one.txt", folder=tmp_path, value="<b>") == "<b>"
    with pytest.raises(jinja2.UndefinedError):
        page("one.html", folder=tmp_path)


def test_what_weasyprint_complains_of_reaches_no_log(tmp_path: Path) -> None:
    written: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: written.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        logging.getLogger("another").error("heard")
        render(whole('<p style="colour: Quillfeather">x</p><a href="#Quillfeather">x</a>'), tmp_path / "out.pdf")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "heard" in written
    assert not [line for line in written if "Quillfeather" in line]


def test_nobody_else_calls_weasyprint() -> None:
    root = Path(sar_service.__file__).parent
    callers = set()
    for path in [*root.rglob("*.py"), *(root.parent / "workers").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            taken = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("weasyprint")
            used = isinstance(node, ast.Attribute) and node.attr in ("HTML", "CSS", "write_pdf")
            if taken or used:
                callers.add(path.relative_to(root.parent).as_posix())
    assert callers == {"sar_service/documents/render.py"}
