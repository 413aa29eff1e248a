"""A table as it was read from a file: text in cells, and where in the file each row stood.

Cells keep what the file said, so that a row that is refused can be given back as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class CellFault(StrEnum):
    """Why a spreadsheet's cell has no text that could be trusted."""

    INEXACT = "a number of more than 15 digits"
    NO_VALUE = "a formula that was never computed"
    ERROR = "a formula that ended in an error"


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `number` is the row as a spreadsheet counts it: the header is row 1 as a rule."""

    number: int
    cells: tuple[str, ...]
    faults: Mapping[int, CellFault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows; rows without any text are left out.

    The rows can be gone through as often as one likes; those of a large file are read anew each time and not held.
    """

    header: tuple[str, ...]
    lines: Iterable[Line]

    @classmethod
    def of(cls, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
        """A table from values in a program; None is an empty cell."""
        lines = (
            Line(number, tuple("" if cell is None else str(cell) for cell in row))
            for number, row in enumerate(rows, start=2)
        )
        return cls(tuple(columns), tuple(lines))
