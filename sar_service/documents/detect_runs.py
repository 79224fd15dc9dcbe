"""Runs of capital words, in which names stand: where one ends. What a run holds is worked out in `detect_new`."""

from collections.abc import Mapping

from sar_service.documents.detect_words import Words
from sar_service.documents.lexicon import THINGS, is_family, is_given, is_ordinary
from sar_service.documents.names import PARTICLES, POLITE, TITLES, without_possessive


def run(words: Words, at: int) -> int:
    """The end of a run of capital words that only spaces, a broken line or the full stop of an initial part."""
    stop = at + 1
    while stop < len(words) and stop - at < 12:
        gap = words.gap(stop - 1)
        surface = words.surface[stop - 1]
        initial = len(surface) == 1 or surface.lower() in TITLES
        titled = surface.lower() in POLITE and gap.strip(" .") == "\n"
        if without_possessive(surface) != surface or not (
            words.runs_on(stop - 1) or titled or (initial and gap in (". ", "."))
        ):
            break
        if words.capital(stop):
            if "\n" in gap and only_word(words.folded(stop)):
                break  # a line that begins with a plain word: no part of the name that ends the one before
            stop += 1
        elif (
            words.surface[stop] in PARTICLES
            and stop + 1 < len(words)
            and words.capital(stop + 1)
            and words.runs_on(stop)
        ):
            stop += 2
        else:
            break
    return stop


def beside_held(words: Words, at: int, stop: int, held: Mapping[int, int]) -> int:
    """The end of a run, cut where a name already found only happens to stand beside other words.

    "In English Tamsin Holloway was praised": "English" is no name of hers, and "English Tamsin Holloway" nobody.
    `held` are the places of names already found, start to end.
    """
    end = held.get(words.start[at], 0)
    last = words.end(stop - 1) - 2
    for k in range(at + 1, stop):
        before = words.folded(k - 1)
        covers = held.get(words.start[k], 0) >= last and stop - k > 1
        if words.start[k] in held and (covers or is_ordinary(before) or before in THINGS):
            return k
        if end and words.start[k] >= end:
            return k if all(is_ordinary(words.folded(j)) for j in range(k, stop)) else stop
    return stop


def second_half(words: Words, at: int) -> bool:
    """Whether a word is the second letter of an abbreviation such as "T/C" or "S/W", and no initial of a name."""
    start = words.start[at]
    return (
        len(words.surface[at]) == 1 and start > 1 and words.text[start - 1] == "/" and words.text[start - 2].isalpha()
    )


def only_word(word: str) -> bool:
    """Whether a folded word is an ordinary word, and nobody's name."""
    return is_ordinary(word) and not is_given(word) and not is_family(word)
