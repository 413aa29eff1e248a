"""The rule on a unit's month: target and ethics in per cent, their weighted cap, and the score that the cap gives.

The cap is rounded before it is compared, so it is computed from the exact sum of the ratings and not from the rounded
per cent that the leaves show.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from eperf.plugins import (
    Frame,
    Scheme,
    StagePart,
    amount_text_expr,
    half_up_expr,
    hundredths,
    leaves,
    part,
)
from eperf.plugins.parts import Achievement, Behaviour, Dimension, Scale
from eperf.plugins.rules import Deciding, in_force
from eperf_pare.rules import BASIS, CURVES, Curve
from eperf_pare.settings import PareSettings

_ETHICS = "pare_ethics"


def _of_target(settings: PareSettings) -> Deciding:
    return settings.target_deciding


def _of_ethics(settings: PareSettings) -> Deciding:
    return settings.ethics_deciding


def _items(settings: PareSettings) -> tuple[Dimension, ...]:
    return tuple(Dimension(name) for name in settings.ethics_items)


def _of_highest(settings: PareSettings) -> Scale:
    return Scale.OF_HIGHEST


def _cap_h(curve: Curve) -> pl.Expr:
    """The weighted cap in hundredths, from the exact sum of the ratings."""
    whole = pl.col(f"{_ETHICS}_whole").cast(pl.Int128)
    target = pl.col("work").cast(pl.Int128) * whole * int(curve.target_pct)
    ethics = pl.col(_ETHICS).cast(pl.Int128) * 10_000 * int(curve.ethics_pct)
    return half_up_expr(target + ethics, whole * 100)


def _score_h(curve: Curve) -> pl.Expr:
    """The score over the column `cap`, the same as `rules.score`."""
    cap, foot = pl.col("cap"), hundredths(curve.zero_below)
    slope = half_up_expr((cap - foot) * hundredths(curve.slope), 100) + hundredths(curve.base)
    full = pl.lit(hundredths(curve.full), dtype=pl.Int64)
    return (
        pl.when(cap >= hundredths(curve.full_from))
        .then(full)
        .when(cap < foot)
        .then(pl.lit(0, dtype=pl.Int64))
        .otherwise(slope)
    )


@part("pare.curve", BASIS)
def curve(frame: Frame, settings: PareSettings) -> Sequence[pl.DataFrame]:
    """Brings the sum to the weighted cap, and the cap to the score; two leaves that cite the month."""
    rule = in_force(CURVES, frame.period.first)
    exact = frame.value(_ETHICS).join(frame.value(f"{_ETHICS}_whole"), on="employee_id")
    rows = frame.totals.join(exact, on="employee_id", how="inner").with_columns(cap=_cap_h(rule))
    rows = rows.with_columns(score=_score_h(rule))
    weighted = leaves(
        rows.filter(pl.col("cap") != pl.col("total")),
        amount=pl.col("cap") - pl.col("total"),
        label_id=f"Bobot target {rule.target_pct} persen, etika {rule.ethics_pct} persen",
        label_en=f"Target weighs {rule.target_pct} per cent, ethics {rule.ethics_pct}",
        evidence=frame.period,
        facts={"cap": amount_text_expr(pl.col("cap")), "rounding": "half_up"},
    )
    bent = leaves(
        rows.filter(pl.col("score") != pl.col("cap")),
        amount=pl.col("score") - pl.col("cap"),
        label_id=pl.format("Nilai untuk capaian {}", amount_text_expr(pl.col("cap"))),
        label_en=pl.format("Score for a cap of {}", amount_text_expr(pl.col("cap"))),
        evidence=frame.period,
        facts={"cap": amount_text_expr(pl.col("cap")), "score": amount_text_expr(pl.col("score"))},
    )
    return [weighted, bent]


SCHEME = Scheme(
    name="performance",
    version="1",
    title_id="Kinerja tipe PARE",
    title_en="Performance of the PARE type",
    legal_basis=BASIS,
    settings=PareSettings,
    parts=(
        StagePart("work", Achievement("pare.target", BASIS, _of_target)),
        StagePart(
            "behaviour", Behaviour("pare.ethics", BASIS, _items, _of_highest, _of_ethics, publishes=_ETHICS)
        ),
        StagePart("combine", curve),
    ),
)
