"""Predikat and attendance in one score: 70 % by the year's predikat, 30 % by attendance (Simpegnas type).

The public implementation counts a missing predikat as 80. That is a guess about a person, so it is not
copied: a missing predikat is refused here and stays missing in the score.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from eperf.domain.errors import BadInput
from eperf.domain.scoring.weights import Component, weighted_score

POINTS = {
    "sangat_baik": Decimal(100),
    "baik": Decimal(90),
    "butuh_perbaikan": Decimal(70),
    "kurang": Decimal(50),
    "sangat_kurang": Decimal(30),
}


def predikat_attendance_score(predikat: str | None, attendance_cuts_pct: Iterable[Decimal]) -> Decimal:
    """70 % of the predikat's points and 30 % of what the attendance cuts leave of 100, at least 0; exact."""
    if predikat not in POINTS:
        raise BadInput("predikat", predikat, "not one of " + ", ".join(POINTS))
    attendance = max(Decimal(0), 100 - sum(attendance_cuts_pct, Decimal(0)))
    return weighted_score(
        [
            Component("predikat", Decimal(70), POINTS[predikat]),
            Component("attendance", Decimal(30), attendance),
        ]
    )
