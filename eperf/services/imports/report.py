"""What an import did, and what it refused by row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Protocol

from eperf.domain.table import Table

ERROR = "error"
"""The column of a file of bad rows that holds the reasons; it is ignored when that file is imported."""

Progress = Callable[[str, int, int], None]
"""Told of a step (`check`, `write`), how many rows are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was refused: its number in the file, the column (null: the row), the value, a code and a sentence."""

    row: int
    column: str | None
    value: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome by number of rows; `bad` are row numbers, in order. With `dry_run` nothing was written."""

    noun: str
    dry_run: bool
    rows: int
    created: int
    changed: int
    unchanged: int
    bad: tuple[int, ...]
    problems: tuple[Problem, ...]

    def as_json(self) -> dict[str, object]:
        """The report as JSON values; `bad` is the number of bad rows."""
        return {
            **asdict(self),
            "bad": len(self.bad),
            "problems": [asdict(problem) for problem in self.problems],
        }


class Reported(Protocol):
    """A row that was dealt with."""

    @property
    def number(self) -> int:
        """Its number in the file."""

    @property
    def problems(self) -> list[Problem]:
        """Its problems; none when it is good."""

    @property
    def outcome(self) -> str | None:
        """`created`, `changed` or `unchanged` when it is good."""


def report(noun: str, rows: Iterable[Reported], dry_run: bool) -> ImportReport:
    """Counts the rows of an import."""
    ready = sorted(rows, key=lambda row: row.number)
    counts = dict.fromkeys(("created", "changed", "unchanged"), 0)
    for row in ready:
        if not row.problems and row.outcome:
            counts[row.outcome] += 1
    return ImportReport(
        noun=noun,
        dry_run=dry_run,
        rows=len(ready),
        **counts,
        bad=tuple(row.number for row in ready if row.problems),
        problems=tuple(problem for row in ready for problem in row.problems),
    )


def bad_rows(table: Table, done: ImportReport) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The bad rows as they were, with their reasons in a first column: header and rows of a file to be corrected."""
    reasons: dict[int, list[str]] = {number: [] for number in done.bad}
    for problem in done.problems:
        reasons[problem.row].append(
            f"{problem.column}: {problem.message}" if problem.column else problem.message
        )
    header = tuple(name.strip() for name in table.header)
    dropped = {place for place, name in enumerate(header) if name.lower() == ERROR}

    def kept(cells: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cell for place, cell in enumerate(cells) if place not in dropped)

    rows = [
        ("; ".join(reasons[line.number]), *kept(line.cells)) for line in table.lines if line.number in reasons
    ]
    return (ERROR, *kept(header)), rows
