"""Two scores: the whole rule in per cent of the class allowance, and its attendance part alone.

pay        = 70 % x factor of the deciding predikat + 30 % x attendance
attendance = 100 less the cuts of the month, at least 0

Four of the rule's six causes are facts of a classified day: absence, missing taps, lateness, leaving early. Leaving the
office and missed ceremonies are in no table that scoring reads, so they cut nothing here. Leave that replaces the total
is a matter of pay, since scoring does not read why somebody is away. `README.md` says what that means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from eperf.plugins import (
    Frame,
    Scheme,
    StagePart,
    YearMonth,
    amount_text_expr,
    hundredths,
    leaves,
    part,
)
from eperf.plugins.parts import Bound, Full, Needs, PredikatPays, WeighOf
from eperf.plugins.rules import Deciding, Predikat
from eperf_ministry_70_30.rates import BASIS, rates_on
from eperf_ministry_70_30.settings import AttendanceSettings, PaySettings

_CUTS = f"{BASIS}, pasal 13"
_SHARES = f"{BASIS}, pasal 5"
_PREDIKAT = f"{BASIS}, pasal 12"
_FULL_H = 10_000


@part("ministry-70-30.cuts", _CUTS)
def cuts(frame: Frame, settings: AttendanceSettings) -> Sequence[pl.DataFrame]:
    """A leaf per day and cause. Minutes that cannot be known cut nothing: the missing tap is cut."""
    rates = rates_on(frame.period.first)
    absent = (pl.col("status") == "absent").cast(pl.Int64)
    return [
        _cut(frame, absent, rates.absent_pct, "Tidak masuk tanpa keterangan", "Absent without notice"),
        _cut(frame, pl.col("missing_taps"), rates.missing_tap_pct, "Tidak presensi", "Missing tap"),
        _cut(frame, pl.col("late_min"), rates.minute_pct, "Terlambat", "Late"),
        _cut(frame, pl.col("early_min"), rates.minute_pct, "Pulang cepat", "Left early"),
    ]


def _cut(frame: Frame, count: pl.Expr, rate: Decimal, label_id: str, label_en: str) -> pl.DataFrame:
    rows = frame.days.with_columns(count=count).filter(pl.col("count") > 0)
    cut = pl.col("count") * pl.lit(hundredths(rate), dtype=pl.Int64)
    return leaves(
        rows,
        amount=0 - cut,
        label_id=label_id,
        label_en=label_en,
        evidence=("day", pl.col("date").dt.to_string("%Y-%m-%d")),
        facts={"count": pl.col("count"), "rate_pct": str(rate), "cut": amount_text_expr(cut)},
    )


@part("ministry-70-30.in-full", "Praktik tanpa dasar tertulis")
def in_full(frame: Frame, settings: AttendanceSettings) -> Sequence[pl.DataFrame]:
    """Gives back what was cut where the unit pays high job classes in full."""
    if not settings.senior_exception:
        return []
    least = rates_on(frame.period.first).in_full_from_class
    seniors = frame.employees.filter(pl.col("job_class") >= least).select("employee_id", "job_class")
    rows = frame.totals.join(seniors, on="employee_id", how="inner")
    found = leaves(
        rows.filter(pl.col("attendance") != _FULL_H),
        amount=_FULL_H - pl.col("attendance"),
        label_id="Dibayar penuh menurut praktik, tanpa dasar tertulis",
        label_en="Paid in full by practice, without written basis",
        evidence=frame.period,
        facts={"job_class": pl.col("job_class"), "decided_by": settings.senior_exception_basis},
    )
    return [found]


def _zero(settings: AttendanceSettings) -> int:
    return 0


_ATTENDANCE: tuple[StagePart[Any], ...] = (
    StagePart("capacity", Needs("ministry-70-30.days", _CUTS)),
    StagePart("attendance", Full("ministry-70-30.full", _CUTS)),
    StagePart("attendance", cuts),
    StagePart("attendance", Bound("ministry-70-30.floor", _CUTS, "attendance", low_h=_zero)),
    StagePart("attendance", in_full),
)


def _deciding(settings: PaySettings) -> Deciding:
    return settings.deciding


def _factors(settings: PaySettings, month: YearMonth) -> Mapping[Predikat, Decimal]:
    return rates_on(month.first).factor_pct


def _weights(settings: PaySettings, month: YearMonth) -> Mapping[str, int]:
    rates = rates_on(month.first)
    return {"work": int(rates.performance_pct), "attendance": int(rates.attendance_pct)}


SCHEME = Scheme(
    name="attendance",
    version="2",
    title_id="Kehadiran Kemnaker (bagian 30 persen)",
    title_en="Attendance part of Kemnaker (30 per cent)",
    legal_basis=_CUTS,
    settings=AttendanceSettings,
    parts=_ATTENDANCE,
)

PAY = Scheme(
    name="pay",
    version="1",
    title_id="Kinerja 70 persen, kehadiran 30 persen",
    title_en="Performance 70 per cent, attendance 30 per cent",
    legal_basis=_SHARES,
    settings=PaySettings,
    parts=(
        StagePart("work", PredikatPays("ministry-70-30.predikat", _PREDIKAT, _deciding, _factors)),
        *_ATTENDANCE,
        StagePart("combine", WeighOf("ministry-70-30.weigh", _SHARES, _weights)),
    ),
)
