"""A message shows its headers and the text that was read; what its versions do not share is shown; the rest
is a member.
"""

import binascii
from email.message import EmailMessage
from pathlib import Path

import pytest

from sar_service.documents.convert_email import header_text, read_email
from sar_service.documents.draft import Draft
from sar_service.documents.pages import Limits


@pytest.fixture
def read(tmp_path: Path):
    def reading(message) -> Draft:
        path = tmp_path / "file.eml"
        path.write_bytes(message if isinstance(message, bytes) else message.as_bytes())
        draft = Draft(work=tmp_path, limits=Limits())
        read_email(path, draft)
        return draft

    return reading


def simple(text: str = "Dear all,\n\nThe visit is on Monday.") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Lee Orme <lee@example.org>"
    message["To"] = "desk@example.org"
    message["Subject"] = "Visit"
    message["Date"] = "Mon, 06 May 2024 10:00:00 +0100"
    message.set_content(text)
    return message


def shown(draft: Draft) -> str:
    return "\n".join([block.text for block in draft.blocks] + [v for b in draft.blocks for row in b.rows for v in row])


def test_headers_and_text_are_shown_and_machine_headers_listed(read) -> None:
    message = simple()
    message["Bcc"] = "rosa@example.org"
    message["X-Originating-IP"] = "10.0.0.9"
    draft = read(message)
    text = shown(draft)
    for part in (
        "Lee Orme <lee@example.org>",
        "desk@example.org",
        "Visit",
        "rosa@example.org",
        "The visit is on Monday.",
    ):
        assert part in text
    assert "10.0.0.9" not in text
    found = {(entry.what, entry.decision, entry.text) for entry in draft.hidden}
    assert ("blind copy", "included", "rosa@example.org") in found
    assert ("header X-Originating-IP", "left out", "10.0.0.9") in found


def test_the_same_text_as_a_page_is_shown_once(read) -> None:
    message = simple("One two three.")
    message.add_alternative("<p>One <b>two</b> three.</p>", subtype="html")
    assert shown(read(message)).count("two") == 1


def test_a_page_that_says_more_than_the_text_is_shown_too(read) -> None:
    message = simple("One two three.")
    message.add_alternative("<p>One two three. Rosa objected.</p>", subtype="html")
    text = shown(read(message))
    assert text.count("One two three.") == 2
    assert "Rosa objected." in text


def test_what_the_page_hides_is_labelled(read) -> None:
    message = simple("Hello.")
    page = '<p>Hello.<span style="display:none">Rosa Quill</span></p><!-- told by Otto --><img alt="Rosa" src="x.png">'
    message.add_alternative(page, subtype="html")
    draft = read(message)
    asides = {block.text for block in draft.blocks if block.kind == "aside"}
    assert asides == {"Rosa Quill", "told by Otto", "Rosa"}


def test_attachments_nested_messages_and_pictures_are_members_without_their_names_on_the_page(read) -> None:
    message = simple()
    message.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="Rosa Quill.pdf")
    message.add_attachment(simple("Inner text"))
    message.add_alternative('<p>See <img src="cid:one"></p>', subtype="html") if not message.is_multipart() else None
    draft = read(message)
    assert next(member.path.read_bytes()[:5] for member in draft.members) == b"%PDF-"
    assert b"Inner text" in draft.members[1].path.read_bytes()
    assert "Rosa" not in shown(draft)
    assert ("file name", "left out", "Rosa Quill.pdf") in {(e.what, e.decision, e.text) for e in draft.hidden}
    assert "2 files came with this message." in shown(draft)


def test_pictures_in_the_text_are_members(read) -> None:
    message = simple("Hi")
    message.add_alternative('<p>Hi <img src="cid:one"></p>', subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", cid="<one>")
    assert [member.path.read_bytes() for member in read(message).members] == [b"\x89PNG\r\n\x1a\n"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?b?Wm/Dqw==?= Orme", "Zoë Orme"),
        ("=?iso-8859-1?q?Se=E1n?=", "Seán"),
        ("=?no-such-charset?q?plain?=", "plain"),
        ("=?utf-8?b?broken", "=?utf-8?b?broken"),
        ("folded\r\n value", "folded value"),
    ],
)
def test_headers_are_decoded_and_never_break_the_message(raw: str, text: str) -> None:
    assert header_text(raw) == text


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("text/plain; charset=utf-16", "Zoë".encode("utf-16"), "Zoë"),
        ("text/plain; charset=windows-1252", b"caf\xe9", "café"),
        ("text/plain; charset=nonsense", "Zoë".encode(), "Zoë"),
        ("text/plain; charset=us-ascii", "Zoë".encode(), "Zoë"),
        ("text/plain; charset=iso-2022-jp", b'\x1b$B$"\x1b(B', "あ"),
    ],
)
def test_odd_encodings_are_read(read, head: str, body: bytes, expected: str) -> None:
    raw = (
        b"From: a@b.c\r\nSubject: x\r\nContent-Type: " + head.encode() + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    assert expected in shown(read(raw + body))


def test_a_file_written_into_the_text_is_taken_out(read) -> None:
    line = binascii.b2a_uu(b"secret file of Rosa").decode()
    draft = read(simple(f"See below.\n\nbegin 644 rosa.txt\n{line}`\nend\n\nRegards"))
    assert [member.path.read_bytes() for member in draft.members] == [b"secret file of Rosa"]
    assert "begin 644" not in shown(draft)
    assert "Regards" in shown(draft)


def test_parts_without_a_proper_end_and_text_outside_parts_are_kept(read) -> None:
    raw = (
        b"From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
        b"Rosa wrote before the parts\n--B\nContent-Type: text/plain\n\nInside, never closed\n"
    )
    text = shown(read(raw))
    assert "Inside, never closed" in text
    assert "Rosa wrote before the parts" in text


def test_messages_in_messages_without_end_do_not_crash(read) -> None:
    raw = b"From: a@b.c\nSubject: x\n" + b"Content-Type: message/rfc822\n\n" * 3000 + b"\nText"
    from sar_service.domain.errors import Refused

    try:
        draft = read(raw)
    except Refused as refusal:
        assert "deep" in str(refusal)
    else:
        assert len(draft.members) == 1
