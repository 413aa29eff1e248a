"""Pay by norm minutes with a monthly limit, as several cities and regencies compute it.

Only the norm time of approved entries inside working hours counts, up to the month's limit; a grant of
extra minutes may fill a gap and never passes the limit. Performance and workload are two parts of a basic
amount, each rounded half-up to a rupiah; who has no performance gets no workload part, and a running
punishment takes both. The regulation behind the program was not read: every row is marked `impl`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range, positive
from eperf.domain.regulation import Regulated, in_force
from eperf.domain.scoring.rounding import ceiling, half_up


@dataclass(frozen=True, kw_only=True)
class NormRule(Regulated):
    """The figures of the scheme. `limit_min`: the month's limit, None once it is each unit's setting.

    `insurance_pct` is taken of at most `insurance_most_rp`; `tax_pct` by golongan number.
    """

    norm_most_min: int
    limit_min: int | None
    probation_pct: int
    insurance_pct: int
    insurance_most_rp: int
    tax_pct: Mapping[int, int]


_BASIS = "TPP menit norma kota/kabupaten, implementasi publik"
_FIRST = NormRule(
    valid_from=date(2020, 1, 1),
    valid_to=date(2020, 4, 1),
    legal_basis=_BASIS,
    mark="impl",
    norm_most_min=60,
    limit_min=6_600,
    probation_pct=80,
    insurance_pct=1,
    insurance_most_rp=12_000_000,
    tax_pct=MappingProxyType({4: 15, 3: 5}),
)

NORM_RULES: tuple[NormRule, ...] = (
    _FIRST,
    replace(_FIRST, valid_from=date(2020, 4, 1), valid_to=None, limit_min=None),
)
"""The scheme's figures: the limit was printed for January to March 2020 and is a setting since."""

STATUSES = ("draft", "submitted", "returned", "approved", "rejected")


@dataclass(frozen=True)
class Entry:
    """Reported entries of one kind: norm minutes each, their status, whether inside working hours."""

    norm_min: Decimal
    status: str
    in_working_hours: bool
    count: int = 1


class Shares(NamedTuple):
    """Shares of the basic amount that the two parts have, 0 to 1."""

    performance: Decimal
    workload: Decimal


class Paid(NamedTuple):
    """The two parts in whole rupiah."""

    performance_rp: int
    workload_rp: int


def norm_is_valid(norm_min: Decimal, on: date) -> bool:
    """Whether a catalogue item may have this norm: above 0 and at most an hour."""
    return norm_min.is_finite() and 0 < norm_min <= in_force(NORM_RULES, on).norm_most_min


def counted_minutes(
    entries: Iterable[Entry], limit_min: Decimal | int, extra_min: Decimal | int, on: date
) -> Decimal:
    """The minutes of a month that count; an entry of an item without a valid norm is refused."""
    positive("limit_min", limit_min)
    in_range("extra_min", extra_min)
    total = Decimal(0)
    for entry in entries:
        _check(entry, on)
        if entry.status == "approved" and entry.in_working_hours:
            total += entry.norm_min * entry.count
    return min(min(total, Decimal(limit_min)) + extra_min, Decimal(limit_min))


def parts_paid(
    shares: Shares,
    basic_rp: Decimal,
    class_coefficient: Decimal,
    *,
    total_min: Decimal | int,
    limit_min: Decimal | int,
    attendance_pct: Decimal,
    running_punishment: bool = False,
) -> Paid:
    """The performance and the workload part. Minutes beyond the limit count as the limit."""
    in_range("performance_share", shares.performance, most=1)
    in_range("workload_share", shares.workload, most=1)
    in_range("basic_rp", basic_rp)
    in_range("class_coefficient", class_coefficient)
    in_range("total_min", total_min)
    in_range("attendance_pct", attendance_pct, most=100)
    positive("limit_min", limit_min)
    if running_punishment:
        return Paid(0, 0)
    whole = Fraction(basic_rp) * Fraction(class_coefficient)
    reached = min(Fraction(total_min) / Fraction(limit_min), Fraction(1))
    performance = half_up(Fraction(shares.performance) * whole * reached)
    if not performance:
        return Paid(0, 0)
    return Paid(performance, half_up(Fraction(shares.workload) * whole * Fraction(attendance_pct) / 100))


def basic_amount(
    fiscal_capacity: Decimal, construction_cost: Decimal, government: Decimal, class_allowance_rp: Decimal
) -> int:
    """The basic amount of a class: the allowance times the three indices, rounded up to a rupiah."""
    in_range("fiscal_capacity_index", fiscal_capacity)
    in_range("construction_cost_index", construction_cost)
    in_range("government_index", government)
    in_range("class_allowance_rp", class_allowance_rp)
    indices = Fraction(fiscal_capacity) * Fraction(construction_cost) * Fraction(government)
    return ceiling(indices * Fraction(class_allowance_rp))


def net_amount(gross_rp: Decimal, golongan: int, on: date, *, on_probation: bool = False) -> Decimal:
    """What is left of the gross amount after health insurance and tax; exact, never below zero.

    Probationers get their share of the gross first; a golongan without a tax rate pays none.
    """
    rule = in_force(NORM_RULES, on)
    in_range("golongan", golongan, 1, 4)
    gross = max(gross_rp, Decimal(0)) * (rule.probation_pct if on_probation else 100) / 100
    insurance = min(gross, Decimal(rule.insurance_most_rp)) * rule.insurance_pct / 100
    return gross - insurance - gross * rule.tax_pct.get(golongan, 0) / 100


def _check(entry: Entry, on: date) -> None:
    in_range("count", entry.count)
    if entry.status not in STATUSES:
        raise BadInput("status", entry.status, "not one of " + ", ".join(STATUSES))
    if not norm_is_valid(entry.norm_min, on):
        raise BadInput("norm_min", entry.norm_min, "not above 0 and at most an hour")
