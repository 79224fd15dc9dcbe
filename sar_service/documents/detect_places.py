"""Schools, hospitals and other bodies by the word their name ends with, and towns by list, by postcode and by "at".

Streets with numbers are `identifier_addresses`. What a model proposes is weighed in `detect_learn`, not here.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from collections.abc import Iterable, Iterator
from functools import cache

from sar_service.documents.detect_words import Mention, Words
from sar_service.documents.identifier_addresses import towns
from sar_service.documents.lexicon import is_family, is_given, is_ordinary, places, word_set
from sar_service.documents.names import fold
from sar_service.domain.redaction import Kind, Span

RULE = "places/1"

_WORD = r"(?:St\.?|[A-Z][\w'’\-]{0,24}|of|the|&)"
_KINDS = (
    r"(?:(?:C\.?[ ]?of[ ]?E\.?|CE|RC|Catholic|Church[ ]of[ ]England|Community|Special|Grammar|High|Junior|Infants?|Primary|Secondary|Nursery|"
    r"Middle|Free|Sixth[ ]Form|Boys['’]?|Girls['’]?)[ ]){0,3}"
    r"(?:Primary[ ]School|Secondary[ ]School|Junior[ ]School|Infants?[ ]School|High[ ]School|Nursery[ ]School|Pre-?[ ]?[Ss]chool|Play[ ]?group|School|"
    r"Academy|College|Sixth[ ]Form|University|Nursery|Kindergarten|Primary|Juniors|Infants|High|PRU|Hospital|Infirmary|Surgery|Hospice|"
    r"Medical[ ](?:Centre|Practice)|Health[ ]Centre|Dental[ ](?:Practice|Surgery)|Children['’]?s?[ ]Centre|Family[ ](?:Centre|Hub)|Clinic|Pharmacy|"
    r"Community[ ]Centre|Youth[ ](?:Club|Centre)|Leisure[ ]Centre|Sports[ ]Centre|Day[ ]Centre|Contact[ ]Centre|"
    r"(?:County|City|Borough|District|Metropolitan)?[ ]?(?:Borough[ ])?Council|Housing[ ](?:Association|Trust)|Homes|Police(?:[ ]Station)?|Constabulary|"
    r"(?:NHS[ ])?(?:Foundation[ ])?Trust|(?:Magistrates['’]?|Crown|Family|County)[ ]Court|Solicitors|LLP|Ltd|Limited|Women['’]?s[ ]Aid|Refuge|Church|"
    r"Mosque|Gurdwara|Temple|Synagogue|Foodbank|Hostel|Prison)"
)
_BODY = re.compile(
    rf"(?<![\w'’])(?:The[ ]|St\.?[ ]|Sir[ ]|[A-Z][\w'’\-]{{1,24}}[ ])(?:{_WORD}[ ]){{0,4}}?{_KINDS}(?![\w\-])(?![ ](?:Street|Road|Lane|Avenue|Manager|Worker|Nurse|Teacher|Officer))",
)
_TAIL = re.compile(rf"[ ]{_KINDS}\Z")
_LEADING = re.compile(
    r"(?:(?:School|Nursery|College|Hospital|Employer|At|From|To|Attends|Visited|Visit|Attended|Called|Contacted|Her|His|Their|And|In|On|When|"
    r"With|By|For|As|After|Before|Since|While|If|Local|Your|Our|This|That|Which|Mum|Dad|Mother|Father|Head)[ ])+",
)
_GENERIC = word_set(
    """
    the local primary secondary high junior infant nursery his her their our your my this that which a an special
    private independent mainstream new old current previous same after pre preparatory sixth form girls boys public
    county city borough crown family magistrates district general children's childrens community youth day contact
    leisure health medical dental at in of to from for and
    """
)  # fmt: skip
_GENERAL = re.compile(r"[ ](?:General|Royal(?:[ ]Infirmary)?|Infirmary|District)\b")
_CAPITAL = re.compile(r"[A-Z](?<![\w'’\-].)[a-z'’]{2,20}(?:-[A-Za-z]{2,12}){0,3}(?:[ ][A-Z][a-z'’]{2,15}){0,2}")
_AT = re.compile(
    r"\b(?:at|in|from|near|around|to|towards|outside|live[sd]? in|moved? to|born in|found (?:\d{3,4} ?hrs )?at)[ ]\Z",
    re.IGNORECASE,
)
_FOUND_AT = re.compile(
    r"(?:(?:\b|\d)(?:found|seen|missing|hrs|sighted|located|arrested|stopped|placement|school|flat|house|family|friends|party)[ ](?:at|in|near|to)|\b(?:moved|relocated|travell?ed|move|moving|returned) (?:back )?to|\bin)[ ]\Z",
    re.IGNORECASE,
)
_NAMED_AFTER = word_set(
    "wood woods park green hill moor mill bridge field fields common lake baths market cross tram station gate end"
)
_NOT_TOWN = frozenset({"washington", "reading", "nelson", "chester", "wells", "lincoln", "preston", "kent", "derby", "bath", "bury", "sandwell",
                       "stafford", "bolton", "barry", "perth", "chelsea", "camden", "brent", "devon", "carlisle", "ashford", "bradford"})  # fmt: skip


def bodies(text: str) -> Iterator[Span]:
    """Organisations whose name ends with what they are."""
    for found in _BODY.finditer(text):
        name, start = found.group(), found.start()
        lead = _LEADING.match(name)
        if lead and lead.end() < len(name):
            start, name = start + lead.end(), name[lead.end() :]
        tail = _TAIL.search(" " + name)
        own = name[: tail.start()].strip() if tail else name
        if not own or all(word.lower().strip(".,") in _GENERIC for word in own.split()):
            continue
        if not (own[0].isupper() or own[0].isdigit()):
            continue
        yield Span(
            start=start,
            end=found.end(),
            kind=Kind.ORGANISATION,
            confidence=0.88,
            text=text[start : found.end()],
            rule=RULE,
        )


@cache
def _firsts() -> frozenset[str]:
    return frozenset(fold(place.split()[0].split("-")[0]) for place in places()) | frozenset(fold(p) for p in places())


def self_standing(text: str, start: int, end: int, low: str) -> bool:
    """Whether an unknown capital word is a place by what stands before it: "found at", "0300hrs at", "moved to", "in"."""
    if any(is_ordinary(word) or is_given(word) or is_family(word) for word in low.replace("'", "").split()):
        return False
    if text[end : end + 1] in "'’" or len(low) < 4:
        return False
    return bool(_FOUND_AT.search(text, max(0, start - 28), start))


def people_only(finds: Iterable[Mention], text: str, known: frozenset[str]) -> list[Mention]:
    """Finds of strangers without those that are a town of the register's addresses, or a wood or park of its name.

    A town that is also a given name ("Chelsea") stays, and so does whoever has a title.
    """
    return [find for find in finds if find.title or not _of_town(text[find.start : find.end], known)]


def _of_town(name: str, known: frozenset[str]) -> bool:
    parts = [fold(part) for part in name.split()]
    if not parts or is_given(parts[0]):
        return False
    short = parts[:-1] if parts[-1] in _NAMED_AFTER else parts
    return " ".join(parts) in known or " ".join(short) in known


def locations(
    words: Words, taken: list[tuple[int, int]], people: frozenset[str], registered: frozenset[str] = frozenset()
) -> Iterator[Span]:
    """Towns, boroughs and countries outside what is taken already.

    `people` are folded names that are somebody's, `registered` the folded towns of the register's addresses.
    """
    text = words.text
    local = towns(text) | registered
    known = places()
    first = _firsts() | frozenset(fold(town.split()[0]) for town in local)
    candidates: dict[str, bool] = {}
    at = 0
    for index, surface in enumerate(words.surface):
        if not surface[0].isupper():
            continue
        hopeful = candidates.get(surface)
        if hopeful is None:
            folded = words.folded(index)
            hopeful = candidates[surface] = folded in first or not is_ordinary(folded)
        found = _CAPITAL.match(text, words.start[index]) if hopeful else None
        if not found:
            continue
        while at < len(taken) and taken[at][1] <= found.start():
            at += 1
        parts = found.group().split(" ")
        for count in range(len(parts), 0, -1):
            name = " ".join(parts[:count])
            low = name.lower()
            end = found.start() + len(name)
            if at < len(taken) and taken[at][0] < end:
                continue
            placed = bool(_AT.search(text, max(0, found.start() - 24), found.start()))
            general = bool(_GENERAL.match(text, end))
            if low in people and not general:
                continue
            sure = 0.0
            if low in local:
                sure = 0.85
            elif low in known:
                sure = 0.85 if placed or general or low not in _NOT_TOWN else 0.0
            elif general and not is_ordinary(low) and not is_ordinary(low.split()[0]):
                sure = 0.7
            elif count == len(parts) and self_standing(text, found.start(), end, low):
                sure = 0.6
            if sure:
                yield Span(start=found.start(), end=end, kind=Kind.LOCATION, confidence=sure, text=name, rule=RULE)
                break
