"""What a reader of a published table can compute: an exact check, and the cheapest way to prevent it.

A table and its totals are one grid in which every line sums to zero once totals are counted negatively (the
grand total positively). A hidden cell is unknown exactly when some other grid with the same published cells has
another value there. Two grids differ by loops that go from row to column and back, raising one cell and lowering
the next; counts are never below zero, so a cell of 0 can only be raised. Whether a loop through a cell exists is
a question of reachability, and the answer is exact for whole numbers: what `movable` affirms no arithmetic can
undo, what it denies everybody can compute.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

Cell = tuple[int, int]
Cost = tuple[int, int, int]
"""Totals, cells and counts that would be hidden in addition, compared in this order."""

FREE: Cost = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Grid:
    """Counts with their totals: the last column holds the totals of rows, the last row those of columns."""

    values: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Grid:
        """The grid of a table of counts, all rows of one length."""
        wide = [(*row, sum(row)) for row in rows]
        return cls((*wide, tuple(sum(column) for column in zip(*wide, strict=True))))

    @property
    def height(self) -> int:
        """Rows, that of the totals included."""
        return len(self.values)

    @property
    def width(self) -> int:
        """Columns, that of the totals included."""
        return len(self.values[0])

    def cells(self) -> Iterator[Cell]:
        """All cells, row by row."""
        return ((row, column) for row in range(self.height) for column in range(self.width))

    def at(self, cell: Cell) -> int:
        """The count in a cell."""
        return self.values[cell[0]][cell[1]]

    def is_total(self, cell: Cell) -> bool:
        """Whether the cell is the total of a row, of a column, or of all."""
        return cell[0] == self.height - 1 or cell[1] == self.width - 1

    def can_rise(self, cell: Cell) -> bool:
        """Whether the cell's signed value can be larger in another grid."""
        return self._counts_up(cell) or self.at(cell) > 0

    def can_fall(self, cell: Cell) -> bool:
        """Whether the cell's signed value can be smaller in another grid."""
        return not self._counts_up(cell) or self.at(cell) > 0

    def steps(self, node: int) -> Iterator[tuple[Cell, int]]:
        """From a row (0 to height - 1) over cells that rise to columns, from a column over those that fall to rows."""
        if node < self.height:
            for column in range(self.width):
                if self.can_rise((node, column)):
                    yield (node, column), self.height + column
        else:
            for row in range(self.height):
                if self.can_fall((row, node - self.height)):
                    yield (row, node - self.height), row

    def _counts_up(self, cell: Cell) -> bool:
        return (cell[0] == self.height - 1) == (cell[1] == self.width - 1)


def movable(grid: Grid, hidden: Set[Cell], cell: Cell) -> bool:
    """Whether a reader who sees all but the hidden cells cannot compute this hidden one."""
    return loop(grid, cell, lambda other: FREE if other in hidden else None) is not None


def computable(grid: Grid, hidden: Set[Cell]) -> list[Cell]:
    """The hidden cells whose value follows from the published ones; empty is what publication requires."""
    return sorted(cell for cell in hidden if not movable(grid, hidden, cell))


def loop(grid: Grid, cell: Cell, cost: Callable[[Cell], Cost | None]) -> list[Cell] | None:
    """The cheapest other cells that form a loop with this one, or None. A cell without a cost cannot be used."""
    row, column = cell[0], grid.height + cell[1]
    found = []
    if grid.can_rise(cell):
        found.append(_path(grid, column, row, cell, cost))
    if grid.can_fall(cell):
        found.append(_path(grid, row, column, cell, cost))
    ways = [way for way in found if way is not None]
    return min(ways)[1] if ways else None


def _path(
    grid: Grid, start: int, goal: int, barred: Cell, cost: Callable[[Cell], Cost | None]
) -> tuple[Cost, list[Cell]] | None:
    """The cheapest way between two lines without the barred cell; ties go to the cells named first."""
    queue: list[tuple[Cost, list[Cell], int]] = [(FREE, [], start)]
    done: set[int] = set()
    while queue:
        spent, way, node = heapq.heappop(queue)
        if node == goal:
            return spent, way
        if node in done:
            continue
        done.add(node)
        for cell, following in grid.steps(node):
            price = None if cell == barred or following in done else cost(cell)
            if price is not None:
                total = (spent[0] + price[0], spent[1] + price[1], spent[2] + price[2])
                heapq.heappush(queue, (total, [*way, cell], following))
    return None
