"""An invented school database whose tables are joined in every way the settings know, and how tests connect it."""

from datetime import date
from typing import Any

from sar_service import connectors
from sar_service.connectors.base import Connector
from sar_service.domain.people import Subject
from sar_service.domain.search import FoundRecord

SCHOOL = """
CREATE TABLE person (
  authority TEXT, number INTEGER, first TEXT, last TEXT, dob TEXT, safe_flag TEXT, phone TEXT,
  PRIMARY KEY (authority, number)
);
CREATE TABLE former_name (authority TEXT, number INTEGER, first TEXT, last TEXT, home TEXT, code TEXT);
CREATE TABLE plan (plan_id INTEGER PRIMARY KEY, authority TEXT, number INTEGER, opened TEXT);
CREATE TABLE provision (
  provision_id INTEGER PRIMARY KEY, plan_id INTEGER REFERENCES plan (plan_id), kind TEXT, active BOOLEAN, hours REAL,
  starts DATETIME
);
CREATE TABLE kind (code TEXT PRIMARY KEY, meaning TEXT);
CREATE TABLE relation (relation_id INTEGER PRIMARY KEY, authority TEXT, number INTEGER, other INTEGER, role TEXT);
CREATE TABLE diary (diary_id INTEGER PRIMARY KEY, authority TEXT, number INTEGER, written TEXT, body TEXT);
CREATE TABLE scan (scan_id INTEGER PRIMARY KEY, authority TEXT, number INTEGER, name TEXT, image BLOB);
INSERT INTO person VALUES ('LA/1', 7, 'Maren', 'Thistlewood', '09/02/2011', 'N', '07700 900123');
INSERT INTO person VALUES ('LA/1', 8, 'Gwen', 'Thistlewood', '1985-07-01', 'Y', '07700 900456');
INSERT INTO person VALUES ('LA/1', 9, 'Maren', 'Thistlewood', '01/12/1999', 'N', NULL);
INSERT INTO former_name VALUES ('LA/1', 7, 'Maren', 'Oakhanger', '3 Old Kiln Rd', 'ZE2 2ZZ');
INSERT INTO plan VALUES (70, 'LA/1', 7, '2020-01-05');
INSERT INTO provision VALUES (700, 70, 'S', 1, 12.5, '2020-01-06 14:05:00');
INSERT INTO provision VALUES (701, 70, 'Q', 0, 3.0, NULL);
INSERT INTO kind VALUES ('S', 'Speech therapy');
INSERT INTO relation VALUES (1, 'LA/1', 7, 8, 'MO');
INSERT INTO diary VALUES (1, 'LA/1', 7, '2021-03-04', 'Maren Thistlewood came by.');
INSERT INTO diary VALUES (2, 'LA/1', 8, '2021-03-05', 'Gwen spoke of Maren Thistlewood at length.');
INSERT INTO diary VALUES (3, 'LA/1', 8, '2021-03-06', 'THISTLEWOOD, Maren (born 9/2/2011) was discussed.');
INSERT INTO diary VALUES (4, 'LA/1', 9, '2021-03-07', 'Maren Thistlewood started work.');
INSERT INTO diary VALUES (5, 'LA/1', 8, '2021-03-08', 'Marenka Thistlewoodson is somebody else.');
INSERT INTO scan VALUES (1, 'LA/1', 7, 'front.pdf', x'255044462d');
INSERT INTO scan VALUES (2, 'LA/1', 7, 'lost.pdf', NULL);
"""
SETTINGS: dict[str, Any] = {
    "person": {
        "table": "person",
        "given_name": "first",
        "family_name": "last",
        "date_of_birth": "dob",
        "phones": "phone",
        "also": [
            {
                "table": "former_name",
                "belongs": {"authority": "authority", "number": "number"},
                "given_name": "first",
                "family_name": "last",
                "address": "home",
                "postcode": "code",
            }
        ],
    },
    "records": [
        {
            "table": "provision",
            "via": [{"table": "plan"}],
            "belongs": {"authority": "authority", "number": "number"},
            "section": "Special needs",
            "title": "{kind} from {starts}",
            "on": "starts",
            "fields": {
                "kind": {"label": "Kind", "lookup": {"table": "kind", "key": "code", "value": "meaning"}},
                "active": "Active",
                "hours": "Hours a week",
                "starts": "Starts",
            },
        },
        {
            "table": "relation",
            "belongs": {"authority": "authority", "number": "number"},
            "section": "Family",
            "title": "Relation",
            "fields": {"role": {"label": "Relation", "codes": {"MO": "Mother"}}},
            "people": [
                {
                    "table": "person",
                    "join": {"authority": "authority", "other": "number"},
                    "role_from": "role",
                    "role_codes": {"MO": "mother"},
                    "protected": "safe_flag",
                }
            ],
        },
        {
            "table": "diary",
            "belongs": {"authority": "authority", "number": "number"},
            "section": "Diary",
            "title": "Diary",
            "on": "written",
            "fields": {"body": {"label": "Entry", "form": "prose"}},
            "mentions": "body",
        },
    ],
    "documents": [
        {
            "table": "scan",
            "belongs": {"authority": "authority", "number": "number"},
            "section": "Scans",
            "title": "{name}",
            "content": "image",
            "file_name": "name",
        }
    ],
}
MAREN = Subject(given_name="Maren", family_name="Thistlewood", date_of_birth=date(2011, 2, 9), phones=("07700900123",))


def build(settings: dict[str, Any], **environ: str) -> Connector:
    return connectors.build("sql", settings, secrets=environ)


def records(found: list[Any], section: str) -> list[FoundRecord]:
    return [each for each in found if isinstance(each, FoundRecord) and each.section == section]
