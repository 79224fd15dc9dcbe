"""Words that point at somebody without a name: "Mum", "her sister", "the younger boy", "MGM", "the neighbour".

Also what the words of a register's role field mean, so that a role word can be given to the one person who has it.
Acting professionals are not marked by their jobs: "the social worker" names nobody who is protected.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from collections.abc import Iterable, Iterator, Sequence

from sar_service.documents.detect_words import Words
from sar_service.documents.lexicon import word_set
from sar_service.domain.redaction import Kind, Person, Span

RULE = "roles/1"

# What a role is called, by category; the first words of a register's role field are looked up here.
_CALLED = {
    "mother": "mum mother mam mummy birth-mother biological-mother mom",
    "father": "dad father daddy birth-father biological-father",
    "stepmother": "step-mum stepmum step-mother stepmother",
    "stepfather": "step-dad stepdad step-father stepfather",
    "sister": "sister half-sister step-sister sis",
    "brother": "brother half-brother step-brother bro",
    "sibling": "sib sib2 sib3 sibling half-sibling step-sibling twin",
    "mgm": "mgm maternal-grandmother nan-maternal",
    "mgf": "mgf maternal-grandfather",
    "pgm": "pgm paternal-grandmother",
    "pgf": "pgf paternal-grandfather",
    "grandmother": "grandmother gran granny nan nana nanny grandma",
    "grandfather": "grandfather grandad granddad grandpa gramps",
    "aunt": "aunt auntie aunty maternal-aunt paternal-aunt ma pa great-aunt",
    "uncle": "uncle maternal-uncle paternal-uncle mu pu great-uncle",
    "cousin": "cousin",
    "partner": "partner boyfriend girlfriend fiance fiancee mums-partner mothers-partner dads-partner ex-partner husband wife",
    "foster_carer": "foster carer foster-carer foster-mother foster-father foster-parent foster-mum foster-dad",
    "neighbour": "neigh neighbour neighbor",
    "friend": "friend peer schoolfriend school-friend classmate",
    "guardian": "guardian special-guardian sgo kinship-carer connected-carer",
    "child": "child subject young-person yp self pupil",
    "son": "son", "daughter": "daughter", "niece": "niece", "nephew": "nephew",
    "referrer": "referrer caller anonymous-referrer informant",
    "social_worker": "sw social-worker socialworker allocated-social-worker assessing-social-worker",
    "manager": "tm team-manager manager practice-manager atm deputy-team-manager",
    "teacher": "teacher head-teacher headteacher head dsl senco form-tutor class-teacher",
    "health_visitor": "hv health-visitor midwife school-nurse nurse",
    "doctor": "gp doctor dr paediatrician consultant psychiatrist",
    "police": "pc police police-officer police-constable dc officer detective",
}  # fmt: skip
_CATEGORY = {word: category for category, words in _CALLED.items() for word in words.split()}
PROFESSIONS = frozenset({"social_worker", "manager", "teacher", "health_visitor", "doctor", "police"})
CHILDREN = frozenset(
    {"child", "sister", "brother", "sibling", "friend", "son", "daughter", "cousin", "niece", "nephew"}
)
WOMEN = word_set("mother stepmother sister mgm pgm grandmother aunt daughter niece")
MEN = word_set("father stepfather brother mgf pgf grandfather uncle son nephew")

_KIN = (
    r"(?:(?:birth|biological|adoptive|late)[ ])?(?:mother|father|mum(?:my)?|mam|dad(?:dy)?|parents?)"
    r"|(?:step|half|foster|god|adoptive)[ \-]?(?:mother|father|mum|dad|sister|brother|sibling|parent|carer|son|daughter|family)s?"
    r"|(?:maternal|paternal|great)[ \-](?:(?:great|step)[ \-])?(?:grand(?:mother|father|parents?|ma|dad)|gran(?:ny)?|nan|aunt(?:ie|y)?|uncle|family|cousin)"
    r"|mg[mf]|pg[mf]|mgg[mf]|pgg[mf]"
    r"|(?:great[ \-])?grand(?:mother|father|ma|pa|dad|parents?|son|daughter|child)|gran(?:ny|ddad)?|nan(?:a|ny|na)?|aunt(?:ie|y)?|uncle"
    r"|sisters?|brothers?|siblings?|twins?|cousins?|niece|nephew|son|daughter|husband|wife|fianc[eé]e?"
    r"|(?:mum|mother|dad|father)(?:['’]?s)[ ](?:(?:new|ex|former|current|male|female)[ \-]?)?(?:partner|boyfriend|girlfriend|husband|wife|friend)"
    r"|(?:ex[ \-]?|former[ ]|new[ ])?(?:partner|boyfriend|girlfriend|husband|wife)"
    r"|foster[ \-](?:carers?|placement)|kinship[ ]carers?|special[ ]guardians?|(?:next[ \-]door[ ])?neighbours?|childminder|lodger"
    r"|anonymous[ ](?:referrer|caller)|(?:school[ ]?|family[ ]|best[ ])?friends?|classmates?|alleged[ ]perpetrator|perpetrator"
)
_YOUNG = r"(?:younger|older|youngest|oldest|eldest|elder|middle|other|little|big|baby|unborn)"
_ROLE = re.compile(
    rf"\b(?:(?P<who>(?:his|her|their|my|our|your|the)[ ])?(?:{_YOUNG}[ ])?(?P<kin>{_KIN})"
    rf"|(?:the|her|his|their|my|both)[ ]{_YOUNG}[ ](?:boys?|girls?|child(?:ren)?|bab(?:y|ies)|one|lad|sons?|daughters?)"
    rf"|the[ ](?:twins|baby|lodger|neighbours?|referrer|caller|boys|girls))\b(?!['’]?s?[ \-](?:school|house[ ]rules|day|tongue|line|project|group|support|allowance))",
    re.IGNORECASE,
)
# Every role holds one of these words; only around them is looked.
_TELLING = word_set(
    """
    mother father mum mummy mam dad daddy parent parents stepmum stepdad stepmother stepfather stepbrother
    stepsister step half foster god stepson stepdaughter grandmother grandfather grandparent grandparents grandma
    grandad granddad grandpa grandson granddaughter grandchild gran granny grand nan nana nanny aunt auntie aunty
    uncle mgm mgf pgm pgf mggm mggf pggm pggf sister sisters brother brothers sibling siblings twin twins cousin
    cousins niece nephew son sons daughter daughters husband wife fiance fiancee partner boyfriend girlfriend carer
    carers placement guardian guardians neighbour neighbours childminder lodger referrer caller friend friends
    schoolfriend schoolfriends classmate classmates perpetrator boy boys girl girls child children baby babies one
    lad younger older stepsiblings halfbrother halfsister godmother godfather mums dads
    """
)
_OWNER = re.compile(r"([A-Z][\w'’\-]{1,30})['’]s?[ ]\Z")
_OF = re.compile(r"[ ](?:of|to)[ ](?=[A-Z])")


def categories(role: str) -> frozenset[str]:
    """What a register's role field means: "Mum" gives mother, "half-sister" gives sister and sibling."""
    low = re.sub(r"['’]", "", role.strip().lower())
    low = re.sub(r"[\s_/,()]+", "-", low).strip("-")
    found = set()
    if low in _CATEGORY:
        found.add(_CATEGORY[low])
    else:
        pieces = low.split("-")
        for size in (3, 2, 1):
            for at in range(len(pieces) - size + 1):
                word = "-".join(pieces[at : at + size])
                if word in _CATEGORY and not found:
                    found.add(_CATEGORY[word])
    if "step" in low and found & {"mother", "father"}:
        found = {"step" + next(iter(found & {"mother", "father"}))}
    if found & {"sister", "brother"}:
        found.add("sibling")
    if found & {"mgm", "pgm"}:
        found.add("grandmother")
    if found & {"mgf", "pgf"}:
        found.add("grandfather")
    return frozenset(found)


