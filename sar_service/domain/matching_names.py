"""Comparing two people's names, in whatever order, form and spelling systems keep them.

The weights are log2 odds. What they add up to, and the rules that no weight outvotes, are in `matching.py`.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from . import nicknames
from .likeness import jaro_winkler, within
from .matching_fields import Compared, blank
from .people import Identity

_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "miss",
        "ms",
        "mx",
        "dr",
        "prof",
        "rev",
        "sir",
        "dame",
        "lady",
        "lord",
        "master",
        "baby",
        "unborn",
        "infant",
    ]
)
_YOUNGER = frozenset(["jr", "jnr", "junior", "ii", "iii"])
_ELDER = frozenset(["sr", "snr", "senior"])
# Names so often written before or after the one a person is called by that they tell nobody apart.
_COMMON_PREFIX = frozenset(
    [
        "muhammad",
        "mohammed",
        "mohammad",
        "mohamed",
        "mohamad",
        "muhammed",
        "mohd",
        "muhd",
        "md",
        "abdul",
        "abd",
        "syed",
        "sayed",
        "syeda",
        "sheikh",
        "shaikh",
    ]
)
_FAITH_SUFFIX = frozenset(
    ["kaur", "singh", "begum", "bibi", "khatun", "khatoon", "bano", "ur", "al", "el", "bin", "binti", "ibn"]
)
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "di",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "al",
        "el",
        "bin",
        "ibn",
        "o",
        "mc",
        "mac",
    ]
)
_PET_FORM = "a short or pet form"
_MAX_WORDS = 8  # words of one name that are looked at
_MAX_NAMES = 12  # other names that are looked at


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to read a person's name: words of the given part and of the family part, folded."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    former: bool = False  # from `other_names`
    younger: bool = False
    elder: bool = False


@dataclass(frozen=True, kw_only=True)
class Names:
    """How two names compare. `misspelt`: the first names differ only as slips of the pen do."""

    given: Compared
    family: Compared
    misspelt: bool = False
    middle_differs: bool = False
    generation_differs: bool = False
    other_script: bool = False

    @property
    def both_agree(self) -> bool:
        return self.given.agrees and self.family.agrees

    @property
    def given_same(self) -> bool:
        """Whether the first names are one name in any spelling, rather than a form of one another."""
        return self.given.agrees and self.given.weight >= 4.0 and self.given.note != _PET_FORM

    @property
    def weight(self) -> float:
        return self.given.weight + self.family.weight


def compare_names(subject: Identity, candidate: Identity) -> Names:
    """The best comparison over every name either side is known by, given and family names also swapped."""
    ours, theirs = _readings(subject), _readings(candidate)
    best: Names | None = None
    for one, other in product(ours, theirs):
        straight = _compare(one, other)
        best = straight if best is None or straight.weight > best.weight else best
        swapped = _compare(one, replace(other, given=other.family, family=other.given))
        if swapped.given.agrees and swapped.family.agrees and not _same_words(one):
            swapped = replace(
                swapped,
                given=swapped.given.noted("given and family name swapped", less=1.0),
                family=swapped.family.noted("given and family name swapped", less=0.5),
            )
            best = swapped if swapped.weight > best.weight else best
    if best is None:
        return Names(given=Compared(field="given_name"), family=Compared(field="family_name"))
    if _generation(ours) and _generation(theirs) and _generation(ours) != _generation(theirs):
        best = replace(best, generation_differs=True)
    return best


def _same_words(reading: Reading) -> bool:
    return set(reading.given) == set(reading.family)


def _generation(readings: list[Reading]) -> str:
    if any(reading.younger for reading in readings):
        return "younger"
    return "elder" if any(reading.elder for reading in readings) else ""


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, folded, without titles: "O'Brien-Smith" is "obrien", "smith"."""
    spaced = re.sub(r"[-–—/,.()\s]+", " ", re.sub(r"['’`ʼ]", "", name[:200]))
    found = []
    for word in spaced.split()[: _MAX_WORDS + 4]:
        folded = nicknames.fold(word)
        if folded and folded not in _TITLES:
            found.append(folded)
    return tuple(found[:_MAX_WORDS])


def _split(full: str) -> tuple[str, str]:
    """A whole name in one field: "Family, Given" or "Given Middle Family"."""
    if "," in full:
        family, _, given = full.partition(",")
        return given.strip(), family.strip()
    parts = full.split()
    at = len(parts) - 1
    while at > 1 and nicknames.fold(parts[at - 1]) in _PARTICLES:
        at -= 1
    return " ".join(parts[:at]), " ".join(parts[at:])


