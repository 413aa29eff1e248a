"""What is refused of promotions and salaries."""

from __future__ import annotations

from eperf.domain.errors.core import Refused


class NoSalaryCell(Refused):
    """The salary table has no cell for a grade and its years of service: never read as 0."""

    code = "NO_CELL"
    text_id = (
        "Tabel gaji tidak mempunyai sel untuk {rank} dengan masa kerja {value} tahun; mulai {first} tahun."
    )
    text_en = (
        "The salary table has no cell for {rank} with {value} years of service; it starts at {first} years."
    )
