"""Education: the rank with which it starts, and the highest rank that *reguler* may reach with it.

The ceilings bind KP-R only; a promotion by choice is bounded by the post or the level, KPLB by neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.errors import BadInput
from eperf.domain.promotion.in_force import in_force
from eperf.domain.rank import Rank

LEGAL_BASIS = "PP 99/2000 jo PP 12/2002"


@dataclass(frozen=True, slots=True)
class Education:
    """A row of the table of education."""

    code: str
    siasn_ids: tuple[str, ...]
    """How SIASN numbers it; empty where it has no number of its own."""
    start: Rank
    ceiling: Rank
    exempt_from_exam: int
    """The highest level of the service examination (ujian dinas) that this education replaces; 0 = none."""


@dataclass(frozen=True, slots=True)
class EducationTable:
    """The table in force from `valid_from` (inclusive) to `valid_to` (exclusive, None = open)."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    rows: tuple[Education, ...]


def _row(code: str, ids: str, start: str, ceiling: str, exempt_from_exam: int = 0) -> Education:
    return Education(code, tuple(ids.split()), Rank.parse(start), Rank.parse(ceiling), exempt_from_exam)


TABLES: tuple[EducationTable, ...] = (
    EducationTable(
        date(2000, 11, 17),
        None,
        LEGAL_BASIS,
        (
            _row("SD", "05", "I/a", "II/a"),
            _row("SLTP", "10", "I/c", "II/c"),
            _row("SLTP_kejuruan", "12", "I/c", "II/d"),
            _row("SLTA", "15 17 18", "II/a", "III/b"),
            _row("D-I", "20", "II/a", "III/b"),
            _row("SGPLB", "", "II/b", "III/c"),
            _row("D-II", "25", "II/b", "III/b"),
            _row("D-III", "30", "II/c", "III/c"),
            _row("D-IV", "35", "III/a", "III/d", exempt_from_exam=1),
            _row("S-1", "40", "III/a", "III/d", exempt_from_exam=1),
            _row("S-2", "45", "III/b", "IV/a", exempt_from_exam=2),
            _row("S-3", "50", "III/c", "IV/b", exempt_from_exam=2),
        ),
    ),
)
"""S-2 stands for its equals as well: dokter, apoteker, Ners."""


def education(code: str, on: date, field: str = "education") -> Education:
    """The row of an education by its code or its SIASN number; refuses unknown ones."""
    rows = in_force(TABLES, on, field).rows
    found = next((row for row in rows if code == row.code or code in row.siasn_ids), None)
    if found is None:
        raise BadInput(field, code, "not one of " + ", ".join(row.code for row in rows))
    return found
