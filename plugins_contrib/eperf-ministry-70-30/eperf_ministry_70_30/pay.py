"""The pay of a month: 70 % by predikat, 30 % by attendance; exact until one rounding at the end.

The cuts have no maximum in the rule. A sum above 100 % empties the attendance part, leaves the performance
part as it is and raises an anomaly, as do more absent days than a month has. The shortage of working time
that some lists print is for display and never a cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from eperf.plugins.rules import Predikat, half_up_to, in_range, positive
from eperf_ministry_70_30.rates import Rates, rates_on

EXHAUSTED = "attendance_exhausted"
MANY_ABSENT = "many_absent_days"
IN_FULL = "attendance_in_full_without_written_basis"


@dataclass(frozen=True)
class Violations:
    """What happened in a month. Minutes of lateness are those beyond the daily tolerance."""

    absent_days: int = 0
    missing_taps: int = 0
    late_min: int = 0
    early_leave_min: int = 0
    left_office_min: int = 0
    missed_ceremonies: int = 0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            in_range(name, value)


@dataclass(frozen=True)
class MonthPay:
    """Both parts in rupiah, exact. `anomalies` and `exceptions` are codes for a person to look at."""

    performance_part_rp: Decimal
    performance_cut_rp: Decimal
    attendance_cut_pct: Decimal
    attendance_cut_rp: Decimal
    attendance_part_rp: Decimal
    anomalies: tuple[str, ...]
    exceptions: tuple[str, ...]

    @property
    def total_rp(self) -> Decimal:
        """Both parts, exact; tax comes afterwards."""
        return self.performance_part_rp + self.attendance_part_rp

    @property
    def total_rounded_rp(self) -> Decimal:
        """The total half-up to a whole rupiah: the only rounding of the rule."""
        return half_up_to(self.total_rp, 0)


def cut_pct(violations: Violations, rates: Rates) -> Decimal:
    """The sum of all cuts in per cent of the attendance part; it has no maximum."""
    minutes = violations.late_min + violations.early_leave_min + violations.left_office_min
    return (
        violations.absent_days * rates.absent_pct
        + violations.missing_taps * rates.missing_tap_pct
        + minutes * rates.minute_pct
        + violations.missed_ceremonies * rates.ceremony_pct
    )


def month_pay(
    class_allowance_rp: Decimal,
    predikat: Predikat,
    violations: Violations,
    on: date,
    *,
    job_class: int | None = None,
    senior_exception: bool = False,
) -> MonthPay:
    """The pay of a month under the rates in force on the day.

    `senior_exception`: apply the practice that pays high job classes their attendance part in full. It has
    no written basis, so it must be asked for, and the result names it when it changed something.
    """
    rates = rates_on(on)
    positive("class_allowance_rp", class_allowance_rp)
    performance = class_allowance_rp * rates.performance_pct / 100
    attendance = class_allowance_rp * rates.attendance_pct / 100
    paid = performance * rates.factor_pct[predikat] / 100
    cuts = cut_pct(violations, rates)
    waived = senior_exception and job_class is not None and job_class >= rates.in_full_from_class
    cut = Decimal(0) if waived else attendance * min(cuts, Decimal(100)) / 100
    return MonthPay(
        performance_part_rp=paid,
        performance_cut_rp=performance - paid,
        attendance_cut_pct=cuts,
        attendance_cut_rp=cut,
        attendance_part_rp=attendance - cut,
        anomalies=_anomalies(violations, cuts, rates),
        exceptions=(IN_FULL,) if waived and cuts else (),
    )


def paid_pct(predikat: Predikat, violations: Violations, rates: Rates) -> Decimal:
    """What a month pays in per cent of the class allowance, before leave and study."""
    left = max(Decimal(0), 100 - cut_pct(violations, rates))
    return (rates.performance_pct * rates.factor_pct[predikat] + rates.attendance_pct * left) / 100


def after_tax(gross_rp: Decimal, tax_pct: Decimal) -> Decimal:
    """What is left after income tax, exact. Tax is no part of the scheme."""
    in_range("gross_rp", gross_rp)
    in_range("tax_pct", tax_pct, most=100)
    return gross_rp * (100 - tax_pct) / 100


def _anomalies(violations: Violations, cuts: Decimal, rates: Rates) -> tuple[str, ...]:
    found = [EXHAUSTED] if cuts > 100 else []
    if violations.absent_days > rates.many_absent_days:
        found.append(MANY_ABSENT)
    return tuple(found)
