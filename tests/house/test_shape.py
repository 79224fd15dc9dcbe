"""Routes, templates, jobs, migrations and tables: each says what it must, and nothing hangs loose."""

import ast
import importlib
import re
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask
from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError, nodes

from sar_service import models
from sar_service.db import Base
from sar_service.models import OfController, Sealed
from sar_service.queue import JOBS, SECONDS
from sar_service.services import schema
from sar_service.web.access import declaration
from tests.house.rules import ROOT, python, tracked

TEMPLATES = ROOT / "templates"
WORD = r"/(?:[a-z0-9]+(?:-[a-z0-9]+)*|<[a-z_:]+>)(?:\.[a-z]+)?"


def undeclared(app: Flask) -> list[str]:
    return [rule.rule for rule in app.url_map.iter_rules() if declaration(app, rule.endpoint) is None]


def badly_spelt(paths: list[str]) -> list[str]:
    """Paths that are not words with hyphens between and named parts."""
    return [path for path in paths if not re.fullmatch(f"/|(?:{WORD})+/?", path)]


def test_every_route_says_who_may_come_through(app: Flask) -> None:
    assert undeclared(app) == []
    assert len(list(app.url_map.iter_rules())) > 10
    loose = Blueprint("loose", __name__)
    loose.add_url_rule("/loose", "open", lambda: "")
    other = Flask(__name__)
    other.register_blueprint(loose)
    assert undeclared(other) == ["/loose"]


def test_every_route_is_plain_words(app: Flask) -> None:
    own = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    assert badly_spelt(own) == []
    assert badly_spelt(["/Staff", "/a_b", "/a//b", "/<x>/a-", "/staff/cases/<uuid:case>/sign-off"]) == [
        "/Staff",
        "/a_b",
        "/a//b",
        "/<x>/a-",
    ]


def test_no_address_that_only_reads_takes_a_body(app: Flask) -> None:
    """A page that changes something is reached by POST alone, or shows its form by GET."""
    for rule in app.url_map.iter_rules():
        assert not (rule.methods or set()) & {"PUT", "PATCH", "DELETE", "TRACE"}, rule.rule


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, extensions=["jinja2.ext.i18n"])


def _named() -> list[str]:
    return [name.removeprefix("templates/") for name in tracked() if re.match(r"templates/.*\.(html|txt)$", name)]


def test_every_template_can_be_read() -> None:
    environment = _environment()
    for name in _named():
        environment.parse((TEMPLATES / name).read_text(), name)
    with pytest.raises(TemplateSyntaxError):
        environment.parse("{% if %}")


