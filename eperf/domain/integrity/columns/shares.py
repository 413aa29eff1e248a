"""Comparing shares of integer columns with a percentage, exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl

_WIDE = pl.Int128


def part_of(part: str, whole: str, pct: Decimal) -> tuple[pl.Expr, pl.Expr]:
    """Two expressions that compare as `part / whole` does with `pct` per cent: 100 x part, and pct x whole."""
    bound = Fraction(pct)
    left = pl.col(part).cast(_WIDE) * (100 * bound.denominator)
    return left, pl.col(whole).cast(_WIDE) * bound.numerator
