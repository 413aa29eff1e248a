"""Catalogue points: what an activity is worth, in hundredths of a point.

`points = points per unit x quantity / unit size`. Whether a begun unit counts is the catalogue item's
fraction policy: `proportional` counts the fraction (25 letters at 40 per ten are 100), `whole_units` drops
it per entry (80). Points are rounded half-up to hundredths per entry; a sum over a month is then exact.
Source: Kepwal Surakarta 786/154/2020 as practised; the price of a point: DKI Jakarta 2015-2016.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from eperf.domain.number import in_range
from eperf.domain.scoring.rounding import half_up_positive_expr


def units_times_expr(value: pl.Expr) -> pl.Expr:
    """`value` (per unit size, in hundredths) times the quantity of an activity, by its fraction policy."""
    quantity, size = pl.col("quantity_h"), pl.col("unit_size_h")
    # Below 10^18 and 10^9, as `tables.py` checks: their double fits 64 bits.
    return (
        pl.when(pl.col("fraction_policy") == "whole_units")
        .then(quantity // size * value)
        .otherwise(half_up_positive_expr(quantity * value, size))
    )


def points_expr() -> pl.Expr:
    """An activity's points in hundredths, over the columns of `ACTIVITIES`."""
    return units_times_expr(pl.col("points_per_unit_h"))


def point_price(points: Decimal, price: Decimal, ceiling: Decimal | None = None) -> Decimal:
    """Rupiah for points at a price, at most the ceiling (in DKI the static allowance)."""
    in_range("points", points)
    in_range("price_rp", price)
    if ceiling is not None:
        in_range("ceiling_rp", ceiling)
    amount = points * price
    return amount if ceiling is None else min(amount, ceiling)
