"""The figures of the regulation, by the day from which they hold. Per cents unless the name says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from eperf.plugins.rules import Predikat, Regulated, check_weights, in_force

BASIS = "Permenaker 15/2024 dan Kepsekjen 82/2025"


@dataclass(frozen=True, kw_only=True)
class Rates(Regulated):
    """What performance and attendance weigh, what a predikat pays, what each violation costs.

    Cuts are per cents of the *attendance part*. `many_absent_days`: more of them raise an anomaly.
    `in_full_from_class`: the job class from which practice pays attendance in full without written basis.
    """

    performance_pct: Decimal
    attendance_pct: Decimal
    factor_pct: Mapping[Predikat, Decimal]
    absent_pct: Decimal
    missing_tap_pct: Decimal
    minute_pct: Decimal
    ceremony_pct: Decimal
    study_pct: Decimal
    many_absent_days: int
    in_full_from_class: int

    def __post_init__(self) -> None:
        check_weights((self.performance_pct, self.attendance_pct))


RATES: tuple[Rates, ...] = (
    Rates(
        valid_from=date(2024, 1, 1),
        legal_basis=f"{BASIS}, pasal 5, 12-14",
        mark="impl",
        performance_pct=Decimal(70),
        attendance_pct=Decimal(30),
        factor_pct=MappingProxyType(
            {
                Predikat.SANGAT_BAIK: Decimal(100),
                Predikat.BAIK: Decimal(100),
                Predikat.BUTUH_PERBAIKAN: Decimal(85),
                Predikat.KURANG: Decimal(60),
                Predikat.SANGAT_KURANG: Decimal(60),
            }
        ),
        absent_pct=Decimal(3),
        missing_tap_pct=Decimal(1),
        minute_pct=Decimal("0.01"),
        ceremony_pct=Decimal(3),
        study_pct=Decimal(80),
        many_absent_days=25,
        in_full_from_class=15,
    ),
)


def rates_on(on: date) -> Rates:
    """The rates in force on the day."""
    return in_force(RATES, on)
