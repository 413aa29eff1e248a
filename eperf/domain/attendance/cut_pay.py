"""From a cut to rupiah: what a month's deductions leave of an allowance.

Amounts are exact unless the rule rounds; where it does, half-up to whole rupiah, once, at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from eperf.domain.attendance.ladder import FULL_PCT, Cause, Ladder, Mark
from eperf.domain.attendance.ladder_month import Event, month_cut
from eperf.domain.errors import BadInput
from eperf.domain.in_force import profile_named
from eperf.domain.scoring.rounding import half_up

_ZERO = Decimal(0)
_MOST_RP = Decimal(10**15)


def left_of(base_rp: Decimal, cut_pct: Decimal) -> Decimal:
    """What a cut leaves of an amount, exact: base x (100 - cut) / 100."""
    _amount("base_rp", base_rp)
    return base_rp * (FULL_PCT - cut_pct) / FULL_PCT


def no_news_cut(ladder: Ladder, performance_rp: Decimal, workload_rp: Decimal, days: int) -> Decimal:
    """What working days without news cut of both parts together, rounded half-up to whole rupiah (norm-minute TPP)."""
    _amount("performance_rp", performance_rp)
    _amount("workload_rp", workload_rp)
    cut = month_cut(ladder, [Event(Cause.ABSENT, count=days)]).cut_pct
    return Decimal(half_up(Fraction(performance_rp + workload_rp) * Fraction(cut) / 100))


def weighted_cut(
    base_rp: Decimal, parts: tuple[tuple[Decimal, Decimal], ...], override_pct: Decimal | None = None
) -> Decimal:
    """The cut of a final per cent made of weighted parts, rounded half-up to whole rupiah (PKP's calculator).

    `parts` are (per cent, weight between 0 and 1): attendance and SKP. A per cent typed by an officer wins.
    """
    _amount("base_rp", base_rp)
    final = override_pct if override_pct is not None else sum((pct * w for pct, w in parts), _ZERO)
    if not (final.is_finite() and 0 <= final <= FULL_PCT):
        raise BadInput("final_pct", final, "between 0 and 100")
    return Decimal(half_up(Fraction(base_rp) * Fraction(final) / 100))


@dataclass(frozen=True, slots=True)
class HourlyPay:
    """A rule that counts hours lost and pays a multiple of the base less a rate per hour."""

    profile: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    mark: Mark
    base_times: int
    """How many times the base is paid when no hour is lost."""
    rate_pct: Decimal
    """Of the base, for each hour."""
    missing_tap_hours: int
    absent_hours: int


HOURLY_PAYS: tuple[HourlyPay, ...] = (
    HourlyPay(
        "hourly-2018",
        "Peraturan daerah (TPP per jam, 2018)",
        date(2018, 1, 1),
        None,
        Mark.IMPL,
        base_times=2,
        rate_pct=Decimal("0.635"),
        missing_tap_hours=4,
        absent_hours=8,
    ),
)
"""0.635 per cent is about one of the 157.5 hours of a month of 21 days."""


@dataclass(frozen=True, slots=True)
class HourlyResult:
    """Hours lost, and what is paid, exact."""

    hours: Decimal
    pay_rp: Decimal


def hourly_pay_named(profile: str, on: date | None = None) -> HourlyPay:
    """The hourly rule of a profile on a day; without a day its latest row. Unknown names are refused."""
    return profile_named(HOURLY_PAYS, profile, on)


def hourly_pay(
    rule: HourlyPay,
    base_rp: Decimal,
    missing_tap_days: int = 0,
    absent_days: int = 0,
    late_early_hours: Decimal = _ZERO,
    extra_rp: Decimal = _ZERO,
) -> HourlyResult:
    """Base times less the hours lost, never below 0; then the extra amount."""
    _amount("base_rp", base_rp)
    _amount("extra_rp", extra_rp)
    for name, value in (("missing_tap_days", missing_tap_days), ("absent_days", absent_days)):
        if not 0 <= value <= 366:
            raise BadInput(name, value, "between 0 and 366")
    if not (late_early_hours.is_finite() and 0 <= late_early_hours <= 9_000):
        raise BadInput("late_early_hours", late_early_hours, "between 0 and 9000")
    hours = missing_tap_days * rule.missing_tap_hours + absent_days * rule.absent_hours + late_early_hours
    left = base_rp * rule.base_times - hours * rule.rate_pct / FULL_PCT * base_rp
    return HourlyResult(Decimal(hours), max(_ZERO, left) + extra_rp)


def _amount(name: str, value: Decimal) -> None:
    if not (value.is_finite() and 0 <= value <= _MOST_RP):
        raise BadInput(name, value, "an amount of 0 or more")
