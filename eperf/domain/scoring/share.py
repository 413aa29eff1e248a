"""Shares of a whole, and the one leaf that makes them sum exactly.

4,000 of 8,400 points are 47.62, but the shares of its hundred activities, each rounded, may sum to 47.58.
The score is the rounded share of the sum, as regulations print it; each activity keeps its own rounded
share, whatever else was done in the month; and the difference is a leaf called rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from eperf.domain.period import YearMonth
from eperf.domain.scoring.amounts import FULL, amount_text_expr
from eperf.domain.scoring.leaf import leaves
from eperf.domain.scoring.rounding import half_up_expr, half_up_positive_expr
from eperf.domain.scoring.said import Text

_SAFE = 2**62


def shares(
    rows: pl.DataFrame,
    period: YearMonth,
    *,
    label_id: Text,
    label_en: Text,
    evidence: tuple[str, pl.Expr],
    facts: Mapping[str, Text],
    show: Callable[[pl.Expr], pl.Expr] = amount_text_expr,
) -> list[pl.DataFrame]:
    """Leaves for `rows` with `employee_id`, `part`, `whole` (Int64; `whole` > 0, constant per employee).

    Each row weighs part / whole of 100.00, half-up; a rounding leaf brings the sum to the half-up share of
    the sum. `show` turns part and whole into the text of the rounding leaf's facts (default: hundredths).
    """
    narrow = _narrow(rows)
    given = rows.with_columns(given=_share(narrow))
    each = leaves(
        given, amount=pl.col("given"), label_id=label_id, label_en=label_en, evidence=evidence, facts=facts
    )
    return [each, _rounding(given, narrow, period, show)]


def _narrow(rows: pl.DataFrame) -> bool:
    """Whether even the share of everybody's sum together can be computed in 64 bits."""
    bounds = {"least": pl.min("part"), "most": pl.max("part"), "whole": pl.max("whole")}
    least, most, whole = rows.select(**bounds).row(0)
    return (
        most is not None
        and whole is not None
        and least >= 0
        and 2 * FULL * most * rows.height + whole < _SAFE
    )


def _share(narrow: bool) -> pl.Expr:
    part, whole = pl.col("part"), pl.col("whole")
    if narrow:
        return half_up_positive_expr(part * FULL, whole)
    return half_up_expr(part.cast(pl.Int128) * FULL, whole)


def _rounding(
    rows: pl.DataFrame, narrow: bool, period: YearMonth, show: Callable[[pl.Expr], pl.Expr]
) -> pl.DataFrame:
    part, given = pl.col("part"), pl.col("given")
    if not narrow:
        part, given = part.cast(pl.Int128), given.cast(pl.Int128)
    sums = rows.group_by("employee_id").agg(part=part.sum(), whole=pl.col("whole").first(), given=given.sum())
    apart = sums.with_columns(amount=(_share(narrow) - pl.col("given")).cast(pl.Int64, strict=False))
    return leaves(
        apart.filter((pl.col("amount") != 0) | pl.col("amount").is_null()),
        amount=pl.col("amount"),
        label_id="Pembulatan jumlah sebulan",
        label_en="Rounding of the month's sum",
        evidence=period,
        facts={"sum": show(pl.col("part")), "whole": show(pl.col("whole")), "rounding": "half_up"},
    )
