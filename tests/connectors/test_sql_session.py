"""Databases that cannot be written to, that break, take too long or lie, and secrets that stay secret."""

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from sar_service.connectors.base import ConnectorError
from sar_service.connectors.sql_session import engine_for, reading
from sar_service.connectors.sql_settings import SqlSettings
from tests.connectors.counterparts import SECRET, SQL_SETTINGS
from tests.connectors.school import MAREN, SETTINGS, build, records


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO person VALUES ('x', 1, 'a', 'b', 'c', 'd', 'e')",
        "DELETE FROM person",
        "DROP TABLE person",
        "CREATE TABLE mine (a INTEGER)",
        "ATTACH DATABASE '/tmp/other.db' AS other",
        "PRAGMA query_only=OFF",
        "PRAGMA writable_schema=ON",
        "VACUUM INTO '/tmp/copy.db'",
    ],
)
def test_nothing_can_be_written_to_sqlite_by_any_way(school: dict[str, Any], statement: str) -> None:
    before = Path(school["url"].removeprefix("sqlite:///")).read_bytes()
    engine = engine_for(SqlSettings.model_validate(school))
    with engine.connect() as connection, pytest.raises((ConnectorError, SQLAlchemyError)):
        connection.execute(text(statement))
    with engine.connect() as connection, pytest.raises(sqlite3.DatabaseError):
        connection.connection.cursor().execute(statement)  # past the listener, straight to the driver
    assert Path(school["url"].removeprefix("sqlite:///")).read_bytes() == before


