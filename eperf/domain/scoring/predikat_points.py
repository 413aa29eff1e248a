"""Predikat and attendance in one score: 70 % by the year's predikat, 30 % by attendance (Simpegnas type).

The public implementation counts a missing predikat as 80. That is a guess about a person, so it is not
copied: a missing predikat makes a missing score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from eperf.domain.appraisal.predikat import Predikat
from eperf.domain.number import in_range
from eperf.domain.regulation import UNDATED, Regulated, in_force
from eperf.domain.scoring.component_weights import weights_of
from eperf.domain.scoring.weights import Component, weighted_score

SCHEME = "simpegnas"


@dataclass(frozen=True, kw_only=True)
class PredikatPoints(Regulated):
    """Points by predikat."""

    points: Mapping[Predikat, Decimal]


PREDIKAT_POINTS: tuple[PredikatPoints, ...] = (
    PredikatPoints(
        valid_from=UNDATED,
        legal_basis="Skema tipe Simpegnas, implementasi publik",
        mark="impl",
        points=MappingProxyType(
            {
                Predikat.SANGAT_BAIK: Decimal(100),
                Predikat.BAIK: Decimal(90),
                Predikat.BUTUH_PERBAIKAN: Decimal(70),
                Predikat.KURANG: Decimal(50),
                Predikat.SANGAT_KURANG: Decimal(30),
            }
        ),
    ),
)


def predikat_attendance_score(
    predikat: Predikat | None, attendance_cuts_pct: Iterable[Decimal], on: date
) -> Decimal | None:
    """70 % of the predikat's points and 30 % of what the attendance cuts leave of 100, at least 0; exact.

    None without a predikat.
    """
    rule = in_force(PREDIKAT_POINTS, on)
    cuts = list(attendance_cuts_pct)
    for cut in cuts:
        in_range("attendance_cuts_pct", cut)
    if predikat is None:
        return None
    values = {
        "performance": rule.points[predikat],
        "attendance": max(Decimal(0), 100 - sum(cuts, Decimal(0))),
    }
    weights = weights_of(SCHEME, on).weights
    return weighted_score(Component(name, weight, values[name]) for name, weight in weights.items())
