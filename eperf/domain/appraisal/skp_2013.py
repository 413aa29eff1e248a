"""SKP as a number, 2013 to 2020 (Perka BKN 1/2013 under PP 46/2011).

Each task is the mean of its aspects, the year is 60 % SKP and 40 % behaviour. Time and cost reward savings
up to 24 per cent and punish more; being exactly on time is worth 76, not 100. The branch flips at exactly
24 per cent, so everything is computed with fractions. The branch above 24 per cent is known from memory
only, which its result says (`mark`). The source states neither a cap nor a floor of an aspect.
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
from eperf.domain.regulation import Mark, Regulated, in_force
from eperf.domain.scoring.rounding import half_up_to
from eperf.domain.scoring.weights import Component, weighted_score


class Aspect(StrEnum):
    """What of a task is measured; cost only where the task has one."""

    QUANTITY = "quantity"
    QUALITY = "quality"
    TIME = "time"
    COST = "cost"

    @classmethod
    def parse(cls, text: str, field: str = "aspect") -> Aspect:
        """The aspect of that name; others are refused by the name of the field."""
        if text not in frozenset(cls):
            raise BadInput(field, text, "not one of " + ", ".join(cls))
        return cls(text)


class Band(StrEnum):
    """The word for a year's number."""

    SANGAT_BAIK = "sangat_baik"
    BAIK = "baik"
    CUKUP = "cukup"
    KURANG = "kurang"
    BURUK = "buruk"


class QualityStep(NamedTuple):
    """A row of the quality scale: a value up to `most` for work with such errors."""

    least: int
    most: int
    errors: str


@dataclass(frozen=True, kw_only=True)
class Arithmetic(Regulated):
    """The figures of the regulation. Bands: the least value of each, a value between two has the lower."""

    pivot_pct: Decimal
    on_time: Decimal
    over_pivot_mark: Mark
    skp_weight_pct: Decimal
    behaviour_weight_pct: Decimal
    bands: tuple[tuple[Decimal, Band], ...]
    lowest_band: Band
    discipline_below: Decimal
    quality_scale: tuple[QualityStep, ...]


ARITHMETICS: tuple[Arithmetic, ...] = (
    Arithmetic(
        valid_from=date(2013, 1, 1),
        valid_to=date(2021, 1, 1),
        legal_basis="Perka BKN 1/2013 (PP 46/2011)",
        mark="press",
        pivot_pct=Decimal(24),
        on_time=Decimal(76),
        over_pivot_mark="recalled",
        skp_weight_pct=Decimal(60),
        behaviour_weight_pct=Decimal(40),
        bands=(
            (Decimal(91), Band.SANGAT_BAIK),
            (Decimal(76), Band.BAIK),
            (Decimal(61), Band.CUKUP),
            (Decimal(51), Band.KURANG),
        ),
        lowest_band=Band.BURUK,
        discipline_below=Decimal(50),
        quality_scale=(
            QualityStep(91, 100, "none"),
            QualityStep(76, 90, "one or two small"),
            QualityStep(61, 75, "three or four small"),
            QualityStep(51, 60, "five small and a big one"),
            QualityStep(0, 50, "more"),
        ),
    ),
)
"""The arithmetic of the regulation, until PermenPANRB 8/2021 brought another."""


class AspectValue(NamedTuple):
    """What an aspect is worth, and how the rule that gave the value is known."""

    value: Decimal
    mark: Mark


class Total(NamedTuple):
    """A year's value, exact, and its band."""

    value: Decimal
    band: Band


def aspect_value(aspect: Aspect, realisation: Decimal, target: Decimal, on: date) -> AspectValue:
    """What an aspect is worth, half-up to two decimals."""
    rule = in_force(ARITHMETICS, on)
    in_range("realisation", realisation)
    positive("target", target)
    share = Fraction(realisation) / Fraction(target) * 100
    if aspect in (Aspect.QUANTITY, Aspect.QUALITY):
        return AspectValue(half_up_to(share, 2), rule.mark)
    saved, earned = 100 - share, 100 + Fraction(rule.on_time) - share
    if saved <= Fraction(rule.pivot_pct):
        return AspectValue(half_up_to(earned, 2), rule.mark)
    return AspectValue(half_up_to(Fraction(rule.on_time) - (earned - 100), 2), rule.over_pivot_mark)


def task_value(aspect_values: Sequence[Decimal]) -> Decimal:
    """The mean of the aspects in use, half-up to two decimals."""
    if not aspect_values:
        raise BadInput("aspect_values", "", "there is no aspect")
    for value in aspect_values:
        in_range("aspect_values", value, least=-(10**6))
    return half_up_to(sum(map(Fraction, aspect_values), Fraction(0)) / len(aspect_values), 2)


def total(skp: Decimal, behaviour: Decimal, on: date) -> Total:
    """60 % SKP and 40 % behaviour, and the band."""
    rule = in_force(ARITHMETICS, on)
    in_range("skp", skp)
    in_range("behaviour", behaviour)
    value = weighted_score(
        [
            Component("skp", rule.skp_weight_pct, skp),
            Component("behaviour", rule.behaviour_weight_pct, behaviour),
        ]
    )
    return Total(value, next((band for least, band in rule.bands if value >= least), rule.lowest_band))


def is_discipline_matter(skp: Decimal, on: date) -> bool:
    """Whether so little of the year's target was reached that the discipline rules are asked."""
    return skp < in_force(ARITHMETICS, on).discipline_below
