"""Reading an e-mail that came in: what it says as plain text, what came with it, and what it answers."""

from pathlib import Path

import pytest

from sar_service.documents import incoming
from sar_service.domain.incoming import Message
from tests import mails


@pytest.fixture
def read(tmp_path: Path) -> object:
    def reading(raw: bytes) -> Message:
        path, folder = tmp_path / "message.eml", tmp_path / "files"
        path.write_bytes(raw)
        folder.mkdir(exist_ok=True)
        told = incoming.read_here(str(path), str(folder))
        assert set(told) == set(Message.__dataclass_fields__)
        return told  # type: ignore[return-value]

    return reading


def test_the_child_process_gives_back_what_it_read(tmp_path: Path) -> None:
    path, folder = tmp_path / "message.eml", tmp_path / "files"
    path.write_bytes(mails.a_mail(files={"a.bin": b"\0\1"}).as_bytes())
    folder.mkdir()
    message = incoming.read(path, folder)
    assert (message.sender, message.name, message.subject) == ("tamsin@example.org", "Tamsin Penrose", "My records")
    assert message.text.startswith("Please send me everything") and message.sent_at is not None
    assert [(each.name, Path(each.path).read_bytes()) for each in message.files] == [("a.bin", b"\0\1")]
    assert (message.automatic, message.returned, message.notes) == ("", False, ())


def both(plain: str, page: str) -> bytes:
    message = mails.a_mail(text=plain)
    message.add_alternative(page, subtype="html")
    return bytes(message)


def test_of_two_versions_that_say_the_same_one_is_shown_and_of_two_that_do_not_both(read) -> None:  # type: ignore[no-untyped-def]
    assert read(both("One\n\ntwo", "<p>One</p><p>two</p>"))["text"] == "One\n\ntwo"
    assert read(both("See the page", "<h1>See the page</h1><p>Send me my file</p>"))["text"].endswith("Send me my file")
    told = read(both("Nothing to see", "<p>Send me my file</p>"))
    assert "Nothing to see" in told["text"] and "Send me my file" in told["text"] and len(told["notes"]) == 1


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({"Auto-Submitted": "auto-replied; owner-email=x"}, "replied"),
        ({"Auto-Submitted": "auto-generated"}, "generated"),
        ({"Auto-Submitted": "no", "X-Autoreply": "yes"}, ""),
        ({"X-Autoreply": "yes"}, "replied"),
        ({"Precedence": "auto_reply"}, "replied"),
        ({"Precedence": "bulk"}, ""),
    ],
)
def test_what_a_machine_sent_says_so(read, headers: dict[str, str], automatic: str) -> None:  # type: ignore[no-untyped-def]
    assert read(bytes(mails.a_mail(headers=headers)))["automatic"] == automatic


def test_a_report_names_the_message_and_what_became_of_it(read) -> None:  # type: ignore[no-untyped-def]
    told = read(mails.a_report("<letter.1@council.example>", status="5.2.2"))
    assert told["returned"] and told["about"] == ["<letter.1@council.example>"]
    assert told["outcomes"] == [{"action": "failed", "status": "5.2.2"}]


def test_an_old_mail_system_s_report_is_known_by_its_sender_and_subject(read) -> None:  # type: ignore[no-untyped-def]
    own = "letter.0f8fad5b-d9cb-469f-a165-70867728950e@council.example"
    sender = {"From": "MAILER-DAEMON@old.example", "Subject": "Undeliverable: your request"}
    told = read(bytes(mails.a_mail(headers=sender, text=f"The message <{own}> was not taken.")))
    assert told["returned"] and told["about"] == [f"<{own}>"] and told["outcomes"] == []
    assert not read(bytes(mails.a_mail(headers={"Subject": "Undeliverable: your request"})))["returned"]


@pytest.mark.parametrize(
    "subject", ["failure notice", "Mail failure - malformed recipient address", "Nicht zustellbar"]
)
def test_a_report_under_any_subject_is_known_where_it_names_a_letter(read, subject: str) -> None:  # type: ignore[no-untyped-def]
    own = "letter.0f8fad5b-d9cb-469f-a165-70867728950e.1@council.example"
    headers = {"From": "MAILER-DAEMON@old.example", "Subject": subject}
    told = read(bytes(mails.a_mail(headers=headers, text=f"No such user.\n\nMessage-ID: <{own}>\n")))
    assert told["returned"] and told["about"] == [f"<{own}>"]
    away = mails.a_mail(headers={"Subject": subject, "In-Reply-To": f"<{own}>", "Return-Path": "<>"})
    assert not read(bytes(away))["returned"]  # a person's answer, or a machine's in their place


SHUT = 'Content-Type: application/pkcs7-mime; smime-type={}; name="smime.p7m"\r\n\r\nMIAG\r\n'
PARTS = 'Content-Type: multipart/{}; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (SHUT.format("enveloped-data"), "encrypted"),
        (SHUT.format("signed-data"), "wrapped in a signature"),
        (PARTS.format("encrypted"), "encrypted"),
        (PARTS.format("signed"), ""),
    ],
)
def test_what_is_encrypted_is_said_to_be(read, raw: str, says: str) -> None:  # type: ignore[no-untyped-def]
    notes = read(f"MIME-Version: 1.0\r\n{raw}".encode())["notes"]
    assert (says in notes[0]) if says else notes == []


def test_a_parcel_of_outlook_is_named_for_what_it_is(read) -> None:  # type: ignore[no-untyped-def]
    told = read(bytes(mails.a_mail(files={"WINMAIL.DAT": b"x\x9f\x3e\x22"})))
    assert [each["name"] for each in told["files"]] == ["WINMAIL.DAT"] and "winmail.dat" in told["notes"][0]


def test_text_holds_nothing_that_moves_or_breaks_it(read) -> None:  # type: ignore[no-untyped-def]
    raw = "Subject: a\u202eb\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\u2067x\x00y\x1b\u2028z".encode()
    told = read(raw)
    assert told["text"] == "xy\nz" and "\u202e" not in told["subject"]


def test_more_parts_and_files_than_are_taken_apart_are_named(read) -> None:  # type: ignore[no-untyped-def]
    told = read(bytes(mails.a_mail(files={f"{number}.bin": b"x" for number in range(150)})))
    assert len(told["files"]) == incoming.FILES and any("attachments" in note for note in told["notes"])


def test_a_file_without_anything_in_it_is_named_and_what_has_no_name_is_not(read) -> None:  # type: ignore[no-untyped-def]
    told = read(bytes(mails.a_mail(files={"passport.pdf": b"", "a\u202efdp.exe": b"x", "good.pdf": b"good"})))
    assert told["notes"] == ["The file passport.pdf that came with it is empty."]
    assert [each["name"] for each in told["files"]] == ["afdp.exe", "good.pdf"]
    many = read(bytes(mails.a_mail(files={f"{number}.pdf": b"" for number in range(150)})))
    assert len(many["notes"]) == incoming.EMPTIES and many["files"] == []


def test_a_web_page_too_deep_to_read_loses_nothing_else_of_its_message(read) -> None:  # type: ignore[no-untyped-def]
    told = read(both("Please send me my records.", "<div>" * 100_000 + "Please"))
    assert told["text"] == "Please send me my records."
    assert any("too deep" in note for note in told["notes"])
