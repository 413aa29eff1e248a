"""The work activity as a score: norm minutes of verified activities, under the ceiling, of the month's.

score = min(minutes, ceiling) / (working days x 300) x 100
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from eperf.plugins import (
    Frame,
    PartOutput,
    Scheme,
    StagePart,
    amount_text_expr,
    half_up_expr,
    leaves,
    part,
)
from eperf.plugins.parts import Minutes, Needs
from eperf.plugins.rules import effective_time, month_minutes
from eperf_minutes_ceiling.rules import BASIS, PROFILE
from eperf_minutes_ceiling.settings import CeilingSettings

_FULL_H = 10_000


@part("minutes-ceiling.capacity", BASIS)
def capacity(frame: Frame, settings: CeilingSettings) -> PartOutput:
    """Publishes `month_min` and `ceiling_min`. A month without working days has no score."""
    asked = month_minutes(effective_time(PROFILE, frame.period.first), frame.working_days)
    everyone = frame.employees.select("employee_id", month_min=pl.lit(asked, dtype=pl.Int64))
    if not asked:
        unknown = everyone.select("employee_id", cause=pl.lit("no-working-days"))
        nobody = everyone.clear().with_columns(ceiling_min=pl.col("month_min"))
        return PartOutput(values=nobody, missing=unknown)
    reduced = everyone.join(_reducers(frame, settings), on="employee_id", how="left")
    ceiling = pl.max_horizontal(pl.lit(0, dtype=pl.Int64), pl.col("month_min") - pl.col("reducer_min"))
    filled = reduced.with_columns(pl.col("reducer_min").fill_null(0))
    return PartOutput(values=filled.select("employee_id", "month_min", ceiling_min=ceiling))


def _reducers(frame: Frame, settings: CeilingSettings) -> pl.DataFrame:
    minutes = (
        pl.when(pl.col("status") == "absent")
        .then(pl.lit(settings.absent_min, dtype=pl.Int64))
        .when(pl.col("status") == "leave")
        .then(pl.lit(settings.leave_min, dtype=pl.Int64))
        .otherwise(pl.lit(0, dtype=pl.Int64))
    )
    return frame.days.group_by("employee_id").agg(reducer_min=minutes.sum())


@part("minutes-ceiling.ceiling", BASIS)
def ceiling(frame: Frame, settings: CeilingSettings) -> Sequence[pl.DataFrame]:
    """Takes away what lies above each person's ceiling; a leaf that cites the month."""
    limits = frame.value("month_min").join(frame.value("ceiling_min"), on="employee_id")
    bound = half_up_expr(pl.col("ceiling_min") * _FULL_H, pl.col("month_min"))
    rows = frame.totals.join(limits, on="employee_id", how="inner").with_columns(bound=bound)
    found = leaves(
        rows.filter(pl.col("work") > pl.col("bound")),
        amount=pl.col("bound") - pl.col("work"),
        label_id="Dibatasi batas maksimal menit efektif",
        label_en="Limited to the ceiling of effective minutes",
        evidence=frame.period,
        facts={
            "before": amount_text_expr(pl.col("work")),
            "ceiling_min": pl.col("ceiling_min"),
            "month_min": pl.col("month_min"),
            "reducer_basis": settings.reducer_basis,
        },
    )
    return [found]


ACTIVITY: tuple[StagePart[Any], ...] = (
    StagePart("capacity", Needs("minutes-ceiling.days", BASIS)),
    StagePart("capacity", capacity),
    StagePart("work", Minutes("minutes-ceiling.work", BASIS, "month_min")),
    StagePart("work", ceiling),
)

SCHEME = Scheme(
    name="activity",
    version="3",
    title_id="Aktivitas kerja di bawah batas menit",
    title_en="Work activity under a ceiling of minutes",
    legal_basis=BASIS,
    settings=CeilingSettings,
    parts=ACTIVITY,
)
