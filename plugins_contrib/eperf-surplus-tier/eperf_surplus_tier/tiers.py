"""The tiers and the workload part.

The table is printed for whole points (1-300, 301-500 …); points between two rows belong to the upper row,
so that "more than 900" means what it says. A surplus of exactly 0 has no row: the unit chooses and records
the share, and without its choice the figure is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from eperf.plugins import BadInput, YearMonth
from eperf.plugins.rules import UNDATED, Regulated, in_force, in_range, positive

BASIS = "Skema kelebihan poin atas 7.260 (daerah tidak disebut), slideplayer.info/amp/16716725"


@dataclass(frozen=True)
class Tier:
    """A surplus up to `most` points (inclusive; None: without bound) pays `k_pct`."""

    most: int | None
    k_pct: int


@dataclass(frozen=True, kw_only=True)
class Tiers(Regulated):
    """The standard, the tiers in rising order, and the shares of the allowance."""

    hours_per_day: Decimal
    days: int
    below_k_pct: int
    tiers: tuple[Tier, ...]
    workload_pct: int
    behaviour_pct: int


TIERS: tuple[Tiers, ...] = (
    Tiers(
        valid_from=UNDATED,
        legal_basis=BASIS,
        mark="press",
        hours_per_day=Decimal("5.5"),
        days=22,
        below_k_pct=0,
        tiers=(Tier(300, 50), Tier(500, 70), Tier(700, 80), Tier(900, 90), Tier(None, 100)),
        workload_pct=60,
        behaviour_pct=40,
    ),
)


def tiers_in(month: YearMonth) -> Tiers:
    """The tiers in force when the month begins."""
    return in_force(TIERS, month.first)


def standard_points(hours_per_day: Decimal, days: int) -> Decimal:
    """Effective minutes of a month, one point each: 5.5 hours x 22 days are 7,260."""
    positive("hours_per_day", hours_per_day)
    in_range("hours_per_day", hours_per_day, most=24)
    in_range("days", days, 1, 31)
    return hours_per_day * days * 60


def k_pct(
    total_points: Decimal | int, month: YearMonth, *, zero_surplus_k_pct: Decimal | None = None
) -> Decimal:
    """The share K in per cent for the points of a month."""
    rule = tiers_in(month)
    in_range("total_points", total_points)
    surplus = total_points - standard_points(rule.hours_per_day, rule.days)
    if surplus < 0:
        return Decimal(rule.below_k_pct)
    if surplus == 0:
        if zero_surplus_k_pct is None:
            raise BadInput("zero_surplus_k_pct", None, "a surplus of 0 has no row; the unit must choose")
        return zero_surplus_k_pct
    return Decimal(next(tier.k_pct for tier in rule.tiers if tier.most is None or surplus <= tier.most))


def workload_part_rp(pk_rp: Decimal, k: Decimal, month: YearMonth) -> Decimal:
    """The workload part of the allowance `pk_rp`, exact: 60 % x K."""
    in_range("pk_rp", pk_rp)
    in_range("k_pct", k, most=100)
    return pk_rp * tiers_in(month).workload_pct * k / 10_000


def behaviour_part_rp(pk_rp: Decimal, month: YearMonth) -> Decimal:
    """The behaviour part of the allowance, exact: 40 %. How a rating changes it is not printed."""
    in_range("pk_rp", pk_rp)
    return pk_rp * tiers_in(month).behaviour_pct / 100
