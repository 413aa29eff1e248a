"""What pay hangs on and eperf does not record: standings and punishments, told by a personnel office with each export.

A table of five columns: `nip`, `kind` (`standing` or `punishment`), `word`, `since`, `until` (empty: open) and `basis`,
the number of the decree. An empty table says that there are none; leaving it out says nothing, so it is always asked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from eperf.domain.errors import BadInput
from eperf.domain.scoring.eligibility import Standing

W = TypeVar("W", bound=StrEnum)

COLUMNS = ("nip", "kind", "word", "since", "until", "basis")
MOST_ROWS = 20_000


class CircumstanceKind(StrEnum):
    """Of what kind."""

    STANDING = "standing"
    PUNISHMENT = "punishment"


@dataclass(frozen=True, slots=True)
class Circumstance:
    """One thing told about one person; `until` is the last day, None while it goes on.

    `word`: of a standing a word of `Standing`, of a punishment one that the unit's rule knows. A punishment's `since`
    lies in the first month that it cuts.
    """

    nip: str
    kind: CircumstanceKind
    word: str
    since: date
    until: date | None
    basis: str

    def covers(self, day: date) -> bool:
        """Whether it holds on the day."""
        return self.since <= day and (self.until is None or day <= self.until)


def read(text: str) -> tuple[Circumstance, ...]:
    """The rows of a CSV text; refuses the first that cannot be read by its row and column."""
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = tuple(cell.strip().lower() for cell in next(rows, []))
        if header != COLUMNS:
            raise BadInput("circumstances", ",".join(header), "the columns are " + ",".join(COLUMNS))
        return tuple(_rows(rows))
    except csv.Error as wrong:
        raise BadInput("circumstances", None, f"not CSV: {wrong}") from wrong


def _rows(rows: Iterator[list[str]]) -> Iterator[Circumstance]:
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if number > MOST_ROWS:
            raise BadInput("circumstances", number, f"more than {MOST_ROWS} rows")
        if len(cells) != len(COLUMNS):
            raise BadInput(f"circumstances[{number}]", len(cells), f"a row has {len(COLUMNS)} cells")
        yield _row(f"circumstances[{number}]", dict(zip(COLUMNS, map(str.strip, cells), strict=True)))


def _row(at: str, cells: Mapping[str, str]) -> Circumstance:
    for name in ("nip", "word", "basis"):
        if not cells[name]:
            raise BadInput(f"{at}.{name}", "", "it is empty")
    kind = _word(f"{at}.kind", cells["kind"], CircumstanceKind)
    if kind is CircumstanceKind.STANDING:
        _word(f"{at}.word", cells["word"], Standing)
    since = _day(f"{at}.since", cells["since"])
    until = _day(f"{at}.until", cells["until"]) if cells["until"] else None
    if until is not None and until < since:
        raise BadInput(f"{at}.until", cells["until"], "before its first day")
    return Circumstance(cells["nip"], kind, cells["word"], since, until, cells["basis"])


def _word(field: str, text: str, words: type[W]) -> W:
    try:
        return words(text)
    except ValueError as unknown:
        raise BadInput(field, text, "not one of " + ", ".join(words)) from unknown


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise BadInput(field, text, "a day is written YYYY-MM-DD") from wrong
