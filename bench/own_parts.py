"""The bench's rule once more, as an agency would write it: functions of its own over the face, nothing from the shelf.

What a part costs must not depend on who wrote it, so these are timed beside `scheme.SCHEME`, unit by unit in turns.
"""

from __future__ import annotations

import polars as pl

from bench.scheme import ABSENT_H, BASIS, CAP_H, LATE, TAP_H, TARGET_H, Fixed
from eperf.plugins import (
    Frame,
    PartOutput,
    Scheme,
    StagePart,
    amount_text,
    amount_text_expr,
    half_up_expr,
    leaves,
    part,
    shares,
)


@part("own.points", BASIS)
def points(frame: Frame, settings: Fixed) -> PartOutput:
    """Points of verified work as a share of the target."""
    worth = half_up_expr(pl.col("quantity_h") * pl.col("points_per_unit_h"), pl.col("unit_size_h"))
    rows = frame.verified.with_columns(part=worth, whole=pl.lit(TARGET_H, dtype=pl.Int64))
    shown = {
        "quantity": "quantity_h", "points_per_unit": "points_per_unit_h", "unit_size": "unit_size_h",
        "points": "part", "target": "whole",
    }  # fmt: skip
    facts = {name: amount_text_expr(pl.col(column)) for name, column in shown.items()}
    named = {"code": pl.col("item_code"), "fraction_policy": pl.col("fraction_policy")}
    label, cited = pl.col("item_name"), ("activity", pl.col("activity_id"))
    return PartOutput(
        shares(rows, frame.period, label_id=label, label_en=label, evidence=cited, facts=facts | named)
    )


@part("own.cap", BASIS)
def cap(frame: Frame, settings: Fixed) -> PartOutput:
    """Not more than the cap."""
    over, most = frame.totals.filter(pl.col("work") > CAP_H), amount_text(CAP_H)
    return PartOutput(
        leaves(
            over,
            amount=CAP_H - pl.col("work"),
            label_id=f"Paling tinggi {most}",
            label_en=f"At most {most}",
            evidence=frame.period,
            facts={"before": amount_text_expr(pl.col("work")), "bound": most},
        )
    )


@part("own.attendance", BASIS)
def attendance(frame: Frame, settings: Fixed) -> PartOutput:
    """What absence, lateness and missing taps take away."""
    late = pl.lit(0, dtype=pl.Int64)
    for minutes, cut in LATE:
        late = pl.when(pl.col("late_min") >= minutes).then(cut).otherwise(late)
    absent = (pl.col("status") == "absent").cast(pl.Int64) * ABSENT_H
    causes = {
        ("Tidak masuk", "Absent", "status"): absent,
        ("Terlambat", "Late", "late_min"): late,
        ("Tanpa presensi", "Missing tap", "missing_taps"): pl.col("missing_taps") * TAP_H,
    }
    return PartOutput([_taken(frame, cut, *words) for words, cut in causes.items()])


def _taken(frame: Frame, cut: pl.Expr, label_id: str, label_en: str, fact: str) -> pl.DataFrame:
    return leaves(
        frame.days.with_columns(cut=cut).filter(pl.col("cut") > 0),
        amount=-pl.col("cut"),
        label_id=label_id,
        label_en=label_en,
        evidence=("day", pl.col("date").dt.to_string("%Y-%m-%d")),
        facts={fact: pl.col(fact), "cut": amount_text_expr(pl.col("cut"))},
    )


SCHEME = Scheme(
    "own", "1", "Tiga aturan sendiri", "Three rules of our own", BASIS, Fixed,
    (StagePart("work", points), StagePart("work", cap), StagePart("attendance", attendance)),
)  # fmt: skip