def _mentioned() -> list[re.Pattern[str]]:
    """Every template name in the code or in another template, a part that is filled in standing for anything."""
    found = set()
    for _, text in python("sar_service", "workers"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.JoinedStr):
                parts = [str(p.value) if isinstance(p, ast.Constant) else "\0" for p in node.values]
                found.add("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    environment = _environment()
    for name in _named():
        tree = environment.parse((TEMPLATES / name).read_text())
        for part in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            found |= {each.value for each in part.find_all(nodes.Const) if isinstance(each.value, str)}
    return [
        re.compile(re.escape(each).replace(re.escape("\0"), "[a-z0-9_-]+"))
        for each in found
        if each.endswith((".html", ".txt"))
    ]


def unused(names: list[str], mentioned: list[re.Pattern[str]]) -> list[str]:
    return [name for name in names if not any(pattern.fullmatch(name) for pattern in mentioned)]


def test_every_template_is_used() -> None:
    mentioned = _mentioned()
    assert unused(_named(), mentioned) == []
    assert unused(["errors/404.html", "lost/page.html"], mentioned) == ["lost/page.html"]


def test_every_job_is_there_and_has_a_time_limit() -> None:
    assert JOBS.keys() == SECONDS.keys()
    for name, path in JOBS.items():
        module, _, function = path.rpartition(".")
        assert module == f"workers.jobs.{name}"
        assert callable(getattr(importlib.import_module(module), function))
    rooms = {path.stem for path in (ROOT / "workers" / "jobs").glob("*.py")} - {"__init__"}
    assert rooms == set(JOBS)


def test_there_is_one_newest_migration() -> None:
    assert len(ScriptDirectory.from_config(schema.config()).get_heads()) == 1


BY_DIGEST = {"SearchWord"}  # the controller is part of what is digested, so that councils never share a row


def without_controller(tables: list[Any]) -> list[str]:
    """Tables that hold sealed data, or belong to a case, and do not say to which controller they belong."""
    return [
        each.__name__
        for each in tables
        if ("sealed" in each.__table__.c or "case_id" in each.__table__.c)
        and "controller" not in each.__table__.c
        and each.__name__ not in BY_DIGEST
    ]


def test_everything_about_a_person_names_its_controller() -> None:
    tables = [mapper.class_ for mapper in Base.registry.mappers]
    assert len(tables) >= 20
    assert without_controller(tables) == []

    class Loose:
        __table__ = type("Table", (), {"c": {"sealed": None}})

    assert without_controller([Loose]) == ["Loose"]


# Columns of text that are not sealed. Each holds a state, a code, a name of ours or a digest: nothing about a person
# whose records are asked for. A new one must be thought about, and added here by somebody who has.
IN_CLEAR = {
    "access_code": {"digest"},
    "candidate": {"system", "ref_digest", "verdict", "decision", "decided_by"},
    "case": {
        "reference", "right", "status", "channel", "capacity", "nation", "clock_state", "redirected_as", "late_reason",
    },
    "case_merge": {"made_by", "undone_by"},
    "case_flag": {"flag", "set_by"},  # which case has one, not whose it is; lists put those at risk first
    "complaint": {"kind", "matter", "about"},  # what it is about in general, not what it says
    "contact_elsewhere": {"what", "fields", "outcome", "changed_by", "settled_by"},  # which parts, not what they say
    "decision": {"treatment", "code", "decided_by"},
    "document": {
        "system", "ref_digest", "about_digest", "section", "state", "kind", "content_digest", "handled",
        "handled_detail", "left_out",
    },
    "fact": {"kind", "detail", "recorded_by"},
    "late_reason": {"reason", "given_by"},
    "left_out": {"code", "decided_by"},
    "identity_copy": {"sent_by", "checked_by", "destroyed_by", "message"},
    "incoming": {"kind", "digest", "mailbox", "handled_by", "scan"},  # the digest is keyed; which folder, not whose
    "letter": {"kind", "state", "message", "written_by", "message_id"},
    "mark": {"kind", "rule", "text_digest", "treatment", "code", "made_by", "decided_by"},
    "moved_date": {"days", "seen_by"},  # public holidays
    "note": {"written_by"},
    "pack": {"state", "sha256", "message", "asked_by", "released_by"},
    "pack_part": {"digest"},
    "person": {"standing", "origin", "treatment", "code", "decided_by"},
    "reason": {"given_by"},
    "record": {"system", "ref_digest", "about_digest", "section", "content_digest", "left_out"},
    "regulator_letter": {"direction", "recorded_by"},
    "reminder": {"level"},
    "sign_off": {"digest", "submitted_by", "signed_by", "returned_by"},
    "stored_object": {"key", "media_type", "sha256"},
    "suggesting": {"state", "message"},
    "task": {"made_by", "outcome", "ended_by"},
    "system_search": {
        "system", "state", "searched_by", "message", "excepted_because", "excepted_by", "asked_by",
    },
}  # fmt: skip


def test_what_is_kept_in_clear_about_a_case_was_decided_one_by_one() -> None:
    found = {}
    for mapper in Base.registry.mappers:
        table = mapper.class_.__table__
        if issubclass(mapper.class_, OfController) and (issubclass(mapper.class_, Sealed) or "case_id" in table.c):
            texts = {
                column.name
                for column in table.c
                if type(column.type).__name__ in ("String", "Text", "JSON", "Enum")
                and column.name not in ("controller", "lease_token")
            }
            if texts:
                found[table.name] = texts
    assert found == IN_CLEAR


def test_what_the_models_export_is_what_there_is() -> None:
    names = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    assert names <= set(models.__all__)
