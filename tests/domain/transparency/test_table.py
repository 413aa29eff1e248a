"""Nothing that is hidden can be computed from what is shown, and nothing is hidden for no reason."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eperf.domain.errors import BadInput, TooMany
from eperf.domain.transparency.residual import Cell, Grid, computable
from eperf.domain.transparency.table import ProtectedTable, protect

counts = st.one_of(st.integers(0, 12), st.integers(0, 200))


@st.composite
def tables(draw: st.DrawFn, most: int = 6, cells: st.SearchStrategy[int] = counts) -> list[list[int]]:
    width = draw(st.integers(1, most))
    row = st.lists(cells, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=most))


def lines(grid: Grid) -> Iterator[tuple[list[Cell], Cell]]:
    """Each line of the grid: the cells that are added up, and where their total stands."""
    for row in range(grid.height):
        yield [(row, column) for column in range(grid.width - 1)], (row, grid.width - 1)
    for column in range(grid.width):
        yield [(row, column) for row in range(grid.height - 1)], (grid.height - 1, column)


def equations(grid: Grid, hidden: list[Cell]) -> list[list[Fraction]]:
    """What a reader knows of the hidden cells: one row of coefficients for each sum."""
    rows = []
    for added, total in lines(grid):
        signs = dict.fromkeys(added, 1) | {total: -1}
        rows.append([Fraction(signs.get(cell, 0)) for cell in hidden])
    return [row for row in rows if any(row)]


def by_elimination(grid: Grid, hidden: frozenset[Cell]) -> set[Cell]:
    """The hidden cells that linear elimination determines: Gauss and Jordan, exact."""
    names = sorted(hidden)
    rows = equations(grid, names)
    done = 0
    for column in range(len(names)):
        pivot = next((n for n in range(done, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for n, row in enumerate(rows):
            if n != done and row[column]:
                rows[n] = [a - row[column] * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    alone = [row for row in rows[:done] if sum(map(bool, row)) == 1]
    return {names[next(n for n, value in enumerate(row) if value)] for row in alone}


def by_trying(grid: Grid, hidden: frozenset[Cell]) -> set[Cell]:
    """The hidden cells with one possible value: every step of -1, 0, 1 that keeps all sums and stays above zero.

    Sums of a table form a network, so that two tables with the same sums are joined by such steps.
    """
    names = sorted(hidden)
    rows = equations(grid, names)
    moved: set[Cell] = set()
    for step in product((-1, 0, 1), repeat=len(names)):
        keeps = all(sum(a * b for a, b in zip(row, step, strict=True)) == 0 for row in rows)
        if keeps and all(grid.at(cell) + change >= 0 for cell, change in zip(names, step, strict=True)):
            moved |= {cell for cell, change in zip(names, step, strict=True) if change}
    return set(names) - moved


@given(rows=tables(), least=st.integers(1, 12))
@settings(max_examples=300, deadline=None)
def test_no_hidden_cell_follows_from_the_sums(rows: list[list[int]], least: int) -> None:
    table = protect(rows, least)
    assert by_elimination(table.grid, table.hidden) == set()
    assert computable(table.grid, table.hidden) == []


@given(rows=tables(most=3, cells=st.integers(0, 9)), data=st.data())
@settings(max_examples=150, deadline=None)
def test_the_check_finds_what_trying_all_other_tables_finds(
    rows: list[list[int]], data: st.DataObject
) -> None:
    grid = Grid.of(rows)
    some = st.sets(st.sampled_from(list(grid.cells())), max_size=7)
    hidden = frozenset(data.draw(some))
    assert set(computable(grid, hidden)) == by_trying(grid, hidden)
    assert by_elimination(grid, hidden) <= by_trying(grid, hidden)


@given(rows=tables(), least=st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_every_small_count_is_hidden_and_every_affected_line_has_two(
    rows: list[list[int]], least: int
) -> None:
    table = protect(rows, least)
    small = {(r, c) for r, row in enumerate(rows) for c, count in enumerate(row) if count < least}
    assert small == set(table.small_inner)
    assert small <= set(table.inner)
    for added, total in lines(table.grid):
        assert len(table.hidden & {*added, total}) != 1


@pytest.mark.parametrize(
    "rows",
    [
        [[38, 4, 2], [4, 6, 2]],
        [[0, 4], [2, 10]],
        [[5, 38, 17], [0, 30, 0]],
        [[1, 1, 1], [3, 13, 7]],
    ],
)
def test_a_hidden_total_is_not_the_second_cell_of_a_line(rows: list[list[int]]) -> None:
    table = protect(rows, 6)
    assert any(table.grid.is_total(cell) for cell in table.hidden)
    assert table.fewest_in_a_line() == 2
    assert computable(table.grid, table.hidden) == []


@given(rows=tables(cells=st.integers(1, 60)), least=st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_every_affected_line_of_the_table_itself_has_two(rows: list[list[int]], least: int) -> None:
    table = protect(rows, least)
    if table.hidden and len(rows) > 1 and len(rows[0]) > 1:
        assert table.fewest_in_a_line() >= 2


@given(rows=tables(most=5), least=st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_no_further_cell_can_be_shown_without_giving_one_away_or_leaving_one_alone(
    rows: list[list[int]], least: int
) -> None:
    table = protect(rows, least)
    for cell in table.hidden - table.small:
        fewer = table.hidden - {cell}
        alone = [line for line, _ in lines(table.grid) if cell in line and len(fewer & {*line}) == 1]
        assert computable(table.grid, fewer) or alone


@given(
    rows=st.lists(st.lists(st.integers(6, 99), min_size=3, max_size=3), min_size=3, max_size=3),
    place=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    count=st.integers(1, 5),
)
@settings(max_examples=50, deadline=None)
def test_one_small_cell_takes_three_others_and_no_total(
    rows: list[list[int]], place: Cell, count: int
) -> None:
    rows[place[0]][place[1]] = count
    table = protect(rows, 6)
    assert len(table.hidden) == len(table.inner) == 4
    assert table.fewest_in_a_line() == 2


def fewest(rows: list[list[int]], least: int) -> int:
    """The fewest cells of the table that protect it, by trying all sets from the smallest."""
    grid = Grid.of(rows)
    small = {(r, c) for r, row in enumerate(rows) for c, count in enumerate(row) if count < least}
    others = [cell for cell in grid.cells() if not grid.is_total(cell) and cell not in small]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            if not set(computable(grid, frozenset(small | set(more)))) & small:
                return len(small) + size
    raise AssertionError("a table of this kind can always be protected")


@given(
    st.lists(
        st.lists(st.sampled_from([2, 5, 7, 8, 9, 20, 31]), min_size=3, max_size=3), min_size=3, max_size=3
    )
)
@settings(max_examples=80, deadline=None)
def test_small_tables_hide_at_most_two_cells_more_than_the_best_choice(rows: list[list[int]]) -> None:
    table = protect(rows, 6)
    if not any(table.grid.is_total(cell) for cell in table.hidden):
        assert len(table.inner) <= fewest(rows, 6) + 2


def test_small_cells_on_a_diagonal_share_one_ring() -> None:
    assert len(protect([[2, 38, 17], [35, 9, 1], [7, 3, 14]], 6).inner) == 6


@given(rows=tables(), least=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_the_same_cells_are_small_whichever_way_the_table_lies(rows: list[list[int]], least: int) -> None:
    turned = protect([list(column) for column in zip(*rows, strict=True)], least)
    assert {(c, r) for r, c in turned.small} == set(protect(rows, least).small)


@given(rows=tables(), least=st.integers(1, 12))
def test_without_published_totals_only_small_cells_are_hidden(rows: list[list[int]], least: int) -> None:
    table = protect(rows, least, totals_published=False)
    assert table.hidden == table.small
    assert table.shown() == [[None if count < least else count for count in row] for row in rows]


@given(rows=tables(), least=st.integers(1, 12))
def test_what_is_shown_is_true_and_what_is_hidden_is_not_shown(rows: list[list[int]], least: int) -> None:
    table = protect(rows, least)
    for r, line in enumerate(table.shown()):
        for c, shown in enumerate(line):
            assert shown == (None if (r, c) in table.hidden else table.grid.at((r, c)))
            assert shown is None or shown >= least


def test_two_groups_of_hidden_cells_joined_by_one_cell_give_that_cell_away() -> None:
    rows = [[9] * 5 for _ in range(5)]
    left = {(0, 0), (0, 1), (1, 0), (1, 1)}
    right = {(2, 2), (2, 3), (3, 2), (3, 3)}
    joined = frozenset(left | right | {(1, 2)})
    assert computable(Grid.of(rows), joined) == [(1, 2)]
    assert computable(Grid.of(rows), frozenset(left | right)) == []


def test_hidden_zeros_beside_a_total_of_zero_are_no_secret() -> None:
    grid = Grid.of([[0, 0], [9, 9]])
    assert computable(grid, frozenset({(0, 0), (0, 1), (1, 0), (1, 1)})) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert protect([[0, 0], [9, 9]], 6).shown()[0] == [None, None, None]


def test_a_table_of_one_column_hides_the_total_that_repeats_a_small_cell() -> None:
    table: ProtectedTable = protect([[3], [40], [50]], 6)
    assert table.shown()[0] == [None, None]


def test_a_table_without_small_cells_is_shown_whole() -> None:
    assert protect([[12, 30], [7, 8]], 6).hidden == frozenset()


def test_the_bound_itself_is_shown() -> None:
    assert protect([[6, 6], [6, 6]], 6).hidden == frozenset()
    assert (0, 0) in protect([[5, 6], [6, 6]], 6).hidden


@pytest.mark.parametrize(
    ("rows", "field"), [([], "rows"), ([[]], "rows"), ([[1], [1, 2]], "rows.1"), ([[1, -1]], "rows.0.1")]
)
def test_what_is_no_table_of_counts_is_refused_by_place(rows: list[list[int]], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        protect(rows, 6)
    assert refusal.value.field == field


def test_a_table_larger_than_anybody_reads_is_refused() -> None:
    with pytest.raises(TooMany):
        protect([[1] * 101 for _ in range(10)], 6)
