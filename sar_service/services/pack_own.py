"""What a pack says of itself: its letters, headings and labels, in which a withheld name may stand as an everyday word.

"Mr Page" is withheld, and "Page 3 of 200" stands at the foot of every page. See `withheld.checked`.
"""

import re
from collections import Counter
from collections.abc import Iterator

from sar_service.db import db
from sar_service.documents.render import page
from sar_service.models import Case

from . import document, pack, sealing, units
from .pack_records import in_words

FURNITURE = "Page of"  # `documents/assemble_stamp.py` writes it on every page
LITERAL = ("contents", "records", "frame", "layout")  # templates whose other words come out of the records
_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def texts(plan: pack.Plan) -> Iterator[str]:
    """The texts that are in the pack whatever the records say, one after another."""
    case = db.session.get_one(Case, plan.case_id)
    templates = pack.folder()
    for draft in pack.around(plan, Counter()):
        yield _plain(page(f"pack/{draft.template}.html", folder=templates, frame=plan.frame, **draft.values))
    for name in LITERAL:
        yield _plain(_CODE.sub(" ", (templates / "pack" / f"{name}.html").read_text(encoding="utf-8")))
    yield FURNITURE
    yield " ".join(str(value) for value in plan.frame.values())
    labels: set[str] = set()
    for row in units.records(case):
        labels |= {row.section, in_words(row.on), *(field["label"] for field in sealing.unseal(row)["fields"])}
    for found in document.included(case):
        labels |= {found.section, in_words(found.on)}
    yield from labels
    people = units.people_of(case)
    yield from {units.label(mark, people, "") for marks in units.marks_of(case).values() for mark in marks}


def _plain(html: str) -> str:
    return _TAGS.sub(" ", html)
