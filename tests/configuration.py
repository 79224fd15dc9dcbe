"""A small council for tests: two controllers, two notices, and three systems that really answer.

Nothing here is the demo council; tests of services and pages should be able to say everything they rest on.
"""

import shutil
import sqlite3
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CONTROLLERS = """
controllers:
  - key: northmoor
    name: Northmoor Borough Council
    short_name: Northmoor
    nation: england-and-wales
    address: [Town Hall, Northmoor, NM1 1AA]
    dpo: {name: Data Protection Officer, email: dpo@northmoor.example}
    regulator: {name: Information Commissioner's Office, phone: "0303 123 1113", url: https://ico.org.uk/make-a-complaint/}
    complaints: {name: Information Governance Team, email: complaints@northmoor.example}
    public_contact: {name: Information Rights Team, email: access@northmoor.example, phone: "01632 960100"}
    signatory: {name: Information Rights Team}
    routes:
      foi: {name: Freedom of Information Team, email: foi@northmoor.example}
      police: {name: Disclosure Officer, phone: "01632 960108"}
    others:
      - {name: Northmoor Hospitals, email: records@hospitals.northmoor.example}
    pupil_records:
      terms:
        - {first: 2026-09-02, last: 2026-10-23}
        - {first: 2026-11-02, last: 2026-12-18}
      inset_days: [2026-11-13]
  - key: southmoor
    name: Southmoor District Council
    short_name: Southmoor
    nation: scotland
    address: absent
    dpo: absent
    regulator: absent
    complaints: absent
    public_contact: absent
"""
NOTICE = """
key: {key}
service: {service}
source_document: {service} privacy notice
controllers: [northmoor]
version: "1"
dated_on: 2026-01-05
purposes: [to support children and families]
lawful_bases: [{{words: public task, statute: Children Act 1989}}]
special_category_bases: [{{words: substantial public interest}}]
laws: [Children Act 1989]
categories: [names and contact details]
special_categories: [health details]
sources: [schools]
recipients: {{internal: [Early Help], external: [Schools], processors: absent}}
retention: absent
transfers: absent
automated_decisions: absent
rights_offered: absent
statutory_or_contractual_need: absent
contacts: absent
complaint_routes: absent
systems_named: absent
partner_bodies: absent
"""
CARE = """
key: care
title: Social care records
kind: sql
notice: care
owner: {name: Social care systems}
why_searched: It holds the records of children and families.
held_about: [children, parents and carers]
settings:
  url: sqlite:///{folder}/care.db
  person:
    table: person
    given_name: forename
    family_name: surname
    date_of_birth: born
    postcode: postcode
    identifiers: {nhs_number: nhs}
  records:
    - table: note
      section: Case notes
      title: Case note
      on: written
      fields:
        author: Written by
        body: {label: Note, form: prose}
"""
FILES = """
key: files
title: Correspondence
kind: folder
notice: care
owner: {name: Business support}
why_searched: It holds letters and e-mails.
held_about: [children]
settings:
  root: {folder}/files
  manifest:
    file: manifest.csv
    path: path
    given_name: forename
    family_name: surname
    date_of_birth: born
"""


def write(folder: Path) -> Path:
    """Write the council's configuration and its systems below `folder`; returns the configuration's folder."""
    config = folder / "config"
    (config / "notices").mkdir(parents=True)
    (config / "systems").mkdir()
    for name in ("exemptions.yaml", "retention.yaml", "holidays.yaml"):
        shutil.copy(ROOT / "config" / name, config / name)
    (config / "controllers.yaml").write_text(CONTROLLERS)
    (config / "notices" / "care.yaml").write_text(NOTICE.format(key="care", service="Children's social care"))
    (config / "systems" / "care.yaml").write_text(CARE.replace("{folder}", str(folder)))
    care_database(folder / "care.db")
    return config


def care_database(path: Path) -> None:
    """The social care database: the subject, her namesake, and notes that name other people."""
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE person (id INTEGER PRIMARY KEY, forename TEXT, surname TEXT, born TEXT, postcode TEXT,
                                 nhs TEXT);
            CREATE TABLE note (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person(id), written TEXT,
                               author TEXT, body TEXT);
            INSERT INTO person VALUES (1, 'Morwenna', 'Tregale', '2007-03-14', 'NM4 2QT', '9434765919');
            INSERT INTO person VALUES (2, 'Morwenna', 'Tregale', '2011-09-02', 'NM9 9ZZ', NULL);
            INSERT INTO note VALUES (1, 1, '2019-05-01', 'Olive Marchbanks',
              'Visited Morwenna at home. Her brother Jago Tregale was ill with glandular fever. '
              || 'His phone is 07700 900123.');
            INSERT INTO note VALUES (2, 1, '2020-02-11', 'Olive Marchbanks',
              'School says Morwenna is doing well. Mr Fenwick Oduya rang to say the same from the Town Hall.');
            INSERT INTO note VALUES (3, 2, '2021-01-01', 'Olive Marchbanks', 'Another child altogether.');
            """
        )
    connection.close()
