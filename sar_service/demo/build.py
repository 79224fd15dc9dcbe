"""Building the demo council: two databases, a data file, a folder of papers, and the ground truth about them.

`build(out, seed=...)` writes the same content for the same seed and day, on any machine with the same libraries.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

from . import casework, education, files, housing, socialcare, tables
from .education_schema import CODES as EDUCATION_CODES
from .education_schema import SCHEMA as EDUCATION_SCHEMA
from .families import make_family
from .notes import read_words
from .people import Names
from .socialcare_schema import CODES, SCHEMA
from .subject import reserved_names
from .tables import Rows
from .world import Ambiguous, World, ground_truth
from .writers import make_writers

AS_OF = date(2026, 11, 2)
WORDS = Path(__file__).resolve().parents[2] / "config" / "demo" / "words"
FAMILIES = 330
NOTES_PER_FAMILY = 64
WRITERS = 120
FAMILIES_WITH_PAPERS = 60

_WORLD, _SOCIALCARE, _EDUCATION, _HOUSING, _FILES = range(1, 6)


def build(
    out: Path,
    *,
    seed: int,
    today: date = AS_OF,
    words: Path = WORDS,
    families: int = FAMILIES,
    notes_per_family: int = NOTES_PER_FAMILY,
) -> World:
    """Write the demo council of this seed into `out` and return what is true of it.

    `out` gets education.db, socialcare.db, housing.json, mash/ and world.json; older ones there are replaced. A
    smaller council has fewer `families` around the subject's; the subject's own file is the same in any.
    """
    out.mkdir(parents=True, exist_ok=True)
    patterns = read_words(words)
    names = Names(words, reserved=reserved_names())
    dice = Random(f"{seed}/{_WORLD}")
    writers = make_writers(dice, names, WRITERS)
    made = [make_family(dice, names, number, writers, today) for number in range(1, families + 3)]
    others, namesakes = made[:-2], tuple(made[-2:])

    social = socialcare.SocialCare(patterns, Random(f"{seed}/{_SOCIALCARE}"))
    casework.add_subject(social, words)
    for family in others:
        socialcare.add_family(social, family, notes_per_family)
    casework.add_namesakes(social, namesakes)
    tables.write(out / "socialcare.db", SCHEMA, social.rows, CODES)

    schools = education.Education(patterns, Random(f"{seed}/{_EDUCATION}"))
    education.add_subject(schools, writers[0])
    for family in others:
        education.add_family(schools, family, today)
    tables.write(out / "education.db", EDUCATION_SCHEMA, schools.rows, EDUCATION_CODES)

    data, dice = housing.empty(), Random(f"{seed}/{_HOUSING}")
    for number, family in enumerate(others, 1):
        housing.add_family(data, family, number, dice)
    housing.add_subject(data, dice)
    (out / "housing.json").write_text(json.dumps(data, ensure_ascii=False, indent=0), encoding="utf-8")

    shutil.rmtree(out / "mash", ignore_errors=True)
    folder, dice = files.Folder(out / "mash"), Random(f"{seed}/{_FILES}")
    papers = files.add_subject(folder, words, dice)
    for family in others[:FAMILIES_WITH_PAPERS]:
        files.add_family(folder, family, patterns, dice, count=dice.randrange(1, 4))
    files.add_namesakes(folder)
    folder.finish()

    own = "\n".join([
        *_text_about(social.rows, {"person_id": {casework.SUBJECT_NUMBER, casework.EARLY_NUMBER}}),
        *_text_about(schools.rows, {"pupil_id": {education.SUBJECT_PUPIL, education.OLD_ENTRY_PUPIL}}),
        json.dumps([item for items in data.values() for item in items if _is_hers(item)], ensure_ascii=False),
        *(line for paper in files.read_papers(words).values() for line in paper.lines),
        _hidden_words(),
    ])  # fmt: skip
    world = ground_truth(
        own,
        seed=seed,
        as_of=today.isoformat(),
        ambiguous=_AMBIGUOUS,
        hers={
            "social-care": (str(casework.SUBJECT_NUMBER), str(casework.EARLY_NUMBER)),
            "education": (str(education.SUBJECT_PUPIL),),
            "housing": (housing.SUBJECT_REF, housing.FORMER_REF),
            "mash": ("manifest:MH-20417", "content:inbox/2022-10/message 1187.eml"),
        },
        not_hers={
            "social-care": (str(casework.TWIN_NUMBER), str(casework.NAMESAKE_NUMBER)),
            "education": (str(education.TWIN_PUPIL), str(education.NAMESAKE_PUPIL)),
            "housing": (housing.TWIN_REF, housing.NAMESAKE_REF),
            "mash": ("manifest:MH-20418", "manifest:MH-31877"),
        },
        refused_files={
            p.path: {"broken": "broken", "locked": "password", "empty": "empty"}[p.kind]
            for p in papers
            if p.kind in ("broken", "locked", "empty")
        },
        counts={
            "families": len(made) + 1,
            "case_notes": len(social.rows.by_table["case_note"]),
            "assessments": len(social.rows.by_table["assessment"]),
            "pupils": len(schools.rows.by_table["pupil"]),
            "households": len(data["tenancies"]),
            "papers": len(folder.manifest),
            "papers_of_subject": len(papers),
            "words_of_subject": len(own.split()),
        },
    )
    world.save(out / "world.json")
    return world


_TWIN = "her twin: same family name, day of birth and home, another first name"
_AMBIGUOUS = (
    Ambiguous(
        system="social-care", ref=str(casework.NEAR_NAMESAKE_NUMBER), is_subject=False,
        why="same name, born a day later, another home, no numbers",
    ),
    Ambiguous(
        system="education", ref=str(education.OLD_ENTRY_PUPIL), is_subject=True,
        why="former surname, day and month of birth changed round, no address and no UPN",
    ),
    Ambiguous(
        system="housing", ref=housing.UNCLEAR_REF, is_subject=True,
        why="day and month of birth changed round, no address; lodging where she lodged",
    ),
    Ambiguous(system="housing", ref=housing.TWIN_REF, is_subject=False, why=_TWIN),
    Ambiguous(system="mash", ref="manifest:MH-20418", is_subject=False, why=_TWIN),
    Ambiguous(
        system="mash", ref="named:inbox/2021-11/message 0912.eml", is_subject=True,
        why="only a name, in an e-mail about a bake sale at her school",
    ),
)  # fmt: skip


def _text_about(rows: Rows, keys: dict[str, set[int]]) -> Iterator[str]:
    """Every word in the rows of these people, and in the rows that hang on those."""
    wanted = {name: set(numbers) for name, numbers in keys.items()}
    for table in (*rows.by_table, *rows.by_table):  # twice: what hangs on a row may have been added before it
        for row in rows.by_table[table]:
            if any(row.get(name) in numbers for name, numbers in wanted.items()):
                wanted.setdefault(f"{table}_id", set()).add(int(str(row[f"{table}_id"])))
    wanted = {name: numbers for name, numbers in wanted.items() if name in (*keys, "assessment_id", "send_plan_id")}
    for table in rows.by_table:
        for row in rows.by_table[table]:
            if any(row.get(name) in numbers for name, numbers in wanted.items()):
                yield " ".join(str(value) for value in row.values() if value is not None)


def _is_hers(item: dict[str, object]) -> bool:
    refs = {housing.SUBJECT_REF, housing.FORMER_REF, housing.UNCLEAR_REF}
    return item.get("id") in refs or item.get("person_id") in refs


def _hidden_words() -> str:
    """What the Word files hide, which is said in `files.py` and not in the word files."""
    return "Juniper House Philippa Quennell Merryn Tregear 07700 900355 07700 900290 Zuleikha Farouk"
