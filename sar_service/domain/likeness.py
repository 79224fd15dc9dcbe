"""How alike two short strings are: Jaro and Winkler's measure, and edits with swapped neighbours.

Small and plain because the domain uses the standard library only; names and numbers are short.
"""

from functools import lru_cache

LONGEST = 64  # letters compared; a longer "name" in a record is hostile or a mistake


@lru_cache(maxsize=50_000)
def jaro_winkler(first: str, second: str) -> float:
    """Between 0 (nothing alike) and 1 (the same); letters at the start count for more."""
    a, b = first[:LONGEST], second[:LONGEST]
    if a == b:
        return 1.0
    if not a or not b:
        return 0.0
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken = [False] * len(b)
    matched = []
    for at, letter in enumerate(a):
        for other in range(max(0, at - reach), min(len(b), at + reach + 1)):
            if not taken[other] and b[other] == letter:
                taken[other] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    there = [letter for letter, was in zip(b, taken, strict=True) if was]
    swapped = sum(x != y for x, y in zip(matched, there, strict=True)) / 2
    count = len(matched)
    jaro = (count / len(a) + count / len(b) + (count - swapped) / count) / 3
    start = 0
    for x, y in zip(a[:4], b[:4], strict=False):
        if x != y:
            break
        start += 1
    return jaro + start * 0.1 * (1 - jaro)


def within(first: str, second: str, most: int) -> bool:
    """Whether so many edits are enough; quick where the lengths or the first letters already tell."""
    return abs(len(first) - len(second)) <= most and edits(first, second, stop=most) <= most


@lru_cache(maxsize=50_000)
def edits(first: str, second: str, *, stop: int = LONGEST) -> int:
    """How many letters must be put in, taken out, changed, or swapped with a neighbour (each at most once).

    Once it is certain that more than `stop` are needed, the answer is some number above it.
    """
    a, b = first[:LONGEST], second[:LONGEST]
    before: list[int] = []
    above = list(range(len(b) + 1))
    for row, letter in enumerate(a, 1):
        line = [row]
        for column, other in enumerate(b, 1):
            cost = 0 if letter == other else 1
            least = min(above[column] + 1, line[column - 1] + 1, above[column - 1] + cost)
            if row > 1 and column > 1 and letter == b[column - 2] and a[row - 2] == other:
                least = min(least, before[column - 2] + 1)
            line.append(least)
        if min(line) > stop and min(above) + 1 > stop:  # a swap reaches back two rows
            return stop + 1
        before, above = above, line
    return above[-1]
