"""Hundredths: how scoring writes a number.

A score of 87.45 is the integer 8745. Integers give the same sum in any order, in SQL, polars and Python;
floats and decimals do not. Text appears only at the two ends: a person's input and the stored explanation.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from eperf.domain.errors import BadInput

HUNDRED = 100
_MOST = 10**15
FULL = 10_000
"""A score of 100.00 in hundredths."""


def hundredths(value: Decimal | int | str, field: str = "amount") -> int:
    """`12.5` -> 1250. Refuses what is no number and what does not fit two decimals; never rounds."""
    try:
        scaled = Decimal(value) * HUNDRED
    except ArithmeticError as error:
        raise BadInput(field, value, "not a number") from error
    if not (scaled.is_finite() and abs(scaled) <= _MOST):
        raise BadInput(field, value, "not a number of reasonable size")
    if scaled != int(scaled):
        raise BadInput(field, value, "more than two decimals")
    return int(scaled)


def amount_text(amount_h: int) -> str:
    """1250 -> `12.50`: always two decimals, a minus sign only below zero."""
    whole, cents = divmod(abs(amount_h), HUNDRED)
    return f"{'-' if amount_h < 0 else ''}{whole}.{cents:02d}"


def amount_text_expr(amount_h: pl.Expr) -> pl.Expr:
    """The column form of `amount_text`, through an exact decimal because its text is the quickest."""
    return (amount_h.cast(pl.Decimal(38, 2)) / HUNDRED).cast(pl.String)
