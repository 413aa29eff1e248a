"""From a table to rows of values, with every problem of a row found at once.

Columns that are not known, or that are needed and missing, refuse the whole file by name: a file that is about
something else must not be imported as a file of bad rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eperf.domain.errors import (
    BadInput,
    DoubleColumn,
    DuplicateRow,
    MissingColumn,
    NumberNotExact,
    Refused,
    RowShape,
    UnknownColumn,
    shown,
)
from eperf.domain.table import CellFault, Line, Table
from eperf.services.imports.report import ERROR, Problem

_CAPITAL = re.compile(r"(?<!^)([A-Z])")
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, how a cell that is not empty is read, and whether each row needs it."""

    name: str
    read: Callable[[str, str], Any]
    needed: bool = False


@dataclass(slots=True)
class Row:
    """A row on its way: what was read of it, what is wrong with it, what became of it.

    `values` has the columns of the file; an empty cell is None, a cell that cannot be read is not there.
    """

    number: int
    language: str
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    outcome: str | None = None

    @property
    def good(self) -> bool:
        """Whether nothing is wrong so far."""
        return not self.problems

    def refuse(self, refusal: Refused, column: str | None = None) -> None:
        """Notes a problem, in a column or in that which has the name of the refused field."""
        refusal.field = column or _CAPITAL.sub(r"_\1", refusal.field or "").lower() or None
        value = None if refusal.value is None else shown(refusal.value)
        self.problems.append(
            Problem(self.number, refusal.field, value, refusal.code, refusal.message(self.language))
        )


def rows_of(table: Table, columns: Sequence[Column], key: Sequence[str], language: str) -> list[Row]:
    """The table's rows; two with the same key are both refused."""
    places = _places(table, {column.name: column for column in columns})
    rows = [_row(line, table, places, language) for line in table.lines]
    first: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        if any(row.values.get(name) is None for name in key):
            continue
        named = tuple(row.values[name] for name in key)
        other = first.setdefault(named, row)
        if other is not row:
            _refuse_both(other, row, key[0])
    return rows


def _refuse_both(first: Row, second: Row, column: str) -> None:
    value = first.values[column]
    second.refuse(DuplicateRow(column, value, other=first.number))
    if not any(problem.code == DuplicateRow.code for problem in first.problems):
        first.refuse(DuplicateRow(column, value, other=second.number))


def _places(table: Table, known: dict[str, Column]) -> dict[int, Column]:
    places: dict[int, Column] = {}
    names = [name.strip().lower() for name in table.header]
    while names and not names[-1]:
        names.pop()
    for place, name in enumerate(names):
        if name == ERROR:
            continue
        if name not in known:
            raise UnknownColumn(table.header[place].strip(), tuple(known))
        if known[name] in places.values():
            raise DoubleColumn("columns", name)
        places[place] = known[name]
    for column in known.values():
        if column.needed and column not in places.values():
            raise MissingColumn("columns", column.name)
    return places


def _row(line: Line, table: Table, places: dict[int, Column], language: str) -> Row:
    row = Row(line.number, language)
    expected = len(table.header)
    if len(line.cells) < expected or any(cell.strip() for cell in line.cells[expected:]):
        row.refuse(RowShape(None, len(line.cells), expected=expected))
        return row
    for place, column in places.items():
        try:
            row.values[column.name] = _value(column, line.cells[place], line.faults.get(place))
        except Refused as refusal:
            row.refuse(refusal, column.name)
    return row


def _value(column: Column, cell: str, fault: CellFault | None) -> Any:
    if fault is CellFault.INEXACT:
        raise NumberNotExact(column.name, cell)
    if fault is not None:
        raise BadInput(column.name, cell, f"it is {fault.value}")
    text = cell.strip(" \t\u00a0")
    if _UNPRINTED.search(text):
        raise BadInput(
            column.name, cell, "it holds a line break, a control character or an unpaired surrogate"
        )
    if text:
        return column.read(column.name, text)
    if column.needed:
        raise BadInput(column.name, cell, "it is empty")
    return None