def test_nothing_can_be_written_to_postgresql_by_any_way(postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as owner:
        owner.execute("CREATE TABLE kept (a INTEGER)")
    engine = engine_for(SqlSettings.model_validate({"url": postgres_database, **SQL_SETTINGS}))
    with engine.connect() as connection, pytest.raises(ConnectorError, match="Only reading"):
        connection.execute(text("INSERT INTO kept VALUES (1)"))
    for statement in ("INSERT INTO kept VALUES (1)", "DROP TABLE kept", "SELECT nextval('missing'); CREATE TABLE t ()"):
        with engine.connect() as connection, pytest.raises(psycopg.Error):
            connection.connection.cursor().execute(statement)  # past the listener, straight to the driver
    with psycopg.connect(postgres_database) as owner:
        assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_what_the_service_sets_on_its_own_database_does_not_reach_a_connected_one(school: dict[str, Any]) -> None:
    import sar_service.db  # noqa: F401  (it listens to every engine of the process)

    path = Path(school["url"].removeprefix("sqlite:///"))
    before = path.read_bytes()
    assert list(build(school).search(MAREN))
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["school.db"]


def test_a_statement_that_takes_too_long_is_stopped(school: dict[str, Any], postgres_database: str) -> None:
    endless = (
        "SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n) AS n"
    )
    for url in (school["url"], postgres_database):
        settings = SqlSettings.model_validate({**SETTINGS, "url": url, "limits": {"seconds": 1}})
        with pytest.raises(ConnectorError, match="longer than 1 seconds") as caught, reading(settings) as connection:
            connection.execute(text(endless))
        assert not caught.value.permanent


def test_a_missing_file_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.db"
    with pytest.raises(ConnectorError, match="cannot be opened") as caught:
        build({"url": f"sqlite:///{path}", **SETTINGS}).check()
    assert not caught.value.permanent
    assert not path.exists()


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("This is not a database at all, it is only some text that somebody left here." * 30)
    with pytest.raises(ConnectorError, match="not a database") as caught:
        build({"url": f"sqlite:///{path}", **SETTINGS}).check()
    assert caught.value.permanent


def test_text_that_is_not_unicode_and_dates_that_are_none_are_read_as_they_are(school: dict[str, Any]) -> None:
    path = school["url"].removeprefix("sqlite:///")
    with sqlite3.connect(path) as owner:
        owner.execute("INSERT INTO diary VALUES (20, 'LA/1', 7, 'some time in May', CAST(x'4d61e9ff2e' AS TEXT))")
    owner.close()
    entry = next(each for each in records(list(build(school).search(MAREN)), "Diary") if each.ref == "diary:20")
    assert entry.on is None
    assert entry.fields[0].value == "Ma��."


def test_a_connection_lost_in_the_middle_keeps_what_came_before(postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as owner:
        owner.execute("CREATE TABLE child (child_id INTEGER PRIMARY KEY, forename TEXT, surname TEXT, birth_date DATE)")
        owner.execute("CREATE TABLE note (note_id INTEGER PRIMARY KEY, child_id INTEGER REFERENCES child, body TEXT)")
        owner.execute("INSERT INTO child VALUES (1, 'Maren', 'Thistlewood', '2011-02-09')")
        owner.execute("INSERT INTO note SELECT i, 1, repeat('word ', 200) FROM generate_series(1, 5000) AS i")
    connector = build(
        {
            "url": postgres_database,
            "person": {
                "table": "child",
                "given_name": "forename",
                "family_name": "surname",
                "date_of_birth": "birth_date",
            },
            "records": [{"table": "note", "section": "Notes", "title": "Note", "fields": {"body": "Note"}}],
            "limits": {"batch": 100},
        }
    )
    found = []
    with pytest.raises(ConnectorError, match="lost") as caught:
        for each in connector.search(MAREN):
            found.append(each)
            if len(found) == 150:
                with psycopg.connect(postgres_database, autocommit=True) as owner:
                    owner.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sar-service'"
                    )
    assert not caught.value.permanent
    assert 150 <= len(found) < 5000


def test_a_password_is_named_and_never_written() -> None:
    url = "postgresql://reader@db.example/education"
    with pytest.raises(ConnectorError) as caught:
        build({**SETTINGS, "url": url, "password": SECRET})
    assert "password: a secret is never written in a file" in str(caught.value)
    assert SECRET not in str(caught.value)
    with pytest.raises(ConnectorError) as caught:
        build({**SETTINGS, "url": f"postgresql://reader:{SECRET}@db.example/education"})
    assert "url: put the password under `password: {env: NAME}`" in str(caught.value)
    assert SECRET not in str(caught.value)
    kept = build({**SETTINGS, "url": url, "password": {"env": "PW"}}, PW=SECRET)
    assert SECRET not in repr(kept) + repr(kept.settings) + kept.settings.model_dump_json()  # type: ignore[attr-defined]


def test_a_password_that_is_not_set_is_named() -> None:
    settings = {**SETTINGS, "url": "postgresql://reader@db.example/education", "password": {"env": "EDUCATION_PW"}}
    with pytest.raises(ConnectorError, match="EDUCATION_PW is not set"):
        build(settings).check()


def test_a_database_whose_sessions_cannot_be_made_read_only_is_refused() -> None:
    with pytest.raises(ConnectorError, match="read-only sessions are proven for sqlite and postgresql"):
        build({**SETTINGS, "url": "mysql://reader@db.example/education"})


def test_an_address_may_come_from_the_environment(school: dict[str, Any]) -> None:
    build({**school, "url": {"env": "SCHOOL_DB"}}, SCHOOL_DB=school["url"]).check()
    with pytest.raises(ConnectorError, match="url: the environment variable SCHOOL_DB is not set"):
        build({**school, "url": {"env": "SCHOOL_DB"}})


def test_the_yaml_word_on_means_on(school: dict[str, Any]) -> None:
    import yaml

    (record,) = yaml.safe_load("[{table: diary, on: written, section: Diary, title: Diary, fields: {body: Entry}}]")
    assert True in record  # YAML 1.1 reads the bare word as true
    record["belongs"] = {"authority": "authority", "number": "number"}
    found = list(build({**school, "records": [record]}).search(MAREN))
    assert records(found, "Diary")[0].on == date(2021, 3, 4)
