"""I-12, I-15, I-16, I-17, I-22 and I-26 over entries: one row for each activity or evidence file."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from eperf.domain.integrity.columns.shares import part_of
from eperf.domain.integrity.entries import BackDated, LastDays, RoundMinutes
from eperf.domain.period import YearMonth


def overlapping(entries: pl.DataFrame) -> pl.DataFrame:
    """I-12 over `person`, `date`, `start_min`, `end_min`: sum and union of each day.

    In the order of their starts, each activity adds what lies after the latest end so far.
    """
    day = ["person", "date"]
    reached = pl.col("end_min").cum_max().shift(1).over(day)
    begun = pl.max_horizontal("start_min", reached)
    return (
        entries.sort(*day, "start_min", "end_min")
        .with_columns(added=pl.max_horizontal(pl.col("end_min") - begun, pl.lit(0)))
        .group_by(day)
        .agg(
            sum_min=(pl.col("end_min") - pl.col("start_min")).sum(),
            union_min=pl.col("added").sum(),
        )
        .with_columns(overlap_min=pl.col("sum_min") - pl.col("union_min"))
        .with_columns(flagged=pl.col("overlap_min") > 0)
        .sort(day)
    )


def back_dated(entries: pl.DataFrame, settings: BackDated | None = None) -> pl.DataFrame:
    """I-15 over `person`, `date`, `created_at` (local, without a zone): the most entries for past days within half
    an hour, their days, and twice the median lag in days, which is whole.
    """
    rule = settings or BackDated()
    lag = (pl.col("created_at").dt.date() - pl.col("date")).dt.total_days()
    made = entries.select("person", "date", "created_at", lag=lag)
    lags = made.group_by("person").agg(lag_twice=_twice_the_median("lag"))
    windows = (
        made.filter(pl.col("lag") > 0)
        .sort("person", "created_at")
        .rolling("created_at", period=timedelta(minutes=rule.within_min), closed="both", group_by="person")
        .agg(
            entries_at_once=pl.len().cast(pl.Int64),
            past_days=pl.col("date").n_unique().cast(pl.Int64),
        )
        .with_columns(
            burst=(pl.col("entries_at_once") >= rule.min_entries)
            & (pl.col("past_days") >= rule.min_past_days)
        )
        .sort("burst", "entries_at_once", "past_days", descending=True)
        .group_by("person", maintain_order=True)
        .first()
        .drop("created_at")
    )
    numerator, denominator = rule.over_lag_days.as_integer_ratio()
    long = pl.col("lag_twice") * denominator > 2 * numerator
    return (
        lags.join(windows, on="person", how="left")
        .with_columns(
            pl.col("entries_at_once", "past_days").fill_null(0), pl.col("burst").fill_null(value=False)
        )
        .with_columns(flagged=pl.col("burst") | long)
        .select("person", "entries_at_once", "past_days", "lag_twice", "flagged")
        .sort("person")
    )


def identical_evidence(files: pl.DataFrame) -> pl.DataFrame:
    """I-16 over `activity`, `sha256`: for each hash the activities it is attached to, in order."""
    return (
        files.with_columns(pl.col("sha256").str.strip_chars().str.to_lowercase())
        .group_by("sha256")
        .agg(activities=pl.col("activity").unique().sort())
        .with_columns(flagged=pl.col("activities").list.len() > 1)
        .sort("sha256")
    )


def evidence_of_another_day(files: pl.DataFrame) -> pl.DataFrame:
    """I-17 over `activity`, `activity_date`, `exif_time` (local, null: none)."""
    other = pl.col("exif_time").dt.date() != pl.col("activity_date")
    return files.select("activity", "activity_date", "exif_time", flagged=other.fill_null(value=False)).sort(
        "activity"
    )


def round_minutes(entries: pl.DataFrame, settings: RoundMinutes | None = None) -> pl.DataFrame:
    """I-22 over `person`, `minutes`."""
    rule = settings or RoundMinutes()
    part, bound = part_of("round", "entries", rule.min_pct)
    return (
        entries.group_by("person")
        .agg(
            round=pl.col("minutes").is_in(list(rule.round_min)).sum().cast(pl.Int64),
            entries=pl.len().cast(pl.Int64),
        )
        .with_columns(flagged=part >= bound)
        .sort("person")
    )


def last_minute(entries: pl.DataFrame, period: YearMonth, settings: LastDays | None = None) -> pl.DataFrame:
    """I-26 over `person`, `created_at`: entries made in the month, and those made in its last days."""
    rule = settings or LastDays()
    day = pl.col("created_at").dt.date()
    late = day > period.last - timedelta(days=rule.last_days)
    part, bound = part_of("entries_last_days", "entries", rule.over_pct)
    return (
        entries.filter(day.is_between(period.first, period.last))
        .group_by("person")
        .agg(entries=pl.len().cast(pl.Int64), entries_last_days=late.sum().cast(pl.Int64))
        .with_columns(flagged=part > bound)
        .sort("person")
    )


def _twice_the_median(column: str) -> pl.Expr:
    ordered, count = pl.col(column).sort(), pl.len()
    return ordered.get((count - 1) // 2) + ordered.get(count // 2)
