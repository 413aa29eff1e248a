"""The tables of law, row by row as they are printed, and that their rows fit each other."""

from __future__ import annotations

from datetime import date

import pytest

from eperf.domain.promotion import credit_tables, echelon, education, salary_table
from eperf.domain.promotion.credit_tables import credit_table
from eperf.domain.promotion.echelon import echelon as post
from eperf.domain.promotion.education import education as schooled

ON = date(2026, 1, 1)

EDUCATION = """
SD            05        I/a   II/a   0
SLTP          10        I/c   II/c   0
SLTP_kejuruan 12        I/c   II/d   0
SLTA          15,17,18  II/a  III/b  0
D-I           20        II/a  III/b  0
SGPLB         -         II/b  III/c  0
D-II          25        II/b  III/b  0
D-III         30        II/c  III/c  0
D-IV          35        III/a III/d  1
S-1           40        III/a III/d  1
S-2           45        III/b IV/a   2
S-3           50        III/c IV/b   2
"""
ECHELONS = """
I.a   11,10 IV/d  IV/e
I.b   12    IV/c  IV/e
II.a  21    IV/c  IV/d
II.b  22    IV/b  IV/c
III.a 31    IV/a  IV/b
III.b 32    III/d IV/a
IV.a  41    III/c III/d
IV.b  42    III/b III/c
V     51,52 III/a III/b
"""
LEVELS = """
ahli_utama   50   42 IV/d  IV/e  200 -
ahli_madya   37.5 32 IV/a  IV/c  150 450
ahli_muda    25   22 III/c III/d 100 200
ahli_pertama 12.5 12 III/a III/b 50  100
penyelia     25   82 III/c III/d 100 -
mahir        12.5 72 III/a III/b 50  100
terampil     5    62 II/b  II/d  20  60
pemula       3.75 52 II/a  II/a  15  15
"""


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


def test_education_is_as_printed() -> None:
    (table,) = education.TABLES
    assert lines(EDUCATION) == [
        [
            row.code, ",".join(row.siasn_ids) or "-", row.start.code, row.ceiling.code, str(row.exempt_from_exam),
        ]
        for row in table.rows
    ]  # fmt: skip
    assert all(row.start < row.ceiling for row in table.rows)


def test_echelons_are_as_printed() -> None:
    (table,) = echelon.TABLES
    assert lines(ECHELONS) == [
        [row.code, ",".join(row.siasn_ids), row.lowest.code, row.highest.code] for row in table.rows
    ]


def test_levels_are_as_printed() -> None:
    assert lines(LEVELS) == [
        [
            row.code, str(row.coefficient), str(row.koefisien_id), row.lowest.code, row.highest.code,
            f"{row.rank_step.normalize():f}", "-" if row.to_next_level is None else str(row.to_next_level),
        ]
        for row in credit_table(ON).levels
    ]  # fmt: skip


def test_a_row_is_found_by_its_code_and_by_each_of_its_numbers() -> None:
    assert schooled("17", ON) == schooled("SLTA", ON)
    assert post("10", ON) == post("I.a", ON)
    assert post("none", ON) is post("99", ON) is None


@pytest.mark.parametrize(
    "tables", [education.TABLES, echelon.TABLES, credit_tables.TABLES, salary_table.TABLES]
)
def test_every_table_names_its_law_and_is_open_at_the_end(tables: tuple[object, ...]) -> None:
    assert all(table.legal_basis for table in tables)  # type: ignore[attr-defined]
    assert tables[-1].valid_to is None  # type: ignore[attr-defined]
