"""The rule on a unit's month: target and ethics in per cent, their weighted cap, and the score that the cap gives.

The cap is rounded before it is compared, so it is computed from the exact sum of the ratings and not from the rounded
per cent that the leaves show.
"""

from __future__ import annotations

import polars as pl

from eperf.plugins import (
    Frame,
    PartOutput,
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

_ETHICS, _CAP = "pare_ethics", "pare_cap"


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
    """The score over the column of the cap, the same as `rules.score`."""
    cap, foot = pl.col(_CAP), hundredths(curve.zero_below)
    slope = half_up_expr((cap - foot) * hundredths(curve.slope), 100) + hundredths(curve.base)
    full = pl.lit(hundredths(curve.full), dtype=pl.Int64)
    return (
        pl.when(cap >= hundredths(curve.full_from))
        .then(full)
        .when(cap < foot)
        .then(pl.lit(0, dtype=pl.Int64))
        .otherwise(slope)
    )


@part("pare.weigh", BASIS)
def weigh(frame: Frame, settings: PareSettings) -> PartOutput:
    """Brings the sum to the weighted cap, and publishes the cap."""
    rule = in_force(CURVES, frame.period.first)
    exact = frame.value(_ETHICS).join(frame.value(f"{_ETHICS}_whole"), on="employee_id")
    rows = frame.totals.join(exact, on="employee_id", how="inner").with_columns(_cap_h(rule).alias(_CAP))
    found = leaves(
        rows.filter(pl.col(_CAP) != pl.col("total")),
        amount=pl.col(_CAP) - pl.col("total"),
        label_id=f"Bobot target {rule.target_pct} persen, etika {rule.ethics_pct} persen",
        label_en=f"Target weighs {rule.target_pct} per cent, ethics {rule.ethics_pct}",
        evidence=frame.period,
        facts={"cap": amount_text_expr(pl.col(_CAP)), "rounding": "half_up"},
    )
    return PartOutput(found, values=rows.select("employee_id", _CAP))


@part("pare.curve", BASIS)
def curve(frame: Frame, settings: PareSettings) -> pl.DataFrame:
    """Brings the cap to the score that it gives."""
    rule = in_force(CURVES, frame.period.first)
    rows = frame.value(_CAP).with_columns(score=_score_h(rule))
    return leaves(
        rows.filter(pl.col("score") != pl.col(_CAP)),
        amount=pl.col("score") - pl.col(_CAP),
        label_id=pl.format("Nilai untuk capaian {}", amount_text_expr(pl.col(_CAP))),
        label_en=pl.format("Score for a cap of {}", amount_text_expr(pl.col(_CAP))),
        evidence=frame.period,
        facts={"cap": amount_text_expr(pl.col(_CAP)), "score": amount_text_expr(pl.col("score"))},
    )


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
        StagePart("combine", weigh),
        StagePart("combine", curve),
    ),
)
