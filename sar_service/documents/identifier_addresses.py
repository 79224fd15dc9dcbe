"""Postal addresses: from the first number or house name to the postcode, over line ends.

An address without a postcode ends with its street, or with a town that stands after a comma and is known. Addresses
that the register holds, in whatever layout, are `detect_known`.
"""
# ruff: noqa: E501 - patterns stay whole

import re
from collections.abc import Iterator

from sar_service.documents.lexicon import is_given, places, word_set
from sar_service.domain.redaction import Kind

POSTCODE = r"(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]?(?: {0,2}| ?\n {0,8})\d[ABD-HJLNP-UW-Z]{2})"
# The same with any letters at its end: at the end of an address a postcode with a slip in it locates as well.
MISTYPED = r"(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]?(?: {0,2}| ?\n {0,8})\d[A-Z]{2})"
STREETS: dict[str, tuple[str, ...]] = {
    "road": ("rd",), "street": ("st", "str"), "avenue": ("ave", "av"), "lane": ("ln", "la"), "close": ("cl", "cls"),
    "drive": ("dr", "drv"), "gardens": ("gdns", "gdn", "garden"), "grove": ("gr", "grv"), "terrace": ("terr", "ter", "tce"),
    "court": ("ct", "crt"), "place": ("pl",), "crescent": ("cres", "cresc", "cr"), "square": ("sq",), "walk": ("wlk",),
    "park": ("pk",), "house": ("hse", "ho"), "green": ("grn",), "mount": ("mt",), "way": ("wy",), "north": ("n",),
    "south": ("s",), "saint": ("st",), "view": ("vw",), "apartments": ("apts",), "flat": ("fl",), "heights": ("hts",),
    "parade": ("pde",), "boulevard": ("blvd",), "buildings": ("bldgs",), "hill": ("hl",), "mews": ("mws",),
}  # fmt: skip
_SUFFIX = (
    "Road|Rd|Street|Str?|Avenue|Ave?|Lane|Ln|Close|Cl|Drive|Dr|Gardens?|Gdns|Grove|Gr|Terrace|Terr?|Tce|Court|Ct|Place|Pl|Way|Crescent|"
    "Cres|Square|Sq|Walk|Hill|Park|View|Row|Mews|Rise|Green|Parade|Mount|Vale|Bank|End|Croft|Fold|Gate|Meadows?|Fields?|Heights|"
    "Villas?|Wharf|Quay|Yard|Broadway|Parkway|Boulevard|Circus|Approach|Chase|Dene|Garth|Causeway|Common|Cottages?|Buildings|Mansions|"
    "Towers?|Path|Passage|Alley|Brow|Nook|Lea|Ridge|Orchard|Moor|House|Lodge|Point|Wood|Woods|Side|Dale|Estate|Drove|Loke|Wynd|Loan|"
    "Gardens|Spinney|Copse|Warren|Hollow|Bridge|Cross|Corner|Promenade|Esplanade|Crossing|Reach|Haven|Hall"
)
_NUMBER = r"\d{1,4}[A-Za-z]?(?:[ ]?[-–/][ ]?\d{1,4}[A-Za-z]?)?"
_FLAT = r"(?:(?:Flat|Apartment|Apt|Unit|Room|Rm|Maisonette|Studio|Block|Plot|Bedsit)\.?[ ]?(?:No\.?[ ]?)?[A-Z0-9]{1,4}[A-Za-z]?[ ]?[,\n]?[ ]{0,3})"
_CAP = (
    r"(?:(?:St\.?|Saint|Mc|Mac|O['’]|Van|De|The|Old|Upper|Lower|Great|Little|of|on|le|by|and)[ ]?)?[A-Z][\w'’\-]{0,20}"
)
_STREET = rf"(?:(?:{_CAP}\.?[ ]){{1,4}}(?:{_SUFFIX})|(?:The|Broadway|High)[ ](?:{_SUFFIX}|[A-Z][a-z]{{2,15}})|Broadway)\b(?:[ ](?:North|South|East|West)\b)?"
_SEGMENT = r"[ ]{0,3}[,\n;][ ]{0,3}\n?[ \t]{0,8}(?=[A-Za-z])[A-Za-z'’.\- ]{2,34}"
_TAIL = rf"(?:\.?(?:{_SEGMENT}){{0,4}}[ ,\n\t.]{{1,6}}{MISTYPED}(?!\w))"
_NUMBERED = re.compile(
    rf"(?<![\w£$/.\-:])(?:{_FLAT}(?:[A-Z][\w'’]{{1,20}}[ ]){{0,2}}(?:(?:House|Court|Lodge|Tower|Point|Heights|Mansions)[ ]?,[ ]?)?)?{_NUMBER}[ ]?,?[ ]{{1,2}}{_STREET}(?P<tail>{_TAIL})?",
)
# A number alone on its line, the street on the next.
_NUMBER_LINE = re.compile(rf"(?:(?<=\n)|(?<=\n )){_NUMBER}[ ]?,?[ ]?\n[ ]{{0,8}}{_STREET}(?P<tail>{_TAIL})?")
_CAPS = r"[A-Z][\w'’.\-]{0,24}(?:[ ](?:[A-Z][\w'’.\-]{0,24}|y|yr|of|the|on|na|a|an|le|la|de)){0,4}"
_NOT_NAMED = (
    r"(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Year|Week)[a-z]{0,8}\b)"
)
# A street or house whose name does not say that it is one is known by its number and its postcode.
_UNSAID = re.compile(
    rf"(?<![\w£$/.\-:])(?:{_FLAT})?{_NUMBER}[ ]?,?[ ]{{1,2}}{_NOT_NAMED}{_CAPS}(?:[ ]{{0,3}}[,\n;][ \n]{{0,9}}{_CAPS}){{0,4}}"
    rf"[ ,\n\t.]{{1,6}}(?P<tail>{POSTCODE})(?!\w)",
)
_HOUSE_NAME = re.compile(
    rf"(?<!\w)(?:The[ ])?(?:[A-Z][\w'’\-]{{1,20}}[ ]?){{1,3}}[ ]?[,\n][ ]{{0,8}}{_STREET}(?P<tail>{_TAIL})",
)
# A street without a number, which may be all that is said of where somebody lives. Some of these words are also
# family names, and count only where somebody may be "on" or "off" them.
_BARE = re.compile(
    r"(?:Road|Rd|Avenue|Ave|Crescent|Cres|Terrace|Gardens|Gdns|Mews|(?P<doubtful>Street|Lane|Close|Drive|Grove))\b"
    r"(?![ ]?['’]|[ ][A-Z]|[ ]\d|-)",
)
_BEFORE_BARE = re.compile(r"(?<![\w'’\-])(?:(?:St\.?|[A-Z][\w'’\-]{1,20})[ ]){1,3}\Z")
_STANDS_ON = re.compile(
    r"\b(?:on|off|in|at|to|of|from|near|nr|along|down|up|around|round|into|by|onto|outside)[ ]\Z", re.IGNORECASE
)
_NO_STREET = word_set(
    """
    The This That A An Our My His Her Their Your Private Slip Test One Every Any Each High Cross Ring And Or But On Off In At To Of From Near
    Along Down Up By Mr Mrs Ms Miss Dr
    """
)
_FLAT_IN = re.compile(
    rf"(?<!\w){_FLAT}(?:[A-Z][\w'’\-]{{1,20}}[ ]){{1,3}}(?:{_SUFFIX})\b(?:[ ]?,[ ]?{_NUMBER}[ ]?,?[ ]{_STREET})?(?P<tail>{_TAIL})?",
)
_NAMED = re.compile(
    rf"(?<!\w)(?:The[ ])?(?:[A-Z][\w'’\-]{{1,20}}[ ]){{1,3}}(?:{_SUFFIX})\b(?P<tail>{_TAIL})",
)
_LABELLED = re.compile(
    rf"\b(?:address|addr|lives at|living at|residing at|resides at|of no fixed)\b[ ]*[:\-]?[ ]*\n?[ ]{{0,8}}((?:\d{{1,4}}[a-z]?[ ,]+)?[A-Za-z][^\n:]{{2,60}}(?:\n[^\n:]{{2,40}}){{0,4}}?[ ,\n]{{1,4}}{POSTCODE})(?!\w)",
    re.IGNORECASE,
)
_LOWER = re.compile(
    r"(?<![\w£$/.\-:])(?:flat \d{1,3}[a-z]?,? )?\d{1,4}[a-z]? (?:[a-z'’]{3,15} ){1,2}"
    r"(?:road|rd|street|avenue|ave|lane|crescent|terrace|gardens|gdns|drive|grove|close|court)\b(?:[ ,]{1,3}(?P<town>[a-z]{3,20}))?",
)
_NOT_STREET = re.compile(
    r"\b(?:the|a|an|of|in|to|and|for|on|at|was|is|with|from|this|down|up|weeks?|days?|months?|years?|hours?|mins?|minutes?|people|children|times?|am|pm|by|cross)\b"
)
_POSTCODE = re.compile(rf"(?<![\w/\-]){POSTCODE}(?!\w)")
_POSTCODE_LOWER = re.compile(r"(?<![\w/\-])[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}(?!\w)")
_TOWN = re.compile(r"[ ]?[,\n][ ]{0,3}(?P<town>[A-Z][a-z'’\-]{2,20}(?:[ \-][A-Z]?[a-z]{2,12}){0,2})")
_TOWN_OF = re.compile(
    rf"(?:^|[,\n])[ \t]{{0,8}}(?P<town>[A-Z][a-z'’\-]{{2,20}}(?:[ \-][A-Za-z][a-z]{{1,12}}){{0,2}})[ ,\n\t]{{1,6}}{POSTCODE}(?!\w)"
)

