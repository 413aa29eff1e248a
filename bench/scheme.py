"""The rule that every way of scoring carries out: points against a target, capped, less what attendance costs.

It is three parts from the shelf. `own_parts.py` has the same rule as somebody would write it who takes nothing from there:
what a part costs must not depend on who brought it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from eperf.plugins import Scheme, StagePart, hookimpl
from eperf.plugins.parts import AttendanceDeduction, Bound, Ladder, Points, Step

BASIS = "Peraturan Wali Kota Contoh 1/2025"
TARGET_H = 250_000
CAP_H = 10_000
LATE = ((1, 50), (31, 100), (61, 150))
"""Minutes from which, and hundredths."""
ABSENT_H = 500
TAP_H = 150
RATES = AttendanceDeduction(
    absent=Decimal(ABSENT_H) / 100,
    missing_tap=Decimal(TAP_H) / 100,
    late=tuple(Step(minutes, Decimal(cut) / 100) for minutes, cut in LATE),
)


@dataclass(frozen=True)
class Fixed:
    """Nothing to set."""


SCHEME = Scheme(
    name="three",
    version="1",
    title_id="Tiga aturan",
    title_en="Three rules",
    legal_basis=BASIS,
    settings=Fixed,
    parts=(
        StagePart("work", Points("bench.points", BASIS, lambda settings: TARGET_H)),
        StagePart("work", Bound("bench.cap", BASIS, "work", high_h=lambda settings: CAP_H)),
        StagePart("attendance", Ladder("bench.ladder", BASIS, lambda settings: RATES)),
    ),
)


@hookimpl
def eperf_scoring_schemes() -> list[object]:
    """The scheme."""
    return [SCHEME]