@lru_cache(maxsize=20_000)
def _reading(given: str, family: str, *, former: bool = False) -> Reading | None:
    given, family = ("" if blank(given) else given), ("" if blank(family) else family)
    first, last = words(given), words(family)
    both = set(first) | set(last)
    first = tuple(word for word in first if word not in _YOUNGER | _ELDER)
    last = tuple(word for word in last if word not in _YOUNGER | _ELDER)
    if not first and not last:
        return None
    return Reading(
        given=first,
        family=last,
        former=former,
        younger=bool(both & _YOUNGER),
        elder=bool(both & _ELDER),
    )


def _readings(identity: Identity) -> list[Reading]:
    given, family = identity.given_name, identity.family_name
    if not given.strip() and len(family.split()) > 1:
        given, family = _split(family)
    elif not family.strip() and len(given.split()) > 1:
        given, family = _split(given)
    main = _reading(given, family)
    found = [main] if main else []
    for other in identity.other_names[:_MAX_NAMES]:
        if len(other.replace(",", " ").split()) > 1:
            also = _reading(*_split(other), former=True)
            found += [also] if also else []
        elif main is not None:
            # A single word may be a former family name, a preferred first name or a middle name.
            found += [r for r in (_reading(other, family, former=True), _reading(given, other, former=True)) if r]
        else:
            alone = _reading(other, "", former=True)
            found += [alone] if alone else []
    return found


def _compare(one: Reading, other: Reading) -> Names:
    if _other_script(one, other):
        note = "written in another script"
        return Names(
            given=Compared(field="given_name", outcome="similar", note=note),
            family=Compared(field="family_name", outcome="similar", note=note),
            other_script=True,
        )
    former = one.former or other.former
    family = _compare_family(one.family, other.family)
    given, misspelt, middle_differs = _compare_given(one.given, other.given)
    if former and family.agrees:
        family = family.noted("by a former or other name", less=1.0)
    if former and given.agrees:
        given = given.noted("", less=0.5)
    return Names(given=given, family=family, misspelt=misspelt, middle_differs=middle_differs)


def _other_script(one: Reading, other: Reading) -> bool:
    """Whether one name is in Latin letters and the other in none: nothing can be said of their likeness."""
    first, second = ("".join(reading.given + reading.family) for reading in (one, other))
    latin = [any("a" <= letter <= "z" for letter in name) for name in (first, second)]
    letters = [any(letter.isalpha() for letter in name) for name in (first, second)]
    return all(letters) and latin[0] != latin[1]


def _compare_family(one: tuple[str, ...], other: tuple[str, ...]) -> Compared:
    field = "family_name"
    if not one or not other:
        return Compared(field=field)
    a, b = "".join(one), "".join(other)
    if a == b or sorted(one) == sorted(other):
        return Compared(field=field, outcome="agrees", weight=6.0)
    if _bare(a) == _bare(b):
        return Compared(field=field, outcome="agrees", weight=5.5, note="written differently")
    shared = {word for word in one if len(word) > 2 and word not in _PARTICLES | _FAITH_SUFFIX} & set(other)
    if shared:
        return Compared(field=field, outcome="agrees", weight=4.0, note="part of the family name is the same")
    longest = max(len(a), len(b))
    if longest >= 4 and within(a, b, 2 if longest >= 7 else 1):
        return Compared(field=field, outcome="similar", weight=3.5, note="spelt a little differently")
    if jaro_winkler(a, b) >= 0.92 and longest >= 6:
        return Compared(field=field, outcome="similar", weight=2.5, note="spelt a little differently")
    if (len(a) == 1 and b.startswith(a)) or (len(b) == 1 and a.startswith(b)):
        return Compared(field=field, outcome="similar", weight=1.0, note="only an initial")
    return Compared(field=field, outcome="disagrees", weight=-5.0)


def _bare(family: str) -> str:
    """A family name without its "mac", doubled letters and mute endings, as a hurried ear writes it."""
    plain = re.sub(r"^mac(?=[bcdfghklmnpqrst])", "mc", family)
    return _once(plain)


def _own(given: tuple[str, ...]) -> tuple[str, ...]:
    """The given names without those that tell nobody apart, unless there are no others."""
    own = tuple(word for word in given if word not in _COMMON_PREFIX | _FAITH_SUFFIX)
    return own or given


