"""Things on a page by where they stand, so that those in one place are found without comparing all with all."""

from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from .pages import Box

CELL = 36.0  # points: a little more than a word is high
CELLS = 60  # of one thing, in one direction
COVERED = 0.4  # of the smaller of two boxes, from which they are in one place


class Placed(Protocol):
    @property
    def box(self) -> Box: ...


Thing = TypeVar("Thing", bound=Placed)


class Grid(Generic[Thing]):
    """A page's things by the cells of the page they touch."""

    def __init__(self, things: Iterable[Thing] = ()) -> None:
        self.cells: dict[tuple[int, int], list[Thing]] = {}
        for thing in things:
            self.add(thing)

    def add(self, thing: Thing) -> None:
        for cell in _cells(thing.box):
            self.cells.setdefault(cell, []).append(thing)

    def near(self, one: Placed, share: float = COVERED) -> list[Thing]:
        """The things that cover at least `share` of this one, or of which it covers as much."""
        found: dict[int, Thing] = {}
        for cell in _cells(one.box):
            for other in self.cells.get(cell, ()):
                if other is not one and id(other) not in found and shared(one.box, other.box) >= share:
                    found[id(other)] = other
        return list(found.values())


def shared(one: Box, two: Box) -> float:
    """How much of the smaller box the other covers: 0 to 1."""
    width = min(one.right, two.right) - max(one.left, two.left)
    height = min(one.bottom, two.bottom) - max(one.top, two.top)
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((one.right - one.left) * (one.bottom - one.top), (two.right - two.left) * (two.bottom - two.top))
    return width * height / smaller if smaller > 0 else 0.0


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    left, top = int(box.left // CELL), int(box.top // CELL)
    for x in range(left, min(left + CELLS, int(box.right // CELL) + 1)):
        for y in range(top, min(top + CELLS, int(box.bottom // CELL) + 1)):
            yield x, y