Found = tuple[int, int, Kind, float]


def towns(text: str) -> frozenset[str]:
    """The towns that stand before a postcode in a text, lower case."""
    return frozenset(found.group("town").lower() for found in _TOWN_OF.finditer(text))


def addresses(text: str, start: int, end: int) -> Iterator[Found]:
    """Addresses between two places of a text: start, end, ADDRESS, and how sure (a bare postcode counts)."""
    for pattern, sure in (
        (_NUMBERED, 0.9), (_NUMBER_LINE, 0.9), (_FLAT_IN, 0.88), (_NAMED, 0.85), (_UNSAID, 0.8), (_HOUSE_NAME, 0.83),
    ):  # fmt: skip
        for found in pattern.finditer(text, start, end):
            last = found.end()
            if not found.group("tail"):
                last = _with_town(text, last, end)
            yield found.start(), last, Kind.ADDRESS, sure + (0.07 if found.group("tail") else 0)
    for found in _LABELLED.finditer(text, start, end):
        first = _POSTCODE.search(text, found.start(1), found.end(1))  # it must not run on into a second address
        yield found.start(1), first.end() if first else found.end(1), Kind.ADDRESS, 0.9
    for found in _LOWER.finditer(text, start, end):
        town = found.group("town")
        stop = found.end() if town and town in places() else (found.start("town") if town else found.end())
        street = text[found.start() : stop].rstrip(" ,")
        if not _NOT_STREET.search(street):
            yield found.start(), found.start() + len(street), Kind.ADDRESS, 0.75
    for found in _POSTCODE.finditer(text, start, end):
        yield found.start(), found.end(), Kind.ADDRESS, 0.85
    for found in _POSTCODE_LOWER.finditer(text, start, end):
        yield found.start(), found.end(), Kind.ADDRESS, 0.7


def bare_streets(text: str) -> Iterator[Found]:
    """Streets that are named without a number, in the whole of a text: "she is on Elm Grove now"."""
    for found in _BARE.finditer(text):
        at = found.start()
        before = _BEFORE_BARE.search(text, max(0, at - 66), at)
        if not before:
            continue
        start = before.start()
        for word in before.group().split(" "):
            if word in _NO_STREET:
                start += len(word) + 1
        name = text[start:at].split()
        stands = bool(_STANDS_ON.search(text, max(0, start - 9), start))
        if name and (stands or not (found.group("doubtful") or is_given(name[0].lower()))):
            yield start, found.end(), Kind.ADDRESS, 0.7


def _with_town(text: str, at: int, end: int) -> int:
    """The end of an address whose town follows, where the town is known; else where it was."""
    for _ in range(2):
        found = _TOWN.match(text, at, end)
        if not found:
            break
        words = re.split(r"[ ]", found.group("town"))
        for count in range(len(words), 0, -1):
            town = " ".join(words[:count]).lower()
            if town in places():
                at = found.start("town") + len(town)
                break
        else:
            break
    return at