def _meant(kin: str) -> frozenset[str]:
    low = re.sub(r"^(?:his|her|their|my|our|your|the)[ ]", "", kin.strip().lower())
    if low.startswith(("mum's", "mums", "mum’s", "mother", "dad's", "dad’s", "father")) and low.split()[-1] in (
        "partner", "boyfriend", "girlfriend", "husband", "wife",
    ):  # fmt: skip
        return frozenset({"partner"})
    if re.search(r"s$", low) and not low.endswith(("ss", "us")):
        return frozenset()  # several people: nobody's alone
    return categories(low)


def roles(
    words: Words, people: Sequence[Person], named: Sequence[tuple[int, int, str | None]], *, subject: str | None = None
) -> list[Span]:
    """Role words with the person meant, where exactly one of the register has that role.

    `named` are the mentions of people already found (start, end, person): a role that stands directly before a name
    is that person's, and one that belongs to somebody else than the `subject` ("Amy's mum") is given to nobody.
    """
    text = words.text
    by_category: dict[str, list[str]] = {}
    for person in people:
        for category in categories(person.role):
            by_category.setdefault(category, []).append(person.id)
    starts = {start: who for start, _, who in named}
    owned = {end: who for _, end, who in named}
    subjects = {subject} if subject else set(by_category.get("child", ()))
    found: dict[tuple[int, int], Span] = {}
    for match in _around(_ROLE, words):
        whose = _person(text, match, match.group("kin") or match.group(), by_category, starts, owned, subjects)
        span = Span(
            start=match.start(), end=match.end(), kind=Kind.ROLE, person=whose,
            confidence=0.8 if whose else 0.7, text=match.group(), rule=RULE,
        )  # fmt: skip
        found.setdefault((span.start, span.end), span)
    return _apart(found.values())


def _around(pattern: re.Pattern[str], words: Words) -> Iterator[re.Match[str]]:
    """Matches near telling words, each stretch of text looked at once."""
    at = 0
    for index in words.having(_TELLING):
        start = words.start[max(0, index - 3)]
        end = words.end(min(len(words) - 1, index + 3))
        start = max(start, at)
        while start < end and (match := pattern.search(words.text, start, end)):
            yield match
            start = at = match.end()


def _person(
    text: str, match: re.Match[str], kin: str, by_category: dict[str, list[str]],
    starts: dict[int, str | None], owned: dict[int, str | None], subjects: set[str],
) -> str | None:  # fmt: skip
    for gap in (1, 2):
        after = match.end() + gap
        if after in starts and text[match.end() : after].strip(" ,(:") == "":
            return starts[after]
    possessive = _OWNER.search(text, max(0, match.start() - 34), match.start())
    if possessive:
        owner = owned.get(possessive.end(1), "")
        if owner not in subjects:
            return None
    if _OF.match(text, match.end()):
        return None
    fitting = {person for category in _meant(kin) for person in by_category.get(category, ())}
    return next(iter(fitting)) if len(fitting) == 1 else None


def _apart(spans: Iterable[Span]) -> list[Span]:
    out: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if out and span.start < out[-1].end:
            continue
        out.append(span)
    return out
