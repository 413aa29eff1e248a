"""The detectors that a unit's month of days and activities can feed: I-13, I-14, I-22 and I-27.

Reported is what was handed in and not thrown out; approved is what was verified. Thresholds are those of the
indicators, and an agency may set others.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from eperf.domain.attendance.day import DayStatus
from eperf.domain.integrity.catalogue import indicator
from eperf.domain.integrity.columns import entries as entry_columns
from eperf.domain.integrity.columns import presence as presence_columns
from eperf.domain.integrity.detector import ReadyDetector
from eperf.domain.integrity.entries import RoundMinutes
from eperf.domain.integrity.presence import NoWork, OverReported
from eperf.domain.scoring.frame import UnitPeriod
from eperf.domain.scoring.tables import VERIFIED

_REPORTED = ("submitted", "returned", VERIFIED)
_DAY = ["employee_id", "date"]
_PERSON = {"person": "employee_id"}


@dataclass(frozen=True)
class NoThresholds:
    """A rule without thresholds."""


def over_reported(month: UnitPeriod, settings: OverReported) -> pl.DataFrame:
    """I-13: days on which more was reported than the person was present, and the activities of those days."""
    days = month.days.join(_per_day(month), on=_DAY).rename(
        {"employee_id": "person", "worked_min": "present_min"}
    )
    found = presence_columns.over_reported(days, settings).filter("flagged").rename(_PERSON)
    return _with_day(found.drop("flagged").join(_per_day(month).drop("reported_min"), on=_DAY))


def work_while_away(month: UnitPeriod, settings: NoThresholds) -> pl.DataFrame:
    """I-14: activities on days of leave, holidays and days of absence. A free day of the week is none of these."""
    status = pl.col("status")
    days = (
        month.days.join(_per_day(month), on=_DAY)
        .with_columns(
            on_approved_leave=status == DayStatus.LEAVE.value,
            holiday=status == DayStatus.HOLIDAY.value,
            has_punch=status != DayStatus.ABSENT.value,
            duty_letter=status == DayStatus.DUTY.value,
        )
        .rename({"employee_id": "person"})
    )
    found = presence_columns.work_while_away(days).filter("flagged").rename(_PERSON)
    return _with_day(found.select(_DAY).join(_per_day(month), on=_DAY))


def round_minutes(month: UnitPeriod, settings: RoundMinutes) -> pl.DataFrame:
    """I-22: people nearly all of whose activities took one, two or three hours exactly."""
    handed_in = _reported(month)
    found = entry_columns.round_minutes(handed_in.rename({"employee_id": "person"}), settings)
    rows = handed_in.filter(pl.col("minutes").is_in(list(settings.round_min))).group_by("employee_id")
    hints = found.filter("flagged").drop("flagged").rename(_PERSON)
    return _of_the_month(hints.join(rows.agg(evidence=_activities()), on="employee_id"))


def present_without_work(month: UnitPeriod, settings: NoWork) -> pl.DataFrame:
    """I-27: people who were there on many days without any approved work, and those days."""
    approved = (
        month.activities.filter(pl.col("state") == VERIFIED)
        .group_by(_DAY)
        .agg(approved_min=pl.col("minutes").sum())
    )
    days = month.days.join(approved, on=_DAY, how="left").with_columns(
        pl.col("approved_min").fill_null(0), person="employee_id", present_min="worked_min"
    )
    found = presence_columns.present_without_work(days, settings).filter("flagged").drop("flagged")
    idle = days.filter(
        pl.col("present_min") >= settings.min_present_min,
        pl.col("approved_min") <= settings.most_approved_min,
    )
    named = idle.group_by("employee_id").agg(evidence=_day_name().sort())
    return _of_the_month(found.rename(_PERSON).join(named, on="employee_id"))


def _reported(month: UnitPeriod) -> pl.DataFrame:
    return month.activities.filter(pl.col("state").is_in(list(_REPORTED)))


def _per_day(month: UnitPeriod) -> pl.DataFrame:
    """Minutes reported on each day, and the activities."""
    return _reported(month).group_by(_DAY).agg(reported_min=pl.col("minutes").sum(), evidence=_activities())


def _activities() -> pl.Expr:
    return pl.format("activity:{}", pl.col("activity_id").sort())


def _day_name() -> pl.Expr:
    return pl.format("day:{}", pl.col("date").dt.to_string("%Y-%m-%d"))


def _with_day(hints: pl.DataFrame) -> pl.DataFrame:
    return hints.with_columns(evidence=pl.concat_list(pl.concat_list(_day_name()), "evidence"))


def _of_the_month(hints: pl.DataFrame) -> pl.DataFrame:
    return hints.with_columns(date=pl.lit(None, dtype=pl.Date))


DETECTORS = (
    ReadyDetector("over-reported", "1", indicator("I-13"), OverReported, over_reported),
    ReadyDetector("work-while-away", "1", indicator("I-14"), NoThresholds, work_while_away),
    ReadyDetector("round-minutes", "1", indicator("I-22"), RoundMinutes, round_minutes),
    ReadyDetector("present-without-work", "1", indicator("I-27"), NoWork, present_without_work),
)
