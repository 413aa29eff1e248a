"""I-18 to I-20 over approvals and grades."""

from __future__ import annotations

import polars as pl

from eperf.domain.integrity.approvals import ApprovalBurst, NoVariance, RubberStamp
from eperf.domain.integrity.columns.shares import part_of


def approval_burst(approvals: pl.DataFrame, settings: ApprovalBurst | None = None) -> pl.DataFrame:
    """I-18 over `approver`, `at`, `review_seconds` (null: unknown): the quickest span of enough approvals in a row,
    and twice the median time of looking at one, which is whole.
    """
    rule = settings or ApprovalBurst()
    span = pl.col("at") - pl.col("at").shift(rule.min_approvals - 1).over("approver")
    known = pl.col("review_seconds").drop_nulls().sort()
    count = pl.col("review_seconds").count()
    half, next_half = (count - 1).clip(lower_bound=0) // 2, count // 2
    middle = known.get(half, null_on_oob=True) + known.get(next_half, null_on_oob=True)
    numerator, denominator = rule.under_review_seconds.as_integer_ratio()
    quick = pl.col("window_seconds") < rule.under_seconds
    short = pl.col("review_twice") * denominator < 2 * numerator
    return (
        approvals.sort("approver", "at")
        .with_columns(span=span.dt.total_seconds())
        .group_by("approver")
        .agg(
            approvals=pl.len().cast(pl.Int64),
            window_seconds=pl.col("span").min(),
            review_twice=middle,
        )
        .with_columns(flagged=quick.fill_null(value=False) | short.fill_null(value=False))
        .sort("approver")
    )


def rubber_stamp(decisions: pl.DataFrame, settings: RubberStamp | None = None) -> pl.DataFrame:
    """I-19 over `approver`, `rejected`."""
    rule = settings or RubberStamp()
    return (
        decisions.group_by("approver")
        .agg(rejections=pl.col("rejected").sum().cast(pl.Int64), items=pl.len().cast(pl.Int64))
        .with_columns(flagged=(pl.col("rejections") == 0) & (pl.col("items") >= rule.min_items))
        .sort("approver")
    )


def no_variance(grades: pl.DataFrame, settings: NoVariance | None = None) -> pl.DataFrame:
    """I-20 over `unit`, `is_top`: one row for each person."""
    rule = settings or NoVariance()
    part, bound = part_of("top_grade", "unit_size", rule.min_pct)
    return (
        grades.group_by("unit")
        .agg(top_grade=pl.col("is_top").sum().cast(pl.Int64), unit_size=pl.len().cast(pl.Int64))
        .with_columns(flagged=part >= bound)
        .sort("unit")
    )
