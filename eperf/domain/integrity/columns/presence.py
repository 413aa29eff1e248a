"""I-09, I-13, I-14 and I-27 over days: one row for each person and civil day."""

from __future__ import annotations

import polars as pl

from eperf.domain.integrity.columns.shares import part_of
from eperf.domain.integrity.presence import MissingOut, NoWork, OverReported


def missing_outs(days: pl.DataFrame, settings: MissingOut | None = None) -> pl.DataFrame:
    """I-09 over `person`, `has_in`, `has_out`: days with an in-punch, and those of them without an out-punch."""
    rule = settings or MissingOut()
    without = (pl.col("has_in") & ~pl.col("has_out")).sum().cast(pl.Int64)
    part, bound = part_of("days_without_out", "days_with_in", rule.over_pct)
    return (
        days.group_by("person")
        .agg(days_with_in=pl.col("has_in").sum().cast(pl.Int64), days_without_out=without)
        .with_columns(flagged=part > bound)
        .sort("person")
    )


def over_reported(days: pl.DataFrame, settings: OverReported | None = None) -> pl.DataFrame:
    """I-13 over `person`, `date`, `present_min` (null: unknown), `reported_min`: the excess of each day."""
    rule = settings or OverReported()
    return (
        days.select(
            "person",
            "date",
            "present_min",
            "reported_min",
            excess_min=pl.col("reported_min") - pl.col("present_min"),
        )
        .with_columns(flagged=(pl.col("excess_min") > rule.over_min).fill_null(value=False))
        .sort("person", "date")
    )


def work_while_away(days: pl.DataFrame) -> pl.DataFrame:
    """I-14 over days with a reported activity: `person`, `date`, `on_approved_leave`, `holiday`, `has_punch`,
    `duty_letter`.
    """
    absent = ~pl.col("has_punch") & ~pl.col("duty_letter")
    return (
        days.select("person", "date", "on_approved_leave", "holiday", absent=absent)
        .with_columns(flagged=pl.col("on_approved_leave") | pl.col("holiday") | pl.col("absent"))
        .sort("person", "date")
    )


def present_without_work(days: pl.DataFrame, settings: NoWork | None = None) -> pl.DataFrame:
    """I-27 over `person`, `present_min` (null: unknown), `approved_min`: full days without work."""
    rule = settings or NoWork()
    idle = (pl.col("present_min") >= rule.min_present_min) & (
        pl.col("approved_min") <= rule.most_approved_min
    )
    return (
        days.group_by("person")
        .agg(idle_days=idle.fill_null(value=False).sum().cast(pl.Int64))
        .with_columns(flagged=pl.col("idle_days") >= rule.min_days)
        .sort("person")
    )
