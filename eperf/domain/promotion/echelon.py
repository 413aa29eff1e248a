"""Structural posts: the lowest and the highest rank of each echelon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eperf.domain.errors import BadInput
from eperf.domain.promotion.in_force import in_force
from eperf.domain.rank import Rank


@dataclass(frozen=True, slots=True)
class Echelon:
    """A row of the table of structural posts."""

    code: str
    siasn_ids: tuple[str, ...]
    asn_class: str
    lowest: Rank
    highest: Rank


@dataclass(frozen=True, slots=True)
class EchelonTable:
    """The table in force from `valid_from` (inclusive) to `valid_to` (exclusive, None = open)."""

    valid_from: date
    valid_to: date | None
    legal_basis: str
    rows: tuple[Echelon, ...]


def _row(code: str, ids: str, asn_class: str, lowest: str, highest: str) -> Echelon:
    return Echelon(code, tuple(ids.split()), asn_class, Rank.parse(lowest), Rank.parse(highest))


TABLES: tuple[EchelonTable, ...] = (
    EchelonTable(
        date(2000, 11, 17),
        None,
        "PP 100/2000 jo PP 13/2002",
        (
            _row("I.a", "11 10", "JPT Utama/Madya", "IV/d", "IV/e"),
            _row("I.b", "12", "JPT Madya", "IV/c", "IV/e"),
            _row("II.a", "21", "JPT Pratama", "IV/c", "IV/d"),
            _row("II.b", "22", "JPT Pratama", "IV/b", "IV/c"),
            _row("III.a", "31", "Administrator", "IV/a", "IV/b"),
            _row("III.b", "32", "Administrator", "III/d", "IV/a"),
            _row("IV.a", "41", "Pengawas", "III/c", "III/d"),
            _row("IV.b", "42", "Pengawas", "III/b", "III/c"),
            _row("V", "51 52", "", "III/a", "III/b"),
        ),
    ),
)
NONE = frozenset({"none", "99"})
"""How posts without an echelon are written: implementers and functional officials."""


def echelon(code: str, on: date, field: str = "eselon") -> Echelon | None:
    """The row of an echelon by its code or its SIASN number; None for no echelon; refuses unknown ones."""
    rows = in_force(TABLES, on, field).rows
    found = next((row for row in rows if code == row.code or code in row.siasn_ids), None)
    if found is None and code not in NONE:
        raise BadInput(field, code, "not one of none, " + ", ".join(row.code for row in rows))
    return found
