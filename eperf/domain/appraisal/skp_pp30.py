"""SKP and behaviour in one number (PP 30/2019 pasal 41).

70 % SKP and 30 % behaviour; 60 % and 40 % where peers and direct subordinates are asked too. The two upper
bands overlap: from 110 on only a new idea useful to the unit makes it Sangat Baik, the number alone does
not. The bounds of the two lower bands are unconfirmed, which the result says (`mark`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from eperf.domain.appraisal.skp_2021 import Category
from eperf.domain.number import in_range
from eperf.domain.regulation import Mark, Regulated, in_force
from eperf.domain.scoring.weights import Component, weighted_score


@dataclass(frozen=True)
class Band:
    """A category and the least value of it; `needs_new_idea` beside the number."""

    least: int
    category: Category
    mark: Mark
    needs_new_idea: bool = False


@dataclass(frozen=True, kw_only=True)
class Arithmetic(Regulated):
    """Weights of SKP and behaviour, and the bands from the highest down."""

    weights_pct: tuple[Decimal, Decimal]
    weights_pct_asking_others: tuple[Decimal, Decimal]
    most: int
    bands: tuple[Band, ...]


ARITHMETICS: tuple[Arithmetic, ...] = (
    Arithmetic(
        valid_from=date(2019, 1, 1),
        legal_basis="PP 30/2019 pasal 41",
        mark="law",
        weights_pct=(Decimal(70), Decimal(30)),
        weights_pct_asking_others=(Decimal(60), Decimal(40)),
        most=120,
        bands=(
            Band(110, Category.SANGAT_BAIK, "law", needs_new_idea=True),
            Band(90, Category.BAIK, "law"),
            Band(70, Category.CUKUP, "law"),
            Band(50, Category.KURANG, "recalled"),
            Band(0, Category.SANGAT_KURANG, "recalled"),
        ),
    ),
)
"""Weights and bands of the article."""


class Total(NamedTuple):
    """The year's value, exact, its band, and how the bound of that band is known."""

    value: Decimal
    band: Category
    mark: Mark


def total(
    skp: Decimal,
    behaviour: Decimal,
    on: date,
    *,
    asks_peers_and_subordinates: bool = False,
    new_idea: bool = False,
) -> Total:
    """The weighted sum and its band; a sum above the scale is refused."""
    rule = in_force(ARITHMETICS, on)
    in_range("skp", skp)
    in_range("behaviour", behaviour)
    weights = rule.weights_pct_asking_others if asks_peers_and_subordinates else rule.weights_pct
    value = weighted_score([Component("skp", weights[0], skp), Component("behaviour", weights[1], behaviour)])
    in_range("value", value, most=rule.most)
    reachable = (band for band in rule.bands if new_idea or not band.needs_new_idea)
    band = next(band for band in reachable if value >= band.least)
    return Total(value, band.category, band.mark)
