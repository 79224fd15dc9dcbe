"""Files of the folder system that cannot be read are on the case, wait for a person, and are listed in the pack."""

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask

from sar_service.catalogue import load
from sar_service.db import db
from sar_service.domain.actor import Actor
from sar_service.domain.errors import WrongState
from sar_service.domain.lifecycle import Status
from sar_service.extensions import KEY
from sar_service.models import Case, Document, DocumentState
from sar_service.services import case as cases
from sar_service.services import document, redaction_signoff, sealing, search, search_save
from tests import configuration, factories, packs
from tests.browser import Visitor
from workers.jobs import pack as job


def locked() -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="user", R=6))
    return out.getvalue()


BAD: dict[str, tuple[bytes, str]] = {
    "broken.pdf": (b"%PDF-1.7\nthe beginning of something", "broken"),
    "locked.pdf": (locked(), "password"),
    "empty.docx": (b"", "empty"),
    "letter.docx": (b"\x7fELF" + bytes(2000), "it is a program"),
    "large.txt": (b"word " * 40_000, "larger than"),
}
GOOD = {
    "good letter.txt": b"Dear Morwenna, the bus pass is here.",
    "really a picture.pdf": b"Dear Morwenna, only text.",
}

MISSING = "never there"  # listed, and no such file: it is called as the list calls it, without its ending


@pytest.fixture
def case(app: Flask, tmp_path: Path, sent: Any, officer: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A case whose folder holds good files and every kind of bad one."""
    before = app.extensions[KEY]
    folder = tmp_path / "council"
    folder.mkdir()
    config = configuration.write(folder)
    files = {**GOOD, **{name: content for name, (content, _) in BAD.items()}}
    (folder / "files").mkdir()
    for name, content in files.items():
        (folder / "files" / name).write_bytes(content)
    lines = [f"{name},Morwenna,Tregale,2007-03-14" for name in [*files, f"{MISSING}.txt"]]
    (folder / "files" / "manifest.csv").write_text("\n".join(["path,forename,surname,born", *lines]))
    (config / "systems" / "files.yaml").write_text(configuration.FILES.replace("{folder}", str(folder)))
    app.extensions[KEY] = replace(before, catalogue=load(config, environ=before.environ))
    monkeypatch.setattr(search_save, "LARGEST", 150_000)
    yield factories.searched(factories.a_case(now=now), sent, actor=officer, now=now)
    app.extensions[KEY] = before


def rows(case: Case) -> dict[str, tuple[Document, dict[str, Any]]]:
    found = [(row, sealing.unseal(row)) for row in document.included(packs.again(case))]
    return {told["file_name"]: (row, told) for row, told in found}


def test_every_bad_file_is_on_the_case_with_its_reason_and_the_good_ones_are_read(case: Case) -> None:
    found = rows(case)
    assert set(found) == {*BAD, *GOOD, MISSING}
    assert {name for name, (row, _) in found.items() if row.state is DocumentState.READY} == set(GOOD)
    for name, (_, words) in BAD.items():
        row, told = found[name]
        assert row.state is DocumentState.BY_HAND
        assert words in told["reason"], (name, told["reason"])
    assert found[MISSING][1]["reason"]
    assert next(each for each in search.outcomes(case) if each.system == "files").documents == len(found)


def test_the_page_names_each_of_them_and_takes_what_was_done(
    case: Case, officer: Actor, visit: Callable[..., Visitor]
) -> None:
    reference, case_id = case.reference, case.id
    visitor = visit(officer)
    text = visitor.get(f"/staff/cases/{reference}/by-hand").text
    assert all(name in text for name in [*BAD, MISSING])
    form = next(each for each in visitor.forms() if each["action"].endswith("/handled"))
    visitor.post(form["action"], {**form["fields"], "how": "withheld", "note": "We asked for a good copy."})
    db.session.rollback()
    assert cases.situation(db.session.get_one(Case, case_id)).unsettled_problems == len(BAD)


def test_none_can_be_passed_over_and_the_pack_lists_them_all(
    case: Case,
    sent: Any,
    officer: Actor,
    staff: packs.Made,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job, "verify", lambda *_, **__: [])
    packs.decide_all(case, actor=officer, now=now)
    with pytest.raises(WrongState, match="could not be read"):
        redaction_signoff.submit(packs.again(case), actor=officer, now=now)
    db.session.rollback()
    for row, _ in rows(case).values():
        if row.state is DocumentState.BY_HAND:
            document.handle(case, row, how="withheld", note="A good copy was asked for.", actor=officer, now=now)
    case = packs.sign(packs.again(case), officer=officer, second=staff("officer"), now=now)
    built = packs.built(case, sent, actor=officer, now=now)
    assert packs.again(case).status is Status.READY, built.message
    path = packs.saved(built, tmp_path)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert all(name in text for name in [*BAD, MISSING])
    assert "A good copy was asked for." in text