def _compare_given(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[Compared, bool, bool]:
    """The comparison, whether a difference is a slip of the pen, and whether middle names stand against
    it."""
    field = "given_name"
    if not one or not other:
        return Compared(field=field), False, False
    a, b = _own(one), _own(other)
    bare = [words for words in (one, other) if set(words) <= _COMMON_PREFIX]
    if len(bare) == 1 and len(one) != len(other):
        # "Muhammad" on one side, "Muhammad Bilal" on the other: neither the same name nor a different one.
        part = Compared(field=field, outcome="similar", weight=2.0, note="part of the name is the same")
        return (
            (part if set(one) & set(other) or _prefixes_alike(one, other) else _differs(field)),
            False,
            False,
        )
    if a == b or "".join(a) == "".join(b):
        return Compared(field=field, outcome="agrees", weight=5.0), False, False
    middles = _middles_differ(a[1:], b[1:])
    first = _compare_word(a[0], b[0])
    if first.agrees:
        if middles:
            return first.noted("another middle name", less=3.0), False, True
        return first, False, False
    called = _called_by_middle(a, b)
    if called is not None:
        return called, False, False
    if first.outcome == "similar":
        misspelt = _slip(a[0], b[0]) and not middles
        return first, misspelt, middles
    return first, False, middles


def _differs(field: str) -> Compared:
    return Compared(field=field, outcome="disagrees", weight=-6.0)


def _prefixes_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(nicknames.spelt_alike(x, y) for x, y in product(one, other))


def _middles_differ(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if not one or not other:
        return False
    pairs = product(one, other)
    return not any(
        nicknames.same(x, y) or within(x, y, 1) or (min(len(x), len(y)) == 1 and x[0] == y[0]) for x, y in pairs
    )


def _called_by_middle(one: tuple[str, ...], other: tuple[str, ...]) -> Compared | None:
    """Somebody called by a second name, where the other side has only that, or the same names in another
    order."""
    short, long = sorted((one, other), key=len)
    if len(long) < 2:
        return None
    if set(short) == set(long):
        return Compared(field="given_name", outcome="agrees", weight=4.0, note="first names in another order")
    if len(short) == 1 and any(len(word) > 2 and nicknames.same(word, short[0]) for word in long[1:]):
        return Compared(field="given_name", outcome="agrees", weight=3.0, note="called by a middle name")
    return None


def _compare_word(one: str, other: str) -> Compared:
    field = "given_name"
    if nicknames.spelt_alike(one, other):
        note = "" if one == other else "another spelling"
        return Compared(field=field, outcome="agrees", weight=5.0 if one == other else 4.5, note=note)
    if min(len(one), len(other)) == 1:
        if one[0] == other[0]:
            return Compared(field=field, outcome="similar", weight=1.5, note="only an initial")
        return Compared(field=field, outcome="disagrees", weight=-4.0, note="another initial")
    if nicknames.same(one, other):
        return Compared(field=field, outcome="agrees", weight=4.0, note=_PET_FORM)
    if _slip(one, other):
        return Compared(field=field, outcome="similar", weight=3.0, note="spelt a little differently")
    if nicknames.share_a_full_name(one, other):
        return Compared(field=field, outcome="similar", weight=1.0, note="both may be short for one name")
    if nicknames.known(one) and nicknames.known(other):
        note = "alike, but two different names" if within(one, other, 2) else ""
        return Compared(field=field, outcome="disagrees", weight=-6.0, note=note)
    shortest, longest = sorted((one, other), key=len)
    if len(shortest) >= 3 and longest.startswith(shortest):
        return Compared(field=field, outcome="similar", weight=2.0, note="one is the start of the other")
    if jaro_winkler(one, other) >= 0.9:
        return Compared(field=field, outcome="similar", weight=1.0, note="alike")
    return Compared(field=field, outcome="disagrees", weight=-6.0)


def _slip(one: str, other: str) -> bool:
    """Whether two first names differ only as a slip does: one edit, the same first letter, not both real
    names.

    A last letter more, less or other is no slip: that is how Amir and Amira, Paul and Paula differ. In a short
    name only a doubled letter or two swapped ones are: twins are called Tyra and Tyla.
    """
    if one[0] != other[0] or (nicknames.known(one) and nicknames.known(other)):
        return False
    shortest, longest = sorted((one, other), key=len)
    if len(shortest) < 3 or (longest == shortest + longest[-1] and longest[-1] in "aeiouy"):
        return False
    if len(one) == len(other) and one[:-1] == other[:-1]:
        return False
    if len(shortest) < 6 and sorted(one) != sorted(other) and _once(one) != _once(other):
        return False
    return within(one, other, 2 if len(shortest) >= 7 else 1)


def _once(word: str) -> str:
    """A word with every doubled letter written once."""
    return re.sub(r"(.)\1+", r"\1", word)
