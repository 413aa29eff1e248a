"""Credit points (angka kredit) by conversion: what a year at a level is worth, as rows of law.

Of the levels (jenjang) only the coefficient is independent: a rank step is four years of Baik. The base values
of ranks (AK-5) are known for one row only; the others follow the logic of steps and are marked as unverified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from eperf.domain.errors import BadInput
from eperf.domain.promotion.appraisal import Predikat
from eperf.domain.promotion.in_force import in_force
from eperf.domain.rank import RANKS, Rank

STEP_YEARS = 4
"""A rank step is worth so many years of Baik."""


@dataclass(frozen=True, slots=True)
class Jenjang:
    """A level of a functional post."""

    code: str
    koefisien_id: int
    """How SIASN numbers the coefficient."""
    coefficient: Decimal
    """Credit points of one year of Baik."""
    lowest: Rank
    highest: Rank
    to_next_level: Decimal | None
    """Credit points that open the next level; None where the level is the last, or the table names none."""
    next_code: str | None

    @property
    def rank_step(self) -> Decimal:
        """Credit points of one step in rank."""
        return STEP_YEARS * self.coefficient

    @property
    def ranks(self) -> tuple[Rank, ...]:
        """The ranks of the level, lowest first."""
        return tuple(rank for rank in RANKS if self.lowest <= rank <= self.highest)


@dataclass(frozen=True, slots=True)
class CreditTable:
    """The conversion in force from `valid_from` (inclusive) to `valid_to` (exclusive, None = open)."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    percent: Mapping[Predikat, int]
    """How much of the coefficient a predikat earns, in per cent."""
    levels: tuple[Jenjang, ...]
    diploma_bonus_pct: int
    """AK-3: of the rank step, once for each higher diploma."""
    diploma_needs: Predikat

    def level(self, code: str, field: str = "jenjang") -> Jenjang:
        """A level by its code; refuses unknown ones."""
        found = next((level for level in self.levels if level.code == code), None)
        if found is None:
            raise BadInput(field, code, "not one of " + ", ".join(level.code for level in self.levels))
        return found


def _level(
    code: str, siasn: int, coefficient: str, ranks: str, to_next: int | None, next_code: str | None
) -> Jenjang:
    lowest, highest = (Rank.parse(text) for text in ranks.split())
    opens = None if to_next is None else Decimal(to_next)
    return Jenjang(code, siasn, Decimal(coefficient), lowest, highest, opens, next_code)


TABLES: tuple[CreditTable, ...] = (
    CreditTable(
        date(2023, 1, 1),
        None,
        "PermenPANRB 1/2023 jo Peraturan BKN 3/2023",
        MappingProxyType(
            {
                Predikat.SANGAT_BAIK: 150,
                Predikat.BAIK: 100,
                Predikat.BUTUH_PERBAIKAN: 75,
                Predikat.KURANG: 50,
                Predikat.SANGAT_KURANG: 25,
            }
        ),
        (
            _level("ahli_utama", 42, "50", "IV/d IV/e", None, None),
            _level("ahli_madya", 32, "37.5", "IV/a IV/c", 450, "ahli_utama"),
            _level("ahli_muda", 22, "25", "III/c III/d", 200, "ahli_madya"),
            _level("ahli_pertama", 12, "12.5", "III/a III/b", 100, "ahli_muda"),
            _level("penyelia", 82, "25", "III/c III/d", None, None),
            _level("mahir", 72, "12.5", "III/a III/b", 100, "penyelia"),
            _level("terampil", 62, "5", "II/b II/d", 60, "mahir"),
            _level("pemula", 52, "3.75", "II/a II/a", 15, "terampil"),
        ),
        diploma_bonus_pct=25,
        diploma_needs=Predikat.BAIK,
    ),
)


def credit_table(on: date, field: str = "on") -> CreditTable:
    """The conversion in force on a day; refuses a day before there was one."""
    return in_force(TABLES, on, field)


@dataclass(frozen=True, slots=True)
class BaseCredit:
    """AK-5: credit points a rank stands for in a level, shown apart from what was earned."""

    jenjang: str
    rank: Rank
    credit: Decimal
    verified: bool
    """Whether it was read in a program that is in use; otherwise it follows from the steps and may be edited."""


def _base(jenjang: str, rank: str, credit: int, *, verified: bool = False) -> BaseCredit:
    return BaseCredit(jenjang, Rank.parse(rank), Decimal(credit), verified)


BASE_CREDITS: tuple[BaseCredit, ...] = (
    _base("ahli_pertama", "III/b", 50),
    _base("ahli_muda", "III/d", 100, verified=True),
    _base("ahli_madya", "IV/b", 150),
    _base("ahli_madya", "IV/c", 300),
    _base("ahli_utama", "IV/e", 200),
    _base("mahir", "III/b", 50),
    _base("penyelia", "III/d", 100),
    _base("terampil", "II/c", 20),
    _base("terampil", "II/d", 40),
)
"""A rank that is not here is the first of its level and stands for 0."""


def base_credit(level: Jenjang, rank: Rank, field: str = "rank") -> BaseCredit:
    """The base of a rank in a level: 0 for the level's first rank; refuses a rank outside the level."""
    if rank not in level.ranks:
        raise BadInput(field, rank.code, f"{level.code} has {level.lowest.code} to {level.highest.code}")
    found = (row for row in BASE_CREDITS if (row.jenjang, row.rank) == (level.code, rank))
    return next(found, BaseCredit(level.code, rank, Decimal(0), verified=False))
