"""Tables with published totals: hide the small cells, and as few others as keep them from being computed.

The handbook's rule is that a line with one hidden cell needs a second one, the next smallest. That is necessary
and not enough: two groups of hidden cells that one cell joins have two in every line, and the joining cell can
still be computed. So the rule here is what the other one is for: each hidden cell lies on a loop of hidden cells
(see `residual`). Totals are counts too: a small one is hidden, and another total only when there is no other way.
A loop may then cross a line at its total; the handbook counts the cells of the table itself, so a line of which the
loops leave one cell hidden gets a second one, as far as that can be kept unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eperf.domain.count import whole_count
from eperf.domain.errors import BadInput, TooMany
from eperf.domain.transparency.cells import count_hidden
from eperf.domain.transparency.residual import FREE, Cell, Cost, Grid, loop, movable

MOST_CELLS = 1_000
"""The largest table that is protected at once; a larger one is no table for readers."""


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """What may be shown of a table. Cells are `(row, column)` from 0; totals stand in an own row and column."""

    grid: Grid
    small: frozenset[Cell]
    """Hidden because the count itself is too small."""
    hidden: frozenset[Cell]
    """All hidden cells of the table itself and of its totals."""
    totals_published: bool

    @property
    def inner(self) -> list[Cell]:
        """The hidden cells of the table itself, without totals, row by row."""
        return sorted(cell for cell in self.hidden if not self.grid.is_total(cell))

    @property
    def small_inner(self) -> list[Cell]:
        """Those of the table itself that are hidden for their own count."""
        return sorted(cell for cell in self.small if not self.grid.is_total(cell))

    def shown(self) -> list[list[int | None]]:
        """The table as it may be published, None for a hidden cell; with its totals when they are published."""
        height, width = self.grid.height, self.grid.width
        less = 0 if self.totals_published else 1
        return [
            [
                None if (row, column) in self.hidden else self.grid.at((row, column))
                for column in range(width - less)
            ]
            for row in range(height - less)
        ]

    def fewest_in_a_line(self) -> int:
        """The least number of hidden cells in a row or column of the table that has any; 0 when nothing is hidden."""
        lines = [("row", row) for row, _ in self.inner] + [("column", column) for _, column in self.inner]
        return min((lines.count(line) for line in set(lines)), default=0)


def protect(rows: Sequence[Sequence[int]], least: int, *, totals_published: bool = True) -> ProtectedTable:
    """The table with its small cells hidden, and with totals published as many more as keep them unknown.

    `least` is the least count that is published. Refuses rows of different lengths, counts below zero, and tables of
    more than 1,000 cells.
    """
    grid = Grid.of(_checked(rows))
    cells = [cell for cell in grid.cells() if totals_published or not grid.is_total(cell)]
    small = frozenset(cell for cell in cells if count_hidden(grid.at(cell), least))
    if not totals_published:
        return ProtectedTable(grid, small, small, totals_published)
    ways = (_looped(grid, small, start) for start in (small, _handbook(grid, small)))
    tried = [_without_surplus(grid, small, _paired(grid, way)) for way in ways]
    return ProtectedTable(grid, small, min(tried, key=lambda way: _lost(grid, way)), totals_published)


def _checked(rows: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
    if not rows or not rows[0]:
        raise BadInput("rows", "", "the table has no cell")
    if len(rows) * len(rows[0]) > MOST_CELLS:
        raise TooMany("cells of a table", MOST_CELLS, len(rows) * len(rows[0]))
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise BadInput(f"rows.{number}", len(row), f"not {len(rows[0])} cells like the first row")
        for column, count in enumerate(row):
            whole_count(f"rows.{number}.{column}", count)
    return rows


def _lost(grid: Grid, hidden: frozenset[Cell]) -> Cost:
    """What a reader does not see: totals, cells, counts."""
    return sum(map(grid.is_total, hidden)), len(hidden), sum(map(grid.at, hidden))


def _handbook(grid: Grid, small: frozenset[Cell]) -> frozenset[Cell]:
    """The small cells, and in each line of the table with one hidden cell the next smallest, until none has one."""
    hidden = small
    while alone := _lonely(grid, hidden):
        axis, number = min(alone)
        line = [cell for cell in grid.cells() if cell[axis] == number and not grid.is_total(cell)]
        more = [cell for cell in line if cell not in hidden]
        if not more:
            return small
        hidden |= {min(more, key=lambda cell: (grid.at(cell), cell))}
    return hidden


def _looped(grid: Grid, small: frozenset[Cell], start: frozenset[Cell]) -> frozenset[Cell]:
    """The cells of `start` and the cheapest others, so that each small one lies on a loop."""
    hidden = set(start)

    def cost(cell: Cell) -> Cost:
        return FREE if cell in hidden else (int(grid.is_total(cell)), 1, grid.at(cell))

    for cell in sorted(small):
        if not movable(grid, hidden, cell):
            hidden |= set(loop(grid, cell, cost) or ())
    return frozenset(hidden)


def _paired(grid: Grid, hidden: frozenset[Cell]) -> frozenset[Cell]:
    """The hidden cells with a loop inside the table for each that is alone in a line of it, where there is one."""

    def cost(cell: Cell) -> Cost | None:
        if grid.is_total(cell):
            return None
        return FREE if cell in hidden else (0, 1, grid.at(cell))

    for cell in sorted(hidden):
        if not grid.is_total(cell) and _lonely(grid, hidden) & {(0, cell[0]), (1, cell[1])}:
            hidden |= set(loop(grid, cell, cost) or ())
    return hidden


def _lonely(grid: Grid, hidden: frozenset[Cell]) -> set[tuple[int, int]]:
    """Rows (0) and columns (1), by their number, of which one cell is hidden, totals not counted."""
    inner = [cell for cell in hidden if not grid.is_total(cell)]
    lines = Counter((axis, cell[axis]) for cell in inner for axis in (0, 1))
    return {line for line, cells in lines.items() if cells == 1}


def _without_surplus(grid: Grid, small: frozenset[Cell], hidden: frozenset[Cell]) -> frozenset[Cell]:
    """What remains when cells are shown again that no small cell and no line needs: totals first, then the largest."""
    order = sorted(hidden - small, key=lambda cell: (not grid.is_total(cell), -grid.at(cell), cell))
    for cell in order:
        fewer = _settled(grid, small, hidden - {cell}) if cell in hidden else hidden
        if _lonely(grid, fewer) <= _lonely(grid, hidden) and all(movable(grid, fewer, one) for one in small):
            hidden = fewer
    return hidden


def _settled(grid: Grid, small: frozenset[Cell], hidden: frozenset[Cell]) -> frozenset[Cell]:
    """The hidden cells less those others that can be computed: hiding them hides nothing."""
    while known := {cell for cell in hidden - small if not movable(grid, hidden, cell)}:
        hidden -= known
    return hidden
