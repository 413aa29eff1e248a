"""SKP of 2021 (PermenPANRB 8/2021, replaced by 6/2022).

An indicator's achievement is rounded to a whole per cent *before* it is given a category and a value; with
the unrounded figure the same person gets another value. Two values the source does not settle: Baik (100
per cent) is 109 in its example while the range is 90 to 120, and 101 to 110 per cent have no value at all,
so they get none here. The source states no floor of an achievement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from eperf.domain.errors import BadInput
from eperf.domain.number import in_range, positive
from eperf.domain.regulation import Regulated, in_force
from eperf.domain.scoring.rounding import half_up, half_up_to


class Category(StrEnum):
    """The word for an indicator's achievement."""

    SANGAT_BAIK = "sangat_baik"
    BAIK = "baik"
    CUKUP = "cukup"
    KURANG = "kurang"
    SANGAT_KURANG = "sangat_kurang"


@dataclass(frozen=True)
class Slope:
    """From `least` to `most` per cent the value goes in proportion from `low` to `high`."""

    least: int
    most: int
    low: int
    high: int
    category: Category

    def value(self, percent: int) -> Fraction:
        """The value at a whole per cent."""
        rise = Fraction(self.high - self.low, self.most - self.least)
        return self.low + rise * (percent - self.least)


@dataclass(frozen=True, kw_only=True)
class Arithmetic(Regulated):
    """The figures of the regulation. The lowest slope also serves what lies below it."""

    full_pct: int
    full_value: Decimal
    best_above_pct: int
    best_value: Decimal
    slopes: tuple[Slope, ...]
    most_additional: Decimal
    level_factors_pct: tuple[int, ...]


ARITHMETICS: tuple[Arithmetic, ...] = (
    Arithmetic(
        valid_from=date(2021, 1, 1),
        valid_to=date(2022, 1, 1),
        legal_basis="PermenPANRB 8/2021",
        mark="press",
        full_pct=100,
        full_value=Decimal(109),
        best_above_pct=110,
        best_value=Decimal(120),
        slopes=(
            Slope(80, 99, 70, 89, Category.CUKUP),
            Slope(60, 79, 50, 69, Category.KURANG),
            Slope(0, 59, 0, 49, Category.SANGAT_KURANG),
        ),
        most_additional=Decimal(10),
        level_factors_pct=(100, 80, 60, 40, 20),
    ),
)
"""The arithmetic of the regulation."""


class Target(NamedTuple):
    """A target, or a range of it from `low` to `high`."""

    low: Decimal
    high: Decimal


class Judged(NamedTuple):
    """The category of an achievement and its value, None where the source states none."""

    category: Category
    value: Decimal | None


class Additional(NamedTuple):
    """A piece of additional work: factor of its level, weight of its scope, value."""

    level_factor_pct: Decimal
    scope_weight: Decimal
    value: Decimal


def achievement_pct(realisation: Decimal, target: Target, *, lower_is_better: bool) -> Decimal:
    """Per cent of the target, half-up to two decimals.

    A range is divided by its bound on the side of the realisation; inside the range the target is met.
    """
    in_range("realisation", realisation)
    positive("target", target.low)
    if target.high < target.low:
        raise BadInput("target_high", target.high, "lower than target_low")
    share = Fraction(realisation) / Fraction(min(max(realisation, target.low), target.high))
    return half_up_to(100 * (2 - share if lower_is_better else share), 2)


def judged(achievement: Decimal, on: date, *, target_is_maximum: bool = False) -> Judged:
    """Category and value of an achievement in per cent, which is first rounded half-up to a whole one.

    `target_is_maximum`: the target was already all that is possible, so that 100 per cent is the best.
    """
    rule = in_force(ARITHMETICS, on)
    in_range("achievement_pct", achievement, least=-(10**6))
    percent = half_up(Fraction(achievement))
    if percent == rule.full_pct:
        if target_is_maximum:
            return Judged(Category.SANGAT_BAIK, rule.best_value)
        return Judged(Category.BAIK, rule.full_value)
    if percent > rule.full_pct:
        return Judged(Category.SANGAT_BAIK, rule.best_value if percent > rule.best_above_pct else None)
    slope = next((one for one in rule.slopes if percent >= one.least), rule.slopes[-1])
    return Judged(slope.category, half_up_to(slope.value(percent), 2))


def additional_work(items: Sequence[Additional], on: date) -> Decimal:
    """Sum of level factor x scope weight x value / 100, exact, at most what the regulation counts."""
    rule = in_force(ARITHMETICS, on)
    for item in items:
        if item.level_factor_pct not in rule.level_factors_pct:
            allowed = ", ".join(map(str, rule.level_factors_pct))
            raise BadInput("level_factor_pct", item.level_factor_pct, f"not one of {allowed}")
        in_range("scope_weight", item.scope_weight)
        in_range("value", item.value)
    products = (item.level_factor_pct * item.scope_weight * item.value for item in items)
    return min(sum(products, Decimal(0)) / 10_000, rule.most_additional)


def skp(main_parts: Sequence[Decimal], additional: Decimal, on: date) -> Decimal:
    """The weighted main parts and the additional work, which counts up to its most; exact."""
    in_range("additional", additional)
    for part in main_parts:
        in_range("main_parts", part)
    return sum(main_parts, Decimal(0)) + min(additional, in_force(ARITHMETICS, on).most_additional)


def periodic(action_plan_values: Sequence[Decimal], main_values: Sequence[Decimal]) -> Decimal:
    """The mean of the two means, half-up to two decimals."""
    means = _mean("action_plan_values", action_plan_values) + _mean("main_values", main_values)
    return half_up_to(means / 2, 2)


def _mean(field: str, values: Sequence[Decimal]) -> Fraction:
    if not values:
        raise BadInput(field, "", "there is no value")
    for value in values:
        in_range(field, value)
    return sum(map(Fraction, values), Fraction(0)) / len(values)
