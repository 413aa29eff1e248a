"""Rounding by name. A rule says which rounding it uses and at which stage; nothing rounds silently.

All take a fraction of integers, so that the value before rounding is exact. The column forms compute in 128
bits: a product of two 64-bit columns cannot wrap around unseen.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl

_WIDE = pl.Int128


def floor(value: Fraction) -> int:
    """Towards minus infinity: 2.9 -> 2, -2.1 -> -3."""
    return value.numerator // value.denominator


def ceiling(value: Fraction) -> int:
    """Towards plus infinity: 2.1 -> 3, -2.9 -> -2."""
    return -(-value.numerator // value.denominator)


def half_up(value: Fraction) -> int:
    """To the nearest integer, halves away from zero: 2.5 -> 3, -2.5 -> -3. What the regulations mean."""
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return size if value >= 0 else -size


def half_up_to(value: Fraction | Decimal, places: int) -> Decimal:
    """`half_up` at so many decimals: 2.345 to two is 2.35."""
    return Decimal(half_up(Fraction(value) * 10**places)).scaleb(-places)


def floor_expr(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """`floor` of two integer columns; the denominator is positive. Null when the result passes 64 bits."""
    return (numerator.cast(_WIDE) // _wide(denominator)).cast(pl.Int64, strict=False)


def half_up_expr(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """`half_up` of two integer columns; the denominator is positive. Null when the result passes 64 bits."""
    wide, by = numerator.cast(_WIDE), _wide(denominator)
    size = (2 * wide.abs() + by) // (2 * by)
    return pl.when(wide < 0).then(0 - size).otherwise(size).cast(pl.Int64, strict=False)


def half_up_positive_expr(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """`half_up` of integer columns not below zero whose double fits 64 bits: the caller knows their limits."""
    by = denominator if isinstance(denominator, pl.Expr) else pl.lit(denominator, dtype=pl.Int64)
    return (2 * numerator + by) // (2 * by)


def _wide(value: pl.Expr | int) -> pl.Expr:
    return (value if isinstance(value, pl.Expr) else pl.lit(value)).cast(_WIDE)
